//! The app secrets of an application in Logto, and the one that the app sends.

use jiff::Timestamp;
use kit::Clock;
use oauth::secret::{Difference, difference};
use serde_json::{Map, Value, json};

use super::case::Case;
use super::twin_parts::related;
use crate::findings::{Evidence, Finding};
use crate::placeholder::literal;

/// An app secret, as `GET /api/applications/:id/secrets` lists it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct AppSecret<'c> {
    /// Its name in the Logto console.
    pub(super) name: &'c str,
    pub(super) value: &'c str,
    /// When it expires, in milliseconds since 1970.
    pub(super) expires_at: Option<i64>,
}

impl AppSecret<'_> {
    fn is_expired(&self) -> bool {
        self.expires_at.is_some_and(|at| at <= Clock::system().millis())
    }
}

impl Case {
    /// Whether the application is of a type without secrets, because its code is public.
    fn is_public(&self) -> bool {
        let kind = self.application.as_ref().and_then(|record| record.get("type")?.as_str());
        matches!(kind, Some("SPA" | "Native"))
    }

    /// The secrets of the application; `None` if they are not known, or the application has none
    /// because its code is public.
    pub(super) fn app_secrets(&self) -> Option<Vec<AppSecret<'_>>> {
        let record = self.application.as_ref().filter(|_| !self.is_public())?;
        let text = |name: &str| record.get(name).and_then(Value::as_str);
        if let Some(secrets) = record.get("secrets").and_then(Value::as_array) {
            let read = |one| {
                let text = |name: &str| Value::get(one, name).and_then(Value::as_str);
                Some(AppSecret {
                    name: text("name").unwrap_or_default(),
                    value: text("value")?,
                    expires_at: one.get("expiresAt").and_then(milliseconds),
                })
            };
            return Some(secrets.iter().filter_map(read).collect());
        }
        // Before 1.21, the record itself contains it; since then, there may be an internal one.
        let legacy = text("secret").filter(|secret| !secret.starts_with("internal_"))?;
        Some(vec![AppSecret { name: "secret", value: legacy, expires_at: None }])
    }

    /// The secret of the application that the app sends, perhaps with a slip.
    fn sent_secret(&self) -> Option<AppSecret<'_>> {
        let sent = self.app.app_secret.as_deref()?;
        let secrets = self.app_secrets()?;
        let alike = |secret: &&AppSecret<'_>| !secret.value.is_empty() && sent.contains(secret.value);
        let same = secrets.iter().find(|secret| secret.value == sent);
        same.or_else(|| secrets.iter().find(alike)).copied()
    }
}

fn milliseconds(at: &Value) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "a time with a fraction of a millisecond")]
    at.as_i64().or_else(|| at.as_f64().map(|at| at as i64))
}

/// Whether the secret with which the app authenticates has expired.
pub(super) fn expired(case: &Case) -> bool {
    match (case.app.app_secret.as_deref(), case.sent_secret()) {
        (Some(_), sent) => sent.is_some_and(|secret| secret.is_expired()),
        // Whichever the app has, it is one of these.
        (None, _) => case
            .app_secrets()
            .is_some_and(|secrets| !secrets.is_empty() && secrets.iter().all(AppSecret::is_expired)),
    }
}

/// The secret that the app sends, if it is the application's ID.
fn related_to_id(case: &Case, sent: &str) -> Option<String> {
    let id = case.application.as_ref()?.get("id")?.as_str()?;
    (sent.trim() == id).then(|| sent.replace(id, "[APP_ID]"))
}

/// The ID that the app sends, as `given.app` represents it; `None` if it is the right one.
pub(super) fn sent_id(case: &Case) -> Option<String> {
    let sent = case.app.app_id.as_deref()?;
    let own = case.application.as_ref()?.get("id")?.as_str()?;
    let secrets = case.app_secrets().unwrap_or_default();
    let secret = secrets.iter().find(|secret| !secret.value.is_empty() && sent.trim() == secret.value);
    match secret {
        Some(secret) => Some(sent.replace(secret.value, "[APP_SECRET]")),
        None => related(sent, own, "[APP_ID]"),
    }
}

/// Whether the app sends one of the application's secrets percent-encoded.
pub(super) fn sends_encoded(case: &Case) -> bool {
    let Some(sent) = case.app.app_secret.as_deref() else { return false };
    let secrets = case.app_secrets().unwrap_or_default();
    secrets.iter().any(|secret| difference(secret.value, sent, None) == Difference::PercentEncoded)
}

