//! `logto-testkit session`: the state of a browser in which a person is signed in, for another test suite.

pub(super) mod format;

use clap::Args;
use kit::output::complain;
use serde_json::json;

use super::exit::CliError;
use super::output;
use super::running_stack::RunningStack;

#[derive(Debug, Args)]
pub(crate) struct SessionArguments {
    /// Username at Hugging Face.
    #[arg(long = "as", value_name = "USERNAME")]
    username: String,
    /// `playwright` is a storageState, `cookies-txt` a file for curl, `json` our own, with the `Cookie` header for the app.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    stack: RunningStack,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Playwright,
    CookiesTxt,
    #[default]
    Json,
}

pub(crate) async fn session(arguments: SessionArguments) -> Result<(), CliError> {
    let SessionArguments { username, format, stack } = arguments;
    let control = stack.control()?;
    let session = control.ask("/stack/session", &json!({ "as": username }), "cookies").await?;
    if session["signed_in_shown"] == false {
        complain(
            "note: nothing shows that the person is signed in; say in `[signed_in]` of the project file how your app shows it",
        );
    }
    match format {
        Format::Json => output::hand_out(&format!("{session}\n"), true),
        Format::Playwright => output::hand_out(&format!("{}\n", format::playwright(&session)), true),
        Format::CookiesTxt => output::hand_out(&format::cookies_txt(&session), false),
    }
}
