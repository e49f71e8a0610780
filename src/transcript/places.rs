//! The places in which new values appear, and the roles they play there. A
//! visible table instead of patterns: what stands nowhere in it is shown as it is.

use kit::Party;
use serde_json::Value;
use url::Url;

use super::body::Body;
use super::jwt;
use super::roles::Roles;
use crate::walker::Hop;

/// Where the parties of the walk are, by which a place is told from a
/// like-named one elsewhere.
#[derive(Debug, Clone)]
pub struct Origins {
    /// `[APP]`.
    pub app: Url,
    /// `[LOGTO]`.
    pub logto: Url,
    /// `[HF]`.
    pub huggingface: Url,
    /// Further names of app and Logto, each with its role.
    pub others: Vec<(&'static str, Party, Url)>,
}

impl Origins {
    /// Whose address this is.
    pub(crate) fn party(&self, url: &Url) -> Option<Party> {
        let all =
            [(Party::APP, &self.app), (Party::LOGTO, &self.logto), (Party::HUGGINGFACE, &self.huggingface)];
        let others = self.others.iter().map(|(_, party, origin)| (*party, origin));
        all.into_iter().chain(others).find(|(_, origin)| one_origin(origin, url)).map(|(party, _)| party)
    }
}

/// Whether two addresses of the web have the same origin.
pub(super) fn one_origin(a: &Url, b: &Url) -> bool {
    // As `Url::origin`, which copies the host.
    a.scheme() == b.scheme()
        && a.host_str() == b.host_str()
        && a.port_or_known_default() == b.port_or_known_default()
}

/// A kind of place in a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    /// Query of an address.
    Query,
    /// Form-encoded body of a request.
    Form,
    /// Member of a JSON object in a request, at any depth.
    Asked,
    /// Member of a JSON object in a response, at any depth.
    Answered,
    /// `Set-Cookie`; `*` is every cookie.
    Cookie,
    /// Field of a form in a page.
    Field,
    /// Member of header or payload of an ID token.
    Claim,
}

/// Whose messages, where in them, under which name, and the role of the value.
type Place = (Party, At, &'static str, &'static str);

const PLACES: &[Place] = &[
    (Party::APP, At::Query, "code", "CODE"),
    (Party::APP, At::Query, "state", "STATE"),
    (Party::APP, At::Answered, "sub", "USER"),
    (Party::APP, At::Cookie, "*", "APP_SESSION"),
    // Logto, as the provider of the app.
    (Party::LOGTO, At::Query, "state", "STATE"),
    (Party::LOGTO, At::Query, "nonce", "NONCE"),
    (Party::LOGTO, At::Query, "code_challenge", "CODE_CHALLENGE"),
    (Party::LOGTO, At::Query, "id_token_hint", "ID_TOKEN"),
    (Party::LOGTO, At::Form, "code", "CODE"),
    (Party::LOGTO, At::Form, "code_verifier", "CODE_VERIFIER"),
    (Party::LOGTO, At::Form, "refresh_token", "REFRESH_TOKEN"),
    (Party::LOGTO, At::Form, "xsrf", "XSRF"),
    (Party::LOGTO, At::Field, "xsrf", "XSRF"),
    (Party::LOGTO, At::Answered, "access_token", "ACCESS_TOKEN"),
    (Party::LOGTO, At::Answered, "refresh_token", "REFRESH_TOKEN"),
    (Party::LOGTO, At::Answered, "id_token", "ID_TOKEN"),
    (Party::LOGTO, At::Answered, "sub", "USER"),
    (Party::LOGTO, At::Answered, "kid", "KID"),
    (Party::LOGTO, At::Claim, "sub", "USER"),
    (Party::LOGTO, At::Claim, "nonce", "NONCE"),
    (Party::LOGTO, At::Claim, "kid", "KID"),
    (Party::LOGTO, At::Cookie, "_session", "SESSION"),
    (Party::LOGTO, At::Cookie, "_interaction_resume", "INTERACTION"),
    // Logto, as a client of Hugging Face: its callback, and its page's calls.
    (Party::LOGTO, At::Query, "code", "HF_CODE"),
    (Party::LOGTO, At::Asked, "code", "HF_CODE"),
    (Party::LOGTO, At::Asked, "state", "STATE"),
    (Party::LOGTO, At::Asked, "verificationId", "VERIFICATION"),
    (Party::LOGTO, At::Answered, "verificationId", "VERIFICATION"),
    (Party::HUGGINGFACE, At::Query, "state", "STATE"),
    (Party::HUGGINGFACE, At::Query, "nonce", "NONCE"),
    (Party::HUGGINGFACE, At::Query, "code_challenge", "CODE_CHALLENGE"),
    (Party::HUGGINGFACE, At::Form, "code", "HF_CODE"),
    (Party::HUGGINGFACE, At::Form, "client_assertion", "CLIENT_ASSERTION"),
    (Party::HUGGINGFACE, At::Field, "code", "HF_CODE"),
    (Party::HUGGINGFACE, At::Form, "code_verifier", "CODE_VERIFIER"),
    (Party::HUGGINGFACE, At::Form, "refresh_token", "HF_REFRESH_TOKEN"),
    (Party::HUGGINGFACE, At::Answered, "access_token", "HF_ACCESS_TOKEN"),
    (Party::HUGGINGFACE, At::Answered, "refresh_token", "HF_REFRESH_TOKEN"),
    (Party::HUGGINGFACE, At::Answered, "id_token", "HF_ID_TOKEN"),
    (Party::HUGGINGFACE, At::Answered, "kid", "HF_KID"),
    (Party::HUGGINGFACE, At::Claim, "kid", "HF_KID"),
    (Party::HUGGINGFACE, At::Cookie, "token", "HF_SESSION"),
];

