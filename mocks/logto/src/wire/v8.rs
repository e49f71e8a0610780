//! V8's messages for invalid JSON, which Logto shows verbatim (contract §0.3).

/// Characters that are shown before and after the wrong one.
const CONTEXT: usize = 10;

/// The message for a text that serde rejects, too.
pub(crate) fn syntax_error(text: &str, error: &serde_json::Error) -> String {
    let characters: Vec<char> = text.chars().collect();
    let at = position(text, error).min(characters.len());
    let before = characters[..at].iter().rev().find(|character| !character.is_whitespace());
    let Some(wrong) = characters.get(at) else { return at_the_end(&characters, before, error) };
    let told = error.to_string();
    let after = AFTER.iter().find(|(serde, _)| told.starts_with(serde));
    match (before, after) {
        (Some('{'), _) => located("Expected property name or '}' in JSON", text, at),
        (_, Some((_, expected))) => located(expected, text, at),
        (Some(','), _) if !in_list(&characters[..at]) => {
            located("Expected double-quoted property name in JSON", text, at)
        }
        _ => unexpected(*wrong, at, &characters),
    }
}

const NO_COLON: &str = "Expected ':' after property name in JSON";
const NO_COMMA: &str = "Expected ',' or '}' after property value in JSON";
const NO_COMMA_IN_LIST: &str = "Expected ',' or ']' after array element in JSON";

/// The messages of serde and V8 for a wrong character after a value or a name.
const AFTER: [(&str, &str); 3] = [
    ("expected `:`", NO_COLON),
    ("expected `,` or `}`", NO_COMMA),
    ("expected `,` or `]`", NO_COMMA_IN_LIST),
];

/// The number of characters before the wrong one. Serde counts columns in bytes, from one.
fn position(text: &str, error: &serde_json::Error) -> usize {
    if error.is_eof() {
        return text.chars().count();
    }
    let line: usize = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    let byte = line + error.column().saturating_sub(1);
    text.char_indices().take_while(|(index, _)| *index < byte).count()
}

/// The message for a text that ends too early.
fn at_the_end(characters: &[char], before: Option<&char>, error: &serde_json::Error) -> String {
    let text: String = characters.iter().collect();
    let end = characters.len();
    let told = error.to_string();
    match before {
        Some('{') => located("Expected property name or '}' in JSON", &text, end),
        _ if told.starts_with("EOF while parsing a string") => {
            located("Unterminated string in JSON", &text, end)
        }
        Some(':' | ',' | '[') | None => "Unexpected end of JSON input".to_owned(),
        _ if in_list(characters) => located(NO_COMMA_IN_LIST, &text, end),
        _ if ends_with_name(&text) => located(NO_COLON, &text, end),
        _ => located(NO_COMMA, &text, end),
    }
}

/// Whether the text ends with the name of a member, without its value.
fn ends_with_name(text: &str) -> bool {
    let before = text.trim_end().strip_suffix('"').and_then(|text| text.rsplit_once('"'));
    before.is_some_and(|(before, _)| before.trim_end().ends_with(['{', ',']))
}

/// Whether the innermost open bracket is that of a list. Brackets within strings are not
/// recognized, because they are rare in what is refused.
fn in_list(characters: &[char]) -> bool {
    let mut open = Vec::new();
    for character in characters {
        match character {
            '{' | '[' => open.push(*character),
            '}' | ']' => {
                open.pop();
            }
            _ => {}
        }
    }
    open.last() == Some(&'[')
}

fn located(what: &str, text: &str, at: usize) -> String {
    let before: String = text.chars().take(at).collect();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    format!("{what} at position {at} (line {line} column {column})")
}

fn unexpected(wrong: char, at: usize, characters: &[char]) -> String {
    let length = characters.len();
    let (from, to) = if length > 2 * CONTEXT {
        (at.saturating_sub(CONTEXT), (at + CONTEXT).min(length))
    } else {
        (0, length)
    };
    let (before, after) = (if from > 0 { "..." } else { "" }, if to < length { "..." } else { "" });
    let shown: String = characters[from..to].iter().collect();
    format!("Unexpected token '{wrong}', {before}\"{shown}\"{after} is not valid JSON")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first three as recorded, the others as Node prints them.
    #[test]
    fn the_words_are_those_of_v8() {
        for (text, expected) in [
            ("", "Unexpected end of JSON input"),
            ("{", "Expected property name or '}' in JSON at position 1 (line 1 column 2)"),
            ("access_token=a&token_type=bearer", "Unexpected token 'a', \"access_tok\"... is not valid JSON"),
            ("<html>", "Unexpected token '<', \"<html>\" is not valid JSON"),
            ("{\"a\":1,}", "Expected double-quoted property name in JSON at position 7 (line 1 column 8)"),
            ("{\"a\":1", "Expected ',' or '}' after property value in JSON at position 6 (line 1 column 7)"),
            ("{\"a\"", "Expected ':' after property name in JSON at position 4 (line 1 column 5)"),
            ("[1", "Expected ',' or ']' after array element in JSON at position 2 (line 1 column 3)"),
            ("{\"a\":\"b", "Unterminated string in JSON at position 7 (line 1 column 8)"),
            (
                "{\"a\":1 \"b\"}",
                "Expected ',' or '}' after property value in JSON at position 7 (line 1 column 8)",
            ),
            ("{x:1}", "Expected property name or '}' in JSON at position 1 (line 1 column 2)"),
            ("{\"a\":x}", "Unexpected token 'x', \"{\"a\":x}\" is not valid JSON"),
        ] {
            let error = serde_json::from_str::<serde_json::Value>(text).unwrap_err();
            assert_eq!(syntax_error(text, &error), expected, "{text}");
        }
    }
}
