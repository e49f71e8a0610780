//! The layers in front of every mock's routes: the journal and the script.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request as HttpRequest;
use axum::middleware::{Next, from_fn};
use axum::response::Response as HttpResponse;
use bytes::Bytes;
use http::header::HOST;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use url::Url;

use crate::change::{as_form, change_body, change_location};
use crate::faulty_body::{FaultyBody, garbage};
use crate::script::Garbage;
use crate::serve::{BODY_LIMIT, Hangup};
use crate::{ClientEnd, Clock, Direction, Journal, Note, Party, Request, Response, Rule, Script};

/// Number of turns for other tasks after a delay. Where the clock skips, a client that would not
/// have waited that long hangs up in these turns, as with a real clock.
const TURNS_AFTER_DELAY: usize = 100;

/// In a response's extensions: the reasons for it, for the journal.
#[derive(Debug, Clone, Default)]
struct Notes(Vec<Note>);

/// Adds a reason for the journal to a response.
#[must_use]
pub fn note(mut response: HttpResponse, reason: impl Into<Note>) -> HttpResponse {
    let mut notes = response.extensions_mut().remove::<Notes>().unwrap_or_default();
    notes.0.push(reason.into());
    response.extensions_mut().insert(notes);
    response
}

/// What [`journaled`] needs for every request.
struct Recorder {
    journal: Journal,
    clock: Clock,
    party: Party,
    origin: Url,
}

/// Records every request of `router` and its response in the journal. `origin` replaces a missing
/// `Host` header.
pub fn journaled(router: Router, journal: Journal, clock: Clock, party: Party, origin: Url) -> Router {
    // Shared, because a layer is cloned for every request.
    let recorder = Arc::new(Recorder { journal, clock, party, origin });
    router.layer(from_fn(move |request: HttpRequest, next: Next| {
        let recorder = recorder.clone();
        async move {
            let Recorder { journal, clock, party, origin } = &*recorder;
            let (parts, body) = request.into_parts();
            let Ok(body) = axum::body::to_bytes(body, BODY_LIMIT).await else {
                return text(StatusCode::PAYLOAD_TOO_LARGE, "The request body is too large or broken.");
            };
            let entry = Request {
                method: parts.method.to_string(),
                url: absolute(&parts, origin),
                headers: pairs(&parts.headers),
                body: lossy(&body),
            };
            let peer = parts.extensions.get::<ClientEnd>().copied();
            let pending = journal.begin(clock, *party, Direction::Received, entry, peer);
            let response = next.run(HttpRequest::from_parts(parts, Body::from(body))).await;
            if let Some(hangup) = response.extensions().get::<Hangup>() {
                pending.fail(hangup.as_note());
                return response;
            }
            let (mut parts, body) = response.into_parts();
            // The mocks' bodies are complete when they leave the handler.
            let body = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
            let mut notes = parts.extensions.remove::<Notes>().unwrap_or_default().0;
            let fault = parts.extensions.remove::<FaultyBody>();
            notes.extend(fault.map(|fault| fault.as_note(body.len())));
            let entry = Response {
                status: parts.status.as_u16(),
                headers: pairs(&parts.headers),
                body: lossy(&body[..fault.map_or(body.len(), |fault| fault.arrives_of(body.len()))]),
            };
            pending.respond(entry, notes);
            match fault {
                Some(fault) => fault.strikes(parts, body, clock),
                None => HttpResponse::from_parts(parts, Body::from(body)),
            }
        }
    }))
}

/// Asks a substitute, then the script, before the ordinary routes.
pub fn scripted(router: Router, script: Script, clock: Clock) -> Router {
    router.layer(from_fn(move |request: HttpRequest, next: Next| {
        let (script, clock) = (script.clone(), clock.clone());
        async move {
            let request = match substituted(&script, request).await {
                Ok(answer) => return note(answer, Note::new("kit/stubbed", "stubbed answer")),
                Err(request) => request,
            };
            let Some(rule) = script.take(request.method().as_str(), request.uri().path()) else {
                return next.run(request).await;
            };
            if let Some(delay) = rule.delay_ms {
                clock.sleep(Duration::from_millis(delay)).await;
                for _ in 0..TURNS_AFTER_DELAY {
                    tokio::task::yield_now().await;
                }
            }
            if let Some(hangup) = hangup(&rule) {
                let mut response = HttpResponse::new(Body::empty());
                response.extensions_mut().insert(hangup);
                return response;
            }
            let response = match rule.status {
                Some(status) => note(answer(&rule, status), Note::new("kit/scripted", "scripted answer")),
                None => next.run(request).await,
            };
            changed(response, &rule).await
        }
    }))
}

/// How the connection ends if the rule gives no answer.
fn hangup(rule: &Rule) -> Option<Hangup> {
    match rule.garbage {
        _ if rule.reset => Some(Hangup::Reset),
        _ if rule.close => Some(Hangup::Close),
        Some(Garbage::Answer) => Some(Hangup::Raw(garbage())),
        Some(Garbage::Body) | None => None,
    }
}

