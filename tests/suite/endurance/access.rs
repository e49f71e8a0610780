//! Who has access: clients that follow the cookie specification to the letter have it,
//! pages of other origins do not.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use bytes::Bytes;
use http::header::{COOKIE, LOCATION, SET_COOKIE};
use http::{Request, Response};
use kit::Client;
use logto_testkit::Stack;
use url::Url;

use crate::support::binary;

/// A client without the exceptions of browsers for localhost: `Secure` cookies are neither
/// accepted nor sent over plain http (RFC 6265 §5.4; RFC 6265bis §5.7).
struct Strict {
    client: Client,
    cookies: Vec<(String, String)>,
}

impl Strict {
    async fn ask(&mut self, request: http::request::Builder, body: &str) -> Response<Bytes> {
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = request.header(COOKIE, cookies.join("; "));
        let answer = self.client.send(request.body(Bytes::from(body.to_owned())).unwrap()).await.unwrap();
        for line in answer.headers().get_all(SET_COOKIE) {
            let cookie = cookie_of(line.to_str().unwrap());
            if let Some((name, value)) = cookie {
                self.cookies.retain(|(known, _)| *known != name);
                self.cookies.push((name, value));
            }
        }
        answer
    }
}

fn cookie_of(line: &str) -> Option<(String, String)> {
    let mut parts = line.split(';').map(str::trim);
    let (name, value) = parts.next()?.split_once('=')?;
    let secure = parts.any(|attribute| attribute.eq_ignore_ascii_case("secure"));
    (!secure).then(|| (name.to_owned(), value.to_owned()))
}

/// D11.
#[tokio::test]
#[ignore = "slow: docs/reliability.md says how to run it"]
async fn a_strict_client_signs_in_at_the_plain_mock() {
    let stack = Stack::builder().plain_huggingface(([127, 0, 0, 1], 0).into()).start().await.unwrap();
    let plain = stack.plain_huggingface().unwrap().clone();
    let known = stack.known();
    let callback = format!("{}callback/{}", stack.endpoints().logto, known.connector_id);
    let mut authorize = plain.join("/oauth/authorize").unwrap();
    authorize.query_pairs_mut().extend_pairs([
        ("response_type", "code"),
        ("client_id", known.huggingface_client_id.as_str()),
        ("redirect_uri", callback.as_str()),
        ("scope", "openid profile"),
        ("state", "a-state"),
    ]);
    let mut person = Strict { client: Client::builder().build().unwrap(), cookies: vec![] };
    let location = |answer: &Response<Bytes>, base: &Url| {
        base.join(answer.headers()[LOCATION].to_str().unwrap()).unwrap()
    };
    let login = location(&person.ask(Request::get(authorize.as_str()), "").await, &plain);
    assert_eq!(login.path(), "/login");
    let next = login.query_pairs().find(|(name, _)| name == "next").unwrap().1.into_owned();
    let form = form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("username", "ada"), ("next", next.as_str())])
        .finish();
    let origin = plain.origin().ascii_serialization();
    let back = person.ask(Request::post(login.as_str()).header("origin", &origin), &form).await;
    assert_eq!(location(&back, &plain), authorize);
    assert!(!person.cookies.is_empty(), "the session's cookie was not accepted: {:?}", back.headers());
    let allowed = Request::post(authorize.as_str()).header("origin", &origin);
    let allowed = location(&person.ask(allowed, "action=authorize").await, &plain);
    assert!(allowed.as_str().starts_with(&format!("{callback}?code=")), "{allowed}");

    // Over TLS nothing changes.
    let addr = stack.endpoints().huggingface_addr;
    let client = Client::builder().trust(stack.ca()).host("huggingface.co", addr).build().unwrap();
    let login =
        Request::post("https://huggingface.co/login").body(Bytes::from_static(b"username=ada")).unwrap();
    let answer = client.send(login).await.unwrap();
    assert!(answer.headers()[SET_COOKIE].to_str().unwrap().ends_with("; Secure"));
    stack.stop().await.unwrap();
}

