//! Cookies, each with its signature folded in.

use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::model::ShownCookie;
use super::roles::Roles;
use super::times;
use crate::walker::{CookieFate, SetCookie};

/// `a`, `a.sig` as `a (+sig)`; a twin without the other stays visible.
pub(super) fn with_signatures(names: &[&str]) -> Vec<String> {
    let has = |name: &str| names.contains(&name);
    names
        .iter()
        .filter(|name| !name.strip_suffix(".sig").is_some_and(has))
        .map(|name| if has(&format!("{name}.sig")) { format!("{name} (+sig)") } else { (*name).to_owned() })
        .collect()
}

/// The `Set-Cookie` lines of a response that came `at` this time. A signature
/// is folded where it has the attributes and the fate of its cookie; a line that
/// comes again says nothing more.
pub(super) fn set(cookies: &[SetCookie], at: Timestamp, roles: &Roles) -> Vec<ShownCookie> {
    let alike = |a: &SetCookie, b: &SetCookie| a.attributes == b.attributes && a.fate == b.fate;
    let named = |name: &str| cookies.iter().find(|cookie| cookie.name == name);
    let again = |at: usize| cookies[..at].iter().any(|earlier| earlier.line == cookies[at].line);
    cookies
        .iter()
        .enumerate()
        .filter(|(at, _)| !again(*at))
        .map(|(_, cookie)| cookie)
        .filter(|cookie| {
            let signed = cookie.name.strip_suffix(".sig").and_then(named);
            !signed.is_some_and(|signed| alike(signed, cookie))
        })
        .map(|cookie| {
            let folded =
                named(&format!("{}.sig", cookie.name)).is_some_and(|signature| alike(signature, cookie));
            shown(cookie, folded, at, roles)
        })
        .collect()
}

fn shown(cookie: &SetCookie, folded: bool, at: Timestamp, roles: &Roles) -> ShownCookie {
    let attributes: Vec<String> = cookie.attributes.iter().map(|text| attribute(text, at, roles)).collect();
    let fate = match &cookie.fate {
        CookieFate::Stored => None,
        CookieFate::Deleted => Some("deleted".to_owned()),
        CookieFate::NothingToDelete => Some("nothing to delete".to_owned()),
        CookieFate::Dropped(reason) => Some(format!("dropped: {}", roles.replace(reason))),
    };
    let value = if cookie.name.ends_with(".sig") && !cookie.value.is_empty() {
        "[SIGNATURE]".to_owned()
    } else {
        value(&cookie.value, roles)
    };
    let name = if cookie.name.is_empty() { roles.replace(&cookie.line) } else { cookie.name.clone() };
    ShownCookie { name, signed: folded, value, attributes, fate }
}

/// JSON that was percent-encoded as JavaScript does it is shown decoded, and
/// says so; anything else is shown as it is.
///
/// Members are in the order of their names: whoever reads the cookie looks them up
/// by name, and builds of Logto's fork of `oidc-provider` order them differently.
fn value(raw: &str, roles: &Roles) -> String {
    let decoded = percent_decode_str(raw).decode_utf8_lossy();
    match serde_json::from_str::<Map<String, Value>>(&decoded) {
        Ok(members) if raw.starts_with("%7B") => {
            let mut members: Vec<String> = members
                .iter()
                .map(|(name, value)| roles.replace(&format!("{}:{value}", Value::from(name.as_str()))))
                .collect();
            members.sort();
            format!("encoded {{{}}}", members.join(","))
        }
        _ => roles.replace(raw),
    }
}

/// `expires` is shown as a distance from now, everything else as it came.
fn attribute(text: &str, at: Timestamp, roles: &Roles) -> String {
    let expires = text.split_once('=').filter(|(name, _)| name.eq_ignore_ascii_case("expires"));
    expires
        .and_then(|(name, value)| Some(format!("{name}={}", times::expires(value, at)?)))
        .unwrap_or_else(|| roles.replace(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cookie(name: &str, value: &str, attributes: &[&str], fate: CookieFate) -> SetCookie {
        let attributes = attributes.iter().map(|text| (*text).to_owned()).collect();
        SetCookie {
            line: format!("{name}={value}"),
            name: name.to_owned(),
            value: value.to_owned(),
            attributes,
            fate,
        }
    }

    #[test]
    fn signatures_are_folded_only_where_both_are_there() {
        let names = ["_session", "_session.sig", "_interaction", "lost.sig"];
        assert_eq!(with_signatures(&names), ["_session (+sig)", "_interaction", "lost.sig"]);
    }

    #[test]
    fn a_signature_with_another_fate_stays_visible() {
        let dropped = CookieFate::Dropped("too large".to_owned());
        let cookies = [
            cookie("a", "1", &["path=/"], CookieFate::Stored),
            cookie("a.sig", "2", &["path=/"], dropped),
            cookie("b", "1", &["path=/"], CookieFate::Stored),
            cookie("b.sig", "2", &["path=/"], CookieFate::Stored),
            cookie("c", "1", &["path=/"], CookieFate::Stored),
            cookie("c.sig", "2", &["path=/x"], CookieFate::Stored),
        ];
        let shown: Vec<(String, bool)> = set(&cookies, Timestamp::UNIX_EPOCH, &Roles::new())
            .into_iter()
            .map(|shown| (shown.name, shown.signed))
            .collect();
        let expected = [("a", false), ("a.sig", false), ("b", true), ("c", false), ("c.sig", false)];
        assert_eq!(shown, expected.map(|(name, signed)| (name.to_owned(), signed)));
    }

    #[test]
    fn encoded_json_is_shown_decoded_and_says_so() {
        let mut roles = Roles::new();
        roles.know("INTERACTION", "iUjL4fuaeLkn");
        assert_eq!(
            value("%7B%22_legacy%22%3A%22iUjL4fuaeLkn%22%7D", &roles),
            r#"encoded {"_legacy":"[INTERACTION]"}"#
        );
        assert_eq!(value(r#"{"appId":"a"}"#, &roles), r#"{"appId":"a"}"#);
    }

    #[test]
    fn members_of_encoded_json_are_in_the_order_of_their_names() {
        let mut roles = Roles::new();
        roles.know("APP_ID", "zu5vn9vzbnu2qgv6bpa1f");
        let shown = [
            "%7B%22_legacy%22%3A%22a%22%2C%22zu5vn9vzbnu2qgv6bpa1f%22%3A%22a%22%7D",
            "%7B%22zu5vn9vzbnu2qgv6bpa1f%22%3A%22a%22%2C%22_legacy%22%3A%22a%22%7D",
        ]
        .map(|raw| value(raw, &roles));
        assert_eq!(shown[0], r#"encoded {"[APP_ID]":"a","_legacy":"a"}"#);
        assert_eq!(shown[0], shown[1]);
    }
}
