//! Where the parties of a person's set-up are, and which URIs the app sends.
//!
//! The twin's parties are at the person's own addresses, so that every URI is used as it was given.
//! Where an address is not known, a host that cannot exist stands for it.

use oauth::redirect_uri::{Difference, Kind, Rule, host_is_like};
use url::Url;

use super::case::Case;
use crate::stack::HUGGINGFACE_HOST;

/// The callback path of Logto's guide.
pub(super) const CALLBACK_PATH: &str = "/callback";
/// What a star of a pattern may stand for.
const ANY: &str = "preview";

/// Stands for a Logto whose address is not known.
pub(super) const UNKNOWN_LOGTO: Placeholder =
    Placeholder { host: "your-logto.invalid", shown: "<your-logto>" };
/// Stands for an app whose address is not known.
pub(super) const UNKNOWN_APP: Placeholder = Placeholder { host: "your-app.invalid", shown: "<your-app>" };

/// Stands for the host of Logto in the addresses of an app that shares it. It is not a placeholder such as people forget
/// to fill in.
pub(super) const BESIDE_LOGTO: &str = "beside-logto.invalid";
/// The same for a host that only looks like Logto's: it has two letters of another alphabet.
pub(super) const LIKE_BESIDE_LOGTO: &str = "beside-l\u{43e}gt\u{43e}.invalid";

/// A host that stands for one that is not known.
#[derive(Debug, Clone, Copy)]
pub(super) struct Placeholder {
    /// A name that cannot exist (RFC 6761 §6.4).
    pub(super) host: &'static str,
    /// As the report shows it.
    pub(super) shown: &'static str,
}

impl Placeholder {
    fn origin(self) -> Url {
        Url::parse(&format!("https://{}", self.host)).expect("a host name makes a URL")
    }
}

/// The addresses of a set-up with the sample app.
#[derive(Debug, Clone)]
pub(super) struct Addresses {
    /// The origin of Logto.
    pub(super) logto: Url,
    /// Whether the input says where Logto is.
    pub(super) knows_logto: bool,
    /// The path of the endpoint that the app is told, if it has one.
    pub(super) endpoint_path: Option<String>,
    /// The origin at which people open the app.
    pub(super) app: Url,
    /// Further origins at which the app answers.
    pub(super) app_also: Vec<Url>,
    /// The host that app and Logto share, by their paths. The twin has them at two.
    pub(super) shared: Option<String>,
    /// The redirect URI that the app sends.
    pub(super) redirect_uri: String,
    /// The post sign-out redirect URI that the app sends; `None` if it sends none.
    pub(super) after_sign_out: Option<String>,
    /// What of this the input does not say.
    pub(super) assumed: Vec<String>,
}