/// D6 and D25, by the command.
#[tokio::test]
#[ignore = "slow: docs/reliability.md says how to run it"]
async fn no_page_of_others_steers_the_mock_or_frames_it() {
    let mut mock = Command::new(binary())
        .args(["serve", "huggingface", "--control-host", "huggingface"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(mock.stdout.take().unwrap()).lines().map_while(Result::ok);
    let mut told = |what: &str| {
        let line = lines.find(|line| line.starts_with(what)).unwrap();
        line.split_whitespace().nth(1).unwrap().to_owned()
    };
    let (site, control) = (told("site:"), told("control:"));
    let client = Client::builder().build().unwrap();
    let authority = control.strip_prefix("http://").unwrap().to_owned();
    let mut outcomes = Vec::new();
    for (host, origin, kind) in [
        ("rebind.evil.example", Some("https://evil.example"), "text/plain"),
        ("rebind.evil.example", None, "application/json"),
        (authority.as_str(), Some("https://evil.example"), "application/json"),
        (authority.as_str(), None, "text/plain"),
        (authority.as_str(), Some(control.as_str()), "application/json"),
        ("huggingface:3004", None, "application/json"),
    ] {
        let mut request =
            Request::post(format!("{control}/users")).header("host", host).header("content-type", kind);
        if let Some(origin) = origin {
            request = request.header("origin", origin);
        }
        let request = request.body(Bytes::from_static(br#"{"username":"mallory"}"#)).unwrap();
        outcomes.push(client.send(request).await.unwrap().status().as_u16());
    }
    let page = client.send(Request::get(format!("{site}/login")).body(Bytes::new()).unwrap()).await.unwrap();
    let rebound = Request::post(format!("{site}/login"))
        .header("host", "rebind.evil.example")
        .header("origin", "http://rebind.evil.example")
        .body(Bytes::from_static(b"username=ada"))
        .unwrap();
    let rebound = client.send(rebound).await.unwrap();
    mock.kill().unwrap();
    mock.wait().unwrap();
    assert_eq!(outcomes, [403, 403, 403, 415, 201, 201]);
    assert_eq!(page.headers()["x-frame-options"], "DENY");
    assert_eq!(page.headers()["content-security-policy"], "frame-ancestors 'none'");
    assert_eq!((rebound.status().as_u16(), rebound.headers().get(SET_COOKIE)), (403, None));
}

/// The app's pages are ours; Logto's pages send the headers that were recorded.
#[tokio::test]
#[ignore = "slow: docs/reliability.md says how to run it"]
async fn pages_say_who_may_frame_them() {
    let stack = Stack::builder().start().await.unwrap();
    let client = Client::builder().build().unwrap();
    let endpoints = stack.endpoints();
    let headers = async |url: Url| {
        let answer = client.send(Request::get(url.as_str()).body(Bytes::new()).unwrap()).await.unwrap();
        let text = |name: &str| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        (text("x-frame-options"), text("content-security-policy"))
    };
    let (frames, policy) = headers(endpoints.app.clone()).await;
    assert_eq!((frames.as_deref(), policy.as_deref()), (Some("DENY"), Some("frame-ancestors 'none'")));
    let (frames, policy) = headers(endpoints.logto.join("/unknown-session").unwrap()).await;
    let admin = endpoints.logto_admin.origin().ascii_serialization();
    let ancestors = format!("frame-ancestors 'self' {admin};");
    assert!(
        frames.is_none() && policy.as_ref().is_some_and(|policy| policy.contains(&ancestors)),
        "{policy:?}"
    );
    for path in ["/oidc/.well-known/openid-configuration", "/api/status", "/oidc/nothing"] {
        let (frames, policy) = headers(endpoints.logto.join(path).unwrap()).await;
        assert_eq!((frames.as_deref(), policy), (Some("SAMEORIGIN"), None), "{path}");
    }
    stack.stop().await.unwrap();
}
