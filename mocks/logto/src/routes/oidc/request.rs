//! An authorization request that has been checked.

use indexmap::IndexMap;
use oauth::Scopes;
use oauth::params::Params;

use super::respond::ResponseMode;
use crate::store::Store;

/// What is kept of an authorization request until its end.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct AuthorizationRequest {
    pub(crate) client_id: String,
    /// As it was sent; the token endpoint compares it as text (contract §1.3).
    pub(crate) redirect_uri: String,
    pub(crate) scopes: Scopes,
    /// Every scope that was asked for, those of API resources and unknown ones too.
    pub(crate) asked: Scopes,
    /// Indicators of API resources (RFC 8707 §2).
    pub(crate) resources: Vec<String>,
    pub(crate) state: Option<String>,
    pub(crate) nonce: Option<String>,
    pub(crate) code_challenge: Option<String>,
    pub(crate) prompts: Vec<String>,
    pub(crate) max_age: Option<i64>,
    pub(crate) response_mode: ResponseMode,
    /// Whom the hinted ID token is about: nobody else will do.
    pub(crate) hinted: Option<String>,
    /// The device code that the request is about, if it came from a device.
    pub(crate) device_code: Option<String>,
    /// Where the person is sent to sign in: path and query, relative.
    pub(crate) login_page: String,
}

impl AuthorizationRequest {
    pub(crate) fn asks(&self, prompt: &str) -> bool {
        self.prompts.iter().any(|asked| asked == prompt)
    }

    /// Scopes that the request may be given: `offline_access` needs
    /// `prompt=consent`, else it is dropped silently (contract §1.6), except for
    /// a device, which has no such parameter.
    pub(crate) fn granted_scopes(&self) -> Scopes {
        let dropped = if self.asks("consent") || self.device_code.is_some() { "" } else { "offline_access" };
        self.scopes.minus(&Scopes::parse(dropped))
    }

    /// Where an interaction of this request goes on.
    pub(crate) fn resume_path(&self, uid: &str) -> String {
        let flow = if self.device_code.is_some() { "device" } else { "auth" };
        format!("/oidc/{flow}/{uid}")
    }

    /// Scopes by API resource: those that were asked for and that the user holds.
    pub(crate) fn resource_scopes(&self, store: &Store, account: &str) -> IndexMap<String, Scopes> {
        let held = |resource: &String| {
            (resource.clone(), store.held_scopes(&self.client_id, account, resource, &self.asked))
        };
        self.resources.iter().map(held).collect()
    }
}

/// The page for a request, from its parameters (contract §1.3, first table).
/// One invalid extra parameter drops them all.
pub(super) fn login_page(client_id: &str, params: &Params) -> String {
    let extra = Extra::of(params).unwrap_or_default();
    let (path, fallback) = match extra.first_screen.as_deref() {
        Some("register") => ("/register", Some("register")),
        Some("reset_password") => ("/reset-password", Some("reset-password")),
        Some("identifier:sign_in") => ("/identifier-sign-in", Some("identifier-sign-in")),
        Some("identifier:register") => ("/identifier-register", Some("identifier-register")),
        Some("single_sign_on") => ("/single-sign-on", Some("single-sign-on")),
        _ => ("/sign-in", Some("sign-in")),
    };
    let path = match &extra.direct_sign_in {
        Some(direct) => format!("/direct/{}", direct.replacen(':', "/", 1)),
        None => path.to_owned(),
    };
    let fallback = fallback.filter(|_| extra.direct_sign_in.is_some()).map(ToOwned::to_owned);
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("app_id", client_id);
    for (name, value) in [
        ("organization_id", extra.organization_id),
        ("ui_locales", params.first("ui_locales").map(ToOwned::to_owned)),
        ("one_time_token", extra.one_time_token),
        ("login_hint", extra.login_hint),
        ("identifier", extra.identifier),
        ("fallback", fallback),
    ] {
        if let Some(value) = value {
            query.append_pair(name, &value);
        }
    }
    format!("{path}?{}", query.finish())
}

/// Logto's own parameters.
#[derive(Debug, Default)]
struct Extra {
    first_screen: Option<String>,
    direct_sign_in: Option<String>,
    organization_id: Option<String>,
    one_time_token: Option<String>,
    login_hint: Option<String>,
    identifier: Option<String>,
}

impl Extra {
    /// `None` when one of them is not valid.
    fn of(params: &Params) -> Option<Self> {
        let text = |name: &str| params.first(name).map(ToOwned::to_owned);
        let first_screen = match params.first("first_screen") {
            None => match params.first("interaction_mode") {
                Some("signUp") => Some("register".to_owned()),
                Some("signIn") | None => None,
                Some(_) => return None,
            },
            Some("signIn") => Some("sign_in".to_owned()),
            Some(
                known @ ("sign_in"
                | "register"
                | "reset_password"
                | "identifier:sign_in"
                | "identifier:register"
                | "single_sign_on"),
            ) => Some(known.to_owned()),
            Some(_) => return None,
        };
        Some(Self {
            first_screen,
            direct_sign_in: text("direct_sign_in"),
            organization_id: text("organization_id"),
            one_time_token: text("one_time_token"),
            login_hint: text("login_hint"),
            identifier: text("identifier"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Contract §1.3, first table.
    #[test]
    fn the_page_follows_the_parameters() {
        for (query, expected) in [
            ("", "/sign-in?app_id=a"),
            ("first_screen=register", "/register?app_id=a"),
            ("interaction_mode=signUp", "/register?app_id=a"),
            ("first_screen=reset_password", "/reset-password?app_id=a"),
            (
                "first_screen=identifier:sign_in&identifier=email+username&login_hint=a@b.c",
                "/identifier-sign-in?app_id=a&login_hint=a%40b.c&identifier=email+username",
            ),
            ("first_screen=identifier:register", "/identifier-register?app_id=a"),
            ("first_screen=single_sign_on", "/single-sign-on?app_id=a"),
            ("direct_sign_in=social:huggingface", "/direct/social/huggingface?app_id=a&fallback=sign-in"),
            (
                "direct_sign_in=social:huggingface&first_screen=register&login_hint=foo",
                "/direct/social/huggingface?app_id=a&login_hint=foo&fallback=register",
            ),
            (
                "organization_id=org1&ui_locales=fr-FR+en",
                "/sign-in?app_id=a&organization_id=org1&ui_locales=fr-FR+en",
            ),
            ("direct_sign_in=huggingface", "/direct/huggingface?app_id=a&fallback=sign-in"),
            ("first_screen=zzz&direct_sign_in=social:huggingface", "/sign-in?app_id=a"),
        ] {
            assert_eq!(login_page("a", &Params::parse(query)), expected, "{query}");
        }
    }
}