impl Addresses {
    /// `connector_id` is part of the redirect URI at Hugging Face.
    pub(super) fn of(case: &Case, connector_id: &str) -> Self {
        let mut assumed = Vec::new();
        let found = logto(case, connector_id, &mut assumed);
        let logto = found.clone().unwrap_or_else(|| UNKNOWN_LOGTO.origin());
        let at_logto = |url: &Url| url.origin() == logto.origin();
        let is_other = |url: &Url| at_logto(url) || url.host_str() == Some(HUGGINGFACE_HOST);
        let sent = redirect_uri(case, &mut assumed);
        let after = case.app.post_sign_out_redirect_uri.as_ref().filter(|_| case.app_url.is_none());
        let sent_beside = sent.as_ref().or(after).is_some_and(|uri| is_beside_logto(uri, &logto));
        let app = case.app_url.as_ref().map(origin).or_else(|| {
            if sent_beside {
                return Some(logto.clone());
            }
            let of_sent = sent.as_deref().and_then(origin_of).filter(|url| !is_other(url));
            let registered = uris(case, "redirectUris");
            let others = registered.iter().filter(|uri| !uri.contains('*')).filter_map(|uri| origin_of(uri));
            let app = of_sent.or_else(|| others.into_iter().find(|url| !is_other(url)))?;
            if case.app.redirect_uri.as_deref().and_then(origin_of).as_ref() != Some(&app) {
                let shown = app.origin().ascii_serialization();
                assumed.push(format!(
                    "The app is at {shown}, as in its redirect URI in Logto (change it with --app-url)."
                ));
            }
            Some(app)
        });
        let opened_beside = app.as_ref().is_some_and(at_logto);
        let shares = opened_beside || sent_beside;
        let shared = logto.host_str().filter(|_| shares).map(ToOwned::to_owned);
        let app = app.filter(|_| !opened_beside).unwrap_or_else(|| {
            if !shares {
                let mut app = UNKNOWN_APP.origin();
                // Both of them have the scheme http or https.
                let _ = app.set_scheme(logto.scheme());
                return app;
            }
            let mut app = logto.clone();
            let _ = app.set_host(Some(BESIDE_LOGTO));
            app
        });
        let apart = |uri: String| if shares { apart(&uri, &logto, BESIDE_LOGTO) } else { uri };
        let at_app = |path: &str| format!("{}{path}", app.origin().ascii_serialization());
        let redirect_uri = sent.map_or_else(|| at_app(CALLBACK_PATH), apart);
        let after_sign_out = after_sign_out(case, || at_app("/"), &mut assumed).map(apart);
        let mut app_also = Vec::new();
        for url in [Some(&redirect_uri), after_sign_out.as_ref()].into_iter().flatten() {
            if let Some(url) = origin_of(url)
                && url != app
                && !is_other(&url)
                && !app_also.contains(&url)
            {
                app_also.push(url);
            }
        }
        let endpoint_path = case.logto_endpoint.as_ref().map(|url| url.path().trim_end_matches('/'));
        Self {
            knows_logto: found.is_some(),
            endpoint_path: endpoint_path.filter(|path| !path.is_empty()).map(ToOwned::to_owned),
            logto,
            app,
            app_also,
            shared,
            redirect_uri,
            after_sign_out,
            assumed,
        }
    }

    /// Whether the app answers at the origin of this URL.
    pub(super) fn is_at_app(&self, url: &Url) -> bool {
        std::iter::once(&self.app).chain(&self.app_also).any(|app| app.origin() == url.origin())
    }

    /// A URI of the app, apart from Logto's.
    pub(super) fn apart(&self, uri: &str) -> String {
        if self.shared.is_some() { apart(uri, &self.logto, BESIDE_LOGTO) } else { uri.to_owned() }
    }

    /// Hosts of the twin, each with the person's own that it stands for.
    pub(super) fn hosts(&self, case: &Case) -> Vec<(String, String)> {
        let Some(shared) = &self.shared else { return vec![] };
        let mut hosts = vec![(BESIDE_LOGTO.to_owned(), shared.clone())];
        let registered = uris(case, "redirectUris").into_iter().chain(uris(case, "postLogoutRedirectUris"));
        for uri in registered.filter(|uri| self.apart(uri).contains(LIKE_BESIDE_LOGTO)) {
            let authority = uri.split("://").nth(1).and_then(|rest| rest.split(['/', '?', '#']).next());
            let host = authority.and_then(|authority| authority.rsplit('@').next()?.split(':').next());
            let ascii = Url::parse(&format!("https://{LIKE_BESIDE_LOGTO}")).ok();
            let ascii = ascii.and_then(|url| Some(url.host_str()?.to_owned()));
            let both = [Some(LIKE_BESIDE_LOGTO.to_owned()), ascii].into_iter().flatten();
            hosts.extend(both.filter_map(|from| Some((from, host?.to_owned()))));
        }
        hosts
    }

    /// The redirect URI, if the operating system and not a browser opens it.
    pub(super) fn own_scheme(&self) -> Option<&str> {
        let url = Url::parse(&self.redirect_uri).ok()?;
        (!matches!(url.scheme(), "http" | "https")).then_some(self.redirect_uri.as_str())
    }

    /// What the app would send without being told: its origin and this path.
    pub(super) fn is_usual(&self, uri: &str, path: &str) -> bool {
        uri.strip_prefix(&self.app.origin().ascii_serialization()) == Some(path)
    }
}

/// Whether a URI is at Logto's origin, and not Logto's own callback.
fn is_beside_logto(uri: &str, logto: &Url) -> bool {
    let url = Url::parse(uri.trim()).ok().filter(|url| url.origin() == logto.origin());
    url.is_some_and(|url| !url.path().starts_with("/callback/"))
}