/// How the app authenticates, as `given.app` represents it: with nothing in it, by the secret that Logto issued.
pub(super) fn sent(case: &Case, assumed: &mut Vec<String>, unknown: &mut Vec<String>) -> Map<String, Value> {
    if case.app.app_secret.as_deref() == Some("") {
        return Map::from_iter([("client_auth".to_owned(), json!("none"))]);
    }
    if case.is_public() {
        let (lever, value) = match &case.app.app_secret {
            // The person says that the app sends one.
            Some(sent) => ("app_secret", related_to_id(case, sent).unwrap_or_else(|| literal(sent))),
            None => ("client_auth", "none".to_owned()),
        };
        return Map::from_iter([(lever.to_owned(), json!(value))]);
    }
    let known = case.app_secrets();
    let other = match (case.app.app_secret.as_deref(), &known) {
        (Some(sent), Some(secrets)) => match case.sent_secret().or_else(|| secrets.first().copied()) {
            Some(own) => related_to_id(case, sent).or_else(|| related(sent, own.value, "[APP_SECRET]")),
            // Logto has deleted every secret.
            None => Some(literal(sent)),
        },
        // Swapped, or wrong: either can be seen without the application's secrets.
        (Some(sent), None) if related_to_id(case, sent).is_some() => related_to_id(case, sent),
        (None, Some(secrets)) if secrets.is_empty() => {
            unknown.push(
                "Which app secret the app has: the application's record lists none (`secrets`), and then Logto accepts \
                 none. Pass the app's with --app-secret to see it."
                    .to_owned(),
            );
            None
        }
        (None, Some(_)) if expired(case) => {
            assumed
                .push("The app has one of the application's secrets, all of which have expired.".to_owned());
            None
        }
        (None, Some(secrets)) if secrets.iter().any(AppSecret::is_expired) => {
            assumed.push("The app has a secret of the application that has not expired.".to_owned());
            None
        }
        _ => {
            assumed.push("The app has the app secret that Logto issued.".to_owned());
            None
        }
    };
    other.map(|other| ("app_secret".to_owned(), json!(other))).into_iter().collect()
}

/// The finding, with the times at which the application's secrets expired if that is what it is
/// about: those of the twin are not the person's.
pub(super) fn with_expiry(case: &Case, mut finding: Finding) -> Finding {
    if finding.cause.id() != "application/secret-expired" {
        return finding;
    }
    let all = case.sent_secret().map_or_else(|| case.app_secrets().unwrap_or_default(), |sent| vec![sent]);
    for secret in all {
        let Some(at) = secret.expires_at.and_then(|at| Timestamp::from_millisecond(at).ok()) else {
            continue;
        };
        let value = format!("“{}”, which expired at {at:.0}", secret.name);
        finding.evidence.push(Evidence::Setting { field: "application.secrets".to_owned(), value });
    }
    finding
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAST: i64 = 1_763_900_000_000;

    fn case(secrets: &Value, sent: Option<&str>) -> Case {
        let record = json!({ "type": "Traditional", "secrets": secrets });
        let mut case = Case { application: record.as_object().cloned(), ..Case::default() };
        case.app.app_secret = sent.map(ToOwned::to_owned);
        case
    }

    fn sends(case: &Case) -> Option<Value> {
        sent(case, &mut vec![], &mut vec![]).remove("app_secret")
    }

    #[test]
    fn the_secret_that_is_sent_decides() {
        let secrets = json!([
            { "name": "old", "value": "aaaaaaaa", "expiresAt": PAST },
            { "name": "new", "value": "bbbbbbbb", "expiresAt": null },
        ]);
        assert!(expired(&case(&secrets, Some("aaaaaaaa"))));
        assert!(expired(&case(&secrets, Some("aaaaaaaa\n"))));
        assert!(!expired(&case(&secrets, Some("bbbbbbbb"))));
        assert!(!expired(&case(&secrets, None)));
        assert!(expired(&case(&json!([{ "value": "aaaaaaaa", "expiresAt": PAST }]), None)));
        assert_eq!(sends(&case(&secrets, Some("bbbbbbbb\n"))), Some(json!("[APP_SECRET]\n")));
        assert_eq!(sends(&case(&secrets, Some("bbbbbbbb"))), None);
    }

    #[test]
    fn a_public_app_sends_a_secret_only_if_the_person_says_so() {
        let mut case = case(&json!([]), None);
        case.application = json!({ "type": "SPA", "secrets": [] }).as_object().cloned();
        let sends = |case: &Case| Value::Object(sent(case, &mut vec![], &mut vec![]));
        assert_eq!(sends(&case), json!({ "client_auth": "none" }));
        case.app.app_secret = Some("aaaaaaaa".to_owned());
        assert_eq!(sends(&case), json!({ "app_secret": "aaaaaaaa" }));
    }

    #[test]
    fn without_secrets_none_is_accepted() {
        assert_eq!(sends(&case(&json!([]), Some("aaaaaaaa"))), Some(json!("aaaaaaaa")));
        assert_eq!(sends(&case(&json!([]), None)), None);
        assert!(!expired(&case(&json!([]), None)));
    }
}
