//! What a test suite has to know about a running stack, and what a person does.

use std::net::SocketAddr;

use serde_json::{Map, Value, json};
use url::Url;

use super::AppStart;
use crate::Stack;
use crate::cli::exit::CliError;
use crate::stack::HUGGINGFACE_HOST;

/// Version of the JSON: a member that is removed or means something else makes a new one.
const VERSION: u8 = 1;

/// A running stack: its addresses, ids and secrets.
pub(crate) struct Description {
    /// `GET /stack`, and the line of `serve stack --json`.
    pub(crate) json: Value,
    control: String,
}

impl Description {
    pub(super) fn of(stack: &Stack, control: SocketAddr, app: AppStart) -> Result<Self, CliError> {
        let (endpoints, known) = (stack.endpoints(), stack.known());
        let control = format!("http://{control}");
        let (credentials, token_endpoint, resource) = stack.management().credentials();
        // You know one that you have passed yourself.
        let secret = Some(&credentials.secret).filter(|own| kit::secret::hide(own) == own.as_str());
        let variables: Map<String, Value> =
            stack.app_variables()?.into_iter().map(|(name, value)| (name, value.into())).collect();
        let issuer = format!("{}/oidc", origin(&endpoints.logto_endpoint));
        let json = json!({
            "version": VERSION,
            "control": control,
            "app": {
                "origin": origin(&endpoints.app),
                "id": known.app_id,
                "secret": known.app_secret,
                "started": app == AppStart::Awaited,
                "variables": variables,
            },
            "logto": {
                "origin": origin(&endpoints.logto),
                "admin_origin": origin(&endpoints.logto_admin),
                "issuer": issuer,
                "jwks_uri": format!("{issuer}/jwks"),
                "management_api": {
                    "url": format!("{}/api", origin(&endpoints.logto)),
                    "token_endpoint": token_endpoint,
                    "resource": resource,
                    "id": credentials.id,
                    "secret": secret,
                },
            },
            "huggingface": {
                "origin": origin(&endpoints.huggingface),
                "address": endpoints.huggingface_addr.to_string(),
                "plain_origin": stack.plain_huggingface().map(origin),
                "people": people(stack),
                "client_id": known.huggingface_client_id,
            },
            "ca_file": stack.names().get("CA_FILE"),
            "chromium": chromium(stack),
        });
        Ok(Self { json, control })
    }

    /// The addresses of the parties, and how to open the app.
    pub(crate) fn for_people(&self, stack: &Stack, by_hand: bool) -> Result<String, CliError> {
        let endpoints = stack.endpoints();
        let huggingface = match stack.plain_huggingface() {
            Some(plain) => format!("{plain}  (instead of https://{HUGGINGFACE_HOST})"),
            None => format!("https://{HUGGINGFACE_HOST}  (at {})", endpoints.huggingface_addr),
        };
        let mut text = format!(
            "app           {}\nLogto         {}\nLogto admin   {}\nHugging Face  {huggingface}\nusers         {}  (no passwords)\n\
             control API   {}  (docs/control-api.md)\n",
            endpoints.app,
            endpoints.logto,
            endpoints.logto_admin,
            people(stack).join(", "),
            self.control,
        );
        if by_hand {
            let variables = stack.app_variables()?.into_iter();
            let variables: String = variables.map(|(name, value)| format!("  {name}={value}\n")).collect();
            text += &format!("\nStart your app with\n\n{variables}");
        }
        text += &if stack.plain_huggingface().is_some() {
            format!("\nOpen {} in any browser.", endpoints.app)
        } else {
            let [rules, spki] = chromium(stack);
            format!(
                "\nOpen the app in Chromium with a fresh profile that resolves {HUGGINGFACE_HOST} to the mock (or pass `--plain` \
                 and use any browser):\n\n  \
                 chromium --user-data-dir=\"$(mktemp -d)\" --no-first-run \\\n    \
                 '{rules}' \\\n    \
                 {spki} {}\n\n",
                endpoints.app,
            )
        };
        Ok(text)
    }
}

/// Arguments with which a Chromium finds the mock as `https://huggingface.co`.
fn chromium(stack: &Stack) -> [String; 2] {
    [
        format!("--host-resolver-rules=MAP {HUGGINGFACE_HOST}:443 {}", stack.endpoints().huggingface_addr),
        format!("--ignore-certificate-errors-spki-list={}", stack.spki_digest()),
    ]
}

fn people(stack: &Stack) -> Vec<String> {
    stack.huggingface().users().into_iter().map(|user| user.username).collect()
}

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}
