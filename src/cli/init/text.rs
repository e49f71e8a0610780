//! Reading source code without a parser of its language: string literals, what stands before them, and names.

/// A string literal on one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Literal<'t> {
    /// The line up to the literal.
    pub(super) before: &'t str,
    /// What is between the quotes, as it is written.
    pub(super) content: &'t str,
    /// The line after the literal.
    pub(super) after: &'t str,
}

/// Whether a line is a comment of its own, in any of the languages. `#[` begins an attribute.
pub(super) fn is_comment(line: &str) -> bool {
    let line = line.trim_start();
    ["//", "/*", "* ", "*/", "--", "<!--", "{#", "{{--"].iter().any(|mark| line.starts_with(mark))
        || line.starts_with('#') && !line.starts_with("#[")
}

/// The string literals of a line, up to a comment after code.
pub(super) fn literals(line: &str) -> Vec<Literal<'_>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) = line[at..].find(['"', '\'', '`', '/', '#']) {
        let open = at + next;
        let quote = line[open..].chars().next().unwrap_or('"');
        if matches!(quote, '/' | '#') {
            if ends_the_code(line, open) {
                break;
            }
            at = open + 1;
            continue;
        }
        let Some(length) = closing(&line[open + 1..], quote) else {
            at = open + 1;
            continue;
        };
        let (start, end) = (open + 1, open + 1 + length);
        found.push(Literal { before: &line[..open], content: &line[start..end], after: &line[end + 1..] });
        at = end + 1;
    }
    found
}

/// Whether a comment begins here, with a space before and after its mark: `//` is also a part of URLs.
fn ends_the_code(line: &str, at: usize) -> bool {
    let (before, rest) = line.split_at(at);
    (rest.starts_with("// ") || rest.starts_with("# ")) && before.ends_with(char::is_whitespace)
}

fn closing(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    text.char_indices().find_map(|(at, c)| {
        let closes = c == quote && !escaped;
        escaped = c == '\\' && !escaped;
        closes.then_some(at)
    })
}

/// Calls and conversions between a key and its value: `issuer: new URL("…")`.
const WRAPPERS: [&str; 12] = [
    "new URL(",
    "String::from(",
    "Url::parse(",
    "::new(",
    "strings.TrimSpace(",
    "URI.create(",
    "str(",
    "cast(",
    "Some(",
    "&",
    "b",
    "f",
];

/// The name that a value is given to: `endpoint` in `endpoint: "…"`, `"endpoint" => "…"` and `Endpoint::new("…")`.
pub(super) fn key(before: &str) -> Option<&str> {
    let mut rest = before.trim_end();
    // In JSON-like texts the key is quoted, and the value may be in brackets.
    for _ in 0..4 {
        let shorter = WRAPPERS.iter().find_map(|wrapper| {
            let cut = rest.strip_suffix(wrapper)?;
            // `b` and `f` are prefixes of a literal, not the end of a word.
            let whole = wrapper.len() > 1 || !cut.ends_with(|c: char| c.is_alphanumeric() || c == '_');
            whole.then_some(cut)
        });
        rest = shorter.unwrap_or(rest).trim_end_matches([' ', ':', '=', '>', '(', '[', '{', '|', '?']);
    }
    let rest = rest.trim_end_matches(['"', '\'']);
    let start = rest
        .rfind(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '$')))
        .map_or(0, |at| at + rest[at..].chars().next().map_or(1, char::len_utf8));
    let key = rest[start..].trim_start_matches(['$', '-']);
    (!key.is_empty() && rest.len() < before.len() && !["return", "await", "yield", "throw"].contains(&key))
        .then_some(key)
}

/// A name in the form of an environment variable: `appId`, `AppId` and `app-id` are `APP_ID`.
pub(super) fn as_variable(name: &str) -> String {
    let mut variable = String::with_capacity(name.len() + 4);
    let mut previous = '_';
    for c in name.chars() {
        let starts_a_word = c.is_uppercase() && previous.is_lowercase();
        if (starts_a_word || !c.is_alphanumeric()) && !variable.ends_with('_') && !variable.is_empty() {
            variable.push('_');
        }
        if c.is_alphanumeric() {
            variable.extend(c.to_uppercase());
        }
        previous = c;
    }
    variable
}

/// Whether `words`, joined by `_`, are whole words of a variable's name.
pub(super) fn has_words(variable: &str, words: &str) -> bool {
    format!("_{variable}_").contains(&format!("_{words}_"))
}

