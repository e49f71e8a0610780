//! Values that cannot be right, or rarely are: seen in the settings alone, without a walk.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use super::case::Case;
use super::diagnosis::Found;
use super::members::Record;
use crate::document::hint::nearest;
use crate::findings::{Cause, Evidence, Finding, Warning, shown_secret};

mod form;
mod members;

use form::Seen;

/// A secret that expires within this time is worth a warning.
const SOON: SignedDuration = SignedDuration::from_hours(14 * 24);
/// The connector's members that are addresses.
const ENDPOINTS: [&str; 3] = ["authorizationEndpoint", "tokenEndpoint", "userInfoEndpoint"];

/// What is worth a look in a set-up, apart from what was found to be wrong.
pub(super) fn warnings(case: &Case, found: &[Found], now: Timestamp) -> Vec<Finding> {
    let mut noted = Noted { warnings: vec![], found };
    connector(case, &mut noted);
    oauth_app(case, &mut noted);
    application(case, now, &mut noted);
    options(case, &mut noted);
    noted.warnings
}

/// The warnings so far: one for each kind, with each value as evidence.
struct Noted<'f> {
    warnings: Vec<Finding>,
    found: &'f [Found],
}

impl Noted<'_> {
    /// Notes what a value looks like, unless a finding is about this value already.
    fn note(&mut self, field: &str, seen: Seen, shown: &str) {
        let Some((warning, why)) = seen else { return };
        if self.found.iter().any(|found| is_about(found, field)) {
            return;
        }
        let at = self.warnings.iter().position(|known| known.cause == warning.into());
        let at = at.unwrap_or_else(|| {
            self.warnings.push(Finding::new(warning));
            self.warnings.len() - 1
        });
        self.warnings[at]
            .evidence
            .push(Evidence::Setting { field: field.to_owned(), value: format!("{shown}: {why}") });
    }

    fn secret(&mut self, field: &str, value: &str) {
        self.note(field, form::secret(value), &shown_secret(value));
    }

    fn id(&mut self, field: &str, value: &str) {
        // It may be a secret.
        self.note(field, form::id(value), "not shown");
    }

    fn address(&mut self, field: &str, value: &str) {
        self.note(field, form::unfilled_address(value), &format!("“{value}”"));
    }

    /// Notes an ID and the secret that belongs to it, at Hugging Face.
    fn pair(&mut self, (id_field, id): (&str, Option<&str>), (secret_field, secret): (&str, Option<&str>)) {
        let swapped = id.is_some_and(form::is_app_secret);
        if let Some(id) = id.filter(|_| swapped) {
            let seen = Some((Warning::ValuesSwapped, "it begins as secrets do".to_owned()));
            self.note(id_field, seen, &shown_secret(id));
        } else if let Some(id) = id {
            self.id(id_field, id);
        }
        let Some(secret) = secret else { return };
        let why = |warning, why: &str| Some((warning, why.to_owned()));
        let same = id.is_some_and(|id| id.trim() == secret.trim() && !id.trim().is_empty());
        let seen = match () {
            () if swapped && form::is_uuid(secret) => {
                why(Warning::ValuesSwapped, "it has the form of a client ID")
            }
            () if same && form::unfilled(secret).is_none() => {
                why(Warning::ClientIdAsSecret, "it is the same as the client ID")
            }
            () if form::is_uuid(secret) => why(Warning::ClientIdAsSecret, "it has the form of a client ID"),
            () => form::secret(secret),
        };
        self.note(secret_field, seen, &shown_secret(secret));
    }

    /// Notes members whose names are misspelt.
    fn members(&mut self, field: &str, given: &Map<String, Value>, known: &[&str]) {
        for name in given.keys().filter(|name| !known.contains(&name.as_str())) {
            if let Some(meant) = nearest(&members::folded(name), known.iter().copied()) {
                let seen = Some((Warning::MemberUnknown, format!("`{meant}` is the name that Logto knows")));
                self.note(&format!("{field}.{name}"), seen, "not read by Logto");
            }
        }
    }
}

/// Whether a finding is about this value.
fn is_about(found: &Found, field: &str) -> bool {
    let named = found.finding.evidence.iter().any(|evidence| match evidence {
        Evidence::Setting { field: other, .. } => other == field,
        _ => false,
    });
    let id = found.finding.cause.id();
    let begins = |starts: &[&str]| starts.iter().any(|start| id.starts_with(start));
    let mended = found.finding.cause != Cause::Unknown && found.repaired_by.as_deref() == Some(field);
    named
        || mended
        || match field {
            "connector.config.clientId" => begins(&["connector/client-id-"]),
            "connector.config.clientSecret" => begins(&["connector/secret-"]),
            "--app-id" => begins(&["app/app-id-"]),
            "--app-secret" => begins(&["app/app-secret-", "app/app-id-and-secret-"]),
            "--redirect-uri" => begins(&["application/redirect-uri-"]),
            "--post-sign-out-uri" => begins(&["application/post-sign-out-uri-"]),
            "application.secrets" => begins(&["application/secret-"]),
            _ => false,
        }
}

