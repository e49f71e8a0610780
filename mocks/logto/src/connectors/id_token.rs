//! ID tokens as `jose` 6.2.3 verifies them for the `oidc` connector. Logto does not catch its
//! errors: each becomes a 500 without a code (contract §11).

use base64::Engine as _;
use serde_json::{Map, Value};

use super::id_token_error::{IdTokenError, LENIENT};
use super::keys::{Algorithm, KeySet};
use super::numbers;

/// What an ID token is checked against.
#[derive(Debug)]
pub(super) struct Expected<'a> {
    /// `idTokenVerificationConfig` of the connector.
    pub(super) settings: &'a Map<String, Value>,
    /// The client id; it takes precedence over an audience in the settings.
    pub(super) audience: &'a str,
    /// Seconds since the epoch.
    pub(super) now: i64,
}

/// A signed token that is not verified yet.
#[derive(Debug)]
pub(super) struct IdToken {
    header: Map<String, Value>,
    algorithm: String,
    signed: String,
    payload: String,
    signature: String,
}

impl IdToken {
    /// Parses a token and checks its header: what is refused here is refused before the key set is
    /// fetched.
    pub(super) fn parse(token: &str, expected: &Expected<'_>) -> Result<Self, IdTokenError> {
        let parts: Vec<&str> = token.split('.').collect();
        let [head, payload, signature] = parts[..] else {
            return Err(IdTokenError::NoJwt("it does not have three parts"));
        };
        let header = object(head).ok_or(IdTokenError::NoJwt("its header is not a JSON object"))?;
        check_critical(&header, expected)?;
        let Some(Value::String(algorithm)) = header.get("alg").filter(|alg| **alg != "") else {
            return Err(IdTokenError::NoJwt("its header has no algorithm"));
        };
        let allowed = expected.settings.get("algorithms").and_then(Value::as_array);
        if allowed.is_some_and(|allowed| !allowed.iter().any(|known| known == algorithm)) {
            return Err(IdTokenError::AlgorithmNotAllowed(algorithm.clone()));
        }
        Ok(Self {
            algorithm: algorithm.clone(),
            signed: format!("{head}.{payload}"),
            payload: payload.to_owned(),
            signature: signature.to_owned(),
            header,
        })
    }

    /// Verifies the signature and returns the claims, if they are valid.
    pub(super) fn claims(
        &self,
        keys: &KeySet,
        expected: &Expected<'_>,
    ) -> Result<Map<String, Value>, IdTokenError> {
        let algorithm = Algorithm::named(&self.algorithm)
            .ok_or_else(|| IdTokenError::AlgorithmUnknown(self.algorithm.clone()))?;
        let key = keys.key(algorithm, self.header.get("kid").and_then(Value::as_str))?;
        let signature = LENIENT.decode(&self.signature).map_err(|_| IdTokenError::Signature)?;
        key.verify(algorithm, self.signed.as_bytes(), &signature)?;
        let claims = object(&self.payload).ok_or(IdTokenError::NoJwt("its claims are not a JSON object"))?;
        check_type(&self.header, expected)?;
        check_names(&claims, expected)?;
        check_times(&claims, expected)?;
        Ok(claims)
    }
}

fn object(part: &str) -> Option<Map<String, Value>> {
    match numbers::parsed(&String::from_utf8_lossy(&LENIENT.decode(part).ok()?)) {
        Ok(Value::Object(members)) => Some(members),
        _ => None,
    }
}

/// Extensions that the token declares critical (RFC 7515 §4.1.11).
fn check_critical(header: &Map<String, Value>, expected: &Expected<'_>) -> Result<(), IdTokenError> {
    let refused = IdTokenError::NoJwt("its critical extensions are not supported");
    let Some(critical) = header.get("crit") else { return Ok(()) };
    let names = critical.as_array().filter(|names| !names.is_empty()).ok_or_else(|| refused.clone())?;
    let understood = expected.settings.get("crit").and_then(Value::as_object);
    for name in names {
        let name = name.as_str().unwrap_or_default();
        let known = name == "b64" || understood.is_some_and(|names| names.contains_key(name));
        // A token with an unencoded payload (RFC 7797) is never a JWT.
        if !known || !header.contains_key(name) || header.get("b64") == Some(&Value::Bool(false)) {
            return Err(refused);
        }
    }
    Ok(())
}

/// `typ` of the header, if one is configured; a media type may omit `application/`.
fn check_type(header: &Map<String, Value>, expected: &Expected<'_>) -> Result<(), IdTokenError> {
    let Some(wanted) = expected.settings.get("typ").and_then(Value::as_str) else { return Ok(()) };
    let normal = |text: &str| {
        let text = text.to_lowercase();
        if text.contains('/') { text } else { format!("application/{text}") }
    };
    let found = header.get("typ").cloned().unwrap_or_default();
    match found.as_str() {
        Some(found) if normal(found) == normal(wanted) => Ok(()),
        _ => Err(IdTokenError::Claim { claim: "typ", found }),
    }
}

