//! What the page does when a document is loaded, before it shows anything: it takes note of the address,
//! and of the settings of this moment, which stay with the document.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::api::{APP_ID, Called};
use super::driver::SigninPage;
use super::outcome::SigninPageError;
use crate::walker::Hop;

/// What the document remembers: its settings, the language of its texts, the verification that is under
/// way, and the address whose page was shown last.
const SETTINGS: &str = "settings";
pub(super) const LANGUAGE: &str = "language";
pub(super) const VERIFICATION: &str = "verification";
pub(super) const SHOWN: &str = "shown";

/// The names of what the page takes over from an address into `sessionStorage`; its name in the settings.
const KEPT: [(&str, &str); 3] =
    [("organization_id", "organizationId"), (APP_ID, "appId"), ("ui_locales", "uiLocales")];

/// What the page learns from the sign-in experience (contract §3).
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Settings {
    social_connectors: Vec<Connector>,
    #[serde(default)]
    pub(super) sign_in_mode: Option<String>,
    #[serde(default)]
    terms_of_use_url: Option<String>,
    #[serde(default)]
    privacy_policy_url: Option<String>,
    #[serde(default)]
    agree_to_terms_policy: Option<String>,
    #[serde(default)]
    social_sign_in: SocialSignIn,
    #[serde(default)]
    pub(super) sign_in: SignIn,
    #[serde(default)]
    pub(super) sign_up: SignUp,
    #[serde(default)]
    pub(super) password_policy: Value,
    #[serde(default)]
    pub(super) username_policy: Option<UsernamePolicy>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Connector {
    pub(super) id: String,
    pub(super) target: String,
    #[serde(default)]
    platform: Option<String>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SocialSignIn {
    #[serde(default)]
    automatic_account_linking: Option<bool>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct SignIn {
    #[serde(default)]
    pub(super) methods: Vec<Method>,
}

/// A way to sign in with a form.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Method {
    pub(super) identifier: String,
    #[serde(default)]
    pub(super) password: bool,
    #[serde(default)]
    pub(super) verification_code: bool,
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct SignUp {
    #[serde(default)]
    pub(super) identifiers: Vec<String>,
    #[serde(default)]
    pub(super) password: bool,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct UsernamePolicy {
    pub(super) min_length: usize,
    pub(super) max_length: usize,
    pub(super) allowed_chars: AllowedChars,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct AllowedChars {
    pub(super) lowercase: bool,
    pub(super) uppercase: bool,
    pub(super) numbers: bool,
    pub(super) underscore: bool,
}

/// When a person must agree to the terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Terms {
    /// Never: the page only says that they apply.
    Automatic,
    /// Before a registration.
    AtRegistration,
    /// Before anything.
    Always,
}

impl Settings {
    /// The connectors that have a button, in order: of several with one target the first, or one that is
    /// made for browsers (`filterSocialConnectors`).
    pub(super) fn buttons(&self) -> Vec<&Connector> {
        let mut shown: Vec<&Connector> = Vec::new();
        for connector in &self.social_connectors {
            let same = shown.iter().position(|other| other.target == connector.target);
            match (connector.platform.as_deref(), same) {
                (Some("Native"), _) => {}
                (Some("Web"), Some(at)) => shown[at] = connector,
                (_, Some(_)) => {}
                (_, None) => shown.push(connector),
            }
        }
        shown
    }

    /// Without terms, the person does not have to agree to anything.
    pub(super) fn terms(&self) -> Terms {
        let linked = [&self.terms_of_use_url, &self.privacy_policy_url];
        let linked = linked.into_iter().flatten().any(|url| !url.is_empty());
        match self.agree_to_terms_policy.as_deref().filter(|_| linked) {
            Some("Manual") => Terms::Always,
            Some("ManualRegistrationOnly") => Terms::AtRegistration,
            _ => Terms::Automatic,
        }
    }

    pub(super) fn links_by_itself(&self) -> bool {
        self.social_sign_in.automatic_account_linking == Some(true)
    }

    /// Whether the tenant takes only people whom it knows.
    pub(super) fn only_signs_in(&self) -> bool {
        self.sign_in_mode.as_deref() == Some("SignIn")
    }

    /// Whether the tenant takes only new people.
    pub(super) fn only_registers(&self) -> bool {
        self.sign_in_mode.as_deref() == Some("Register")
    }
}

/// What the server puts into the page.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Rendered {
    sign_in_experience: RenderedExperience,
    phrases: RenderedPhrases,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RenderedExperience {
    app_id: Option<String>,
    organization_id: Option<String>,
    ui_locales: Option<String>,
    data: Settings,
}

#[derive(Deserialize)]
struct RenderedPhrases {
    lng: String,
}

impl Rendered {
    /// Reads them from the script of the page, if the server has put them there.
    fn of(hop: &Hop) -> Option<Self> {
        let (_, script) = hop.response.body.split_once("logtoSsr = Object.freeze(")?;
        serde_json::Deserializer::from_str(script).into_iter().next()?.ok()
    }
}

impl SigninPage<'_> {
    /// The settings of the document; they are taken when it is loaded.
    pub(super) async fn settings(&mut self) -> Called<Settings> {
        if let Some(known) = self.api.remembered(SETTINGS)
            && let Ok(settings) = serde_json::from_str(&known)
        {
            return Ok(Ok(settings));
        }
        self.take_over_address()?;
        if let Some(ids) = self.api.stored(&self.verification_ids())
            && let Ok(ids) = serde_json::from_str::<Value>(&ids)
            && let Some(id) = ids.get("Social").and_then(Value::as_str)
        {
            self.api.remember(VERIFICATION, id);
        }
        let rendered = Rendered::of(self.api.walker.current(self.api.tab)?);
        if let Some(rendered) = &rendered {
            self.api.remember(LANGUAGE, &rendered.phrases.lng);
        }
        let settings = match rendered.map(|rendered| rendered.sign_in_experience) {
            Some(rendered) if self.is_for_this_tab(&rendered) => rendered.data,
            _ => {
                // For another application or language, or not in the page at all.
                let query = KEPT.iter().filter_map(|(key, name)| Some((*name, self.api.stored(key)?)));
                let query: Vec<(&str, String)> = query.collect();
                let reply = match self.api.ask("api/.well-known/sign-in-exp", &query).await? {
                    Ok(reply) => reply,
                    Err(failed) => return Ok(Err(failed)),
                };
                let missing = SigninPageError::Unexpected { hop: reply.hop, member: "socialConnectors" };
                serde_json::from_value(reply.body).map_err(|_| missing)?
            }
        };
        // Plain data can always be written as JSON.
        self.api.remember(SETTINGS, &serde_json::to_string(&settings).unwrap_or_default());
        Ok(Ok(settings))
    }

    /// Stores what the address says (`handleSearchParametersData`). Only the application stays in it.
    fn take_over_address(&mut self) -> Result<(), SigninPageError> {
        let address = self.api.walker.address(self.api.tab)?.clone();
        if address.query().is_none_or(str::is_empty) {
            return Ok(());
        }
        for (key, _) in KEPT {
            let value = address.query_pairs().find(|(name, _)| name == key).map(|(_, value)| value);
            match value.filter(|value| !value.is_empty()) {
                Some(value) => self.api.store(key, &value),
                None if key != APP_ID => drop(self.api.forget(key)),
                None => {}
            }
        }
        let mut clean = address.clone();
        let stays = |name: &str| name == APP_ID || !KEPT.iter().any(|(key, _)| *key == name);
        let pairs = address.query_pairs().filter(|(name, _)| stays(name));
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        clean.set_query(Some(&query).filter(|query| !query.is_empty()).map(String::as_str));
        let state = self.api.walker.history_state(self.api.tab).map(ToOwned::to_owned);
        self.api.walker.shows_address(self.api.tab, clean.as_str(), state, true)?;
        Ok(())
    }

    fn is_for_this_tab(&self, rendered: &RenderedExperience) -> bool {
        let values = [&rendered.organization_id, &rendered.app_id, &rendered.ui_locales];
        let given = |value: Option<String>| value.filter(|value| !value.is_empty());
        KEPT.iter().zip(values).all(|((key, _), value)| given(self.api.stored(key)) == given(value.clone()))
    }

    /// The key under which the page stores the verification that is under way: one for all connectors.
    pub(super) fn verification_ids(&self) -> String {
        format!("logto:{}:verification-ids", self.api.origin.origin().ascii_serialization())
    }
}
