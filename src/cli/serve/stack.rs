//! `logto-testkit serve stack`: a stack for a test suite, which starts the app itself or lets the stack do so.

use clap::Args;
use kit::output::complain;

use crate::cli::backend::Backend;
use crate::cli::exit::CliError;
use crate::cli::live::input::Input;
use crate::cli::live::{AppStart, DefaultPorts, LiveArguments};
use crate::cli::output;
use crate::cli::own_app::can_be_fixed;
use crate::cli::usage::UsageError;
use crate::setup::OwnApp;
use crate::stack::Logto;

/// Starts Logto and Hugging Face, and an app if `logto-testkit.toml` or --app-command says how, and keeps them until
/// standard input is closed. Without a command, your test suite starts its app, at the origin that is printed.
#[derive(Debug, Args)]
pub(crate) struct ServeStack {
    #[command(flatten)]
    live: LiveArguments,
    #[command(flatten)]
    backend: Backend,
    /// Print one line of JSON when everything answers: addresses, ids and secrets (docs/other-test-suites.md).
    #[arg(long)]
    json: bool,
    /// Start the sample app of Logto's guide, whatever the project file says.
    #[arg(long, conflicts_with_all = ["app", "app_command"])]
    sample_app: bool,
}

pub(super) async fn serve(arguments: ServeStack) -> Result<(), CliError> {
    let ServeStack { live, backend, json, sample_app } = arguments;
    // From the start on: the program that wants the stack may end while it starts.
    let input = Input::watch()?;
    let mut project = live.project()?;
    if sample_app {
        (project.app, project.signed_in) = (None, None);
    } else {
        project.app.get_or_insert_with(OwnApp::default);
    }
    let logto = backend.logto()?;
    if let (Logto::Container(_), Some(_)) = (&logto, live.version.logto_version) {
        return Err(UsageError::NotForContainer { option: "--logto-version" }.into());
    }
    if !matches!(logto, Logto::Embedded) {
        can_be_fixed(&project, backend.logto.clone())?;
        if live.plain {
            return Err(UsageError::PlainNeedsEmbedded { logto: backend.logto.clone() }.into());
        }
    }
    let (listen, ca) = (backend.huggingface_listen()?, backend.ca()?);
    // Only the line belongs on standard output.
    let live = live.live(project, DefaultPorts { app: 0, logto: 0 }, |_| Ok(()))?;
    let live = live.map(|builder| {
        let builder = builder.logto(logto).huggingface_listen(listen);
        match ca {
            Some(ca) => builder.ca(ca),
            None => builder,
        }
    });
    let by_hand = !sample_app && !live.has_command();
    let ends = match &input {
        Input::Pipe(_) => "Close standard input or press Ctrl-C to stop.",
        Input::Other => "Press Ctrl-C to stop.",
    };
    if json && matches!(input, Input::Other) {
        complain("note: standard input is not a pipe, so only Ctrl-C or SIGTERM ends this stack");
    }
    let start = if by_hand { AppStart::ByHand } else { AppStart::Awaited };
    live.run(start, input.end(), |stack, description| {
        let text = if json {
            format!("{}\n", description.json)
        } else {
            format!("{}\n\n{ends}\n", description.for_people(stack, by_hand)?.trim_end())
        };
        output::hand_out(&text, json)
    })
    .await
}
