//! What an app of your own asks the embedded Logto: in transcripts as the sample app's calls, and as proof.

use std::path::Path;
use std::time::Duration;

use crate::support::{Elsewhere, Surroundings};
use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::StatusCode;
use http::header::{COOKIE, DATE, HeaderValue, LOCATION, SET_COOKIE};
use jiff::{SignedDuration, Timestamp};
use logto_testkit::setup::{Mask, MaskedPart, OwnApp, SampleApp, Setup};
use logto_testkit::{Scenario, Stack, Transcript, Visitor, diagnosed_walk};

/// How an app of your own is wrong, and how it shows that.
#[derive(Default)]
struct Broken {
    secret: Option<&'static str>,
    /// The path in its setting of Logto's address.
    path: &'static str,
    clock: SignedDuration,
    shows: Option<fn(Router) -> Router>,
}

/// The sample app, as one that knows only what the stack tells it.
fn app(environment: &[(String, String)], broken: &Broken) -> Router {
    let value = |wanted: &str| environment.iter().find(|(name, _)| name == wanted).unwrap().1.clone();
    let config = sample_app::Config {
        base_url: value("APP_BASE_URL").parse().unwrap(),
        logto_endpoint: value("LOGTO_ENDPOINT").parse().unwrap(),
        app_id: value("LOGTO_APP_ID"),
        app_secret: broken.secret.map_or_else(|| value("LOGTO_APP_SECRET"), str::to_owned),
        // As Logto's SDKs do.
        options: sample_app::Options {
            issuer: sample_app::ExpectedIssuer::AsDiscovered,
            ..sample_app::Options::default()
        },
    };
    let context = sample_app::Context {
        clock: kit::Clock::system().off_by(broken.clock),
        random: kit::Random::from_os(),
        journal: kit::Journal::new(),
        client: kit::Client::builder().build().unwrap(),
    };
    let mut router = sample_app::App::new(config, context).unwrap().router();
    if !broken.path.is_empty() {
        router = misled(router, format!("{}{}", value("LOGTO_ENDPOINT"), broken.path));
    }
    broken.shows.map_or(router.clone(), |shows| shows(router))
}

/// The sample app's settings for the same.
fn like_an_sdk() -> SampleApp {
    SampleApp { issuer: Some(sample_app::ExpectedIssuer::AsDiscovered), ..SampleApp::default() }
}

/// A stack with this app in place of the sample app.
async fn stack(shared: bool, masks: Vec<Mask>, broken: &Broken) -> (Stack, kit::Running) {
    let bound = kit::Bound::loopback().await.unwrap();
    let origin = format!("http://localhost:{}", bound.port()).parse().unwrap();
    let own = OwnApp { shared, ..OwnApp::at(origin) };
    let stack = Stack::builder().own_app(own).masks(masks).start().await.unwrap();
    served(stack, bound, broken).await
}

async fn served(stack: Stack, bound: kit::Bound, broken: &Broken) -> (Stack, kit::Running) {
    let app = bound.serve(app(&stack.environment(), broken));
    stack.app_is_up(Duration::from_secs(10)).await.unwrap();
    (stack, app)
}

/// A sign-in and sign-out of an own app in front of a Logto in another place.
async fn in_front_of(elsewhere: &Elsewhere, recorded: bool) -> Transcript {
    let bound = kit::Bound::loopback().await.unwrap();
    let origin = format!("http://localhost:{}", bound.port()).parse().unwrap();
    let builder = elsewhere.stack(false).setup(Setup::default()).app_at(origin);
    let builder = if recorded { builder.record_app_calls() } else { builder };
    let (stack, app) = served(builder.start().await.unwrap(), bound, &Broken::default()).await;
    let transcript = signs_in_and_out(&stack).await;
    stack.stop().await.unwrap();
    app.shutdown().await.unwrap();
    transcript
}

