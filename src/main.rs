//! The command `logto-testkit`.

mod cli;

/// A walk makes some ten thousand small allocations; this allocator takes a
/// tenth off it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    cli::main()
}
