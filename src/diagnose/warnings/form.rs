//! What a text looks like that cannot be a value, or rarely is. Real secrets may contain any character, so each form
//! has to be one that a random text practically never has.

use oauth::secret::is_white_space;

use crate::findings::Warning;

/// What all secrets of OAuth apps at Hugging Face begin with; 34 more characters follow.
const SECRET_START: &str = "oauth_app_secret_";
/// A secret with fewer characters than this after its beginning is not whole.
const SECRET_REST: usize = 8;
/// A user's access token has 34 characters after `hf_`.
const TOKEN_REST: usize = 16;

/// A form, and why the text has it, in words that do not repeat the text.
pub(super) type Seen = Option<(Warning, String)>;

fn seen(warning: Warning, why: impl Into<String>) -> Seen {
    Some((warning, why.into()))
}

/// The form of a text that still has to be replaced by a value, whatever the value is.
pub(super) fn unfilled(text: &str) -> Seen {
    let text = text.trim_matches(is_white_space);
    variable(text).or_else(|| masked(text)).or_else(|| placeholder(text))
}

/// The form of an address that still has to be filled in. A star is not one: Logto takes wildcards.
pub(super) fn unfilled_address(text: &str) -> Seen {
    let text = text.trim_matches(is_white_space);
    if let found @ Some(_) = variable(text) {
        return found;
    }
    if between(text, "<", ">").is_some_and(is_words) {
        return seen(Warning::Placeholder, "it contains a name in angle brackets");
    }
    let host =
        text.split_once("://").map_or("", |(_, rest)| rest.split(['/', '?', '#']).next().unwrap_or(""));
    if between(host, "{", "}").is_some_and(is_words) {
        return seen(Warning::Placeholder, "its host contains a name in braces");
    }
    let own = |label: &str| {
        let label = label.to_ascii_lowercase().replace('_', "-");
        YOUR_HOSTS.contains(&label.as_str())
    };
    if host.split(['.', ':']).any(own) {
        return seen(Warning::Placeholder, "its host is that of an example");
    }
    None
}

/// Labels of hosts in templates.
const YOUR_HOSTS: [&str; 14] = [
    "your-app",
    "your-domain",
    "yourdomain",
    "your-host",
    "your-server",
    "your-site",
    "your-tenant",
    "your-tenant-id",
    "your-logto",
    "your-logto-endpoint",
    "your-website",
    "your-company",
    "your-app-domain",
    "my-domain-here",
];

/// The form of an ID: of the OAuth app, or of the application in Logto.
pub(super) fn id(text: &str) -> Seen {
    if let found @ Some(_) = unfilled(text) {
        return found;
    }
    let inner = text.trim_matches(is_white_space);
    if inner.starts_with("http://") || inner.starts_with("https://") {
        return seen(Warning::ClientIdNotAnId, "it is an address");
    }
    if is_access_token(inner) {
        return seen(Warning::ClientIdNotAnId, "it has the form of an access token");
    }
    if inner.contains('@') && inner.contains('.') && !inner.contains(char::is_whitespace) {
        return seen(Warning::ClientIdNotAnId, "it has the form of an e-mail address");
    }
    odd_characters(inner)
}

/// The form of a secret.
pub(super) fn secret(text: &str) -> Seen {
    if let found @ Some(_) = unfilled(text) {
        return found;
    }
    let inner = text.trim_matches(is_white_space);
    if let Some(prefix) = copied_along(inner) {
        return seen(Warning::SecretHasPrefix, format!("it begins with `{prefix}`"));
    }
    if let Some((name, value)) = inner.trim_start_matches("export ").split_once('=')
        && is_capitals(name)
        && !value.trim_start_matches('=').is_empty()
    {
        return seen(Warning::SecretHasPrefix, format!("it begins with `{name}=`"));
    }
    if is_access_token(inner) {
        return seen(Warning::AccessTokenAsSecret, "it has the form of an access token");
    }
    if let Some(rest) = inner.strip_prefix(SECRET_START).filter(|rest| rest.chars().count() < SECRET_REST) {
        let left = rest.chars().count();
        return seen(Warning::SecretIncomplete, format!("after `{SECRET_START}` it has {left} characters"));
    }
    if inner.len() > 5 && inner.ends_with("...") {
        return seen(Warning::SecretIncomplete, "it ends with three dots");
    }
    if inner.starts_with("oauth_") && SECRET_START.starts_with(inner) {
        return seen(Warning::SecretIncomplete, format!("it ends within `{SECRET_START}`"));
    }
    odd_characters(inner)
}

/// Whether a text begins as the secrets of OAuth apps do.
pub(super) fn is_app_secret(text: &str) -> bool {
    text.trim_matches(is_white_space).starts_with(SECRET_START)
}

/// Whether a text has the form of a client ID: 8-4-4-4-12 hexadecimal digits.
pub(super) fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.trim_matches(is_white_space).split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.concat().chars().all(|c| c.is_ascii_hexdigit())
}