#[tokio::test]
async fn a_proxy_in_front_of_a_real_logto_records_the_apps_calls_and_changes_nothing() {
    let elsewhere = Elsewhere::start(Surroundings::Right).await;
    let unseen = in_front_of(&elsewhere, false).await;
    assert!(
        matches!(&unseen.notes[..], [note] if note.contains("the app's calls to Logto were not seen")),
        "{unseen:#}"
    );
    let recorded = in_front_of(&elsewhere, true).await;
    assert!(recorded.notes.is_empty(), "{recorded:#}");
    let sample = Stack::builder().app(like_an_sdk()).start().await.unwrap();
    let embedded = signs_in_and_out(&sample).await;
    sample.stop().await.unwrap();
    let (recorded_text, embedded) = (recorded.to_string(), embedded.to_string());
    let difference = similar::TextDiff::from_lines(&embedded, &recorded_text).unified_diff().to_string();
    assert_eq!(difference, "", "as on the embedded one");
    let without_calls = |transcript: &Transcript| {
        let mut browser = transcript.clone();
        browser.hops.iter_mut().for_each(|hop| hop.meanwhile.retain(|call| call.party != "app"));
        browser.to_string()
    };
    assert_eq!(without_calls(&recorded), without_calls(&unseen), "the proxy changes nothing");
}

async fn signs_in_and_out(stack: &Stack) -> Transcript {
    let mut visitor = Visitor::new(stack);
    visitor.visit("/").await.unwrap();
    visitor.click("Sign In").await.unwrap();
    visitor.continue_with("huggingface").await.unwrap();
    visitor.sign_in_as("ada").await.unwrap();
    visitor.click("Sign Out").await.unwrap();
    visitor.transcript()
}

#[tokio::test]
async fn the_calls_of_an_app_of_your_own_stand_where_those_of_the_sample_app_do() {
    let sample = Stack::builder().app(like_an_sdk()).start().await.unwrap();
    let expected = signs_in_and_out(&sample).await;
    sample.stop().await.unwrap();
    let (stack, app) = stack(false, vec![], &Broken::default()).await;
    // Our own calls of the Management API are not the app's.
    stack.management().get("users").await.unwrap();
    let transcript = signs_in_and_out(&stack).await;
    stack.stop().await.unwrap();
    app.shutdown().await.unwrap();
    assert!(expected.to_string().matches("      app  ").count() >= 6, "{expected}");
    assert_eq!(transcript.to_string(), expected.to_string());
    assert!(transcript.notes.is_empty());
}

#[tokio::test]
async fn a_shared_app_and_its_masks_are_told_to_the_transcript() {
    let mask = |part, name: &str| Mask::new(part, name, "differs").unwrap();
    let masks =
        vec![mask(MaskedPart::Cookie, "logto-session"), mask(MaskedPart::Text, "nowhere to be found")];
    let (stack, app) = stack(true, masks, &Broken::default()).await;
    let transcript = signs_in_and_out(&stack).await;
    stack.stop().await.unwrap();
    app.shutdown().await.unwrap();
    let (compared, all) = (transcript.to_string(), format!("{transcript:#}"));
    for path in ["/oidc/.well-known/openid-configuration", "/oidc/jwks"] {
        assert!(!compared.contains(&format!("app  GET [LOGTO]{path}")), "{compared}");
        assert!(all.contains(&format!("app  GET [LOGTO]{path}  200  (not compared)")), "{all}");
    }
    assert!(compared.contains("app  POST [LOGTO]/oidc/token  200\n"), "{compared}");
    assert!(compared.contains("set logto-session=[MASKED]; Path=/"), "{compared}");
    assert!(compared.ends_with("\n\nMasked:\n      cookie `logto-session`: differs\n"), "{compared}");
    assert_eq!(transcript.notes, ["the mask of text `nowhere to be found` covered nothing"]);
}

