//! Of two things that are wrong with an authorization request, the one that the provider looks at first is
//! reported: every pair of faults, in the order of `oidc-provider` 9.11.3. The story
//! `oidc/authorize-two-faults` has some of them as a real Logto answered.

use bytes::Bytes;
use kit::Client;
use serde_json::{Value, json};
use url::Url;

use crate::support::{Elsewhere, Surroundings};

/// A fault: the parameters that cause it, an empty value for one that is left out, and what is reported.
struct Fault {
    parameters: &'static [(&'static str, &'static str)],
    error: &'static str,
    description: &'static str,
}

const fn fault(
    parameters: &'static [(&'static str, &'static str)],
    error: &'static str,
    description: &'static str,
) -> Fault {
    Fault { parameters, error, description }
}

/// In the order in which the provider finds them. A wrong redirect URI is not among them: whatever else is
/// wrong, the provider compares it before it reports anything to it.
const FAULTS: [Fault; 19] = [
    fault(
        &[("ui_locales", "de"), ("ui_locales", "en")],
        "invalid_request",
        "'ui_locales' parameter must not be provided twice",
    ),
    fault(&[("request", "x")], "request_not_supported", ""),
    fault(&[("client_id", "")], "invalid_request", "missing required parameter 'client_id'"),
    fault(&[("request_uri", "https://a.example")], "request_uri_not_supported", ""),
    fault(
        &[("request_uri", "urn:ietf:params:oauth:request_uri:x")],
        "invalid_request_uri",
        "request_uri is invalid, expired, or was already used",
    ),
    fault(&[("response_mode", "zzz")], "unsupported_response_mode", "unsupported response_mode requested"),
    fault(
        &[("response_mode", "query"), ("response_type", "id_token")],
        "invalid_request",
        "requested response_mode is not allowed for the requested response_type",
    ),
    fault(&[("response_type", "")], "invalid_request", "missing required parameter 'response_type'"),
    fault(&[("registration", "x")], "registration_not_supported", ""),
    fault(&[("response_type", "foo")], "unsupported_response_type", "unsupported response_type requested"),
    fault(
        &[("response_type", "id_token code")],
        "invalid_request",
        "requested response_type is not allowed for this client",
    ),
    fault(&[("prompt", "zzz")], "invalid_request", "unsupported prompt value requested"),
    fault(
        &[("scope", "profile"), ("acr_values", "a")],
        "invalid_request",
        "openid scope must be requested when using the acr_values parameter",
    ),
    fault(
        &[("code_challenge", ""), ("code_challenge_method", "plain")],
        "invalid_request",
        "not supported value of code_challenge_method",
    ),
    fault(&[("code_challenge_method", "")], "invalid_request", "code_challenge_method must be provided"),
    fault(
        &[("code_challenge", "abc")],
        "invalid_request",
        "code_challenge must be a string with a minimum length of 43 characters",
    ),
    fault(&[("resource", "nope")], "invalid_target", "resource indicator must be an absolute URI"),
    fault(&[("max_age", "x")], "invalid_request", "invalid max_age parameter value"),
    fault(&[("id_token_hint", "x")], "invalid_request", "could not validate id_token_hint"),
];

/// The application's only redirect URI.
const REDIRECT_URI: &str = "http://localhost:9002/spa";

/// A good request with these parameters in place of its own.
fn request(endpoint: &Url, client: &str, faults: &[&Fault]) -> Url {
    let good = [
        ("client_id", client),
        ("redirect_uri", REDIRECT_URI),
        ("response_type", "code"),
        ("scope", "openid"),
        ("state", "s"),
        ("code_challenge", "uLhICTX-bJDcd46SnMAHqG6cuk_CSSb-Ige2_CwRva8"),
        ("code_challenge_method", "S256"),
    ];
    let wrong: Vec<_> = faults.iter().flat_map(|fault| fault.parameters).copied().collect();
    let kept = good.into_iter().filter(|(name, _)| wrong.iter().all(|(other, _)| other != name));
    let mut url = endpoint.join("oidc/auth").unwrap();
    url.query_pairs_mut()
        .extend_pairs(kept.chain(wrong.iter().copied()).filter(|(_, value)| !value.is_empty()));
    url
}

/// Whether two faults are about the same parameter, so that a request cannot have both.
fn clash(one: &Fault, other: &Fault) -> bool {
    one.parameters.iter().any(|(name, _)| other.parameters.iter().any(|(second, _)| name == second))
}

/// The error and its description, wherever they are reported.
async fn reported(client: &Client, url: &Url) -> (String, String) {
    let request = http::Request::get(url.as_str()).body(Bytes::new()).unwrap();
    let answer = client.send(request).await.unwrap();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    if answer.status() == 400 {
        let body: Value = serde_json::from_slice(answer.body()).unwrap();
        return (text(&body["error"]), text(&body["error_description"]));
    }
    let location = Url::parse(answer.headers()["location"].to_str().unwrap()).unwrap();
    assert!(location.as_str().starts_with(REDIRECT_URI), "{location}");
    let parameters = location.query().or(location.fragment()).unwrap_or_default().to_owned();
    let parameters: std::collections::HashMap<String, String> =
        form_urlencoded::parse(parameters.as_bytes()).into_owned().collect();
    let named = |name: &str| parameters.get(name).cloned().unwrap_or_default();
    (named("error"), named("error_description"))
}

#[tokio::test]
async fn of_two_faults_the_first_is_reported() {
    let logto = Elsewhere::start(Surroundings::Right).await;
    let application = json!({
        "name": "spa", "type": "SPA",
        "oidcClientMetadata": { "redirectUris": [REDIRECT_URI], "postLogoutRedirectUris": [] },
    });
    let made = logto.management().await.post("applications", &application).await.unwrap();
    let (id, client) = (made.text("id").unwrap(), Client::builder().build().unwrap());
    let mut pairs = 0;
    for (at, first) in FAULTS.iter().enumerate() {
        let expected = (first.error.to_owned(), first.description.to_owned());
        let alone = request(&logto.endpoint, &id, &[first]);
        assert_eq!(reported(&client, &alone).await, expected, "{alone}");
        for second in FAULTS[at + 1..].iter().filter(|second| !clash(first, second)) {
            let url = request(&logto.endpoint, &id, &[first, second]);
            assert_eq!(reported(&client, &url).await, expected, "{url}");
            pairs += 1;
        }
    }
    assert!(pairs > 150, "{pairs}");
}
