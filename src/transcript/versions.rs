//! One reviewed transcript for every version of Logto: what a transcript shows differently is a fact of
//! `mock_logto::FACTS`, and here is how it looks on both sides.
//!
//! A walk on a Logto of another version is translated into the terms of the reviewed one by exchanging the two
//! looks. So what the walked version would not do shows as a difference, too: where it should say one thing and
//! says the other, the exchange shows the wrong one.

use mock_logto::{Fact, Version};
use serde_json::{Map, Value};

/// The facts in which the Logto of a walk and that of its reviewed transcript differ.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Terms(Vec<Fact>);

/// A fact that shows in transcripts, and how.
struct Shown {
    fact: Fact,
    look: Look,
}

/// What differs, in messages of Logto.
enum Look {
    /// The cookie has a signature, or not.
    Signature(&'static str),
    /// The cookie's JSON is percent-encoded, or not.
    Encoding(&'static str),
    /// The response to this path has this `Cache-Control`, or none.
    CacheControl { path: &'static str, value: &'static str },
    /// The header of ID tokens has this member with this value, before the other member, or not.
    Header { name: &'static str, value: &'static str, before: &'static str },
    /// The claims of ID tokens likewise, wherever they are shown.
    Claim { name: &'static str, value: Of, before: &'static str },
}

/// The value of a claim.
enum Of {
    /// This role, or that of another value of the kind.
    Role(&'static str),
    /// What another claim has, if that is a text.
    Claim(&'static str),
}

const SHOWN: &[Shown] = &[
    Shown { fact: Fact::SignedLogtoCookie, look: Look::Signature("_logto") },
    Shown { fact: Fact::EncodedInteractions, look: Look::Encoding("_interaction") },
    Shown {
        fact: Fact::JwksNotCached,
        look: Look::CacheControl { path: "/oidc/jwks", value: "no-cache, max-age=0, must-revalidate" },
    },
    Shown { fact: Fact::NoTokenType, look: Look::Header { name: "typ", value: "JWT", before: "kid" } },
    Shown {
        fact: Fact::NoTokenHash,
        look: Look::Claim { name: "at_hash", value: Of::Role("[AT_HASH]"), before: "aud" },
    },
    Shown {
        fact: Fact::PreferredUsername,
        look: Look::Claim { name: "preferred_username", value: Of::Claim("username"), before: "picture" },
    },
];

impl Terms {
    /// From those of the walked version to those of the reviewed one.
    pub(crate) fn between(walked: Version, reviewed: Version) -> Self {
        let differ = |fact: &Fact| walked.has(*fact) != reviewed.has(*fact);
        Self(SHOWN.iter().map(|shown| shown.fact).filter(differ).collect())
    }

    /// Whether both show everything alike.
    pub(crate) fn are_the_same(&self) -> bool {
        self.0.is_empty()
    }

    fn looks(&self) -> impl Iterator<Item = &Look> {
        SHOWN.iter().filter(|shown| self.0.contains(&shown.fact)).map(|shown| &shown.look)
    }

    /// Whether the cookie is signed, in these terms.
    pub(super) fn is_signed(&self, cookie: &str, signed: bool) -> bool {
        signed != self.looks().any(|look| matches!(look, Look::Signature(name) if *name == cookie))
    }

    /// The cookies that were not sent, each with the reason, in these terms.
    pub(super) fn withheld(&self, mut cookies: Vec<String>) -> Vec<String> {
        for look in self.looks() {
            let Look::Signature(name) = look else { continue };
            let (cookie, signature) = (format!("{name}: "), format!("{name}.sig: "));
            let before = cookies.len();
            cookies.retain(|withheld| !withheld.starts_with(&signature));
            let at = cookies.iter().position(|withheld| withheld.starts_with(&cookie));
            if let Some(at) = at.filter(|_| cookies.len() == before) {
                cookies.insert(at + 1, cookies[at].replacen(&cookie, &signature, 1));
            }
        }
        cookies
    }

    /// Whether the cookie's JSON is percent-encoded, in these terms.
    pub(super) fn is_encoded(&self, cookie: &str, encoded: bool) -> bool {
        encoded != self.looks().any(|look| matches!(look, Look::Encoding(name) if *name == cookie))
    }

    /// The `Cache-Control` of a response of Logto, in these terms.
    pub(super) fn cache_control(&self, path: &str, sent: Option<String>) -> Option<String> {
        let other = self.looks().find_map(|look| match look {
            Look::CacheControl { path: of, value } if *of == path => Some(*value),
            _ => None,
        });
        match (other, sent) {
            (Some(value), None) => Some(value.to_owned()),
            (Some(value), Some(sent)) if sent == value => None,
            (_, sent) => sent,
        }
    }

    /// The header of an ID token of Logto, with roles in place of values, in these terms.
    pub(super) fn header(&self, header: Value) -> Value {
        let Value::Object(mut members) = header else { return header };
        for look in self.looks() {
            if let Look::Header { name, value, before } = look {
                exchange(&mut members, name, value, before);
            }
        }
        Value::Object(members)
    }

    /// A JSON object with roles in place of values, in these terms if it is the claims of an ID token of Logto: in the
    /// token, or as an app repeats them.
    pub(super) fn claims(&self, mut members: Map<String, Value>) -> Map<String, Value> {
        let of_logto =
            members.get("iss").and_then(Value::as_str).is_some_and(|issuer| issuer.ends_with("/oidc"));
        if of_logto && ["aud", "exp", "iat", "sub"].iter().all(|name| members.contains_key(*name)) {
            for look in self.looks() {
                let Look::Claim { name, value, before } = look else { continue };
                let value = match value {
                    Of::Role(role) => Some((*role).to_owned()),
                    Of::Claim(other) => members.get(*other).and_then(Value::as_str).map(ToOwned::to_owned),
                };
                if let Some(value) = value {
                    exchange(&mut members, name, &value, before);
                }
            }
        }
        members
    }
}

/// Removes a member, or adds it before the other one. If it has another value, it stays, and shows; a role may be
/// that of a second value.
fn exchange(members: &mut Map<String, Value>, name: &str, value: &str, before: &str) {
    match members.get(name) {
        Some(known) if is_like(known, value) => drop(members.shift_remove(name)),
        Some(_) => {}
        None => {
            let at = members.keys().position(|name| name == before).unwrap_or(members.len());
            members.shift_insert(at, name.to_owned(), Value::from(value));
        }
    }
}

fn is_like(known: &Value, value: &str) -> bool {
    let role = value.strip_suffix(']').filter(|role| role.starts_with('['));
    known == value
        || role.zip(known.as_str()).is_some_and(|(role, known)| known.starts_with(&format!("{role}:")))
}

#[cfg(test)]
mod tests {
    use mock_logto::MASTER;
    use serde_json::json;

    use super::*;

    fn old() -> Terms {
        Terms::between(Version::release(1, 34, 0), Version::default())
    }

    #[test]
    fn versions_that_differ_in_nothing_shown_need_no_translation() {
        assert!(Terms::between(MASTER, Version::default()).are_the_same());
        assert!(Terms::between(Version::default(), Version::default()).are_the_same());
        assert!(!old().are_the_same());
        assert!(
            Terms::between(Version::release(1, 41, 0), Version::default())
                .cache_control("/oidc/jwks", None)
                .is_none()
        );
    }

    #[test]
    fn what_a_version_should_do_is_translated_and_what_it_should_not_do_shows() {
        let terms = old();
        assert!(terms.is_signed("_logto", false) && !terms.is_signed("_logto", true));
        assert!(!terms.is_signed("_session", false) && terms.is_signed("_session", true));
        assert!(terms.is_encoded("_interaction", false) && !terms.is_encoded("_interaction", true));
        let told = |cookies: &[&str]| terms.withheld(cookies.iter().map(ToString::to_string).collect());
        assert_eq!(told(&["_logto: Lax", "a: Lax"]), ["_logto: Lax", "_logto.sig: Lax", "a: Lax"]);
        assert_eq!(told(&["_logto: Lax", "_logto.sig: Lax"]), ["_logto: Lax"]);
        let not_cached = Some("no-cache, max-age=0, must-revalidate".to_owned());
        assert_eq!(terms.cache_control("/oidc/jwks", None), not_cached);
        assert_eq!(terms.cache_control("/oidc/jwks", not_cached), None);
        let other = Some("no-store".to_owned());
        assert_eq!(terms.cache_control("/oidc/token", other.clone()), other);
        let header = |header| terms.header(header).to_string();
        assert_eq!(
            header(json!({ "alg": "ES384", "typ": "JWT", "kid": "k" })),
            r#"{"alg":"ES384","kid":"k"}"#
        );
        assert_eq!(header(json!({ "alg": "ES384", "kid": "k" })), r#"{"alg":"ES384","typ":"JWT","kid":"k"}"#);
        let claims = |hash: Option<&str>, issuer| {
            let mut claims =
                json!({ "sub": "u", "at_hash": hash, "aud": "a", "exp": 1, "iat": 0, "iss": issuer });
            if let (None, Value::Object(members)) = (hash, &mut claims) {
                members.shift_remove("at_hash");
            }
            let Value::Object(members) = claims else { unreachable!() };
            terms.claims(members).get("at_hash").cloned()
        };
        let logto = "[LOGTO]/oidc";
        assert_eq!(claims(Some("[AT_HASH]"), logto), None);
        assert_eq!(claims(Some("[AT_HASH:2]"), logto), None);
        assert_eq!(claims(None, logto), Some(json!("[AT_HASH]")));
        assert_eq!(claims(Some("odd"), logto), Some(json!("odd")));
        assert_eq!(claims(None, "[HF]"), None, "another party's token");
        let named = |preferred: Option<&str>, username: Option<&str>| {
            let mut told = json!({ "sub": "u", "picture": null, "username": username, "at_hash": "[AT_HASH]",
                "aud": "a", "exp": 1, "iat": 0, "iss": logto });
            if let Some(preferred) = preferred {
                told["preferred_username"] = json!(preferred);
            }
            let Value::Object(members) = told else { unreachable!() };
            terms.claims(members).get("preferred_username").cloned()
        };
        assert_eq!(named(None, Some("ada")), Some(json!("ada")));
        assert_eq!(named(Some("ada"), Some("ada")), None);
        assert_eq!(named(Some("lady"), Some("ada")), Some(json!("lady")));
        assert_eq!(named(None, None), None, "a person without a username");
    }
}
