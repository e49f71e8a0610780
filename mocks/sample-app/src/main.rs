//! The command `sample-app`.

fn main() -> std::process::ExitCode {
    sample_app::cli::main()
}
