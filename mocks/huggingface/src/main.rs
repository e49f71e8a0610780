//! The command `mock-huggingface`; see `--help`.

use std::process::ExitCode;

fn main() -> ExitCode {
    mock_huggingface::cli::main()
}
