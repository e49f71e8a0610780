//! How the page judges a username and a password without a call, and what it then says (`core-kit` and the
//! English phrases of Logto).

use serde_json::Value;

use super::document::UsernamePolicy;

/// The symbols that a password may have besides letters and digits (`PasswordPolicyChecker.symbols`).
const SYMBOLS: &str = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ ";

/// What is wrong with a username in every tenant (`validateUsernameHardFloor`).
pub(super) fn username_floor(username: &str) -> Option<&'static str> {
    let first = username.chars().next();
    let allowed = |char: char| char.is_ascii_alphanumeric() || char == '_';
    match first {
        None => Some("Username is required"),
        Some(first) if first.is_ascii_digit() => Some("Username should not start with a number"),
        Some(_) if !username.chars().all(allowed) => {
            Some("Username should only contain letters, numbers, or underscores.")
        }
        Some(_) => None,
    }
}

/// What is wrong with a username that a person chooses (`validateUsernameAgainstPolicy`).
pub(super) fn username_fault(username: &str, policy: Option<&UsernamePolicy>) -> Option<String> {
    if let Some(fault) = username_floor(username) {
        return Some(fault.to_owned());
    }
    let policy = policy?;
    let (length, allowed) = (username.len(), &policy.allowed_chars);
    let has = |is: fn(&char) -> bool| username.chars().any(|char| is(&char));
    if length < policy.min_length {
        return Some(format!("Username must be at least {} characters long.", policy.min_length));
    }
    if length > policy.max_length {
        return Some(format!("Username must be at most {} characters long.", policy.max_length));
    }
    let fault = match () {
        () if !allowed.uppercase && has(char::is_ascii_uppercase) => {
            "Uppercase letters are not allowed in usernames."
        }
        () if !allowed.lowercase && has(char::is_ascii_lowercase) => {
            "Lowercase letters are not allowed in usernames."
        }
        () if !allowed.numbers && has(char::is_ascii_digit) => "Numbers are not allowed in usernames.",
        () if !allowed.underscore && username.contains('_') => "Underscores are not allowed in usernames.",
        () => return None,
    };
    Some(fault.to_owned())
}

/// The same on the page to register, which says all that the tenant requires instead of what is wrong.
pub(super) fn registration_fault(username: &str, policy: Option<&UsernamePolicy>) -> Option<String> {
    let fault = username_fault(username, policy)?;
    let required = policy.filter(|_| username_floor(username).is_none()).and_then(requirements);
    Some(required.unwrap_or(fault))
}

/// What a tenant requires of a username, if it is more than what every tenant requires
/// (`buildUsernamePolicyDescription`).
fn requirements(policy: &UsernamePolicy) -> Option<String> {
    let allowed = &policy.allowed_chars;
    let kinds = [
        (allowed.uppercase, "uppercase letters"),
        (allowed.lowercase, "lowercase letters"),
        (allowed.numbers, "numbers"),
        (allowed.underscore, "underscores"),
    ];
    let names: Vec<&str> = kinds.into_iter().filter_map(|(allowed, name)| allowed.then_some(name)).collect();
    let length = (policy.min_length > 1 || policy.max_length < 128)
        .then(|| format!("must be {} to {} characters", policy.min_length, policy.max_length));
    let chars = (names.len() < kinds.len()).then(|| format!("can only contain {}", listed(&names, "and")));
    let items: Vec<String> = length.into_iter().chain(chars).collect();
    (!items.is_empty()).then(|| format!("Username {}.", listed(&items, "and")))
}

/// A list in words, as `Intl.ListFormat` writes it in English.
pub(super) fn listed<T: AsRef<str>>(items: &[T], word: &str) -> String {
    match items {
        [] => String::new(),
        [only] => only.as_ref().to_owned(),
        [first, second] => format!("{} {word} {}", first.as_ref(), second.as_ref()),
        [before @ .., last] => {
            let before: Vec<&str> = before.iter().map(AsRef::as_ref).collect();
            format!("{}, {word} {}", before.join(", "), last.as_ref())
        }
    }
}

/// What is wrong with a password, as far as the page looks (`PasswordPolicyChecker.fastCheck`).
pub(super) fn password_fault(password: &str, policy: &Value) -> Option<String> {
    let number =
        |pointer: &str, default: u64| policy.pointer(pointer).and_then(Value::as_u64).unwrap_or(default);
    let (least, most) = (number("/length/min", 8), number("/length/max", 256));
    let types = number("/characterTypes/min", 1);
    // JavaScript counts UTF-16 units.
    let length = u64::try_from(password.encode_utf16().count()).unwrap_or(u64::MAX);
    let kinds: [fn(char) -> bool; 4] = [
        |char| char.is_ascii_lowercase(),
        |char| char.is_ascii_uppercase(),
        |char| char.is_ascii_digit(),
        |char| SYMBOLS.contains(char),
    ];
    if password.chars().any(|char| !kinds.iter().any(|is| is(char))) {
        return Some("Unsupported character found.".to_owned());
    }
    if length < least {
        return Some(format!("Minimum length is {least}."));
    }
    let found = kinds.iter().filter(|is| password.chars().any(is)).count();
    if u64::try_from(found).is_ok_and(|found| found < types) {
        return Some(format!("At least {types} types of characters are required."));
    }
    (length > most).then(|| format!("Maximum length is {most}."))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::signin_page::document::AllowedChars;

    #[test]
    fn a_username_is_judged_by_the_policy_of_the_tenant() {
        let allowed_chars =
            AllowedChars { lowercase: true, uppercase: false, numbers: true, underscore: false };
        let policy = UsernamePolicy { min_length: 3, max_length: 5, allowed_chars };
        let fault = |name: &str| username_fault(name, Some(&policy)).unwrap_or_default();
        assert_eq!(fault("1x"), "Username should not start with a number");
        assert_eq!(fault("a b"), "Username should only contain letters, numbers, or underscores.");
        assert_eq!(fault("ab"), "Username must be at least 3 characters long.");
        assert_eq!(fault("abcdef"), "Username must be at most 5 characters long.");
        assert_eq!(fault("aBc"), "Uppercase letters are not allowed in usernames.");
        assert_eq!(fault("a_c"), "Underscores are not allowed in usernames.");
        assert_eq!(fault("ab1"), "");
        assert_eq!(username_fault(&"a".repeat(200), None), None);
        let fault = |name: &str| registration_fault(name, Some(&policy)).unwrap_or_default();
        assert_eq!(fault("1x"), "Username should not start with a number");
        let required =
            "Username must be 3 to 5 characters and can only contain lowercase letters and numbers.";
        assert_eq!(fault("aBc"), required);
    }

    #[test]
    fn of_several_faults_of_a_password_one_is_shown() {
        let fault = |password: &str| password_fault(password, &json!({ "characterTypes": { "min": 2 } }));
        assert_eq!(fault("short").as_deref(), Some("Minimum length is 8."));
        assert_eq!(fault("é").as_deref(), Some("Unsupported character found."));
        assert_eq!(fault("lowercase").as_deref(), Some("At least 2 types of characters are required."));
        assert_eq!(fault("Bletchley Park"), None);
        assert_eq!(fault(&"aB".repeat(129)).as_deref(), Some("Maximum length is 256."));
    }
}