/// The causes that are found, and what is said of the first.
async fn found(broken: Broken) -> (Vec<&'static str>, String) {
    let (stack, app) = stack(false, vec![], &broken).await;
    found_in(stack, app, &broken).await
}

async fn found_in(stack: Stack, app: kit::Running, broken: &Broken) -> (Vec<&'static str>, String) {
    let text = "description: x\nsteps:\n  - visit: /\n  - click: Sign In\n  - continue_with: huggingface\n  \
                - sign_in_as: ada\n    expect: { session: { name: Ada Lovelace } }\n";
    let scenario = Scenario::parse(text, Path::new("a.yaml")).unwrap();
    let report = diagnosed_walk(&stack, &scenario).await;
    stack.stop().await.unwrap();
    // One that panicked says so here.
    drop(app.shutdown().await);
    let told = format!("{:#}", report.transcript);
    assert!(broken.secret.is_none_or(|secret| !told.contains(secret.trim())), "the secret is hidden: {told}");
    let first = report.findings.first().map(ToString::to_string).unwrap_or_default();
    (report.findings.iter().map(|finding| finding.cause.id()).collect(), first)
}

/// Looks for Logto's metadata below this address, as an SDK does: the sample app refuses such a setting.
fn misled(router: Router, logto: String) -> Router {
    router.layer(from_fn(move |request: Request, next: Next| {
        let url = format!("{logto}/oidc/.well-known/openid-configuration");
        async move {
            if request.uri().path() != "/sign-in" {
                return next.run(request).await;
            }
            let client = kit::Client::builder().build().unwrap();
            let asked = http::Request::get(url).body(bytes::Bytes::new()).unwrap();
            let status = client.send(asked).await.unwrap().status();
            (StatusCode::INTERNAL_SERVER_ERROR, format!("the metadata: {status}")).into_response()
        }
    }))
}

/// Shows its errors with a success status.
fn calmly(router: Router) -> Router {
    router.layer(from_fn(async |request: Request, next: Next| {
        let mut response: Response = next.run(request).await;
        if response.status().as_u16() >= 400 {
            *response.status_mut() = StatusCode::OK;
        }
        response
    }))
}

/// Shows its errors on a page of its own.
fn elsewhere(router: Router) -> Router {
    router.layer(from_fn(async |request: Request, next: Next| {
        if request.uri().path() == "/oops" {
            return (StatusCode::INTERNAL_SERVER_ERROR, "Configuration").into_response();
        }
        let response: Response = next.run(request).await;
        match response.status().as_u16() {
            400.. => Redirect::to("/oops?error=Configuration").into_response(),
            _ => response,
        }
    }))
}

/// Ends at an error, as a process does that does not catch it: the connection is closed.
fn fatally(router: Router) -> Router {
    router.layer(from_fn(async |request: Request, next: Next| {
        let response: Response = next.run(request).await;
        assert!(response.status().as_u16() < 400, "not caught");
        response
    }))
}

/// Sends no `state`, as apps do that only use PKCE; the sample app then refuses its callback.
fn stateless(router: Router) -> Router {
    router.layer(from_fn(async |request: Request, next: Next| {
        let response: Response = next.run(request).await;
        let location = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
        match location.and_then(|location| location.split_once("&state=")) {
            Some((without, _)) => {
                let mut to = Redirect::temporary(without).into_response();
                to.headers_mut().extend(
                    response
                        .headers()
                        .iter()
                        .filter(|(name, _)| *name == SET_COOKIE)
                        .map(|(name, value)| (name.clone(), value.clone())),
                );
                to
            }
            None => response,
        }
    }))
}

/// Does not find its session at the callback.
fn forgetfully(router: Router) -> Router {
    router.layer(from_fn(async |mut request: Request, next: Next| {
        if request.uri().path() == "/callback" {
            request.headers_mut().remove(COOKIE);
        }
        next.run(request).await
    }))
}

