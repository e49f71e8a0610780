//! The variables that an app reads, and what each one means.

use std::collections::BTreeMap;

use super::text::{as_variable, has_words, is_constant, key, read_variables};
use super::tree::{At, Source, Tree};

/// What a value of an app's settings is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Meaning {
    Endpoint,
    Issuer,
    Discovery,
    Authorization,
    Token,
    UserInfo,
    Keys,
    EndSession,
    AppId,
    AppSecret,
    RedirectUri,
    AfterSignOut,
    Origin,
    Port,
    Address,
    /// A secret of the app itself, as for its cookies.
    LocalSecret,
}

use Meaning::{
    Address, AfterSignOut, AppId, AppSecret, Authorization, Discovery, EndSession, Endpoint, Issuer, Keys,
    LocalSecret, Origin, Port, RedirectUri, Token, UserInfo,
};

/// Whole words of a name, in the form of a variable; the first row that fits counts.
const MEANINGS: &[(Meaning, &[&str])] = &[
    (
        LocalSecret,
        &[
            "SESSION_SECRET",
            "COOKIE_SECRET",
            "COOKIES_SECRET",
            "SECRET_KEY",
            "AUTH_SECRET",
            "NEXTAUTH_SECRET",
            "ENCRYPTION_KEY",
            "COOKIE_KEY",
            "SESSION_KEY",
            "SESSION_PASSWORD",
            "COOKIE_PASSWORD",
            "JWT_SECRET",
            "CSRF_SECRET",
            "SESSION_TOKEN_SECRET",
        ],
    ),
    (
        Discovery,
        &["DISCOVERY", "WELL_KNOWN", "WELLKNOWN", "METADATA_URL", "OPENID_CONFIGURATION", "CONF_URL"],
    ),
    (
        Authorization,
        &[
            "AUTHORIZATION_ENDPOINT",
            "AUTHORIZATION_URL",
            "AUTHORIZATION_URI",
            "AUTHORIZE_URL",
            "AUTHORIZE_ENDPOINT",
            "AUTH_ENDPOINT",
        ],
    ),
    (Token, &["TOKEN_ENDPOINT", "TOKEN_URL", "TOKEN_URI", "ACCESS_TOKEN_URL"]),
    (UserInfo, &["USERINFO", "USER_INFO", "USER_ENDPOINT"]),
    (Keys, &["JWKS", "JWK_SET", "JWKS_URI"]),
    (EndSession, &["END_SESSION", "LOGOUT_ENDPOINT"]),
    (
        AfterSignOut,
        &[
            "POST_LOGOUT",
            "POST_SIGN_OUT",
            "POST_SIGNOUT",
            "LOGOUT_REDIRECT",
            "SIGN_OUT_REDIRECT",
            "SIGNOUT_REDIRECT",
            "AFTER_LOGOUT",
            "LOGOUT_URL",
            "LOGOUT_URI",
            "SIGN_OUT_URI",
            "SIGN_OUT_URL",
        ],
    ),
    (RedirectUri, &["REDIRECT_URI", "REDIRECT_URL", "CALLBACK_URL", "CALLBACK_URI", "REDIRECT_URIS"]),
    (Issuer, &["ISSUER", "AUTHORITY", "AUTH_SERVER_URL"]),
    (
        AppId,
        &["CLIENT_ID", "CLIENTID", "APP_ID", "APPID", "APPLICATION_ID", "LOGTO_ID", "OIDC_ID", "CLIENT_KEY"],
    ),
    (
        AppSecret,
        &[
            "CLIENT_SECRET",
            "CLIENTSECRET",
            "APP_SECRET",
            "APPSECRET",
            "APPLICATION_SECRET",
            "LOGTO_SECRET",
            "OIDC_SECRET",
        ],
    ),
    (
        Endpoint,
        &[
            "LOGTO_ENDPOINT",
            "LOGTO_URL",
            "OIDC_ENDPOINT",
            "OIDC_URL",
            "OIDC_SERVER",
            "LOGTO_SERVER",
            "IDP_URL",
            "LOGTO_URI",
        ],
    ),
    (
        Origin,
        &[
            "BASE_URL",
            "APP_URL",
            "SITE_URL",
            "PUBLIC_URL",
            "ROOT_URL",
            "NEXTAUTH_URL",
            "AUTH_URL",
            "ORIGIN",
            "SERVER_URL",
            "HOST_URL",
            "APP_BASE",
            "BASE_URI",
            "PUBLIC_ORIGIN",
            "WEB_URL",
            "EXTERNAL_URL",
        ],
    ),
    (Port, &["SERVER_PORT", "APP_PORT", "HTTP_PORT", "LISTEN_PORT", "WEB_PORT"]),
    (Address, &["LISTEN_ADDR", "BIND_ADDR", "LISTEN_ADDRESS", "BIND_ADDRESS", "HTTP_ADDR", "SERVER_ADDR"]),
];
/// Names that mean something only as a whole.
const WHOLE: [(Meaning, &str); 8] = [
    (LocalSecret, "SECRET"),
    (Endpoint, "ENDPOINT"),
    (Port, "PORT"),
    (Address, "ADDR"),
    (Address, "LISTEN"),
    (Address, "BIND"),
    (Origin, "HOST_ORIGIN"),
    (RedirectUri, "REDIRECTURI"),
];
/// Words of other services: their client ids are not Logto's.
const FOREIGN: [&str; 26] = [
    "M2M",
    "MANAGEMENT",
    "HF",
    "HUGGINGFACE",
    "GITHUB",
    "GOOGLE",
    "FACEBOOK",
    "APPLE",
    "DISCORD",
    "STRIPE",
    "DATABASE",
    "DB",
    "REDIS",
    "SMTP",
    "MAIL",
    "S3",
    "AWS",
    "AZURE",
    "SENTRY",
    "KAFKA",
    "OTEL",
    "PUSHER",
    "TWILIO",
    "OPENAI",
    "SLACK",
    "ALLOWED",
];
/// Long enough for every cookie encryption.
const LOCAL_SECRET: &str = "only-for-tests-only-for-tests-32";

