//! Values that are written into the code, where a run has others.

use super::manifest::Language;
use super::text::{Literal, key, literals, path_in};
use super::tree::{At, Source, Tree};
use super::variables::{Meaning, meaning};

/// A value in the code.
#[derive(Debug)]
pub(super) struct Value {
    pub(super) meaning: Meaning,
    pub(super) at: At,
    /// How it is written up to the value: `Endpoint:`.
    pub(super) written: String,
    /// Only of addresses: ids and secrets are not kept.
    pub(super) text: String,
}

/// An edit that the app needs before a run.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Edit {
    pub(super) at: At,
    pub(super) from: String,
    pub(super) to: String,
    /// What else the file then needs.
    pub(super) also: Option<&'static str>,
}

/// The values of settings in the code, and the addresses in it.
pub(super) fn values(tree: &Tree) -> Vec<Value> {
    let sources = tree.code().filter(|source| is_about_sign_in(source));
    sources
        .flat_map(|source| {
            source.code().filter(|(_, line)| !line.to_ascii_lowercase().contains("env")).flat_map(
                move |(line, text)| {
                    literals(text).into_iter().filter_map(move |literal| value(source, line, &literal))
                },
            )
        })
        .collect()
}

/// Settings of other libraries have keys of the same names.
fn is_about_sign_in(source: &Source) -> bool {
    let text = source.text.to_ascii_lowercase();
    let is_code = !matches!(source.extension(), "html" | "htm" | "properties" | "yml" | "yaml");
    is_code
        && ["logto", "oidc", "openid", "oauth", "client_id", "clientid"]
            .iter()
            .any(|word| text.contains(word))
}

fn value(source: &Source, line: usize, literal: &Literal<'_>) -> Option<Value> {
    let content = literal.content;
    let key = key(literal.before);
    let keyed = key.and_then(meaning).filter(|meaning| fits(*meaning, content));
    let meaning = keyed.or_else(|| of_logto(content)).or_else(|| of_call(literal))?;
    // What stands before the value on its line, from the key on.
    let from_key = key.and_then(|key| literal.before.rfind(key)).map(|at| &literal.before[at..]);
    // Other texts on the line may be secrets.
    let last = || literal.before.rsplit(['"', '\'', '`', ',', ' ', '=']).next().unwrap_or_default();
    let written = from_key.unwrap_or_else(last);
    let shown = match meaning {
        Meaning::AppId | Meaning::AppSecret | Meaning::LocalSecret => String::new(),
        _ => content.to_owned(),
    };
    Some(Value { meaning, at: source.at(line), written: written.trim().to_owned(), text: shown })
}

fn is_url(text: &str) -> bool {
    text.starts_with("http://") || text.starts_with("https://")
}

/// `<your-logto-endpoint>`, `replace-with-your-app-id`.
fn is_placeholder(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    text.starts_with('<') || ["your-", "your_", "your ", "replace"].iter().any(|word| text.contains(word))
}

fn fits(meaning: Meaning, content: &str) -> bool {
    match meaning {
        Meaning::AppId | Meaning::AppSecret => {
            let is_name = super::variables::meaning(content).is_some() && !is_placeholder(content);
            // In a template the value is given elsewhere, and `"client_id": "client_id"` is a mapping of names.
            !content.is_empty() && !is_name && !content.contains(['{', '%', ' ', '/', '$'])
        }
        Meaning::LocalSecret | Meaning::Port | Meaning::Address => false,
        Meaning::RedirectUri | Meaning::AfterSignOut => {
            is_url(content) || is_placeholder(content) || path_in(content).is_some()
        }
        Meaning::Origin => is_url(content) && !content.contains("huggingface") || is_placeholder(content),
        _ => is_url(content) || is_placeholder(content),
    }
}

/// Logto's own addresses can be told without a key.
fn of_logto(content: &str) -> Option<Meaning> {
    let is_logtos = is_url(content) && (content.contains(".logto.app") || content.contains("/oidc"));
    let bare = content.trim_end_matches('/');
    match bare {
        _ if !is_logtos || content.contains('{') => None,
        _ if bare.contains("/.well-known") => Some(Meaning::Discovery),
        _ if bare.ends_with("/oidc") => Some(Meaning::Issuer),
        _ if bare.matches('/').count() == 2 => Some(Meaning::Endpoint),
        _ => None,
    }
}

/// The first argument of the calls that take a redirect URI.
fn of_call(literal: &Literal<'_>) -> Option<Meaning> {
    path_in(literal.content)?;
    let call =
        literal.before.trim_end().rsplit('(').nth(1).filter(|_| literal.before.trim_end().ends_with('('))?;
    let call = call.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
    let by_origin = is_url(literal.content) || literal.content.contains('}');
    match call.to_ascii_lowercase().replace('_', "").as_str() {
        "signin" | "signinwithredirecturi" | "handlesignin" if by_origin => Some(Meaning::RedirectUri),
        "signout" | "handlesignout" if by_origin => Some(Meaning::AfterSignOut),
        _ => None,
    }
}

