//! What a scenario can do to an app of your own, and what only to the sample app.

use crate::Scenario;
use crate::scenario::{CaptureSource, SessionExpectation, Step, Verb};
use crate::setup::{OwnApp, SampleApp};

/// Why a scenario cannot be walked with an app of your own, and what to do: it would do something to the app that
/// does not reach it. One text for each such place.
#[must_use]
pub fn unreachable_by(scenario: &Scenario, app: &OwnApp) -> Vec<String> {
    let given = &scenario.given;
    let mut reasons: Vec<String> = [
        (
            given.app != SampleApp::default(),
            "`given.app` configures the sample app: configure your app itself, e.g. with `[app.env]`",
        ),
        (
            !given.clocks.app.0.is_zero(),
            "`given.clocks.app` moves the clock of the sample app: move the other parties' clocks instead",
        ),
        (
            !given.addresses.are_local(),
            "`given.addresses` is for the sample app: your app is where you started it",
        ),
        (
            given.network.app_to_logto.is_some(),
            "`given.network.app_to_logto` breaks the connection of the sample app: your app makes its own connections",
        ),
    ]
    .into_iter()
    .filter(|(asked, _)| *asked)
    .map(|(_, reason)| format!("{}: {reason}", scenario.path.display()))
    .collect();
    reasons.extend(scenario.steps.iter().filter_map(|step| {
        let reason = step_unreachable(step, app)?;
        Some(format!("{}:{}: {reason}", step.file.display(), step.line))
    }));
    reasons
}

fn step_unreachable(step: &Step, app: &OwnApp) -> Option<&'static str> {
    match &step.verb {
        Verb::RestartApp(_) if app.command.is_none() => Some(
            "`restart_app` needs a command that starts the app: say it with `[app] command`, or `--app-command`",
        ),
        Verb::RestartApp(_) if app.shared => Some(
            "`restart_app` would restart the app of all scenarios: remove `[app] shared`, or `--app-shared`",
        ),
        Verb::RestartApp(change) if change.session_secret.is_some() => {
            Some("`restart_app: { session_secret }` is a setting of the sample app")
        }
        Verb::Network(change) if change.app_to_logto.is_some() => Some(
            "`network: { app_to_logto }` breaks the connection of the sample app: your app makes its own connections",
        ),
        _ => match (&step.expect.session, &app.signed_in) {
            (Some(SessionExpectation::Claims(_)), Some(_)) => Some(
                "`session` with claims asks the sample app's `/api/session`: expect `signed_in: true`, and a text of the page",
            ),
            (_, Some(_))
                if step.capture.iter().any(|capture| matches!(capture.source, CaptureSource::Claim(_))) =>
            {
                Some(
                    "`capture` with `claim` asks the sample app's `/api/session`: capture a link or an address",
                )
            }
            _ if step.expect.signed_in.is_some() && app.signed_in.is_none() => Some(
                "`signed_in` needs to know how your app shows it: say it with `[signed_in]`, or `--signed-in-text`",
            ),
            _ => None,
        },
    }
}
