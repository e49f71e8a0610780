//! Settings of Java apps in `application.properties` or `application.yml`: a variable overrides each of them.

use super::text::{is_comment, path_in};
use super::tree::{At, Source, Tree};
use super::variables::{Meaning, meaning};

/// What a framework reads: the prefix of its keys, and what `-` becomes in the name of a variable.
const PREFIXES: [(&str, &str); 2] = [("spring.security.oauth2.client.", ""), ("quarkus.oidc.", "_")];

/// A setting that a variable overrides.
#[derive(Debug)]
pub(super) struct Setting {
    pub(super) variable: String,
    pub(super) meaning: Meaning,
    pub(super) at: At,
}

/// What the files say about the sign-in.
#[derive(Debug, Default)]
pub(super) struct Settings {
    pub(super) overridden: Vec<Setting>,
    /// The name of the registration.
    pub(super) registration: Option<(String, At)>,
    /// The path of the redirect URI, if it is not the default one.
    pub(super) callback: Option<(String, At)>,
}

pub(super) fn settings(tree: &Tree) -> Settings {
    let mut all: Vec<(String, String, At)> = Vec::new();
    for source in tree.code().filter(|source| source.file_name().starts_with("application")) {
        let keys = if source.extension() == "properties" { flat(source) } else { nested(source) };
        all.extend(
            keys.into_iter().filter(|(key, ..)| PREFIXES.iter().any(|(prefix, _)| key.starts_with(prefix))),
        );
    }
    let registrations: Vec<(&str, &At)> = all
        .iter()
        .filter_map(|(key, _, at)| {
            Some((key.strip_prefix("spring.security.oauth2.client.registration.")?.split('.').next()?, at))
        })
        .collect();
    let chosen = registrations.iter().find(|(id, _)| id.contains("logto")).or_else(|| registrations.first());
    let id = chosen.map(|(id, _)| *id);
    let provider = id.and_then(|id| {
        let key = format!("spring.security.oauth2.client.registration.{id}.provider");
        all.iter().find(|(other, ..)| *other == key).map(|(_, value, _)| value.as_str())
    });
    let mut settings = Settings {
        registration: chosen.map(|(id, at)| ((*id).to_owned(), (*at).clone())),
        ..Settings::default()
    };
    for (key, value, at) in &all {
        let Some((prefix, dash)) = PREFIXES.iter().find(|(prefix, _)| key.starts_with(prefix)) else {
            continue;
        };
        let rest = &key[prefix.len()..];
        let named = |kind: &str, name: Option<&str>| {
            name.is_some_and(|name| rest.starts_with(&format!("{kind}.{name}.")))
        };
        let concerns =
            !prefix.starts_with("spring") || named("registration", id) || named("provider", provider.or(id));
        let last = rest.rsplit('.').next().unwrap_or(rest);
        let Some(meaning) =
            meaning(last).or_else(|| (rest == "credentials.secret").then_some(Meaning::AppSecret))
        else {
            continue;
        };
        if meaning == Meaning::RedirectUri {
            let path = path_in(value).map(|path| path.replace("{registrationId}", id.unwrap_or_default()));
            settings.callback = path.filter(|path| !path.contains('{')).map(|path| (path, at.clone()));
        } else if concerns && !value.contains("${") {
            let variable = key.replace('-', dash).replace('.', "_").to_uppercase();
            settings.overridden.push(Setting { variable, meaning, at: at.clone() });
        }
    }
    settings
}

fn flat(source: &Source) -> Vec<(String, String, At)> {
    let lines = source.code().filter_map(|(line, text)| {
        let (key, value) = text.split_once(['=', ':'])?;
        Some((key.trim().to_owned(), value.trim().to_owned(), source.at(line)))
    });
    lines.collect()
}

/// Keys by their indentation: enough for settings, and it keeps the lines.
fn nested(source: &Source) -> Vec<(String, String, At)> {
    let mut path: Vec<(usize, String)> = Vec::new();
    let mut found = Vec::new();
    for (line, text) in source.text.lines().enumerate().filter(|(_, text)| !is_comment(text)) {
        let Some((key, value)) = text.split_once(':') else { continue };
        let indent = key.len() - key.trim_start().len();
        path.retain(|(outer, _)| *outer < indent);
        path.push((indent, key.trim().to_owned()));
        let value = value.trim().trim_matches(['"', '\'']);
        if !value.is_empty() {
            let key: Vec<&str> = path.iter().map(|(_, key)| key.as_str()).collect();
            found.push((key.join("."), value.to_owned(), source.at(line + 1)));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(name: &str, text: &str) -> (Vec<(String, Meaning)>, Option<String>) {
        let source = Source::of(name.to_owned(), text.to_owned());
        let settings = settings(&Tree { sources: vec![source], ..Tree::default() });
        let overridden =
            settings.overridden.into_iter().map(|setting| (setting.variable, setting.meaning)).collect();
        (overridden, settings.registration.map(|(id, _)| id))
    }

    #[test]
    fn both_forms_say_the_same() {
        let flat = "spring.security.oauth2.client.registration.idp.client-id=x\nspring.security.oauth2.client.registration.idp.client-secret=${S}\nspring.security.oauth2.client.provider.idp.issuer-uri=http://x\n";
        let nested = "spring:\n  security:\n    oauth2:\n      client:\n        registration:\n          idp:\n            client-id: x\n            client-secret: ${S}\n        provider:\n          idp:\n            issuer-uri: http://x\n";
        let expected = vec![
            ("SPRING_SECURITY_OAUTH2_CLIENT_REGISTRATION_IDP_CLIENTID".to_owned(), Meaning::AppId),
            ("SPRING_SECURITY_OAUTH2_CLIENT_PROVIDER_IDP_ISSUERURI".to_owned(), Meaning::Issuer),
        ];
        assert_eq!(found("application.properties", flat), (expected.clone(), Some("idp".to_owned())));
        assert_eq!(found("src/application.yml", nested), (expected, Some("idp".to_owned())));
    }
}