/// What a name means, in any spelling.
pub(super) fn meaning(name: &str) -> Option<Meaning> {
    let name = as_variable(name);
    if FOREIGN.iter().any(|foreign| has_words(&name, foreign)) {
        return None;
    }
    let whole = WHOLE.iter().find(|(_, whole)| name == *whole).map(|(meaning, _)| *meaning);
    let words = || MEANINGS.iter().find(|(_, words)| words.iter().any(|words| has_words(&name, words)));
    whole.or_else(|| words().map(|(meaning, _)| *meaning))
}

impl Meaning {
    /// Whether it is where Logto is.
    pub(super) fn is_logto(self) -> bool {
        matches!(self, Endpoint | Issuer | Discovery | Authorization | Token | UserInfo | Keys | EndSession)
    }

    /// The value during a run.
    pub(super) fn value(self, callback: &str, home: &str) -> String {
        match self {
            Endpoint => "[LOGTO]".to_owned(),
            Issuer => "[LOGTO]/oidc".to_owned(),
            Discovery => "[LOGTO]/oidc/.well-known/openid-configuration".to_owned(),
            Authorization => "[LOGTO]/oidc/auth".to_owned(),
            Token => "[LOGTO]/oidc/token".to_owned(),
            UserInfo => "[LOGTO]/oidc/me".to_owned(),
            Keys => "[LOGTO]/oidc/jwks".to_owned(),
            EndSession => "[LOGTO]/oidc/session/end".to_owned(),
            AppId => "[APP_ID]".to_owned(),
            AppSecret => "[APP_SECRET]".to_owned(),
            RedirectUri => format!("[APP]{callback}"),
            AfterSignOut => format!("[APP]{home}"),
            Origin => "[APP]".to_owned(),
            Port => "[APP_PORT]".to_owned(),
            Address => "127.0.0.1:[APP_PORT]".to_owned(),
            LocalSecret => LOCAL_SECRET.to_owned(),
        }
    }
}

/// A variable that the app reads.
#[derive(Debug, Clone)]
pub(super) struct Variable {
    pub(super) name: String,
    pub(super) meaning: Option<Meaning>,
    /// Where it is read, or listed.
    pub(super) at: At,
    /// Whether the code reads it; else it is only in a file of variables.
    pub(super) in_code: bool,
}

/// All variables by name, those in the code first. Values in `.env` files are not looked at.
pub(super) fn variables(tree: &Tree) -> Vec<Variable> {
    let mut found: BTreeMap<String, Variable> = BTreeMap::new();
    let mut order = Vec::new();
    let mut add = |variable: Variable| {
        if !found.contains_key(&variable.name) {
            order.push(variable.name.clone());
            found.insert(variable.name.clone(), variable);
        }
    };
    for source in tree.code() {
        let is_settings = matches!(source.extension(), "properties" | "yml" | "yaml");
        for (line, text) in source.code() {
            for name in read_variables(text, is_settings) {
                let meaning = meaning_on_line(name, text);
                add(Variable { name: name.to_owned(), meaning, at: source.at(line), in_code: true });
            }
        }
    }
    for source in tree.variables() {
        for (line, text) in source.code() {
            let name = text
                .trim_start()
                .trim_start_matches("export ")
                .split('=')
                .next()
                .unwrap_or_default()
                .trim_end();
            if is_constant(name) {
                add(Variable {
                    name: name.to_owned(),
                    meaning: meaning(name),
                    at: source.at(line),
                    in_code: false,
                });
            }
        }
    }
    order.iter().filter_map(|name| found.remove(name)).collect()
}