/// Says what its clock shows, ten minutes behind.
fn ten_minutes_behind(router: Router) -> Router {
    router.layer(from_fn(async |request: Request, next: Next| {
        let mut response: Response = next.run(request).await;
        let time = kit::Clock::system().now() - SignedDuration::from_mins(10);
        let date = Timestamp::strftime(&time, "%a, %d %b %Y %H:%M:%S GMT").to_string();
        response.headers_mut().insert(DATE, HeaderValue::try_from(date).unwrap());
        response
    }))
}

#[tokio::test]
async fn a_wrong_secret_is_named_however_the_app_shows_its_error() {
    for shows in [None, Some(calmly as fn(Router) -> Router), Some(elsewhere), Some(fatally)] {
        let broken = Broken { secret: Some("a-secret-of-another-application"), shows, ..Broken::default() };
        let (causes, told) = found(broken).await;
        assert_eq!(causes, ["app/app-secret-wrong"], "{told}");
        assert!(told.contains("…ion") && !told.contains("a-secret"), "{told}");
    }
}

#[tokio::test]
async fn white_space_after_the_secret_is_seen_in_what_the_app_sends() {
    let broken = Broken { secret: Some("a-secret-of-another-application "), ..Broken::default() };
    assert_eq!(found(broken).await.0, ["app/app-secret-has-whitespace"]);
}

#[tokio::test]
async fn an_endpoint_with_a_path_is_named() {
    for shows in [None, Some(elsewhere as fn(Router) -> Router), Some(fatally)] {
        let (causes, told) = found(Broken { path: "/oidc", shows, ..Broken::default() }).await;
        assert_eq!(causes[0], "app/endpoint-path-wrong", "{told}");
        assert!(told.contains("/oidc/oidc/.well-known/openid-configuration"), "{told}");
    }
}

#[tokio::test]
async fn a_code_that_no_request_redeems_is_told_and_nothing_more() {
    let all: [fn(Router) -> Router; 3] =
        [forgetfully, |router| calmly(forgetfully(router)), |router| calmly(stateless(router))];
    for shows in all {
        let (causes, told) = found(Broken { shows: Some(shows), ..Broken::default() }).await;
        assert_eq!(causes, ["app/logto-not-asked"], "{told}");
    }
}

/// Keeps more in its cookie than browsers take.
fn at_length(router: Router) -> Router {
    router.layer(from_fn(async |request: Request, next: Next| {
        let at_callback = request.uri().path() == "/callback";
        let mut response: Response = next.run(request).await;
        if at_callback {
            let cookie = HeaderValue::try_from(format!("tokens={}; Path=/", "x".repeat(5000))).unwrap();
            response.headers_mut().append(SET_COOKIE, cookie);
        }
        response
    }))
}

#[tokio::test]
async fn a_cookie_that_the_browser_drops_at_the_callback_is_named() {
    let (causes, told) = found(Broken { shows: Some(at_length), ..Broken::default() }).await;
    assert_eq!(causes, ["app/session-cookie-too-large"], "{told}");
    assert!(told.contains("Set-Cookie `tokens` of 50"), "{told}");
}

#[tokio::test]
async fn the_clock_of_an_app_of_your_own_is_read_from_its_answers() {
    let clock = -SignedDuration::from_mins(10);
    let broken = Broken { clock, shows: Some(ten_minutes_behind), ..Broken::default() };
    let (causes, told) = found(broken).await;
    assert_eq!(causes, ["app/clock-differs"], "{told}");
    assert!(told.contains("seconds behind"), "{told}");
}

/// What an app says that was told this address for Logto, and fails at its sign-in.
async fn without_connection(told: &str, shows: fn(Router) -> Router) -> (Vec<&'static str>, String) {
    let bound = kit::Bound::loopback().await.unwrap();
    let origin = format!("http://localhost:{}", bound.port()).parse().unwrap();
    let mut own = OwnApp::at(origin);
    own.env.insert("IDENTITY_PROVIDER".to_owned(), told.to_owned());
    let stack = Stack::builder().own_app(own).start().await.unwrap();
    let broken = Broken { shows: Some(shows), ..Broken::default() };
    let (stack, app) = served(stack, bound, &broken).await;
    found_in(stack, app, &broken).await
}

