//! What to do about YAML that cannot be read, seen from the place of the error in the source: the parser only
//! says what it expected there.

use kit::document::Fault;

/// Recognizes a frequent mistake at the place of the fault.
pub(super) fn hint(text: &str, fault: &Fault) -> Option<String> {
    let at = usize::try_from(fault.line).ok()?.checked_sub(1)?;
    let mut lines = text.lines().skip(at);
    let line = lines.next()?;
    // A text that a tab follows on the next line is reported where the text ends.
    if [Some(line), lines.next()].into_iter().flatten().any(is_indented_by_tab) {
        return Some("indent with spaces, not tabs".to_owned());
    }
    let column = usize::try_from(fault.column).ok()?.checked_sub(1)?;
    let (at, _) = line.char_indices().nth(column)?;
    let (before, rest) = line.split_at(at);
    unquoted_name(before, rest).or_else(|| unquoted_colon(before, rest))
}

fn is_indented_by_tab(line: &str) -> bool {
    line.chars().take_while(|c| c.is_whitespace()).any(|c| c == '\t')
}

/// `visit: [LOGTO]/sign-in` is a list for YAML, with something after it.
fn unquoted_name(before: &str, rest: &str) -> Option<String> {
    let (key, name) = before.rsplit_once('[')?;
    let is_name = |name: &str| {
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
    };
    name.trim_end().strip_suffix(']').filter(|name| is_name(name))?;
    let in_braces = key.contains('{');
    let end = rest.find(|c| in_braces && (c == ',' || c == '}')).unwrap_or(rest.len());
    let key = key.rsplit(['{', ',']).next().unwrap_or_default().trim();
    let key = key.strip_prefix("- ").unwrap_or(key);
    let value = rest[..end].trim_end();
    Some(format!("quote a text that begins with `[`: `{key} \"[{name}{value}\"`"))
}

/// `description: Ada: signs in` is a key after a key for YAML.
fn unquoted_colon(before: &str, rest: &str) -> Option<String> {
    let after = rest.strip_prefix(':')?;
    let ends_a_key = after.is_empty() || after.starts_with(' ');
    // The first key of a line can only be in the wrong column.
    let follows_a_key = before.rsplit('{').next()?.contains(": ");
    (ends_a_key && follows_a_key).then(|| "quote a text that contains `: `".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hinted(text: &str) -> Option<String> {
        hint(text, &kit::document::yaml::<serde_json::Value>(text).unwrap_err())
    }

    #[test]
    fn frequent_mistakes_are_recognized_where_the_parser_stops() {
        for (text, wanted) in [
            ("steps:\n  - visit: [LOGTO]/sign-in\n", "`visit: \"[LOGTO]/sign-in\"`"),
            ("- expect:\n    at: [APP]/\n    status: 200\n", "`at: \"[APP]/\"`"),
            ("- expect: { status: 200, at: [APP]/a, title: x }\n", "`at: \"[APP]/a\"`"),
            ("a:\n  - [APP] and more\n", "`- \"[APP] and more\"`"),
            ("description: Ada: signs in\n", "quote a text that contains `: `"),
            ("- expect: { status: 200, title: Sign: in }\n", "quote a text that contains `: `"),
            ("steps:\n\t- visit: /\n", "indent with spaces, not tabs"),
            ("steps:\n  - visit: /\n\texpect: { status: 200 }\n", "indent with spaces, not tabs"),
            ("steps:\n  - visit: /\n  \texpect: { status: 200 }\n", "indent with spaces, not tabs"),
        ] {
            let told = hinted(text);
            assert!(told.as_ref().is_some_and(|told| told.ends_with(wanted)), "{text}: {told:?}");
        }
    }

    #[test]
    fn other_mistakes_get_no_wrong_advice() {
        for text in ["- visit: /\n    expect: { status: 200 }\n", "a: [b, c] d\n", "a: [b\n", "a: 1\na: 2\n"]
        {
            assert_eq!(hinted(text), None, "{text}");
        }
    }
}
