//! Shows cookies, each merged with its signature.

use jiff::Timestamp;
use kit::Party;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::masks::{MASKED, Masks};
use super::model::ShownCookie;
use super::policy::{self, At, Then};
use super::roles::Roles;
use super::times;
use super::versions::Terms;
use crate::setup::MaskedPart;
use crate::walker::{COOKIE_LIMIT, CookieFate, SetCookie};

/// Shows `a`, `a.sig` as `a (+sig)`; one without the other is shown as it is.
pub(super) fn with_signatures(names: &[&str], roles: &Roles, terms: &Terms) -> Vec<String> {
    let has = |name: &str| names.contains(&name);
    let signed = |name: &str| terms.is_signed(name, has(&format!("{name}.sig")));
    let shown = |name: &str| roles.replace(name);
    names
        .iter()
        .filter(|name| !name.strip_suffix(".sig").is_some_and(has))
        .map(|name| if signed(name) { format!("{} (+sig)", shown(name)) } else { shown(name) })
        .collect()
}

/// How many seconds `expires` of a cookie and of its signature may differ: they are two readings
/// of the server's clock, and HTTP dates have whole seconds (RFC 9110 §5.6.7).
const READINGS_APART: u64 = 2;

/// The `Set-Cookie` lines of a response that came at the time `at`. A signature is merged
/// into its cookie if its attributes and fate are shown alike; a repeated line is shown
/// once. `app` has the masks, if it is the app that sets them.
pub(super) fn set(
    cookies: &[SetCookie],
    at: Timestamp,
    roles: &Roles,
    app: Option<&Masks>,
    terms: &Terms,
) -> Vec<ShownCookie> {
    let alike = |a: &SetCookie, b: &SetCookie| {
        a.attributes.len() == b.attributes.len()
            && a.attributes.iter().zip(&b.attributes).all(|(a, b)| same_attribute(a, b, at, roles))
    };
    let signs =
        |signature: &SetCookie, cookie: &SetCookie| alike(signature, cookie) && signature.fate == cookie.fate;
    let named = |name: &str| cookies.iter().find(|cookie| cookie.name == name);
    let again = |at: usize| {
        let cookie = &cookies[at];
        cookies[..at].iter().any(|earlier| {
            let label = |cookie: &SetCookie| roles.label(&cookie.value);
            let one_value = || {
                earlier.value == cookie.value || label(earlier).is_some_and(|one| Some(one) == label(cookie))
            };
            earlier.line == cookie.line
                || !cookie.name.is_empty()
                    && earlier.name == cookie.name
                    && one_value()
                    && alike(earlier, cookie)
        })
    };
    cookies
        .iter()
        .enumerate()
        .filter(|(at, _)| !again(*at))
        .map(|(_, cookie)| cookie)
        .filter(|cookie| {
            let signed = cookie.name.strip_suffix(".sig").and_then(named);
            !signed.is_some_and(|signed| signs(cookie, signed))
        })
        .map(|cookie| {
            let folded =
                named(&format!("{}.sig", cookie.name)).is_some_and(|signature| signs(signature, cookie));
            shown(cookie, terms.is_signed(&cookie.name, folded), at, roles, app, terms)
        })
        .collect()
}

/// Whether two attributes are shown alike, or are two readings of one time that are rounded
/// differently.
fn same_attribute(a: &str, b: &str, at: Timestamp, roles: &Roles) -> bool {
    if a == b || attribute(a, at, roles) == attribute(b, at, roles) {
        return true;
    }
    match (expires(a).and_then(times::http), expires(b).and_then(times::http)) {
        (Some(a), Some(b)) => a.as_second().abs_diff(b.as_second()) <= READINGS_APART,
        _ => false,
    }
}

fn shown(
    cookie: &SetCookie,
    signed: bool,
    at: Timestamp,
    roles: &Roles,
    app: Option<&Masks>,
    terms: &Terms,
) -> ShownCookie {
    let attributes: Vec<String> = cookie.attributes.iter().map(|text| attribute(text, at, roles)).collect();
    let fate = match &cookie.fate {
        CookieFate::Stored => None,
        CookieFate::Deleted => Some("deleted".to_owned()),
        CookieFate::NothingToDelete => Some("nothing to delete".to_owned()),
        CookieFate::Dropped(reason) => Some(format!("dropped: {}", roles.replace(&reason.to_string()))),
    };
    let value = match policy::transcript(None, At::Cookie, &cookie.name) {
        _ if !cookie.value.is_empty()
            && app.is_some_and(|masks| masks.cover(MaskedPart::Cookie, &cookie.name)) =>
        {
            MASKED.to_owned()
        }
        Then::Masked(mask) if !cookie.value.is_empty() => mask.to_owned(),
        _ => value(&cookie.name, &cookie.value, roles, terms),
    };
    let name = roles.replace(if cookie.name.is_empty() { &cookie.line } else { &cookie.name });
    let size = app.and_then(|_| size(cookie)).filter(|_| cookie.fate == CookieFate::Stored);
    ShownCookie { name, signed, value, attributes, size, fate }
}

