//! The command `logto-testkit`.

mod cli;

/// A walk allocates a multitude of small texts; this takes a tenth off it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    cli::main()
}
