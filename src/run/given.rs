//! From a scenario's `given` to a stack.

use super::walk::RunError;
use crate::Scenario;
use crate::stack::{ConnectorSettings, Stack, StackBuilder};

/// A stack as the scenario's `given` asks for it, with the embedded Logto.
///
/// # Errors
/// [`RunError::Given`] when it names somebody who does not exist.
pub fn stack_for(scenario: &Scenario) -> Result<StackBuilder, RunError> {
    let given = &scenario.given;
    let mut huggingface = mock_huggingface::Config::default();
    if !given.huggingface.users.is_empty() {
        let known: Vec<String> = huggingface.users.iter().map(|user| user.username.clone()).collect();
        if let Some(stranger) = given.huggingface.users.iter().find(|name| !known.contains(name)) {
            return Err(RunError::Given {
                path: scenario.path.clone(),
                what: format!(
                    "nobody at Hugging Face is called `{stranger}`; there are {}",
                    known.join(", ")
                ),
            });
        }
        huggingface.users.retain(|user| given.huggingface.users.contains(&user.username));
    }
    let app =
        sample_app::Options { extra_scopes: given.app.scopes.clone(), ..sample_app::Options::default() };
    let connector = ConnectorSettings { scope: given.connector.scope.clone() };
    Ok(Stack::builder().huggingface(huggingface).connector(connector).app(app))
}
