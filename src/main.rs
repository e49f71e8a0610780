//! The command `logto-testkit`.

mod cli;

fn main() -> std::process::ExitCode {
    cli::main()
}