/// How much of what browsers take a large cookie needs.
fn size(cookie: &SetCookie) -> Option<String> {
    let Then::Past(from) = policy::transcript(Some(Party::APP), At::CookieSize, &cookie.name) else {
        return None;
    };
    let bytes = cookie.name.len() + cookie.value.len();
    // A cookie of exactly the limit is not past it.
    let halves = bytes.saturating_sub(1) / 512;
    let half = if halves % 2 == 1 { ".5" } else { "" };
    (bytes > from).then(|| format!("more than {}{half} of {} kB", halves / 2, COOKIE_LIMIT / 1024))
}

/// Shows JSON that was percent-encoded as by JavaScript decoded, marked as `encoded`, and
/// Logto's list of interactions in the same form; anything else as it is.
///
/// Members are sorted by name: readers of the cookie look them up by name, and builds of
/// Logto's fork of `oidc-provider` order them differently.
fn value(name: &str, raw: &str, roles: &Roles, terms: &Terms) -> String {
    let decoded = percent_decode_str(raw).decode_utf8_lossy();
    match serde_json::from_str::<Map<String, Value>>(&decoded) {
        Ok(members) if raw.starts_with("%7B") || is_list(name) => {
            let mut members: Vec<String> = members
                .iter()
                .map(|(name, value)| roles.replace(&format!("{}:{value}", Value::from(name.as_str()))))
                .collect();
            members.sort();
            let encoded = terms.is_encoded(name, raw.starts_with("%7B"));
            format!("{}{{{}}}", if encoded { "encoded " } else { "" }, members.join(","))
        }
        _ => roles.replace(raw),
    }
}

/// Whether a cookie of Logto holds values by name.
fn is_list(name: &str) -> bool {
    let rule = policy::transcript(Some(Party::LOGTO), At::Cookie, name);
    matches!(rule, Then::RolesWithin(_))
}

/// Shows `expires` as a distance from now, everything else as it came.
fn attribute(text: &str, at: Timestamp, roles: &Roles) -> String {
    let shown = expires(text).and_then(|value| times::expires(value, at));
    match (shown, text.split_once('=')) {
        (Some(distance), Some((name, _))) => format!("{name}={distance}"),
        _ => roles.replace(text),
    }
}