/// The substitute's answer, or the unchanged request.
async fn substituted(script: &Script, request: HttpRequest) -> Result<HttpResponse, HttpRequest> {
    let Some(substitute) = script.substitute() else { return Err(request) };
    let (parts, body) = request.into_parts();
    // `journaled` has read it, and limited its size.
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    let asked = http::Request::from_parts(parts.clone(), body.clone());
    match substitute.answer(asked).await {
        Some(answer) => Ok(answer.map(Body::from)),
        None => Err(HttpRequest::from_parts(parts, Body::from(body))),
    }
}

/// Applies a rule's changes to an answer. If it cannot be changed, the journal says so.
async fn changed(mut response: HttpResponse, rule: &Rule) -> HttpResponse {
    let mut done = Vec::new();
    if let Some(change) = &rule.json {
        let outcome;
        (response, outcome) = change_body(response, change).await;
        done.push(outcome);
    }
    if let Some(change) = &rule.location {
        done.push(change_location(&mut response, change));
    }
    if rule.as_form {
        done.push(as_form(&mut response));
    }
    if let Some(fault) = FaultyBody::of(rule) {
        response.extensions_mut().insert(fault);
    }
    done.into_iter().fold(response, |response, outcome| {
        let reason = match outcome {
            Ok(()) => Note::new("kit/changed", "the answer was changed, as scripted"),
            Err(why) => {
                Note::new("kit/not-changed", format!("the answer could not be changed as scripted: {why}"))
            }
        };
        note(response, reason)
    })
}

fn answer(rule: &Rule, status: u16) -> HttpResponse {
    let mut response = HttpResponse::new(Body::from(rule.body.clone().unwrap_or_default()));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in &rule.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().append(name, value);
        }
    }
    response
}

fn text(status: StatusCode, message: &'static str) -> HttpResponse {
    let mut response = HttpResponse::new(Body::from(Bytes::from_static(message.as_bytes())));
    *response.status_mut() = status;
    response
}

fn absolute(parts: &http::request::Parts, origin: &Url) -> String {
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let authority = parts.headers.get(HOST).and_then(|host| host.to_str().ok());
    let authority = authority.unwrap_or_else(|| origin.authority());
    format!("{}://{authority}{path}", origin.scheme())
}

fn pairs(headers: &HeaderMap) -> Vec<(String, String)> {
    headers.iter().map(|(name, value)| (name.as_str().to_owned(), lossy(value.as_bytes()))).collect()
}