/// What a variable means by its name, and else by the key that its value is given to.
fn meaning_on_line(name: &str, line: &str) -> Option<Meaning> {
    let before = line.find(name).map_or("", |at| &line[..at]);
    // `endpoint: process.env.X`: the key is before the expression that reads the variable.
    let lower = before.to_ascii_lowercase();
    let word = lower.rfind("env").or_else(|| lower.rfind("config(")).unwrap_or(before.len());
    let start =
        before[..word].trim_end_matches(|c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '$' | '!'));
    let start = start.trim_end_matches("std::");
    let by_key = key(start).and_then(meaning);
    match (meaning(name), by_key) {
        (Some(Origin), Some(by_key)) if by_key.is_logto() => Some(by_key),
        (Some(by_name), _) => Some(by_name),
        // A foreign word decides against the key, too.
        (None, by_key) if !FOREIGN.iter().any(|foreign| has_words(name, foreign)) => by_key,
        _ => None,
    }
}

/// Whether the code itself adds Logto's `/oidc` to an address that it is given.
fn adds_oidc(tree: &Tree) -> bool {
    const AFTER: [&str; 8] = ["", "/", "/.well-known", "/auth", "/token", "/jwks", "/me", "/session"];
    tree.code().flat_map(Source::code).any(|(_, line)| {
        line.match_indices("/oidc").any(|(at, found)| {
            let rest = &line[at + found.len()..];
            let end = rest.find(['"', '\'', '`', '?', '$', '{', ' ']).unwrap_or(rest.len());
            let is_logtos = AFTER
                .iter()
                .any(|after| rest[..end] == **after || after.len() > 1 && rest[..end].starts_with(after));
            is_logtos && line[..at].ends_with(['}', '"', '\'', '`'])
        })
    })
}

/// Corrects what the names alone cannot say: whether Logto's address is given with `/oidc`.
pub(super) fn settle(variables: &mut [Variable], tree: &Tree, is_logtos_sdk: bool) {
    let adds = adds_oidc(tree);
    for variable in variables {
        variable.meaning = match variable.meaning {
            Some(Issuer) if adds => Some(Endpoint),
            Some(Endpoint) if !adds && !is_logtos_sdk => Some(Issuer),
            other => other,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_mean_what_people_mean_by_them() {
        for (name, expected) in [
            ("LOGTO_ENDPOINT", Some(Endpoint)),
            ("ENDPOINT", Some(Endpoint)),
            ("S3_ENDPOINT", None),
            ("AUTH_LOGTO_ISSUER", Some(Issuer)),
            ("AUTH_LOGTO_ID", Some(AppId)),
            ("AUTH_LOGTO_SECRET", Some(AppSecret)),
            ("AUTH_SECRET", Some(LocalSecret)),
            ("APP_SECRET_KEY", Some(LocalSecret)),
            ("appSecret", Some(AppSecret)),
            ("OIDC_RP_CLIENT_ID", Some(AppId)),
            ("GITHUB_CLIENT_ID", None),
            ("LOGTO_M2M_APP_SECRET", None),
            ("OIDC_OP_TOKEN_ENDPOINT", Some(Token)),
            ("server_metadata_url", Some(Discovery)),
            ("LOGTO_POST_LOGOUT_REDIRECT_URI", Some(AfterSignOut)),
            ("LOGTO_REDIRECT_URI", Some(RedirectUri)),
            ("DATABASE_URL", None),
            ("baseUrl", Some(Origin)),
            ("PORT", Some(Port)),
            ("LOGTO_COOKIE_SECRET", Some(LocalSecret)),
            ("NODE_ENV", None),
        ] {
            assert_eq!(meaning(name), expected, "{name}");
        }
    }

    #[test]
    fn a_key_says_what_a_name_does_not() {
        assert_eq!(meaning_on_line("AUTH_HOST", "  endpoint: process.env.AUTH_HOST,"), Some(Endpoint));
        assert_eq!(
            meaning_on_line("LOGTO_BASE_URL", "  endpoint: process.env.LOGTO_BASE_URL,"),
            Some(Endpoint)
        );
        assert_eq!(meaning_on_line("LOGTO_BASE_URL", "  baseUrl: process.env.LOGTO_BASE_URL,"), Some(Origin));
        assert_eq!(meaning_on_line("WHO", "    client_id=os.environ[\"WHO\"],"), Some(AppId));
        assert_eq!(meaning_on_line("GITHUB_ID", "  clientId: process.env.GITHUB_ID,"), None);
    }
}
