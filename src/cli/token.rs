//! `logto-testkit token`: an access token of a person, for tests of an API.

use clap::Args;
use serde_json::json;

use super::exit::CliError;
use super::output;
use super::running_stack::RunningStack;

#[derive(Debug, Args)]
pub(crate) struct TokenArguments {
    /// Username at Hugging Face.
    #[arg(long = "as", value_name = "USERNAME")]
    username: String,
    /// Indicator of the API resource, the audience of the token, which is a JWT then; without it, the token is opaque, for
    /// Logto's own userinfo endpoint.
    #[arg(long, value_name = "URI")]
    resource: Option<String>,
    /// Scope to request besides `openid`; may be repeated, or separated by spaces.
    #[arg(long, value_name = "SCOPE")]
    scope: Vec<String>,
    /// Create the API resource, its scopes, and a role that gives them to the person, as far as they are missing.
    #[arg(long, requires = "resource")]
    create_resource: bool,
    /// Print Logto's whole token response as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    stack: RunningStack,
}

pub(crate) async fn token(arguments: TokenArguments) -> Result<(), CliError> {
    let TokenArguments { username, resource, scope, create_resource, json, stack } = arguments;
    let control = stack.control()?;
    let asked = json!({
        "as": username,
        "resource": resource,
        "scope": scope.join(" "),
        "create_resource": create_resource,
    });
    let response = control.ask("/stack/token", &asked, "access_token").await?;
    let token = response["access_token"].as_str().unwrap_or_default();
    if json {
        output::hand_out(&format!("{response}\n"), true)
    } else {
        output::hand_out(&format!("{token}\n"), false)
    }
}