/// The same URI with the app's host for Logto's, unless it is Logto's own callback. It need not be a valid one.
fn apart(uri: &str, logto: &Url, app: &str) -> String {
    let own = Url::parse(uri.trim()).is_ok_and(|url| url.origin() == logto.origin());
    if own && !is_beside_logto(uri, logto) {
        return uri.to_owned();
    }
    let part = |part: &str| {
        let end = part.find(['/', '?', '#', '@']).unwrap_or(part.len());
        let colon = part[..end].rfind(':').filter(|at| !part[*at..end].contains(']')).unwrap_or(end);
        let (host, rest) = part.split_at(colon);
        let host = host.trim_start();
        let parsed = Url::parse(&format!("https://{host}")).ok().filter(|_| !host.is_empty());
        let same = |url: Url| url.host_str() == logto.host_str();
        let of_logto = logto.host_str().unwrap_or_default();
        let pattern = host.contains('*') && host_is_like(host, of_logto);
        if pattern || parsed.is_some_and(same) {
            format!("{app}{rest}")
        } else if let Some(label) = host.strip_suffix(of_logto).filter(|label| label.contains('*')) {
            format!("{label}{app}{rest}")
        } else if looks_like(host, of_logto) {
            format!("{LIKE_BESIDE_LOGTO}{rest}")
        } else {
            part.to_owned()
        }
    };
    uri.split_inclusive(['/', '?', '#', '@']).map(part).collect()
}

/// Whether a host differs from another only by letters that look the same.
fn looks_like(host: &str, other: &str) -> bool {
    let [host, other] = [host, other].map(|host| format!("https://{host}/"));
    host != other && Difference::by(Rule::AsUrls, &other, &host).kind == Kind::LookAlike
}

/// What follows the host of a URI, as written.
pub(super) fn after_host(uri: &str) -> &str {
    let start = uri.find("://").map_or(0, |at| at + 3);
    let end = uri[start..].find(['/', '?', '#']).unwrap_or_else(|| {
        // Pasted white space is not part of the host.
        uri[start..].trim_end().len()
    });
    &uri[start + end..]
}

/// Where people open Logto, if the input says so.
pub(super) fn logto(case: &Case, connector_id: &str, assumed: &mut Vec<String>) -> Option<Url> {
    if let Some(endpoint) = &case.logto_endpoint {
        return Some(origin(endpoint));
    }
    let own = format!("/callback/{connector_id}");
    let listed = || case.oauth_app.iter().flat_map(|app| app.redirect_uris.iter().flatten());
    let of_app: Vec<Url> = [case.app.redirect_uri.clone(), case.app_url.as_ref().map(ToString::to_string)]
        .into_iter()
        .flatten()
        .chain(uris(case, "redirectUris"))
        .filter_map(|uri| origin_of(&uri))
        .collect();
    let others = |url: &Url| !of_app.contains(url) && url.host_str() != Some(HUGGINGFACE_HOST);
    let found = listed()
        .filter(|uri| uri.trim().trim_end_matches('/').ends_with(&own))
        .find_map(|uri| origin_of(uri))
        // What is wrong with it may be the rest.
        .or_else(|| listed().filter_map(|uri| origin_of(uri)).find(others))?;
    let shown = found.origin().ascii_serialization();
    assumed.push(format!(
        "People open Logto at {shown}, as in the redirect URI at Hugging Face (change it with --logto-endpoint)."
    ));
    Some(found)
}

