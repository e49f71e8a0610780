//! An authorization request that has been checked.

use indexmap::IndexMap;
use oauth::Scopes;
use oauth::params::Params;

use super::respond::ResponseMode;
use super::shown::Shown;
use crate::store::Store;

/// What is stored of an authorization request until it is completed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct AuthorizationRequest {
    pub(crate) client_id: String,
    /// As it was sent; the token endpoint compares it as text (contract §1.3).
    pub(crate) redirect_uri: String,
    pub(crate) scopes: Scopes,
    /// All requested scopes, including those of API resources and unknown ones.
    pub(crate) asked: Scopes,
    /// Indicators of API resources (RFC 8707 §2).
    pub(crate) resources: Vec<String>,
    pub(crate) state: Option<String>,
    pub(crate) nonce: Option<String>,
    pub(crate) code_challenge: Option<String>,
    pub(crate) prompts: Vec<String>,
    pub(crate) max_age: Option<i64>,
    pub(crate) response_mode: ResponseMode,
    /// The subject of the hinted ID token: no other user is accepted.
    pub(crate) hinted: Option<String>,
    /// The device code that the request is about, if it came from a device.
    pub(crate) device_code: Option<String>,
    /// What the pages are shown for.
    pub(crate) shown: Shown,
    /// A credential from Google One Tap, if the request has one.
    pub(crate) google_one_tap_credential: Option<String>,
    /// The page on which the person signs in: path and query, relative.
    pub(crate) login_page: String,
}

impl AuthorizationRequest {
    /// Approximate memory of the texts from the client.
    pub(crate) fn bytes(&self) -> usize {
        let optional = [&self.state, &self.nonce, &self.code_challenge, &self.google_one_tap_credential];
        let optional: usize = optional.into_iter().flatten().map(String::len).sum();
        let lists: usize = self.resources.iter().chain(&self.prompts).map(String::len).sum();
        let asked: usize = self.asked.iter().map(str::len).sum();
        self.redirect_uri.len() + self.login_page.len() + optional + lists + asked
    }

    pub(crate) fn asks(&self, prompt: &str) -> bool {
        self.prompts.iter().any(|asked| asked == prompt)
    }

    /// Scopes that can be granted to the request: `offline_access` requires `prompt=consent`,
    /// otherwise it is dropped silently (contract §1.6), except for a device, which does not have
    /// that parameter.
    pub(crate) fn granted_scopes(&self) -> Scopes {
        let dropped = if self.asks("consent") || self.device_code.is_some() { "" } else { "offline_access" };
        self.scopes.minus(&Scopes::parse(dropped))
    }

    /// Where an interaction of this request is resumed.
    pub(crate) fn resume_path(&self, uid: &str) -> String {
        let flow = if self.device_code.is_some() { "device" } else { "auth" };
        format!("/oidc/{flow}/{uid}")
    }

    /// Scopes by API resource: those that were requested and that the user holds.
    pub(crate) fn resource_scopes(&self, store: &Store, account: &str) -> IndexMap<String, Scopes> {
        let held = |resource: &String| {
            (resource.clone(), store.held_scopes(&self.client_id, account, resource, &self.asked))
        };
        self.resources.iter().map(held).collect()
    }
}

/// Where a request leads: the page, what it is shown for, and a credential to submit there.
pub(super) struct Way {
    pub(super) login_page: String,
    pub(super) shown: Shown,
    pub(super) google_one_tap_credential: Option<String>,
}

impl Way {
    /// Derives it from the parameters. One invalid extra parameter drops all of them.
    pub(super) fn of(client_id: &str, params: &Params) -> Self {
        let extra = Extra::of(params).unwrap_or_default();
        let shown = Shown {
            app_id: Some(client_id.to_owned()),
            organization_id: extra.organization_id.clone(),
            ui_locales: extra.ui_locales.clone(),
        };
        let google_one_tap_credential = extra.google_one_tap_credential.clone();
        Self { login_page: login_page(client_id, extra), shown, google_one_tap_credential }
    }
}

/// The page for a request (contract §1.3, first table).
fn login_page(client_id: &str, extra: Extra) -> String {
    let (path, fallback) = match extra.first_screen.as_deref() {
        Some("register") => ("/register", Some("register")),
        Some("reset_password") => ("/reset-password", Some("reset-password")),
        Some("identifier:sign_in") => ("/identifier-sign-in", Some("identifier-sign-in")),
        Some("identifier:register") => ("/identifier-register", Some("identifier-register")),
        Some("single_sign_on") => ("/single-sign-on", Some("single-sign-on")),
        _ => ("/sign-in", Some("sign-in")),
    };
    // A Google credential is submitted on the page of Google's connector.
    let one_tap = extra.google_one_tap_credential.as_ref().map(|_| "social:google".to_owned());
    let direct = extra.direct_sign_in.or(one_tap);
    let fallback = fallback.filter(|_| direct.is_some()).map(ToOwned::to_owned);
    let path = match direct {
        Some(direct) => {
            let (method, target) = direct.split_once(':').unwrap_or((&direct, ""));
            let target = target.split(':').next().unwrap_or_default();
            let parts = ["direct", method, target].into_iter().filter(|part| !part.is_empty());
            format!("/{}", normalized(&parts.collect::<Vec<_>>().join("/")))
        }
        None => path.to_owned(),
    };
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("app_id", client_id);
    for (name, value) in [
        ("organization_id", extra.organization_id),
        ("ui_locales", extra.ui_locales),
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

/// A relative path as `path.join` of Node.js writes it.
fn normalized(path: &str) -> String {
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/').filter(|segment| !["", "."].contains(segment)) {
        match (segment, segments.last()) {
            ("..", Some(above)) if *above != ".." => drop(segments.pop()),
            _ => segments.push(segment),
        }
    }
    let slash = if path.ends_with('/') { "/" } else { "" };
    format!("{}{slash}", segments.join("/"))
}

/// Logto's own parameters.
#[derive(Debug, Default)]
struct Extra {
    first_screen: Option<String>,
    direct_sign_in: Option<String>,
    google_one_tap_credential: Option<String>,
    organization_id: Option<String>,
    ui_locales: Option<String>,
    one_time_token: Option<String>,
    login_hint: Option<String>,
    identifier: Option<String>,
}

impl Extra {
    /// `None` if one of them is invalid.
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
            google_one_tap_credential: text("google_one_tap_credential"),
            organization_id: text("organization_id"),
            ui_locales: text("ui_locales"),
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
            ("direct_sign_in=../../x", "/../x?app_id=a&fallback=sign-in"),
            ("first_screen=zzz&direct_sign_in=social:huggingface", "/sign-in?app_id=a"),
        ] {
            assert_eq!(Way::of("a", &Params::parse(query)).login_page, expected, "{query}");
        }
    }
}
