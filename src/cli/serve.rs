//! `logto-testkit serve`: a single party, or a whole stack, for tests in other languages.

mod stack;

use clap::Subcommand;

use super::exit::{CliError, EXIT_CODES};
use stack::ServeStack;

#[derive(Debug, Subcommand)]
pub(crate) enum ServeCommand {
    /// A whole stack for another test suite, until standard input is closed.
    #[command(after_help = EXIT_CODES)]
    Stack(Box<ServeStack>),
    /// The mock of Hugging Face's OAuth 2.0 and OpenID Connect provider.
    #[command(name = "huggingface", after_help = EXIT_CODES)]
    HuggingFace(mock_huggingface::cli::Args),
    /// The double of Logto, which you configure through its Management API.
    #[command(after_help = EXIT_CODES)]
    Logto(Box<mock_logto::cli::Arguments>),
    /// The sample app: the Bookstore of Logto's guide.
    #[command(after_help = EXIT_CODES)]
    App(Box<sample_app::cli::Arguments>),
}

pub(crate) async fn serve(command: ServeCommand) -> Result<(), CliError> {
    match command {
        ServeCommand::Stack(arguments) => stack::serve(*arguments).await,
        ServeCommand::HuggingFace(arguments) => Ok(mock_huggingface::cli::serve(&arguments).await?),
        ServeCommand::Logto(arguments) => Ok(mock_logto::cli::serve(*arguments).await?),
        ServeCommand::App(arguments) => Ok(sample_app::cli::serve(*arguments).await?),
    }
}