fn lossy(bytes: &[u8]) -> String {
    // Nearly everything is UTF-8, and the strict check is several times as fast.
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => String::from_utf8_lossy(bytes).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Bound, Client, Outcome};
    use axum::routing::post;

    async fn stack(script: &Script) -> (crate::Running, Journal, Client) {
        let (journal, clock) = (Journal::new(), Clock::skipping());
        let router = Router::new().route(
            "/token",
            post(|body: String| async move {
                note(HttpResponse::new(Body::from(body)), Note::new("test/echoed", "echoed"))
            }),
        );
        let origin = Url::parse("http://localhost").unwrap();
        let router = scripted(router, script.clone(), clock.clone());
        let router = journaled(router, journal.clone(), clock, Party::HUGGINGFACE, origin);
        (Bound::loopback().await.unwrap().serve(router), journal, Client::builder().build().unwrap())
    }

    fn ask(server: &crate::Running) -> http::Request<Bytes> {
        http::Request::post(format!("http://localhost:{}/token?a=1", server.addr().port()))
            .body(Bytes::from_static(b"x=%20"))
            .unwrap()
    }

    #[tokio::test]
    async fn enters_request_response_and_reason() {
        let (server, journal, client) = stack(&Script::default()).await;
        let response = client.send(ask(&server)).await.unwrap();
        assert_eq!(response.body().as_ref(), b"x=%20");
        let entry = &journal.entries()[0];
        assert_eq!(entry.request.url, format!("http://localhost:{}/token?a=1", server.addr().port()));
        assert_eq!((entry.request.body.as_str(), entry.notes[0].code), ("x=%20", "test/echoed"));
        assert!(matches!(&entry.outcome, Outcome::Response(response) if response.status == 200));
    }

    #[tokio::test]
    async fn a_scripted_answer_comes_instead_of_the_ordinary_one() {
        let script = Script::default();
        let headers = vec![("retry-after".to_owned(), "1".to_owned())];
        script.add(Rule {
            path: "/token".into(),
            times: Some(1),
            status: Some(503),
            headers,
            ..Rule::default()
        });
        let (server, _, client) = stack(&script).await;
        let first = client.send(ask(&server)).await.unwrap();
        assert_eq!(
            (first.status().as_u16(), first.headers()["retry-after"].as_bytes()),
            (503, b"1".as_slice())
        );
        assert_eq!(client.send(ask(&server)).await.unwrap().status(), 200);
    }

    #[tokio::test]
    async fn a_scripted_close_gives_no_answer() {
        let script = Script::default();
        script.add(Rule { path: "/token".into(), times: Some(1), close: true, ..Rule::default() });
        let (server, journal, client) = stack(&script).await;
        let error = client.send(ask(&server)).await.unwrap_err();
        assert!(matches!(error, crate::SendError::Incomplete { .. }), "{error}");
        assert!(matches!(&journal.entries()[0].outcome, Outcome::Fault(_)));
        assert_eq!(client.send(ask(&server)).await.unwrap().status(), 200, "the next connection works");
    }

    #[tokio::test]
    async fn a_scripted_reset_is_told_apart_from_a_close() {
        let script = Script::default();
        script.add(Rule { path: "/token".into(), times: Some(1), reset: true, ..Rule::default() });
        let (server, journal, client) = stack(&script).await;
        let error = client.send(ask(&server)).await.unwrap_err();
        assert!(error.to_string().contains("reset"), "{error}");
        assert!(matches!(&journal.entries()[0].outcome, Outcome::Fault(fault) if fault.code == "kit/reset"));
        assert_eq!(client.send(ask(&server)).await.unwrap().status(), 200);
    }

    #[tokio::test]
    async fn a_body_breaks_off_where_scripted() {
        let script = Script::default();
        script.add(Rule { path: "/token".into(), times: Some(1), cut_after: Some(3), ..Rule::default() });
        let (server, journal, client) = stack(&script).await;
        let error = client.send(ask(&server)).await.unwrap_err();
        assert!(matches!(error, crate::SendError::Incomplete { .. }), "{error}");
        let entry = &journal.entries()[0];
        assert!(matches!(&entry.outcome, Outcome::Response(response) if response.body == "x=%"));
        assert!(
            entry.notes.iter().any(|note| note.to_string().contains("3 of 5 bytes")),
            "{:?}",
            entry.notes
        );
    }

    #[tokio::test]
    async fn what_cannot_be_changed_is_told() {
        let script = Script::default();
        let change = crate::MemberChange { remove: vec!["scope".into()], ..crate::MemberChange::default() };
        script.add(Rule { path: "/token".into(), json: Some(change), ..Rule::default() });
        let (server, journal, client) = stack(&script).await;
        assert_eq!(client.send(ask(&server)).await.unwrap().body().as_ref(), b"x=%20");
        let notes = &journal.entries()[0].notes;
        assert!(
            notes.iter().any(|note| note.to_string().contains("its body is not a JSON object")),
            "{notes:?}"
        );
    }

    #[tokio::test]
    async fn a_client_that_does_not_wait_that_long_has_hung_up_before_the_answer() {
        let script = Script::default();
        script.add(Rule { path: "/token".into(), delay_ms: Some(12_000), ..Rule::default() });
        let journal = Journal::new();
        let clock = Clock::skipping();
        let router = Router::new().route("/token", post(|| async { "late" }));
        let origin = Url::parse("http://localhost").unwrap();
        let router = scripted(router, script, clock.clone());
        let router = journaled(router, journal.clone(), clock.clone(), Party::HUGGINGFACE, origin);
        let server = Bound::loopback().await.unwrap().serve(router);
        let client = Client::builder().build().unwrap();
        let sent = clock.timeout("an answer", Duration::from_secs(10), client.send(ask(&server))).await;
        assert!(sent.is_err(), "it came in time");
        server.shutdown().await.unwrap();
        assert!(
            matches!(&journal.entries()[0].outcome, Outcome::Fault(fault) if fault.code == "kit/cancelled")
        );
    }

    #[derive(Debug)]
    struct Stub;

    impl crate::Substitute for Stub {
        fn answer(&self, request: http::Request<Bytes>) -> crate::Answering {
            let mine = request.body().as_ref() == b"x=%20";
            Box::pin(async move { mine.then(|| http::Response::new(Bytes::from_static(b"stub"))) })
        }
    }

    #[tokio::test]
    async fn a_substitute_is_asked_before_the_script_and_may_leave_it_to_the_mock() {
        let script = Script::default();
        script.ask_first(Arc::new(Stub));
        script.add(Rule { path: "/token".into(), times: Some(1), status: Some(503), ..Rule::default() });
        let (server, journal, client) = stack(&script).await;
        assert_eq!(client.send(ask(&server)).await.unwrap().body().as_ref(), b"stub");
        assert_eq!(journal.entries()[0].notes[0].code, "kit/stubbed");
        let other = |body: &'static [u8]| ask(&server).map(|_| Bytes::from_static(body));
        assert_eq!(client.send(other(b"y")).await.unwrap().status(), 503);
        assert_eq!(client.send(other(b"y")).await.unwrap().body().as_ref(), b"y");
    }
}