/// Issuer, subject and audience.
fn check_names(claims: &Map<String, Value>, expected: &Expected<'_>) -> Result<(), IdTokenError> {
    let wrong = |claim| {
        let found = claims.get(claim).cloned().unwrap_or_default();
        Err(IdTokenError::Claim { claim, found })
    };
    let found = claims.get("iss");
    match expected.settings.get("issuer") {
        Some(Value::Array(issuers)) if !found.is_some_and(|found| issuers.contains(found)) => {
            return wrong("iss");
        }
        Some(Value::String(issuer)) if found.and_then(Value::as_str) != Some(issuer) => return wrong("iss"),
        _ => {}
    }
    let subject = expected.settings.get("subject");
    if subject.is_some() && claims.get("sub") != subject {
        return wrong("sub");
    }
    let meant = match claims.get("aud") {
        Some(Value::String(audience)) => audience == expected.audience,
        Some(Value::Array(audiences)) => audiences.iter().any(|audience| audience == expected.audience),
        _ => false,
    };
    if meant { Ok(()) } else { wrong("aud") }
}

/// `iat`, `nbf` and `exp` are numbers if they are present. They are optional, unless the connector
/// has a maximum age.
#[expect(clippy::cast_precision_loss, reason = "JavaScript's times are doubles, too")]
fn check_times(claims: &Map<String, Value>, expected: &Expected<'_>) -> Result<(), IdTokenError> {
    let now = expected.now as f64;
    let tolerance = length_of_time(expected.settings, "clockTolerance")?.unwrap_or(0.0);
    let greatest_age = length_of_time(expected.settings, "maxTokenAge")?;
    let wrong = |claim| {
        let found = claims.get(claim).cloned().unwrap_or_default();
        IdTokenError::Claim { claim, found }
    };
    let time = |claim: &'static str| match claims.get(claim) {
        None => Ok(None),
        Some(value) => value.as_f64().map(Some).ok_or_else(|| wrong(claim)),
    };
    let issued = time("iat")?;
    if time("nbf")?.is_some_and(|start| start > now + tolerance) {
        return Err(wrong("nbf"));
    }
    if time("exp")?.is_some_and(|end| end <= now - tolerance) {
        return Err(wrong("exp"));
    }
    if let Some(greatest) = greatest_age {
        let age = now - issued.ok_or_else(|| wrong("iat"))?;
        if age - tolerance > greatest || age < -tolerance {
            return Err(wrong("iat"));
        }
    }
    Ok(())
}

/// Seconds: a number, or a text such as `5 minutes`.
fn length_of_time(settings: &Map<String, Value>, name: &'static str) -> Result<Option<f64>, IdTokenError> {
    match settings.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => seconds(text).map(Some).ok_or(IdTokenError::NoLengthOfTime(name)),
        Some(other) => Ok(other.as_f64()),
    }
}

const UNITS: [(&[&str], f64); 6] = [
    (&["s", "sec", "secs", "second", "seconds"], 1.0),
    (&["m", "min", "mins", "minute", "minutes"], 60.0),
    (&["h", "hr", "hrs", "hour", "hours"], 3600.0),
    (&["d", "day", "days"], 86_400.0),
    (&["w", "week", "weeks"], 604_800.0),
    (&["y", "yr", "yrs", "year", "years"], 31_557_600.0),
];

/// A text such as `+1.5 h` or `10 minutes ago`: sign, number, unit and direction.
fn seconds(text: &str) -> Option<f64> {
    let lower = text.to_lowercase();
    let (past, rest) = match lower.strip_suffix(" ago") {
        Some(rest) => (true, rest),
        None => (false, lower.strip_suffix(" from now").unwrap_or(&lower)),
    };
    let (minus, rest) = match (rest.strip_prefix('-'), rest.strip_prefix('+')) {
        (Some(rest), _) => (true, rest),
        (None, rest_after_plus) => (false, rest_after_plus.unwrap_or(rest)),
    };
    // A sign and a direction exclude each other.
    let signed = text.starts_with(['+', '-']);
    if signed && (past || lower.ends_with(" from now")) {
        return None;
    }
    let rest = rest.strip_prefix(' ').unwrap_or(rest);
    let end = rest.find(|character: char| !character.is_ascii_digit() && character != '.')?;
    let (number, unit) = rest.split_at(end);
    let unit = unit.strip_prefix(' ').unwrap_or(unit);
    let plain = number.starts_with(|first: char| first.is_ascii_digit())
        && number.ends_with(|last: char| last.is_ascii_digit());
    let number: f64 = number.parse().ok().filter(|_| plain)?;
    let (_, length) = UNITS.iter().find(|(names, _)| names.contains(&unit))?;
    let seconds = (number * length).round();
    Some(if minus || past { -seconds } else { seconds })
}

#[cfg(test)]
mod tests;