/// The redirect URI that the input says the app sends.
fn redirect_uri(case: &Case, assumed: &mut Vec<String>) -> Option<String> {
    if let Some(uri) = &case.app.redirect_uri {
        return Some(uri.clone());
    }
    let mut registered = uris(case, "redirectUris");
    registered.retain(|uri| !uri.trim().is_empty());
    // One that Logto does not store is the app's only if there is no other.
    registered.sort_by_key(|uri| !mock_logto::stores_uri(uri));
    let at_app = case.app_url.as_ref().map(origin);
    let here = |uri: &&String| at_app.is_some() && origin_of(uri) == at_app;
    let (of_app, first) = (registered.iter().find(here), registered.first());
    if of_app.is_none()
        && let Some(url) = &at_app
        && let Some(sent) = registered.iter().find_map(|uri| with_scheme_of(url, uri.trim()))
    {
        assumed.push(format!(
            "The app sends the redirect URI {sent}: the one in Logto, with the scheme of the app's URL (change it with \
             --redirect-uri)."
        ));
        return Some(sent);
    }
    let uri = of_app.or(first)?.trim();
    let sent = uri.replace('*', ANY);
    let which = match of_app {
        Some(_) if of_app != first => "the first one in Logto at its address",
        _ => "its first one in Logto",
    };
    assumed.push(if sent == uri {
        format!("The app sends the redirect URI {sent}, {which} (change it with --redirect-uri).")
    } else {
        format!(
            "The app sends the redirect URI {sent}, for which the pattern {uri} in Logto was written (change it with \
             --redirect-uri)."
        )
    });
    Some(sent)
}

/// The URI with the scheme of the app's URL, if only the schemes of the two differ.
fn with_scheme_of(app: &Url, uri: &str) -> Option<String> {
    let of_uri = origin_of(uri).filter(|_| !uri.contains('*'))?;
    let alike = of_uri.host() == app.host() && of_uri.port() == app.port() && of_uri.scheme() != app.scheme();
    let (_, rest) = uri.split_once(':').filter(|_| alike)?;
    Some(format!("{}:{rest}", app.scheme()))
}

/// The post sign-out redirect URI that the app sends.
fn after_sign_out(case: &Case, usual: impl Fn() -> String, assumed: &mut Vec<String>) -> Option<String> {
    if let Some(uri) = &case.app.post_sign_out_redirect_uri {
        return Some(uri.clone()).filter(|uri| !uri.is_empty());
    }
    if case.application.is_none() {
        return Some(usual());
    }
    let registered = uris(case, "postLogoutRedirectUris");
    let sent = registered.first().map(|uri| uri.trim().replace('*', ANY));
    assumed.push(match &sent {
        Some(uri) => format!(
            "The app sends the post sign-out redirect URI {uri}, its first one in Logto (change it with \
             --post-sign-out-uri)."
        ),
        None => "The app sends no post sign-out redirect URI, because Logto lists none (change it with \
                 --post-sign-out-uri)."
            .to_owned(),
    });
    sent
}

/// A list of URIs in the app's record.
pub(super) fn uris(case: &Case, member: &str) -> Vec<String> {
    let record = case.application.as_ref();
    let list = record.and_then(|record| record.get("oidcClientMetadata")?.get(member)?.as_array());
    list.into_iter().flatten().filter_map(|uri| uri.as_str().map(ToOwned::to_owned)).collect()
}

fn origin(url: &Url) -> Url {
    Url::parse(&url.origin().ascii_serialization()).unwrap_or_else(|_| url.clone())
}

