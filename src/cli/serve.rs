//! `logto-testkit serve`: a single party, for tests in other languages.

use super::arguments::ServeCommand;
use super::exit::CliError;

pub(crate) async fn serve(command: ServeCommand) -> Result<(), CliError> {
    match command {
        ServeCommand::HuggingFace(arguments) => mock_huggingface::cli::serve(&arguments).await?,
        ServeCommand::Logto(arguments) => mock_logto::cli::serve(*arguments).await?,
        ServeCommand::App(arguments) => sample_app::cli::serve(*arguments).await?,
    }
    Ok(())
}