/// `${X}`, `{{x}}`, `process.env.X` and their like.
fn variable(text: &str) -> Seen {
    let why = |form: &str| seen(Warning::VariableNotExpanded, format!("it has the form {form}"));
    let whole = |open: &str, close: &str| text.strip_prefix(open).and_then(|rest| rest.strip_suffix(close));
    // Within other text, only capitals count: a random text may contain the signs.
    if whole("${", "}").is_some_and(is_name) || between(text, "${", "}").is_some_and(is_capitals) {
        return why("`${…}`");
    }
    if between(text, "{{", "}}").is_some_and(is_words) {
        return why("`{{…}}`");
    }
    if whole("$(", ")").is_some_and(is_name) {
        return why("`$(…)`");
    }
    if whole("%", "%").is_some_and(is_capitals) {
        return why("`%…%`");
    }
    if whole("__", "__").is_some_and(is_capitals) || whole("#{", "}#").is_some_and(is_name) {
        return why("of a deployment's token");
    }
    if text.strip_prefix('$').is_some_and(is_capitals) {
        return why("`$…`");
    }
    if text.starts_with("<%") && text.ends_with("%>") {
        return why("`<%…%>`");
    }
    CODE.iter().find(|start| text.starts_with(**start)).and_then(|start| why(&format!("`{start}…`")))
}

/// How programs and secret stores refer to a value.
const CODE: [&str; 16] = [
    "process.env.",
    "process.env[",
    "import.meta.env.",
    "Deno.env.get(",
    "os.environ[",
    "os.environ.get(",
    "os.getenv(",
    "os.Getenv(",
    "System.getenv(",
    "getenv(",
    "ENV[",
    "env(",
    "$env:",
    "secrets.",
    "op://",
    "@Microsoft.KeyVault(",
];

/// Dots and stars of a field that hides its value.
fn masked(text: &str) -> Seen {
    let hides =
        |c: char| matches!(c, '•' | '●' | '∙' | '·' | '⁎' | '∗' | '＊' | '█' | '▒' | '░' | '■' | '⬤' | '…');
    let covers = |c: char| hides(c) || matches!(c, '*' | '.');
    let count = text.chars().count();
    if count > 2 && text.chars().all(covers) {
        return seen(Warning::MaskedValue, format!("it consists of {count} dots or stars"));
    }
    let words = [
        "[secret]",
        "[redacted]",
        "<redacted>",
        "redacted",
        "[hidden]",
        "<hidden>",
        "[masked]",
        "[filtered]",
    ];
    if words.contains(&text.to_lowercase().as_str()) {
        return seen(Warning::MaskedValue, "it says that the value is hidden");
    }
    let run = |mask: &dyn Fn(char) -> bool| {
        let mut longest = 0;
        text.chars().fold(0, |run, c| {
            let run = if mask(c) { run + 1 } else { 0 };
            longest = longest.max(run);
            run
        });
        longest
    };
    if run(&hides) > 1 || text.starts_with('…') || text.ends_with('…') || run(&|c| c == '*') > 3 {
        return seen(Warning::MaskedValue, "a part of it is dots or stars");
    }
    None
}

/// The text of a template.
fn placeholder(text: &str) -> Seen {
    let why = |why: &str| seen(Warning::Placeholder, why);
    for (open, close, called) in [("<", ">", "angle brackets"), ("[", "]", "brackets"), ("{", "}", "braces")]
    {
        let inner = text.strip_prefix(open).and_then(|rest| rest.strip_suffix(close));
        if inner.is_some_and(is_words) {
            return why(&format!("it is a name in {called}"));
        }
    }
    let plain: String = text.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
    let repeated = plain.chars().next().filter(|first| plain.chars().all(|c| c == *first));
    if let Some(c) = repeated.filter(|c| plain.len() > if *c == 'x' { 2 } else { 7 }) {
        return why(&format!("it consists of the character {c}"));
    }
    if TEMPLATES.contains(&plain.as_str()) {
        return why("it is a word of a template");
    }
    let starts = ["your", "my", "insert", "enter", "replace", "put", "paste", "add", "the", "change", "set"];
    let names =
        ["clientid", "clientsecret", "appid", "appsecret", "secret", "secrethere", "idhere", "secretvalue"];
    let begins = starts.iter().find_map(|start| plain.strip_prefix(start));
    if begins.is_some_and(|rest| names.iter().any(|name| rest.ends_with(name))) {
        return why("it says which value belongs there");
    }
    None
}

/// Words that stand for a value, without their separators.
const TEMPLATES: [&str; 34] = [
    "changeme",
    "changethis",
    "changeit",
    "todo",
    "fixme",
    "tbd",
    "placeholder",
    "replaceme",
    "replacethis",
    "fillme",
    "fillin",
    "clientid",
    "clientsecret",
    "clientidhere",
    "clientsecrethere",
    "appid",
    "appsecret",
    "secret",
    "clientidvalue",
    "secrethere",
    "huggingfaceclientid",
    "huggingfaceclientsecret",
    "hfclientid",
    "hfclientsecret",
    "oauthclientid",
    "oauthclientsecret",
    "logtoappid",
    "logtoappsecret",
    "undefined",
    "null",
    "none",
    "nil",
    "example",
    "dummy",
];