/// The value of an attribute that is a time.
fn expires(text: &str) -> Option<&str> {
    let (name, value) = text.split_once('=')?;
    let rule = policy::transcript(None, At::Attribute, &name.to_ascii_lowercase());
    (rule == Then::HttpTime).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::walker::WhyDropped;

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
        assert_eq!(
            with_signatures(&names, &Roles::new(), &Terms::default()),
            ["_session (+sig)", "_interaction", "lost.sig"]
        );
    }

    #[test]
    fn a_signature_with_another_fate_stays_visible() {
        let dropped = CookieFate::Dropped(WhyDropped::TooLarge { limit: 4096 });
        let cookies = [
            cookie("a", "1", &["path=/"], CookieFate::Stored),
            cookie("a.sig", "2", &["path=/"], dropped),
            cookie("b", "1", &["path=/"], CookieFate::Stored),
            cookie("b.sig", "2", &["path=/"], CookieFate::Stored),
            cookie("c", "1", &["path=/"], CookieFate::Stored),
            cookie("c.sig", "2", &["path=/x"], CookieFate::Stored),
        ];
        let shown: Vec<(String, bool)> =
            set(&cookies, Timestamp::UNIX_EPOCH, &Roles::new(), None, &Terms::default())
                .into_iter()
                .map(|shown| (shown.name, shown.signed))
                .collect();
        let expected = [("a", false), ("a.sig", false), ("b", true), ("c", false), ("c.sig", false)];
        assert_eq!(shown, expected.map(|(name, signed)| (name.to_owned(), signed)));
    }

    /// `a` and `a.sig` with one attribute each, as they are shown.
    fn pair(at: &str, cookie_expires: &str, signature_expires: &str) -> Vec<String> {
        let line = |name, expires: &str| {
            cookie(name, "1", &["path=/", expires, "samesite=lax", "httponly"], CookieFate::Stored)
        };
        let cookies = [line("a", cookie_expires), line("a.sig", signature_expires)];
        set(&cookies, at.parse().unwrap(), &Roles::new(), None, &Terms::default())
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn a_signature_whose_expiry_was_read_from_the_clock_a_second_later_is_folded() {
        let expires = [
            // as observed; at a turn of the minute, hour, day and year; either may be the later one
            ("2026-11-29T21:54:10Z", "Sun, 29 Nov 2026 22:54:09 GMT", "Sun, 29 Nov 2026 22:54:10 GMT"),
            ("2026-11-29T21:54:10Z", "Sun, 29 Nov 2026 22:54:10 GMT", "Sun, 29 Nov 2026 22:54:09 GMT"),
            ("2026-11-29T21:55:00Z", "Sun, 29 Nov 2026 22:54:59 GMT", "Sun, 29 Nov 2026 22:55:00 GMT"),
            ("2026-11-29T22:00:00Z", "Sun, 29 Nov 2026 22:59:59 GMT", "Sun, 29 Nov 2026 23:00:00 GMT"),
            ("2026-11-29T23:00:00Z", "Sun, 29 Nov 2026 23:59:59 GMT", "Mon, 30 Nov 2026 00:00:00 GMT"),
            ("2026-12-31T23:00:00Z", "Thu, 31 Dec 2026 23:59:59 GMT", "Fri, 01 Jan 2027 00:00:00 GMT"),
        ];
        for (at, of_cookie, of_signature) in expires {
            let shown = pair(at, &format!("expires={of_cookie}"), &format!("expires={of_signature}"));
            assert_eq!(shown, ["set a (+sig)=1; path=/; expires=+1h; samesite=lax; httponly"], "{at}");
        }
    }

    #[test]
    fn a_second_that_changes_what_is_shown_is_still_a_second() {
        // At half a minute less than an hour, `+1h` becomes `+59min`.
        let shown = pair(
            "2026-11-29T21:54:39Z",
            "expires=Sun, 29 Nov 2026 22:54:08 GMT",
            "expires=Sun, 29 Nov 2026 22:54:09 GMT",
        );
        assert_eq!(shown, ["set a (+sig)=1; path=/; expires=+59min; samesite=lax; httponly"]);
    }

    #[test]
    fn a_signature_that_lives_differently_stays_visible() {
        let at = "2026-11-29T21:54:10Z";
        let hour = "expires=Sun, 29 Nov 2026 22:54:10 GMT";
        for other in [
            "expires=Sun, 29 Nov 2026 22:56:10 GMT",
            "expires=Mon, 30 Nov 2026 22:54:10 GMT",
            "expires=Thu, 01 Jan 1970 00:00:00 GMT",
            "max-age=3600",
            "secure",
        ] {
            assert_eq!(pair(at, hour, other).len(), 2, "{other}");
            assert_eq!(pair(at, other, hour).len(), 2, "{other}");
        }
        // Not two readings of a clock, but a different lifetime.
        assert_eq!(pair(at, "max-age=3600", "max-age=3599").len(), 2);
        assert_eq!(pair(at, "max-age=3600", "max-age=3600").len(), 1);
        assert_eq!(pair(at, "expires=soon", "expires=later").len(), 2);
    }

    #[test]
    fn a_line_that_comes_again_a_second_later_says_nothing_more() {
        let at = "2026-11-29T21:54:10Z".parse().unwrap();
        let line = |value: &str, expires: &str| {
            let mut cookie = cookie("a", value, &["path=/", expires], CookieFate::Stored);
            cookie.line = format!("a={value}; path=/; {expires}");
            cookie
        };
        let first = line("1", "expires=Sun, 29 Nov 2026 22:54:09 GMT");
        let shown = |again| set(&[first.clone(), again], at, &Roles::new(), None, &Terms::default()).len();
        assert_eq!(shown(first.clone()), 1);
        assert_eq!(shown(line("1", "expires=Sun, 29 Nov 2026 22:54:10 GMT")), 1);
        assert_eq!(shown(line("2", "expires=Sun, 29 Nov 2026 22:54:10 GMT")), 2);
        assert_eq!(shown(line("1", "expires=Mon, 30 Nov 2026 22:54:10 GMT")), 2);
    }

    #[test]
    fn encoded_json_is_shown_decoded_and_says_so() {
        let mut roles = Roles::new();
        roles.know("INTERACTION", "iUjL4fuaeLkn");
        assert_eq!(
            value("_interaction", "%7B%22_legacy%22%3A%22iUjL4fuaeLkn%22%7D", &roles, &Terms::default()),
            r#"encoded {"_legacy":"[INTERACTION]"}"#
        );
        assert_eq!(value("_logto", r#"{"appId":"a"}"#, &roles, &Terms::default()), r#"{"appId":"a"}"#);
    }

    #[test]
    fn members_of_encoded_json_are_in_the_order_of_their_names() {
        let mut roles = Roles::new();
        roles.know("APP_ID", "zu5vn9vzbnu2qgv6bpa1f");
        let shown = [
            "%7B%22_legacy%22%3A%22a%22%2C%22zu5vn9vzbnu2qgv6bpa1f%22%3A%22a%22%7D",
            "%7B%22zu5vn9vzbnu2qgv6bpa1f%22%3A%22a%22%2C%22_legacy%22%3A%22a%22%7D",
        ]
        .map(|raw| value("_interaction", raw, &roles, &Terms::default()));
        assert_eq!(shown[0], r#"encoded {"[APP_ID]":"a","_legacy":"a"}"#);
        assert_eq!(shown[0], shown[1]);
    }
}