/// Fails at its sign-in, and says so.
fn fails_with(router: Router, says: &'static str) -> Router {
    router.layer(from_fn(move |request: Request, next: Next| async move {
        match request.uri().path() {
            "/sign-in" => (StatusCode::INTERNAL_SERVER_ERROR, says).into_response(),
            _ => next.run(request).await,
        }
    }))
}

#[tokio::test]
async fn an_address_at_which_nothing_listens_is_named_by_the_variable_that_has_it() {
    let shows = |router| fails_with(router, "fetch failed; ECONNREFUSED: connect ECONNREFUSED 127.0.0.1:2");
    let (causes, told) = without_connection("http://127.0.0.1:2", shows).await;
    assert_eq!(causes, ["network/app-cannot-reach-logto"], "{told}");
    assert!(told.contains("the app's variable IDENTITY_PROVIDER is http://127.0.0.1:2"), "{told}");
    assert!(told.contains("the page says “fetch failed; ECONNREFUSED"), "{told}");
    let shows = |router| {
        fails_with(
            router,
            "Get \"http://10.0.0.9/oidc/.well-known/openid-configuration\": connection refused",
        )
    };
    let (causes, told) = without_connection("not an address", shows).await;
    assert_eq!(causes, ["network/app-cannot-reach-logto"], "{told}");
}

#[tokio::test]
async fn a_connection_of_the_app_to_something_else_is_no_fault_of_logto() {
    let shows =
        |router| fails_with(router, "connect ECONNREFUSED 127.0.0.1:5432, token=Kx9f3pQ0aZ7tR2bW5eY8uI1");
    let (causes, told) = without_connection("http://127.0.0.1:2", shows).await;
    assert_eq!(causes, ["unknown/first-bad-hop"], "{told}");
    assert!(told.contains("the page says “connect ECONNREFUSED 127.0.0.1:5432, token=…”"), "{told}");
    assert!(told.contains("fix (where the transcript leads)"), "{told}");
}

/// Redeems the code, and then refuses what it got.
fn refuses_the_algorithm(router: Router) -> Router {
    router.layer(from_fn(async |request: Request, next: Next| {
        let at_callback = request.uri().path() == "/callback";
        let response = next.run(request).await;
        let says = "unexpected JWT alg received, expected RS256, got: ES384";
        if at_callback { (StatusCode::INTERNAL_SERVER_ERROR, says).into_response() } else { response }
    }))
}

#[tokio::test]
async fn an_algorithm_that_the_app_does_not_take_is_read_from_its_page() {
    let shows: fn(Router) -> Router = refuses_the_algorithm;
    let (causes, told) = found(Broken { shows: Some(shows), ..Broken::default() }).await;
    assert_eq!(causes, ["app/algorithm-not-taken"], "{told}");
}

#[tokio::test]
async fn an_app_that_shows_an_error_page_of_its_own_is_not_signed_in() {
    let clock = -SignedDuration::from_mins(10);
    let shows: fn(Router) -> Router = |router| ten_minutes_behind(calmly(elsewhere(router)));
    let (causes, told) = found(Broken { clock, shows: Some(shows), ..Broken::default() }).await;
    assert_eq!(causes, ["unknown/first-bad-hop"], "{told}");
    assert!(
        told.contains("the app answers 303, and sends the browser to its own error page /oops"),
        "{told}"
    );
    assert!(told.contains("the page says “Configuration”"), "{told}");
}

#[tokio::test]
async fn nothing_is_found_if_nothing_is_wrong() {
    assert_eq!(found(Broken::default()).await, (vec![], String::new()));
}
