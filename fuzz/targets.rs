//! Fuzz targets: one function for each place where untrusted input comes in.
//! None may panic, hang, or use memory out of proportion; text that can be
//! written out again must parse to the same value.
//!
//! `cargo fuzz` runs them (README beside this file), and `cargo test --test
//! suite` runs each briefly on the seeds and on mutations of them.

use std::cell::RefCell;
use std::collections::HashSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use kit::{Client, Clock, Journal, Random, Script};
use logto_testkit::Scenario;
use logto_testkit::walker::{CookieFate, CookieRequest, Jar, Page, Site};
use oauth::{Params, Scopes, basic, pkce, redirect_uri, secret};
use tower::ServiceExt as _;
use url::Url;

/// A target with its name, which is also the name of its folder of seeds.
pub(crate) type Target = (&'static str, fn(&[u8]));

pub(crate) const ALL: [Target; 8] = [
    ("basic", basic_credentials),
    ("cookies", cookies),
    ("huggingface", huggingface),
    ("logto", logto),
    ("page", page),
    ("params", params),
    ("redirect_uri", redirect_uris),
    ("scenario", scenario),
];

/// Runs the target of that name on the input.
pub(crate) fn run(name: &str, data: &[u8]) {
    let (_, target) = ALL.iter().find(|(known, _)| *known == name).expect("a target of that name");
    target(data);
}

/// The `Authorization` header at a token endpoint.
fn basic_credentials(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Ok(read) = basic::parse(&text) {
        assert!(!read.id.contains(':'), "the id ends at the first colon");
        let again = format!("Basic {}", STANDARD.encode(format!("{}:{}", read.id, read.secret)));
        assert_eq!(basic::parse(&again).as_ref(), Ok(&read), "what was read is written and read again");
        let _ = basic::form_decoded(&read);
    }
    // And as both halves, encoded as in RFC 6749 §2.3.1.
    let encoded: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
    let header = format!("Basic {}", STANDARD.encode(format!("{encoded}:{encoded}")));
    let decoded = basic::form_decoded(&basic::parse(&header).expect("a header of our own making"));
    assert_eq!((&*decoded.id, &*decoded.secret), (&*text, &*text));
    let _ = secret::difference(&text, &decoded.id, Some(&text));
}

/// `Set-Cookie` lines of two sites, and the cookies that are sent back.
fn cookies(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let clock = Clock::frozen("2026-11-23T12:00:00Z".parse().expect("a moment"));
    let mut jar = Jar::new(clock.clone());
    let urls = ["https://huggingface.co/oauth/authorize?a=b", "http://localhost:3001/oidc/auth"]
        .map(|url| url.parse::<Url>().expect("a URL"));
    let request = |url| CookieRequest { url, method: &Method::GET, chain: &[], navigation: true };
    let mut set = HashSet::new();
    for (number, line) in text.lines().enumerate() {
        let cookie = jar.set(line, request(&urls[number % 2]));
        assert_eq!(cookie.line, line);
        if cookie.fate == CookieFate::Stored {
            assert!(cookie.name.len() + cookie.value.len() <= 4096, "no browser keeps more");
            set.insert((cookie.name, cookie.value));
        }
    }
    for url in &urls {
        let chain = [Site::of(url)];
        let (sent, _) =
            jar.cookies_for(CookieRequest { url, method: &Method::GET, chain: &chain, navigation: true });
        for (name, value) in &sent {
            assert!(set.contains(&(name.clone(), value.clone())), "{name}={value} was set");
            assert!(!value.contains(';'), "a value ends at the semicolon");
        }
        assert!(jar.visible_to_script(url).len() <= sent.len());
    }
    // What is stored can be deleted.
    clock.advance(std::time::Duration::from_secs(1 << 40));
    let _ = jar.cookies_for(request(&urls[0]));
    jar.clear();
    assert!(jar.cookies_for(request(&urls[1])).0.is_empty());
}

/// A query or a form, and the lists of scopes in it.
fn params(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let read = Params::parse(&text);
    let written = form_urlencoded::Serializer::new(String::new()).extend_pairs(read.iter()).finish();
    assert_eq!(Params::parse(&written), read, "what was read is written and read again");
    for name in read.repeated() {
        assert!(read.one(name).is_err() && read.all(name).count() > 1, "{name}");
    }
    let scopes = Scopes::parse(&text);
    assert_eq!(Scopes::parse(&scopes.to_string()), scopes);
    assert!(scopes.minus(&scopes).is_empty() && scopes.intersect(&scopes).same_set(&scopes));
    let _ = pkce::verify_s256(&text, &text);
}

/// Registered addresses, one a line; the last line is the one that was sent.
fn redirect_uris(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut lines: Vec<String> = text.lines().take(64).map(ToOwned::to_owned).collect();
    let given = lines.pop().unwrap_or_default();
    let differences = redirect_uri::Differences::of(&lines, &given);
    assert!(differences.0.iter().all(|difference| !difference.parts.is_empty()), "{differences}");
}

/// A scenario file.
fn scenario(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    // This target does not read files of this machine.
    if text.contains("include") {
        return;
    }
    match Scenario::parse_all(&text, "fuzz.yaml".as_ref()) {
        Ok(scenarios) => {
            assert!(!scenarios.is_empty());
            assert!(
                scenarios.iter().all(|scenario| !scenario.steps.is_empty() && !scenario.name().is_empty())
            );
        }
        // The message says where.
        Err(error) => assert!(error.to_string().contains("fuzz.yaml"), "{error}"),
    }
}

/// A page of an app, of Logto or of Hugging Face.
fn page(data: &[u8]) {
    let url: Url = "http://localhost:3000/a?b=c".parse().expect("a URL");
    let page = Page::parse(&url, &String::from_utf8_lossy(data));
    assert!(page.self_submitting.is_none_or(|form| form < page.forms.len()));
    assert!(!page.text.contains("  ") && !page.text.contains('\n'), "white space is folded");
    assert!(page.forms.iter().flat_map(|form| &form.fields).all(|field| !field.name.is_empty()));
    let _ = page.clickable();
}

/// Requests to the double of Logto.
fn logto(data: &[u8]) {
    let endpoint = |port| format!("http://localhost:{port}").parse::<Url>().expect("a URL");
    let context = mock_logto::Context {
        endpoint: endpoint(3001),
        admin_endpoint: endpoint(3002),
        trust_proxy_header: true,
        ssrf_protection_disabled: false,
        clock: Clock::skipping(),
        random: Random::seeded(1),
        journal: Journal::new(),
        client: Client::builder().build().expect("a client"),
        authorization_origin: None,
        fixed: mock_logto::Fixed { m2m_secret: Some("fuzz".to_owned()), ..mock_logto::Fixed::default() },
        version: mock_logto::Version::default(),
    };
    requests(&mock_logto::Logto::new(context).router(), data);
}

/// Requests to the mock Hugging Face.
fn huggingface(data: &[u8]) {
    let context = mock_huggingface::Context {
        origin: "https://huggingface.co".parse().expect("a URL"),
        clock: Clock::skipping(),
        random: Random::seeded(1),
        journal: Journal::new(),
        script: Script::default(),
        client: Client::builder().build().expect("a client without settings"),
    };
    let mock = mock_huggingface::HuggingFace::new(mock_huggingface::Config::default(), context);
    mock.add_app(mock_huggingface::App {
        client_id: "app".to_owned(),
        secret: Some("secret".to_owned()),
        redirect_uris: vec!["http://localhost:3001/callback/x".to_owned()],
        ..mock_huggingface::App::default()
    });
    requests(&mock.router(), data);
}

thread_local! {
    static RUNTIME: RefCell<tokio::runtime::Runtime> = RefCell::new(
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime"),
    );
}

/// Sends requests, one after another. They are separated by lines of `---`;
/// each has a line `METHOD path`, lines of headers, an empty line, a body.
fn requests(router: &axum::Router, data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    for request in text.split("\n---\n").take(8).filter_map(request) {
        let answer = RUNTIME.with_borrow(|runtime| {
            runtime.block_on(async {
                let response = router.clone().oneshot(request).await.expect("infallible");
                let status = response.status();
                let body =
                    axum::body::to_bytes(response.into_body(), usize::MAX).await.expect("a whole body");
                (status, body)
            })
        });
        assert!(answer.0.as_u16() >= 200, "an answer");
    }
}

fn request(text: &str) -> Option<http::Request<axum::body::Body>> {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let mut lines = head.lines();
    let (method, path) = lines.next()?.split_once(' ')?;
    let mut request = http::Request::builder().method(method).uri(path);
    for line in lines {
        let (name, value) = line.split_once(':')?;
        request = request.header(name.trim(), value.trim());
    }
    request.body(axum::body::Body::from(body.to_owned())).ok()
}