fn connector(case: &Case, noted: &mut Noted<'_>) {
    let config = &case.connector.config;
    let text = |name: &str| config.get(name).and_then(Value::as_str);
    noted.pair(
        ("connector.config.clientId", text("clientId")),
        ("connector.config.clientSecret", text("clientSecret")),
    );
    if let Some(scope) = text("scope") {
        noted.note("connector.config.scope", form::unfilled(scope), &format!("“{scope}”"));
    }
    for name in ENDPOINTS {
        if let Some(address) = text(name) {
            endpoint(&format!("connector.config.{name}"), address, noted);
        }
    }
    let verification = config.get("idTokenVerificationConfig");
    for name in ["jwksUri", "issuer"] {
        if let Some(address) = verification.and_then(|members| members.get(name)?.as_str()) {
            endpoint(&format!("connector.config.idTokenVerificationConfig.{name}"), address, noted);
        }
    }
    noted.members("connector.config", config, members::of_connector(case.connector.factory));
}

fn endpoint(field: &str, address: &str, noted: &mut Noted<'_>) {
    let over_http = address.trim().to_ascii_lowercase().starts_with("http://huggingface.co");
    let seen = over_http.then(|| (Warning::EndpointOverHttp, "Hugging Face answers only https".to_owned()));
    noted.note(field, form::unfilled_address(address).or(seen), &format!("“{address}”"));
}

fn oauth_app(case: &Case, noted: &mut Noted<'_>) {
    let Some(app) = &case.oauth_app else { return };
    noted.pair(
        ("huggingface.app.client_id", app.client_id.as_deref()),
        ("huggingface.app.secret", app.secret.as_deref()),
    );
    for uri in app.redirect_uris.iter().flatten() {
        noted.address("huggingface.app.redirect_uris", uri);
    }
}

fn application(case: &Case, now: Timestamp, noted: &mut Noted<'_>) {
    let Some(record) = &case.application else { return };
    if let Some(id) = record.get("id").and_then(Value::as_str) {
        noted.id("application.id", id);
    }
    noted.members("application", record, &Record::Application.names(None));
    if let Some(metadata) = record.get("oidcClientMetadata").and_then(Value::as_object) {
        let known = Record::Application.names(Some("oidcClientMetadata"));
        noted.members("application.oidcClientMetadata", metadata, &known);
        for name in ["redirectUris", "postLogoutRedirectUris"] {
            for uri in
                metadata.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
            {
                noted.address(&format!("application.oidcClientMetadata.{name}"), uri);
            }
        }
    }
    let secrets: Vec<&Value> =
        record.get("secrets").and_then(Value::as_array).into_iter().flatten().collect();
    for secret in secrets.iter().filter_map(|secret| secret.get("value")?.as_str()) {
        noted.secret("application.secrets", secret);
    }
    expiry(case, &secrets, now, noted);
}

/// A secret that ends soon: the one that the app has, or every one that has not ended yet. Where another will do, an
/// old one may well end.
fn expiry(case: &Case, secrets: &[&Value], now: Timestamp, noted: &mut Noted<'_>) {
    let value = |secret: &Value| secret.get("value").and_then(Value::as_str).map(ToOwned::to_owned);
    let own = case.app.app_secret.as_deref();
    let has_own = own.is_some() && secrets.iter().any(|secret| value(secret).as_deref() == own);
    let used = secrets.iter().filter(|secret| !has_own || value(secret).as_deref() == own);
    let alive: Vec<(&&Value, Option<Timestamp>)> = used
        .map(|secret| {
            let at = secret.get("expiresAt").and_then(Value::as_i64);
            (secret, at.and_then(|at| Timestamp::from_millisecond(at).ok()))
        })
        .filter(|(_, ends)| ends.is_none_or(|ends| ends > now))
        .collect();
    if alive.iter().any(|(_, ends)| ends.is_none_or(|ends| ends.duration_since(now) > SOON)) {
        return;
    }
    for (secret, ends) in alive {
        let Some(ends) = ends else { continue };
        let name = secret.get("name").and_then(Value::as_str).unwrap_or("secret");
        let why = format!("“{name}” expires at {ends}");
        noted.note("application.secrets", Some((Warning::SecretExpiresSoon, why)), "about to expire");
    }
}

/// What the app itself sends.
fn options(case: &Case, noted: &mut Noted<'_>) {
    let app = &case.app;
    let own_id = case.application.as_ref().and_then(|record| record.get("id")?.as_str());
    if let Some(id) = &app.app_id {
        noted.id("--app-id", id);
    }
    if let Some(secret) = &app.app_secret {
        let seen = if own_id == Some(secret.trim()) {
            Some((Warning::ValuesSwapped, "it is the application's ID".to_owned()))
        } else {
            form::secret(secret)
        };
        noted.note("--app-secret", seen, &shown_secret(secret));
    }
    for (field, uri) in
        [("--redirect-uri", &app.redirect_uri), ("--post-sign-out-uri", &app.post_sign_out_redirect_uri)]
    {
        if let Some(uri) = uri {
            noted.address(field, uri);
        }
    }
}

#[cfg(test)]
mod tests;
