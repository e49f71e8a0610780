//! `[NAME]` in the texts of scenarios and settings: a value that is known only once the stack is
//! up, or once an earlier step has captured it.

/// The names that a stack may define: scenarios cannot use others, and stacks do not define others.
pub(crate) const KNOWN_NAMES: &[&str] = &[
    "APP",
    "LOGTO",
    "HF",
    "APP_HOST",
    "LOGTO_HOST",
    "APP_ID",
    "APP_SECRET",
    "SECOND_APP",
    "SECOND_APP_ID",
    "SECOND_APP_SECRET",
    "CONNECTOR",
    "HF_CLIENT_ID",
    "HF_CLIENT_SECRET",
    "APP_BY_IP",
    "APP_INTERNAL",
    "LOGTO_BY_IP",
    "LOGTO_INTERNAL",
    "APP_INTERNAL_OVER_TLS",
    "APP_OVER_HTTP",
    "APP_WITHOUT_PORT",
    "LOGTO_OVER_HTTP",
    "LOGTO_WITHOUT_PORT",
    "APP_ALSO_1",
    "APP_ALSO_2",
    "APP_ALSO_3",
    "APP_ALSO_4",
];

/// Further names that a stack defines for an app outside this process.
pub(crate) const NAMES_FOR_APPS: &[&str] = &["APP_PORT", "CA_FILE", "CLOCK_FILE"];

/// A text uses a name that is not defined.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("[{name}] is not defined here; valid: {known}")]
pub struct UnknownName {
    /// The undefined name.
    pub name: String,
    /// The defined names, separated by commas.
    pub known: String,
}

enum Piece<'t> {
    Text(&'t str),
    Name(&'t str),
}

/// Splits a text into literal parts and names. `[[NAME]` is a literal `[NAME]`; brackets around
/// anything but capitals are literal, too.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let (mut plain, mut at) = (0, 0);
    while let Some(found) = text[at..].find('[') {
        let open = at + found;
        let escaped = text[open + 1..].starts_with('[');
        let start = open + 1 + usize::from(escaped);
        let length = text[start..]
            .find(|c: char| !(c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_'))
            .unwrap_or(text.len() - start);
        let name = &text[start..start + length];
        if !name.starts_with(|c: char| c.is_ascii_uppercase()) || !text[start + length..].starts_with(']') {
            at = open + 1;
            continue;
        }
        let end = start + length + 1;
        pieces.push(Piece::Text(&text[plain..open]));
        pieces.push(if escaped { Piece::Text(&text[start - 1..end]) } else { Piece::Name(name) });
        (plain, at) = (end, end);
    }
    pieces.push(Piece::Text(&text[plain..]));
    pieces
}

/// The names that a text uses.
pub(crate) fn names(text: &str) -> Vec<&str> {
    pieces(text)
        .into_iter()
        .filter_map(|piece| if let Piece::Name(name) = piece { Some(name) } else { None })
        .collect()
}

/// The literal text around the names.
pub(crate) fn around(text: &str) -> Vec<&str> {
    let plain = |piece| if let Piece::Text(text) = piece { Some(text) } else { None };
    pieces(text).into_iter().filter_map(plain).filter(|text| !text.is_empty()).collect()
}

/// Escapes a text so that a scenario takes it literally.
pub(crate) fn literal(text: &str) -> String {
    let mut escaped = text.replace("${", "$${");
    let mut names: Vec<String> = names(&escaped).into_iter().map(ToOwned::to_owned).collect();
    names.sort();
    names.dedup();
    for name in names {
        escaped = escaped.replace(&format!("[{name}]"), &format!("[[{name}]"));
    }
    escaped
}

/// Replaces the names with their values.
pub(crate) fn fill<'v>(
    text: &str,
    value: impl Fn(&str) -> Option<&'v str>,
    known: impl Fn() -> Vec<String>,
) -> Result<String, UnknownName> {
    fill_where(text, |_| true, value, known)
}

/// Replaces those names with their values that are meant as names, and leaves others as they are.
pub(crate) fn fill_where<'v>(
    text: &str,
    is_meant: impl Fn(&str) -> bool,
    value: impl Fn(&str) -> Option<&'v str>,
    known: impl Fn() -> Vec<String>,
) -> Result<String, UnknownName> {
    pieces(text)
        .into_iter()
        .map(|piece| match piece {
            Piece::Text(text) => Ok(text.to_owned()),
            Piece::Name(name) => match value(name) {
                Some(value) => Ok(value.to_owned()),
                None if !is_meant(name) => Ok(format!("[{name}]")),
                None => Err(UnknownName {
                    name: name.to_owned(),
                    known: known().iter().map(|name| format!("[{name}]")).collect::<Vec<_>>().join(", "),
                }),
            },
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(text: &str) -> Result<String, String> {
        let value = |name: &str| (name == "APP").then_some("http://localhost:3000");
        fill(text, value, || vec!["APP".to_owned()]).map_err(|error| error.to_string())
    }

    #[test]
    fn names_and_parameters_in_values_are_plain_text() {
        assert_eq!(literal("a[APP]b[x]${c}"), "a[[APP]b[x]$${c}");
    }

    #[test]
    fn names_are_capitals_in_brackets() {
        assert_eq!(filled("[APP]/x?[APP]").unwrap(), "http://localhost:3000/x?http://localhost:3000");
        assert_eq!(filled("a [b] [] [C d] [").unwrap(), "a [b] [] [C d] [");
        assert_eq!(filled("[[APP] and [[b]").unwrap(), "[APP] and [[b]");
        assert_eq!(filled("[APPS]").unwrap_err(), "[APPS] is not defined here; valid: [APP]");
        assert_eq!(names("[A_1]é[B] [[C]"), ["A_1", "B"]);
    }
}