/// The variable that takes a value's place: the names that every app gets, where they mean it.
pub(super) fn variable(meaning: Meaning) -> &'static str {
    match meaning {
        Meaning::Endpoint => "LOGTO_ENDPOINT",
        Meaning::Issuer => "LOGTO_ISSUER",
        Meaning::Discovery => "LOGTO_DISCOVERY_URL",
        Meaning::Authorization => "LOGTO_AUTHORIZATION_URL",
        Meaning::Token => "LOGTO_TOKEN_URL",
        Meaning::UserInfo => "LOGTO_USERINFO_URL",
        Meaning::Keys => "LOGTO_JWKS_URL",
        Meaning::EndSession => "LOGTO_END_SESSION_URL",
        Meaning::AppId => "LOGTO_APP_ID",
        Meaning::AppSecret => "LOGTO_APP_SECRET",
        Meaning::RedirectUri => "LOGTO_REDIRECT_URI",
        Meaning::AfterSignOut => "LOGTO_POST_LOGOUT_REDIRECT_URI",
        Meaning::Origin => "APP_BASE_URL",
        Meaning::Port => "PORT",
        Meaning::Address => "LISTEN_ADDR",
        Meaning::LocalSecret => "SESSION_SECRET",
    }
}

/// A URL without what may be secret in it.
fn without_secrets(text: &str) -> String {
    let (before, _) = text.split_once(['?', '#']).unwrap_or((text, ""));
    let cut = if before.len() < text.len() { "…" } else { "" };
    match before.split_once("://").and_then(|(scheme, rest)| Some((scheme, rest.split_once('@')?.1))) {
        Some((scheme, host)) => format!("{scheme}://…@{host}{cut}"),
        None => format!("{before}{cut}"),
    }
}

impl Value {
    /// The edit that lets the app read the value.
    pub(super) fn edit(&self, language: Language, tree: &Tree) -> Edit {
        let text = tree.source(&self.at.path).map_or("", |source| source.text.as_str());
        let name = variable(self.meaning);
        let lacks = |import: &str, also: &'static str| (!text.contains(import)).then_some(also);
        let (to, also) = match language {
            Language::Go => (format!("os.Getenv(\"{name}\")"), lacks("\"os\"", "import \"os\"")),
            Language::JavaScript => (format!("process.env.{name}"), None),
            Language::Python => (format!("os.environ[\"{name}\"]"), lacks("import os", "import os")),
            Language::Java => (format!("System.getenv(\"{name}\")"), None),
            Language::Php => (format!("getenv('{name}')"), None),
            Language::Rust => (format!("std::env::var(\"{name}\").unwrap()"), None),
        };
        let shown = if self.text.is_empty() { "…".to_owned() } else { without_secrets(&self.text) };
        let (written, quote) = (&self.written, '"');
        let (space, end) = match written.chars().next_back() {
            None => ("", ""),
            Some('(') => ("", ")"),
            Some(_) => (" ", ""),
        };
        let to = if end.is_empty() { to } else { format!("{written}{to}{end}") };
        Edit { at: self.at.clone(), from: format!("{written}{space}{quote}{shown}{quote}{end}"), to, also }
    }

    /// Whether it is an address of this machine.
    pub(super) fn local(&self) -> Option<url::Url> {
        let url = url::Url::parse(&self.text).ok()?;
        let is_local = matches!(url.host_str(), Some("localhost" | "127.0.0.1"));
        (is_local && url.port().is_some() && matches!(url.scheme(), "http" | "https")).then_some(url)
    }

    /// Whether the value cannot be the app's during a run: a placeholder, or another machine's address.
    pub(super) fn is_elsewhere(&self) -> bool {
        is_placeholder(&self.text) || is_url(&self.text) && !self.text.contains('{') && self.local().is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(line: &str) -> Vec<(Meaning, String)> {
        let source = Source::of("main.go", format!("logto\n{line}\n"));
        let tree = Tree { sources: vec![source], ..Tree::default() };
        values(&tree).into_iter().map(|value| (value.meaning, value.text)).collect()
    }

    #[test]
    fn settings_in_the_code_are_found_and_their_secrets_are_not_kept() {
        let text = |text: &str| text.to_owned();
        assert_eq!(
            found(r#"  Endpoint: "https://a.logto.app/","#),
            [(Meaning::Endpoint, text("https://a.logto.app/"))]
        );
        assert_eq!(
            found("  endpoint: '<your-logto-endpoint>',"),
            [(Meaning::Endpoint, text("<your-logto-endpoint>"))]
        );
        assert_eq!(found(r#"  AppSecret: "hush","#), [(Meaning::AppSecret, String::new())]);
        assert_eq!(
            found(r#"p, err := oidc.NewProvider(ctx, "https://a.logto.app/oidc")"#)[0].0,
            Meaning::Issuer
        );
        assert_eq!(
            found(r#"u, err := c.SignIn("http://localhost:3000/callback")"#)[0].0,
            Meaning::RedirectUri
        );
        assert_eq!(found(r#"x := ClientId::new("abc".to_string())"#)[0].0, Meaning::AppId);
    }

    #[test]
    fn other_texts_are_not_values() {
        for line in [
            "endpoint: process.env.LOGTO_ENDPOINT ?? 'http://localhost:3001',",
            "endpoint: '/api/books',",
            "\"client_id\": APP_ID,",
            "params.set('client_id', config.id)",
            "{ client_id: 'client_id' }",
            "app.get('/callback', handler)",
        ] {
            assert_eq!(found(line), [], "{line}");
        }
    }
}
