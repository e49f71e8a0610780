//! Examines ID tokens before they are shown as a role.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// Claims that every ID token has (OpenID Connect Core §2).
const REQUIRED: [&str; 5] = ["iss", "sub", "aud", "exp", "iat"];

/// The JOSE header of a JWT (RFC 7519 §5).
pub(crate) fn header(token: &str) -> Option<Value> {
    decoded(token, 0)
}

/// The payload of a JWT (RFC 7519 §3), unverified: for showing only.
pub(crate) fn claims(token: &str) -> Option<Value> {
    decoded(token, 1)
}

fn decoded(token: &str, part: usize) -> Option<Value> {
    let part = token.split('.').nth(part)?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

/// What is wrong with the form of an ID token. The app judges the content; this only makes
/// sure that the role does not hide something that is not a token.
pub(super) fn defect(token: &str) -> Option<String> {
    let (Some(header), Some(claims)) = (header(token), claims(token)) else {
        return Some("is not a JWT".to_owned());
    };
    if token.split('.').count() != 3 {
        return Some("is not a signed JWT".to_owned());
    }
    match header.get("alg").and_then(Value::as_str) {
        None => return Some("does not name an `alg`".to_owned()),
        Some(alg) if alg.eq_ignore_ascii_case("none") => {
            return Some("is not signed: `alg` is `none`".to_owned());
        }
        Some(_) => {}
    }
    let missing: Vec<&str> = REQUIRED.into_iter().filter(|name| claims.get(name).is_none()).collect();
    (!missing.is_empty()).then(|| format!("lacks {}", missing.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(header: &str, claims: &str) -> String {
        format!("{}.{}.c2ln", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims))
    }

    #[test]
    fn a_defect_is_not_hidden_by_a_role() {
        let whole = r#"{"iss":"i","sub":"s","aud":"a","exp":1,"iat":1}"#;
        assert_eq!(defect(&token(r#"{"alg":"ES384"}"#, whole)), None);
        assert_eq!(defect(&token(r#"{"alg":"None"}"#, whole)).unwrap(), "is not signed: `alg` is `none`");
        assert_eq!(
            defect(&token(r#"{"alg":"ES384"}"#, r#"{"iss":"i","sub":"s"}"#)).unwrap(),
            "lacks aud, exp, iat"
        );
        assert_eq!(defect("opaque").unwrap(), "is not a JWT");
    }
}
