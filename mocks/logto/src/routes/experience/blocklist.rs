//! E-mail addresses that a tenant rejects for new users (`emailBlocklistPolicy`).

use serde_json::{Map, Value};

use super::social_identity;
use crate::store::{SocialVerification, Store};
use crate::version::Fact;
use crate::wire::{ApiError, Code};

/// The domains of the same mail service.
const GMAIL: [&str; 2] = ["gmail.com", "googlemail.com"];

/// Refuses a verification whose provider reports such an address.
pub(super) fn check_social(store: &Store, verification: &SocialVerification) -> Result<(), ApiError> {
    let email = social_identity::user_info(verification).ok().and_then(|social| social.email.as_deref());
    email.map_or(Ok(()), |email| check(store, email))
}

/// Refuses an address that the policy rejects.
fn check(store: &Store, email: &str) -> Result<(), ApiError> {
    checked(&store.sign_in_experience, store.has(Fact::EmailAllowlist), email)
}

fn checked(settings: &Map<String, Value>, has_allowlist: bool, email: &str) -> Result<(), ApiError> {
    let Some(policy) = settings.get("emailBlocklistPolicy") else { return Ok(()) };
    let list = |name: &str| {
        let items = policy.get(name).and_then(Value::as_array).into_iter().flatten();
        items.filter_map(Value::as_str).collect::<Vec<_>>()
    };
    let (local, _) = email.split_once('@').unwrap_or((email, ""));
    if policy.get("blockSubaddressing") == Some(&Value::Bool(true)) && local.contains('+') {
        return Err(Code::SessionEmailBlocklistEmailSubaddressingNotAllowed.error());
    }
    let allowed = if has_allowlist { list("customAllowlist") } else { vec![] };
    let blocked = list("customBlocklist");
    let any = |items: &[&str]| items.iter().any(|item| matches(item, email));
    if (!allowed.is_empty() && !any(&allowed)) || any(&blocked) {
        return Err(Code::SessionEmailBlocklistEmailNotAllowed.about(&[email]));
    }
    Ok(())
}

/// `@example.com` is a whole domain, anything else a whole address; `*` matches any characters.
fn matches(item: &str, email: &str) -> bool {
    let (item, email) = (item.to_lowercase(), email.to_lowercase());
    let (local, domain) = email.split_once('@').unwrap_or((&email, ""));
    let gmail = GMAIL.contains(&domain);
    let domains = if gmail { GMAIL.to_vec() } else { vec![domain] };
    if let Some(pattern) = item.strip_prefix('@') {
        return domains.iter().any(|domain| fits(pattern, domain));
    }
    if !gmail {
        return fits(&item, &email);
    }
    // Dots before the @ are ignored there.
    let without_dots = |local: &str| local.replace('.', "");
    let pattern = match item.split_once('@') {
        Some((local, domain)) => format!("{}@{domain}", without_dots(local)),
        None => item,
    };
    domains.iter().any(|domain| fits(&pattern, &format!("{}@{domain}", without_dots(local))))
}

fn fits(pattern: &str, text: &str) -> bool {
    let Some((before, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(text) = text.strip_prefix(before) else { return false };
    let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
    ends.into_iter().any(|at| fits(rest, &text[at..]))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::version::Version;

    fn code(policy: Value, email: &str) -> Option<&'static str> {
        let experience = Map::from_iter([("emailBlocklistPolicy".to_owned(), policy)]);
        checked(&experience, true, email).err().and_then(|error| error.code).map(Code::as_str)
    }

    /// The examples of Logto's own tests.
    #[test]
    fn items_are_domains_or_addresses_with_wildcards() {
        for (item, email, fits) in [
            ("foo@example.com", "Foo@Example.com", true),
            ("@example.com", "foo@Example.com", true),
            ("foo@example.com", "bar@example.com", false),
            ("@example.com", "foo@example.org", false),
            ("foo*@example.com", "FooBar@Example.com", true),
            ("foo@*.example.com", "Foo@bar.Example.com", true),
            ("@foo.*", "bar@Foo.com", true),
            ("foo.+*@example.com", "fooxbar@example.com", false),
            ("foo.bar@gmail.com", "foobar@googlemail.com", true),
            ("foobar@*.com", "foo.bar.baz@gmail.com", false),
            ("foobar*@*.com", "foo.bar.baz@gmail.com", true),
            ("@gmail.com", "foo@googlemail.com", true),
            ("foo.bar@example.com", "foobar@example.com", false),
        ] {
            assert_eq!(matches(item, email), fits, "{item} {email}");
        }
    }

    /// Seen with 1.41.0: the sign-in goes through.
    #[test]
    fn an_allowlist_is_ignored_before_it_came() {
        for (version, refused) in [(Version::release(1, 41, 0), false), (Version::default(), true)] {
            let mut store = Store::seeded(0, version);
            let policy = json!({ "customAllowlist": ["@b.c"] });
            store.sign_in_experience.insert("emailBlocklistPolicy".to_owned(), policy);
            assert_eq!(check(&store, "a@d.e").is_err(), refused, "{version}");
        }
    }

    #[test]
    fn a_policy_blocks_allows_and_forbids_subaddresses() {
        let not_allowed = Some("session.email_blocklist.email_not_allowed");
        assert_eq!(code(json!({}), "a@b.c"), None);
        assert_eq!(code(json!({ "customBlocklist": ["@b.c"] }), "a@b.c"), not_allowed);
        assert_eq!(code(json!({ "customAllowlist": ["@b.c"] }), "a@b.c"), None);
        assert_eq!(code(json!({ "customAllowlist": ["@b.c"] }), "a@d.e"), not_allowed);
        assert_eq!(code(json!({ "customAllowlist": [] }), "a@d.e"), None);
        let subaddress = Some("session.email_blocklist.email_subaddressing_not_allowed");
        assert_eq!(code(json!({ "blockSubaddressing": true }), "a+x@b.c"), subaddress);
        assert_eq!(code(json!({ "blockSubaddressing": true }), "a@b.c"), None);
    }
}
