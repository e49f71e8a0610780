//! The command `logto-testkit`.

/// A walk allocates a multitude of small texts; this takes a tenth off it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    logto_testkit::main()
}