/// Learns new values from messages.
pub(super) struct Learner<'a> {
    pub(super) roles: &'a mut Roles,
    pub(super) origins: &'a Origins,
}

impl Learner<'_> {
    fn know(&mut self, party: Party, at: At, name: &str, value: &str) {
        let found = PLACES
            .iter()
            .find(|place| place.0 == party && place.1 == at && (place.2 == name || place.2 == "*"));
        if let Some((_, _, _, role)) = found {
            self.roles.know(role, value);
        }
    }

    /// A request: its address and its body.
    pub(super) fn request(&mut self, url: &Url, body: &Body<'_>) {
        self.url(url);
        let Some(party) = self.origins.party(url) else { return };
        match &body.json {
            Some(json) => self.json(party, At::Asked, json),
            None => {
                for (name, value) in form_urlencoded::parse(body.text.as_bytes()) {
                    self.know(party, At::Form, &name, &value);
                }
            }
        }
    }

    /// A response: where it leads, and its body.
    pub(super) fn response(&mut self, url: &Url, location: Option<&str>, body: &Body<'_>) {
        if let Some(target) = location.and_then(|location| url.join(location).ok()) {
            self.url(&target);
        }
        let Some(party) = self.origins.party(url) else { return };
        if let Some(json) = &body.json {
            self.json(party, At::Answered, json);
        }
    }

    /// What only the browser sees of a response: cookies and fields.
    pub(super) fn seen(&mut self, hop: &Hop) {
        let Some(party) = self.origins.party(&hop.request.url) else { return };
        for cookie in hop.response.cookies.iter().filter(|cookie| !cookie.value.is_empty()) {
            if party == Party::LOGTO && cookie.name == "_interaction" {
                self.interactions(&cookie.value);
            }
            // A signature says nothing that its cookie does not: no role of its own.
            if !cookie.name.ends_with(".sig") {
                self.know(party, At::Cookie, &cookie.name, &cookie.value);
            }
        }
        if hop.is_html() {
            for field in hop.page().forms.iter().flat_map(|form| &form.fields) {
                self.know(party, At::Field, &field.name, &field.value);
            }
        }
    }

    fn url(&mut self, url: &Url) {
        let Some(party) = self.origins.party(url) else { return };
        for (name, value) in url.query_pairs() {
            self.know(party, At::Query, &name, &value);
        }
        // The resume address names the interaction (contract §1.4).
        if party == Party::LOGTO
            && let Some(uid) = url.path().strip_prefix("/oidc/auth/")
        {
            self.roles.know("INTERACTION", uid);
        }
    }

    /// Percent-encoded JSON of application → interaction (contract §8).
    fn interactions(&mut self, cookie: &str) {
        let decoded = percent_encoding::percent_decode_str(cookie).decode_utf8_lossy();
        let uids: Value = serde_json::from_str(&decoded).unwrap_or_default();
        for uid in uids.as_object().into_iter().flatten().filter_map(|(_, uid)| uid.as_str()) {
            self.roles.know("INTERACTION", uid);
        }
    }

    fn json(&mut self, party: Party, at: At, value: &Value) {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    match value {
                        Value::String(text) => self.text(party, at, name, text),
                        other => self.json(party, at, other),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.json(party, at, item)),
            _ => {}
        }
    }

    fn text(&mut self, party: Party, at: At, name: &str, text: &str) {
        self.know(party, at, name, text);
        // `authorizationUri` and `redirectTo` are addresses, with values in them.
        if let Ok(url) = Url::parse(text) {
            self.url(&url);
        }
        if at == At::Answered && name == "id_token" {
            let parts = [jwt::header(text), jwt::claims(text)];
            for claims in parts.into_iter().flatten() {
                self.json(party, At::Claim, &claims);
            }
        }
    }
}