/// The names of environment variables that a line reads: whatever follows a word with `env` in it and looks like a
/// variable, as in `process.env.X`, `os.Getenv("X")`, `environ["X"]`, `env::var("X")`, `%env(X)%`; in a file of settings also `${X}`.
pub(super) fn read_variables(line: &str, is_settings: bool) -> Vec<&str> {
    let lower = line.to_ascii_lowercase();
    let mut names: Vec<&str> = Vec::new();
    for (at, found) in lower
        .match_indices("env")
        .chain(lower.match_indices("config("))
        .chain(lower.match_indices("${").filter(|_| is_settings))
    {
        let rest = match found {
            "env" => after_reader(&line[at + found.len()..]),
            _ => Some(&line[at + found.len()..]),
        };
        let Some(rest) = rest else { continue };
        let rest = rest.trim_start_matches(['"', '\'', '`']);
        let end = rest.find(|c: char| !(c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_'));
        let name = &rest[..end.unwrap_or(rest.len())];
        // The rest of a longer word, such as `Env` of `ENVIRONMENT`, or a type.
        let is_whole = !rest[name.len()..].starts_with(|c: char| c.is_ascii_lowercase() || c == '(');
        if name.len() > 2
            && name.starts_with(|c: char| c.is_ascii_uppercase())
            && is_whole
            && !names.contains(&name)
        {
            names.push(name);
        }
    }
    names.extend(unpacked(line));
    names
}

/// The text after `getenv(`, `environ.get(`, `env::var(`, `.env.`, `env[` and the like.
fn after_reader(text: &str) -> Option<&str> {
    let word = |text: &str| text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len());
    let mut rest = if text.starts_with("::") || text.starts_with('.') { text } else { &text[word(text)..] };
    for _ in 0..3 {
        let inner = rest.trim_start_matches(['.', ':', '?']);
        let name = &inner[..word(inner)];
        let is_method = inner.len() < rest.len() && name.starts_with(|c: char| c.is_ascii_lowercase());
        if !is_method {
            break;
        }
        rest = &inner[name.len()..];
    }
    // A generic parameter or a cast between name and bracket: `env.str<String>("X")`.
    let open = rest.trim_start_matches(['!', ' ']);
    let inner = open.strip_prefix(['(', '[', '.', ':', '=', ' ', '"'])?;
    Some(inner.trim_start_matches([' ', '=']))
}

/// `const { A, B = 3000 } = process.env`.
fn unpacked(line: &str) -> Vec<&str> {
    let Some((names, after)) = line.split_once('}') else { return Vec::new() };
    let Some((_, names)) =
        names.split_once('{').filter(|_| after.trim_start().starts_with("= ") && after.contains("env"))
    else {
        return Vec::new();
    };
    let name = |part: &'_ str| part.split([':', '=']).next().map_or(0, |name| name.trim().len());
    names.split(',').map(|part| &part.trim()[..name(part)]).filter(|name| is_constant(name)).collect()
}

/// A path as one word of a shell's command.
pub(super) fn shell_word(path: &str) -> String {
    let ordinary = |c: char| c.is_ascii_alphanumeric() || "/._-@+:".contains(c);
    if path.chars().all(ordinary) { path.to_owned() } else { format!("'{}'", path.replace('\'', "'\\''")) }
}

/// Whether a name is written like an environment variable.
pub(super) fn is_constant(name: &str) -> bool {
    name.len() > 2
        && name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

/// The path in a URL, in a template that begins with the app's origin, or in a text that is a path.
pub(super) fn path_in(text: &str) -> Option<&str> {
    let path = if let Some((_, rest)) = text.split_once("://") {
        &rest[rest.find('/')?..]
    } else if text.starts_with('/') {
        text
    } else {
        // `${baseUrl}/callback`, `{BASE}/callback`, `%s/callback`, `$base/callback`
        let (start, _) = text.match_indices('/').next()?;
        let origin = &text[..start];
        let is_word = |name: &str| name.chars().all(|c| c.is_alphanumeric() || c == '_');
        let is_origin = origin.ends_with(['}', ')'])
            || origin.ends_with("%s")
            || origin.strip_prefix('$').is_some_and(is_word);
        &text[is_origin.then_some(start)?..]
    };
    let path = &path[..path.find(['?', '#']).unwrap_or(path.len())];
    let ordinary = |c: char| c.is_ascii_alphanumeric() || "/-_.~{}:$[]".contains(c);
    (path.starts_with('/') && path.chars().all(ordinary)).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_end_with_the_code() {
        let contents =
            |line| literals(line).iter().map(|literal| literal.content.to_owned()).collect::<Vec<_>>();
        assert_eq!(contents(r#"a("x\"y", 'z') // don't "#), [r#"x\"y"#, "z"]);
        assert_eq!(contents("fetch('http://localhost:3000/x')"), ["http://localhost:3000/x"]);
        assert_eq!(contents("b = \"unclosed"), Vec::<String>::new());
        assert_eq!(contents("x = 'é' + `ü`"), ["é", "ü"]);
    }

    #[test]
    fn the_key_of_a_value_is_found_in_every_spelling() {
        for line in [
            "  endpoint: ",
            "$endpoint = ",
            "'endpoint' => ",
            "\"endpoint\": ",
            "const endpoint = ",
            "endpoint: new URL(",
            "endpoint=b",
            "endpoint: String::from(",
            "config.endpoint = ",
        ] {
            assert_eq!(key(line), Some("endpoint"), "{line}");
        }
        assert_eq!(key("ClientId::new("), Some("ClientId"));
        assert_eq!(key("  "), None);
        assert_eq!(key("return "), None);
    }

    #[test]
    fn variables_are_found_however_they_are_read() {
        for line in [
            "endpoint: process.env.LOGTO_ENDPOINT,",
            "x = os.environ[\"LOGTO_ENDPOINT\"]",
            "x = os.environ.get('LOGTO_ENDPOINT', 'y')",
            "x := os.Getenv(\"LOGTO_ENDPOINT\")",
            "getEnv(\"LOGTO_ENDPOINT\", \"http://localhost:3001\")",
            "std::env::var(\"LOGTO_ENDPOINT\")?",
            "env!(\"LOGTO_ENDPOINT\")",
            "System.getenv(\"LOGTO_ENDPOINT\")",
            "'x' => env('LOGTO_ENDPOINT'),",
            "$_ENV['LOGTO_ENDPOINT']",
            "'%env(LOGTO_ENDPOINT)%'",
            "const { LOGTO_ENDPOINT } = process.env;",
            "const { LOGTO_ENDPOINT = 'x' } = process.env;",
            "logto.endpoint=${LOGTO_ENDPOINT:http://x}",
            "Endpoint string `env:\"LOGTO_ENDPOINT\"`",
            "LOGTO = config('LOGTO_ENDPOINT')",
            "import.meta.env.LOGTO_ENDPOINT",
            "env.str(\"LOGTO_ENDPOINT\")",
            "#[arg(long, env = \"LOGTO_ENDPOINT\")]",
            "os.environ.setdefault(\"LOGTO_ENDPOINT\", x)",
        ] {
            assert_eq!(read_variables(line, true), ["LOGTO_ENDPOINT"], "{line}");
        }
        assert!(read_variables("`http://localhost:${PORT}`", false).is_empty());
        for line in [
            "environment = NewEnvironment()",
            "the ENVIRONMENT",
            "process.env.node",
            "const { a } = req.body",
            "envelope(Type)",
        ] {
            assert!(read_variables(line, true).is_empty(), "{line}: {:?}", read_variables(line, true));
        }
    }

    #[test]
    fn names_are_compared_word_by_word() {
        for name in ["appId", "AppId", "app_id", "app-id", "APP_ID"] {
            assert_eq!(as_variable(name), "APP_ID");
        }
        assert_eq!(as_variable("LOGTO_CLIENT_ID"), "LOGTO_CLIENT_ID");
        assert!(has_words("AUTH_LOGTO_SECRET", "LOGTO_SECRET"));
        assert!(!has_words("AUTH_LOGTO_SECRET", "AUTH_SECRET"));
        assert!(!has_words("MYAPP_ID", "APP_ID"));
    }

    #[test]
    fn a_path_is_read_from_urls_templates_and_paths() {
        assert_eq!(path_in("http://localhost:3000/callback?x"), Some("/callback"));
        assert_eq!(path_in("${baseUrl}/callback"), Some("/callback"));
        assert_eq!(path_in("{BASE}/callback"), Some("/callback"));
        assert_eq!(path_in("$base/callback"), Some("/callback"));
        assert_eq!(path_in("/callback"), Some("/callback"));
        assert_eq!(path_in("http://localhost:3000"), None);
        assert_eq!(path_in("text/html"), None);
        assert_eq!(path_in("/a b"), None);
    }
}
