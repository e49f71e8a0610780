//! The command `mock-logto`.

fn main() -> std::process::ExitCode {
    mock_logto::cli::main()
}
