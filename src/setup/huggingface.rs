//! Hugging Face: accounts, OAuth apps, behaviour.

use mock_huggingface::{App, Organisation, Switches};
use schemars::JsonSchema;
use serde::Deserialize;

/// The mock Hugging Face.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct HuggingFaceSetup {
    /// Who of the accounts that are always there has one, by username. With
    /// neither `users` nor `accounts`: `ada` and `grace`.
    pub users: Vec<String>,
    /// Accounts described in full, besides `users`.
    pub accounts: Vec<mock_huggingface::User>,
    /// Organisations that accounts are in.
    pub organisations: Vec<Organisation>,
    /// The OAuth app that the connector uses, with the fields of the settings page.
    pub app: OauthApp,
    /// Further OAuth apps, which the connector is not meant to use.
    pub other_apps: Vec<OauthApp>,
    /// Behaviour that nothing public tells about the real site.
    pub switches: Switches,
    /// Scripted answers, faults and delays; the first that fits a request is used.
    pub answers: Vec<kit::Rule>,
}

impl HuggingFaceSetup {
    /// What the mock is told, but for the OAuth apps, which a stack adds once it knows its addresses.
    #[must_use]
    pub fn config(&self) -> mock_huggingface::Config {
        let mut config = mock_huggingface::Config::default();
        let all = self.users.is_empty() && self.accounts.is_empty();
        config.users.retain(|user| all || self.users.contains(&user.username));
        config.users.extend(self.accounts.iter().cloned());
        config.organisations.clone_from(&self.organisations);
        config.switches = self.switches.clone();
        config
    }

    /// Usernames of the accounts there will be.
    pub(crate) fn accounts_there(&self) -> Vec<String> {
        self.config().users.into_iter().map(|user| user.username).collect()
    }
}

/// The OAuth app at Hugging Face.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct OauthApp {
    /// Its client id; made up unless said.
    pub client_id: Option<String>,
    /// Its secret; made up unless said.
    pub secret: Option<String>,
    /// Its name on the permission page; `Bookstore` unless said.
    pub name: Option<String>,
    /// Where codes may be sent; `[LOGTO]/callback/[CONNECTOR]` unless said.
    pub redirect_uris: Option<Vec<String>>,
    /// Scopes ticked on the settings page; `openid profile email` unless said.
    pub scopes: Option<Vec<String>>,
    /// The app has no secret.
    pub public: Option<bool>,
    /// Lifetime of access tokens in minutes.
    pub token_duration_minutes: Option<u32>,
    /// Usernames of the organisations whose members alone can sign in (`hf_oauth_authorized_org`).
    pub authorized_orgs: Option<Vec<String>>,
}

impl OauthApp {
    /// `app` with the fields that are said here; redirect URIs go through `fill`.
    pub(crate) fn applied<E>(&self, app: App, fill: impl Fn(&str) -> Result<String, E>) -> Result<App, E> {
        let said = self.clone();
        Ok(App {
            client_id: said.client_id.unwrap_or(app.client_id),
            secret: said.secret.or(app.secret),
            name: said.name.unwrap_or(app.name),
            redirect_uris: match &said.redirect_uris {
                Some(uris) => uris.iter().map(|uri| fill(uri)).collect::<Result<_, _>>()?,
                None => app.redirect_uris,
            },
            scopes: said.scopes.map_or(app.scopes, |scopes| oauth::Scopes::parse(&scopes.join(" "))),
            public: said.public.unwrap_or(app.public),
            token_duration_minutes: said.token_duration_minutes.unwrap_or(app.token_duration_minutes),
            authorized_orgs: said.authorized_orgs.unwrap_or(app.authorized_orgs),
            ..app
        })
    }
}
