//! Which texts are valid e-mail addresses.

/// Something, `@`, something, a dot, something; without white space.
pub(crate) fn is_email(text: &str) -> bool {
    let ends = |domain: &str| {
        domain.char_indices().skip(1).any(|(at, character)| character == '.' && at + 1 < domain.len())
    };
    !text.contains(char::is_whitespace)
        && text.char_indices().skip(1).any(|(at, character)| character == '@' && ends(&text[at + 1..]))
}

/// As zod checks a query: labels of letters, digits and hyphens, the last one of at least two
/// letters.
pub(crate) fn is_strict_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let of_local = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '\'' | '+' | '-' | '.');
    let labels: Vec<&str> = domain.split('.').collect();
    let is_label = |label: &&str| {
        label.starts_with(|c: char| c.is_ascii_alphanumeric())
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    let Some((last, others)) = labels.split_last() else { return false };
    !text.starts_with('.')
        && !text.contains("..")
        && local.chars().all(of_local)
        && local.ends_with(|c: char| of_local(c) && !matches!(c, '.' | '\''))
        && !others.is_empty()
        && others.iter().all(is_label)
        && last.len() >= 2
        && last.chars().all(|c| c.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_an_at_and_then_a_dot() {
        for (text, good) in [
            ("ada@example.com", true),
            ("a@b.c", true),
            ("a@b@c.d", true),
            ("a@b", false),
            ("@b.c", false),
            ("a@.c", false),
            ("a@b.", false),
            ("a b@c.d", false),
            ("", false),
        ] {
            assert_eq!(is_email(text), good, "{text}");
        }
    }

    #[test]
    fn in_a_query_an_address_is_checked_strictly() {
        for (text, good) in [
            ("ada@example.com", true),
            ("o'neil+x@mail.a-b.example", true),
            ("a@b.c", false),
            ("a@b@c.de", false),
            (".a@b.de", false),
            ("a.@b.de", false),
            ("a..b@c.de", false),
            ("a@-b.de", false),
            ("a@b", false),
            ("", false),
        ] {
            assert_eq!(is_strict_email(text), good, "{text}");
        }
    }
}
