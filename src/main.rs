//! The command `logto-testkit`.

/// A walk allocates many small texts; this allocator makes it a tenth faster.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    logto_testkit::main()
}