/// What was copied along with a secret.
fn copied_along(text: &str) -> Option<&'static str> {
    let starts = |start: &&&str| {
        text.get(..start.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(start))
            && text.len() > start.len()
    };
    COPIED.iter().find(starts).copied()
}

const COPIED: [&str; 10] = [
    "Bearer ",
    "Basic ",
    "Authorization:",
    "client_secret=",
    "client_secret:",
    "client_secret ",
    "clientSecret=",
    "clientSecret:",
    "secret=",
    "secret: ",
];

/// `hf_…` of Hugging Face, a token of GitHub or GitLab, or a JWT.
fn is_access_token(text: &str) -> bool {
    let starts = ["hf_", "ghp_", "gho_", "ghs_", "github_pat_", "glpat-"];
    let user = starts.iter().find_map(|start| text.strip_prefix(start)).is_some_and(|rest| {
        rest.len() >= TOKEN_REST && rest.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
    });
    let jwt = || {
        let parts: Vec<&str> = text.split('.').collect();
        let encoded = |part: &&str| part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
        parts.len() == 3 && parts[0].starts_with("eyJ") && parts.iter().all(encoded)
    };
    user || jwt()
}

/// White space within, or a character that only looks like one that belongs there.
fn odd_characters(inner: &str) -> Seen {
    if let Some(c) = inner.chars().find(|c| is_white_space(*c)) {
        let called = match c {
            '\n' | '\r' => "a line break".to_owned(),
            ' ' => "a space".to_owned(),
            '\t' => "a tab".to_owned(),
            c => format!("the invisible character U+{:04X}", u32::from(c)),
        };
        return seen(Warning::InnerWhitespace, format!("it contains {called}"));
    }
    if let Some(escape) = ["\\r\\n", "\\n"].into_iter().find(|escape| inner.ends_with(escape)) {
        return seen(Warning::InnerWhitespace, format!("it ends with `{escape}` in letters"));
    }
    // A text in another alphabet is one thing, a foreign letter among Latin ones another.
    let latin = inner.chars().filter(char::is_ascii_alphanumeric).count();
    let like = inner.chars().find_map(|c| Some((c, looks_like(c)?)));
    match like {
        Some((c, other)) if latin * 2 > inner.chars().count() => seen(
            Warning::LookAlikeCharacter,
            format!("it contains “{c}” (U+{:04X}), which looks like “{other}”", u32::from(c)),
        ),
        _ => None,
    }
}

/// The ASCII character that this one is mistaken for.
fn looks_like(c: char) -> Option<char> {
    if let '\u{ff01}'..='\u{ff5e}' = c {
        return char::from_u32(u32::from(c) - 0xfee0);
    }
    let alike = [
        ("‐‑‒–—―−", '-'),
        ("“”„″", '"'),
        ("‘’‚′", '\''),
        ("аα", 'a'),
        ("А", 'A'),
        ("ВΒ", 'B'),
        ("с", 'c'),
        ("С", 'C'),
        ("ԁ", 'd'),
        ("е", 'e'),
        ("ЕΕ", 'E'),
        ("һ", 'h'),
        ("НΗ", 'H'),
        ("іι", 'i'),
        ("ІΙ", 'I'),
        ("ј", 'j'),
        ("КΚ", 'K'),
        ("МΜ", 'M'),
        ("ΝN", 'N'),
        ("оο", 'o'),
        ("ОΟ", 'O'),
        ("рρ", 'p'),
        ("РΡ", 'P'),
        ("ѕ", 's'),
        ("Ѕ", 'S'),
        ("ТΤ", 'T'),
        ("υ", 'u'),
        ("ν", 'v'),
        ("хχ", 'x'),
        ("ХΧ", 'X'),
        ("у", 'y'),
        ("Υ", 'Y'),
        ("Ζ", 'Z'),
        ("ı", 'i'),
        ("ℓ", 'l'),
    ];
    alike.iter().find(|(letters, ascii)| c != *ascii && letters.contains(c)).map(|(_, ascii)| *ascii)
}

/// What stands between two signs, the first time.
fn between<'t>(text: &'t str, open: &str, close: &str) -> Option<&'t str> {
    let (_, rest) = text.split_once(open)?;
    Some(rest.split_once(close)?.0)
}

/// A name of a variable.
fn is_name(text: &str) -> bool {
    let text = text.split(":-").next().unwrap_or(text);
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | ':'))
}

/// A name of a variable in capitals, with more than two of them.
fn is_capitals(text: &str) -> bool {
    let text = text.split(":-").next().unwrap_or(text);
    text.len() > 2
        && text.starts_with(|c: char| c.is_ascii_uppercase())
        && text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

/// Words, as a template has them: letters with separators.
fn is_words(text: &str) -> bool {
    let text = text.trim();
    text.len() > 1
        && text.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '.' | '$'))
        && text.chars().all(|c| c.is_ascii_alphabetic() || matches!(c, '_' | '-' | ' ' | '.' | '$' | '\''))
}

#[cfg(test)]
mod tests;