/// The origin of a URI with the scheme http or https.
pub(super) fn origin_of(uri: &str) -> Option<Url> {
    let url = Url::parse(uri.trim()).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    Some(origin(&url))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn case(redirect_uris: &[&str], after: &[&str]) -> Case {
        let metadata = json!({ "redirectUris": redirect_uris, "postLogoutRedirectUris": after });
        let Value::Object(record) = json!({ "oidcClientMetadata": metadata }) else { unreachable!() };
        let logto_endpoint = Url::parse("https://auth.shop.example").ok();
        Case { application: Some(record), logto_endpoint, ..Case::default() }
    }

    fn of(case: &Case) -> Addresses {
        Addresses::of(case, "abc")
    }

    fn texts(urls: &[Url]) -> Vec<&str> {
        urls.iter().map(Url::as_str).collect()
    }

    #[test]
    fn uris_are_sent_as_they_are_registered() {
        for uri in [
            "https://shop.example",
            "https://Shop.example:443/Back?a=%20",
            "https://bücher.example/sign-in",
            "http://[::1]:3000/callback",
        ] {
            let found = of(&case(&[uri, "https://second.example/"], &[uri]));
            assert_eq!(found.redirect_uri, uri);
            assert_eq!(found.after_sign_out.as_deref(), Some(uri));
            assert_eq!(found.app, origin_of(uri).unwrap());
            assert!(found.app_also.is_empty() && found.own_scheme().is_none(), "{uri}");
        }
    }

    #[test]
    fn a_pattern_is_matched_by_what_is_sent() {
        let found = of(&case(&["https://*.shop.example/*/back"], &[]));
        assert_eq!(found.redirect_uri, "https://preview.shop.example/preview/back");
        assert_eq!(found.after_sign_out, None);
        assert!(found.assumed.iter().any(|text| text.contains("https://*.shop.example/*/back")));
    }

    #[test]
    fn a_scheme_of_its_own_is_not_an_address_of_the_app() {
        let found = of(&case(&["com.shop.app://callback"], &["com.shop.app://bye"]));
        assert_eq!(found.own_scheme(), Some("com.shop.app://callback"));
        assert_eq!(found.app.host_str(), Some(UNKNOWN_APP.host));
        assert!(found.app_also.is_empty());
    }

    #[test]
    fn the_app_may_be_opened_elsewhere_than_it_is_called_back() {
        let mut local = case(&["http://localhost:3000/callback"], &["http://localhost:3000/"]);
        assert_eq!(of(&local).app.as_str(), "http://localhost:3000/");
        local.app_url = Url::parse("http://127.0.0.1:3000").ok();
        let found = of(&local);
        assert_eq!(found.app.as_str(), "http://127.0.0.1:3000/");
        assert_eq!(texts(&found.app_also), ["http://localhost:3000/"]);
        // Of several, the one at the app's address is sent.
        let two = ["http://localhost:3000/callback", "http://127.0.0.1:3000/callback"];
        let found = of(&Case { app_url: local.app_url, ..case(&two, &two) });
        assert_eq!(found.redirect_uri, two[1]);
    }

    #[test]
    fn an_app_that_is_opened_over_http_says_so_in_its_redirect_uri() {
        let mut case = case(&["https://shop.example/callback"], &[]);
        case.app_url = Url::parse("http://shop.example").ok();
        assert_eq!(of(&case).redirect_uri, "http://shop.example/callback");
        case.app_url = Url::parse("http://shop.example:3000").ok();
        assert_eq!(of(&case).redirect_uri, "https://shop.example/callback");
    }

    #[test]
    fn an_address_of_logto_is_not_the_apps() {
        let found = of(&case(&["https://auth.shop.example/callback/abc"], &["https://shop.example/"]));
        assert_eq!(found.app.host_str(), Some(UNKNOWN_APP.host));
        assert_eq!(texts(&found.app_also), ["https://shop.example/"]);
    }

    #[test]
    fn an_app_beside_logto_is_kept_apart() {
        let mut case = case(&["https://shop.example/callback"], &["https://shop.example/"]);
        case.logto_endpoint = Url::parse("https://shop.example").ok();
        let found = of(&case);
        assert_eq!(found.shared.as_deref(), Some("shop.example"));
        assert_eq!(found.redirect_uri, "https://beside-logto.invalid/callback");
        assert_eq!(found.apart("https://shop.example/callback/abc"), "https://shop.example/callback/abc");
        for (uri, apart) in [
            ("http://Shop.example:8080/back?a=b", "http://beside-logto.invalid:8080/back?a=b"),
            ("shop.example/callback", "beside-logto.invalid/callback"),
            (
                "https://shop.example/https://shop.example/b",
                "https://beside-logto.invalid/https://beside-logto.invalid/b",
            ),
            ("https://www.shop.example/callback", "https://www.shop.example/callback"),
        ] {
            assert_eq!(found.apart(uri), apart);
        }
        case.app_url = Url::parse("https://the-shop.example").ok();
        let found = of(&case);
        assert_eq!(found.app.as_str(), "https://the-shop.example/");
        assert_eq!(texts(&found.app_also), ["https://beside-logto.invalid/"]);
    }

    #[test]
    fn a_path_of_the_endpoint_is_the_apps_setting() {
        let mut case = case(&[], &[]);
        case.logto_endpoint = Url::parse("https://auth.shop.example/oidc").ok();
        let found = of(&case);
        assert_eq!(
            (found.logto.as_str(), found.endpoint_path.as_deref()),
            ("https://auth.shop.example/", Some("/oidc"))
        );
    }
}
