//! `logto-testkit serve`: a single party, or a whole stack, for tests in other languages.

mod stack;

use super::arguments::ServeCommand;
use super::exit::CliError;
pub(crate) use stack::ServeStack;

pub(crate) async fn serve(command: ServeCommand) -> Result<(), CliError> {
    match command {
        ServeCommand::Stack(arguments) => stack::serve(*arguments).await,
        ServeCommand::HuggingFace(arguments) => Ok(mock_huggingface::cli::serve(&arguments).await?),
        ServeCommand::Logto(arguments) => Ok(mock_logto::cli::serve(*arguments).await?),
        ServeCommand::App(arguments) => Ok(sample_app::cli::serve(*arguments).await?),
    }
}
