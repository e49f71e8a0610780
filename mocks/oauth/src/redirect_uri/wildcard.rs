//! Stars in redirect URIs.

/// Whether a pattern matches a text if each `*` can stand for any characters, at least `least` of them.
#[must_use]
pub fn is_like(pattern: &str, text: &str, allowed: impl Fn(char) -> bool, least: usize) -> bool {
    let Some((first, mut rest_of_pattern)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    // Takes the first match, because a later `*` can always be longer.
    loop {
        let after_least = rest.char_indices().nth(least).map_or(rest.len(), |(at, _)| at);
        if rest.chars().count() < least {
            return false;
        }
        match rest_of_pattern.split_once('*') {
            None => {
                return rest.len() >= after_least + rest_of_pattern.len()
                    && rest.ends_with(rest_of_pattern)
                    && rest.chars().all(&allowed);
            }
            Some((part, more)) => {
                let Some(at) = rest[after_least..].find(part) else { return false };
                rest = &rest[after_least + at + part.len()..];
                rest_of_pattern = more;
            }
        }
    }
}

/// Whether a host matches a pattern as in Logto: a star stands for one or more characters of one
/// label, and the last two labels must not have any.
#[must_use]
pub fn host_is_like(pattern: &str, host: &str) -> bool {
    let pattern = pattern.to_ascii_lowercase();
    let (pattern, host): (Vec<&str>, Vec<&str>) = (pattern.split('.').collect(), host.split('.').collect());
    let broad = pattern.iter().rev().take(2).any(|label| label.contains('*'));
    !broad
        && pattern.len() == host.len()
        && pattern.iter().zip(host).all(|(pattern, label)| is_like(pattern, label, |c| c != '.', 1))
}

/// Whether the star was probably meant to match: it would if it stood for anything, or for nothing.
pub(super) fn is_meant(pattern: &str, text: &str) -> bool {
    let without = pattern.replace("*.", "").replace("/*", "");
    is_like(pattern, text, |_| true, 0) || without == text
}
