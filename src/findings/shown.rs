//! Shows a value's defects without the value.

use oauth::secret::is_white_space;

/// A secret by its last three characters, with invisible characters made visible: `…abc␊`.
/// Everything that is not at an end stays hidden; that it is another kind of credential is said.
#[must_use]
pub(crate) fn shown_secret(secret: &str) -> String {
    if secret.is_empty() {
        return "empty".to_owned();
    }
    let inner = secret.trim_matches(is_white_space);
    let start = secret.len() - secret.trim_start_matches(is_white_space).len();
    let (before, after) = (&secret[..start], &secret[(start + inner.len()).min(secret.len())..]);
    // The end of a short secret would give it away.
    let end: String = match inner.chars().count() {
        0..12 => String::new(),
        _ => inner.chars().skip(inner.chars().count() - 3).collect(),
    };
    let hint =
        if end.is_empty() { format!(" ({} characters)", inner.chars().count()) } else { String::new() };
    let kind = if is_access_token(inner) { " (in the form of a Hugging Face access token)" } else { "" };
    format!("{}…{end}{}{hint}{kind}", visible(before), visible(after))
}

/// Access tokens of Hugging Face begin with `hf_`, secrets of its OAuth apps do not.
fn is_access_token(text: &str) -> bool {
    text.starts_with("hf_")
}

/// The text, with white space and control characters made visible.
pub(super) fn visible(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            ' ' => "␠".to_owned(),
            '\n' => "␊".to_owned(),
            '\r' => "␍".to_owned(),
            '\t' => "␉".to_owned(),
            c if is_white_space(c) => {
                format!("⟨U+{:04X}⟩", u32::from(c))
            }
            c => c.to_string(),
        })
        .collect()
}

/// The text in quotation marks, with spaces at the ends made visible.
pub(super) fn quoted(text: &str) -> String {
    let inner = text.trim_matches(is_white_space);
    if inner.is_empty() {
        return format!("“{}”", visible(text));
    }
    let start = text.len() - text.trim_start_matches(is_white_space).len();
    format!("“{}{inner}{}”", visible(&text[..start]), visible(&text[start + inner.len()..]))
}

/// The text without secrets: those that are known, and whatever looks like a token or a code.
pub(super) fn without_secrets(text: &str, known: &[&str]) -> String {
    let hidden = known.iter().fold(text.to_owned(), |text, secret| text.replace(secret, "…"));
    hidden
        .split_inclusive(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '~' | '+')))
        .map(|word| if looks_generated(word) { masked(word) } else { word.to_owned() })
        .collect()
}

/// Whether a word is too long, and too mixed, to be written by a person.
fn looks_generated(word: &str) -> bool {
    let mixed =
        word.contains(|c: char| c.is_ascii_digit()) && word.contains(|c: char| c.is_ascii_alphabetic());
    word.len() > 20 && mixed
}

/// The word's end, which separates it from the next, after an ellipsis.
fn masked(word: &str) -> String {
    let end = word.chars().last().filter(|last| !last.is_ascii_alphanumeric());
    format!("…{}", end.map_or_else(String::new, String::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_hidden_and_its_defects_are_not() {
        assert_eq!(shown_secret("oauth_app_secret_xyz\u{feff}\r\n"), "…xyz⟨U+FEFF⟩␍␊");
        assert_eq!(shown_secret(" oauth_app_secret_abc"), "␠…abc");
        assert_eq!(shown_secret("  \n"), "␠␠␊… (0 characters)");
        assert_eq!(shown_secret("abc"), "… (3 characters)");
        assert_eq!(shown_secret(""), "empty");
        assert_eq!(shown_secret("hf_abcdefghijkl"), "…jkl (in the form of a Hugging Face access token)");
        assert!(!shown_secret("oauth_app_secret_0123456789").contains("secret"));
    }

    #[test]
    fn a_page_is_quoted_without_its_secrets() {
        let page =
            "exchange failed: code=Kx9f3pQ0aZ7tR2bW5eY8uI1 with `hunter2` at http://localhost:3000/callback";
        assert_eq!(
            without_secrets(page, &["hunter2"]),
            "exchange failed: code=… with `…` at http://localhost:3000/callback"
        );
    }

    #[test]
    fn only_the_ends_of_a_quoted_text_are_made_visible() {
        assert_eq!(quoted(" a b\t"), "“␠a b␉”");
        assert_eq!(quoted("plain"), "“plain”");
        assert_eq!(quoted("\n"), "“␊”");
    }
}
