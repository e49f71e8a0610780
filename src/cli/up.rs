//! The `up` command: a stack to use from your own browser.

use super::arguments::Up;
use super::backend;
use super::exit::CliError;
use super::live::{AppStart, DefaultPorts, shown};
use super::output;

pub(crate) async fn up(up: Up) -> Result<(), CliError> {
    let project = up.live.project()?;
    let live = up.live.live(project, DefaultPorts { app: 3000, logto: 3001 }, shown)?;
    let ca = backend::load_ca(up.ca.as_deref())?;
    let live = live.map(|builder| match ca {
        Some(ca) => builder.ca(ca),
        None => builder,
    });
    let by_hand = live.is_by_hand();
    let start = if by_hand { AppStart::ByHand } else { AppStart::Awaited };
    live.run(start, std::future::pending(), |stack, description| {
        output::print(
            &(description.for_people(stack, by_hand)?.trim_end().to_owned() + "\n\nPress Ctrl-C to stop.\n"),
        )
    })
    .await
}
