use std::net::SocketAddr;
use std::sync::OnceLock;
use std::time::Duration;

use jiff::Timestamp;
use kit::{ClientEnd, Clock, Direction, Journal, Party, Request, Response};

use super::*;
use crate::walker::{HopRequest, HopResponse, TabId, WhyHop};

const HF: &str = "https://huggingface.co";

/// A walk with hops made by hand.
struct Walk {
    asker: Asker,
    hops: Vec<Hop>,
}

impl Walk {
    fn new(journal: &Journal) -> Self {
        Self { asker: Asker::new(journal.clone()), hops: vec![] }
    }

    /// A hop begins.
    fn asks(&mut self, url: &str) {
        let number = self.hops.len() + 1;
        self.asker.asks(number);
        self.hops.push(Hop {
            number,
            tab: TabId::FIRST,
            why: WhyHop::Typed,
            began: Timestamp::UNIX_EPOCH,
            took: Duration::ZERO,
            at: Timestamp::UNIX_EPOCH,
            request: HopRequest {
                method: http::Method::GET,
                url: url.parse().unwrap(),
                headers: vec![],
                body: String::new(),
                cookies: vec![("session".to_owned(), url.len().to_string())],
                withheld: vec![],
            },
            response: HopResponse {
                status: 200,
                fault: None,
                headers: vec![],
                body: String::new(),
                cookies: vec![],
            },
            violations: vec![],
            parsed: OnceLock::new(),
        });
    }

    fn record(&self) -> Record {
        let url = |text: &str| text.parse().unwrap();
        let origins = Origins {
            app: url("http://localhost:3000"),
            logto: url("http://localhost:3001"),
            huggingface: url(HF),
            others: vec![],
        };
        Record::new(self.hops.clone(), Some(&self.asker), origins, BackChannel::Told)
    }

    /// Path, hop and tie of each entry in the record.
    fn recorded(&self) -> Vec<(String, usize, Option<Tie>)> {
        let path = |url: &str| url.strip_prefix(HF).unwrap().split('?').next().unwrap().to_owned();
        let all = self.record().entries;
        all.into_iter().map(|one| (path(&one.entry.request.url), one.hop, one.tie)).collect()
    }
}

/// Adds a request to Hugging Face with its answer to the journal.
fn asked(journal: &Journal, path: &str, headers: &[(&str, &str)], body: &str, answer: &str) {
    asked_over(journal, None, path, headers, body, answer);
}

fn asked_over(
    journal: &Journal,
    peer: Option<ClientEnd>,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
    answer: &str,
) {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let request =
        Request { method: "GET".to_owned(), url: format!("{HF}{path}"), headers, body: body.to_owned() };
    let clock = Clock::frozen(Timestamp::UNIX_EPOCH);
    let pending = journal.begin(&clock, Party::HUGGINGFACE, Direction::Received, request, peer);
    pending.respond(Response { status: 200, headers: vec![], body: answer.to_owned() }, vec![]);
}

fn of(path: &str, hop: usize, tie: Tie) -> (String, usize, Option<Tie>) {
    (path.to_owned(), hop, Some(tie))
}

#[test]
fn side_by_side_each_has_what_it_carries_and_the_rest_is_not_attributed() {
    let journal = Journal::new();
    let (mut one, mut other) = (Walk::new(&journal), Walk::new(&journal));
    one.asks("http://localhost:3001/callback/x?code=code-of-one&state=state-of-one");
    other.asks("http://localhost:3001/callback/x?code=code-of-other&state=state-of-other");
    for (walk, scheme) in [("other", "Bearer"), ("one", "bearer")] {
        let token = format!(r#"{{"access_token":"token-of-{walk}"}}"#);
        asked(&journal, "/oauth/token", &[], &format!("grant_type=x&code=code-of-{walk}"), &token);
        let bearer = format!("{scheme} token-of-{walk}");
        asked(&journal, "/oauth/userinfo", &[("Authorization", &bearer)], "", "{}");
    }
    asked(&journal, "/oauth/jwks", &[("authorization", "Basic YTpi")], "", "{}");
    asked(&journal, "/oauth/token", &[], r#"{"within":[{"code":"code-without-hop"}]}"#, "{}");
    asked(&journal, "/asked", &[], r#"{"within":[{"state":"state-of-other"}]}"#, "{}");
    let both = [
        of("/oauth/token", 1, Tie::Code),
        of("/oauth/userinfo", 1, Tie::Token),
        ("/oauth/jwks".to_owned(), 1, None),
    ];
    assert_eq!(one.recorded(), both);
    let state = of("/asked", 1, Tie::State);
    assert_eq!(other.recorded(), both.into_iter().chain([state]).collect::<Vec<_>>());

    let record = one.record();
    assert!(record.shared && !record.is_complete(1), "the absence of an entry proves nothing");
    let paths: Vec<&str> = record.entries().map(|entry| entry.request.url.as_str()).collect();
    assert_eq!(paths, ["https://huggingface.co/oauth/token", "https://huggingface.co/oauth/userinfo"]);
}

#[test]
fn what_carries_nothing_belongs_to_the_only_walk_under_way() {
    let journal = Journal::new();
    let (mut one, mut other) = (Walk::new(&journal), Walk::new(&journal));
    asked(&journal, "/before", &[], "", "");
    one.asks("http://localhost:3000/");
    asked(&journal, "/during", &[], "", "");
    one.asker.answered(None, "");
    asked(&journal, "/after", &[], "", "");
    one.asks("http://localhost:3000/2");
    asked(&journal, "/second", &[], "", "");
    one.asker.answered(None, "");
    let alone =
        [of("/during", 1, Tie::OnlyWalk), of("/after", 1, Tie::OnlyWalk), of("/second", 2, Tie::OnlyWalk)];
    assert_eq!(one.recorded(), alone);
    assert!(one.record().is_complete(1) && !one.record().shared);
    // The first walk still exists, but does not wait for anything.
    other.asks("http://localhost:3000/");
    asked(&journal, "/during", &[], "", "");
    other.asker.answered(None, "");
    asked(&journal, "/after", &[], "", "");
    assert_eq!(one.recorded(), alone);
    assert_eq!(other.recorded(), alone[..2]);
    assert!(one.record().shared && !other.record().shared);
    // Now both have sent requests, and either may have left some behind.
    one.asks("http://localhost:3000/3");
    one.asker.answered(None, "");
    asked(&journal, "/late", &[], "", "");
    assert_eq!(one.recorded().last(), Some(&("/late".to_owned(), 3, None)));
    assert_eq!(other.recorded().last(), Some(&("/late".to_owned(), 1, None)));
    drop(other);
    one.asks("http://localhost:3000/4");
    asked(&journal, "/alone", &[], "", "");
    assert_eq!(one.recorded().last(), Some(&of("/alone", 4, Tie::OnlyWalk)));
}

/// A party may still work on a request when the browser has given up.
#[test]
fn a_hop_without_an_answer_is_under_way_until_the_next() {
    let journal = Journal::new();
    let (mut one, mut other) = (Walk::new(&journal), Walk::new(&journal));
    one.asks("http://localhost:3000/");
    other.asks("http://localhost:3000/");
    asked(&journal, "/oauth/jwks", &[], "", "");
    assert_eq!(other.recorded(), [("/oauth/jwks".to_owned(), 1, None)]);
    one.asks("http://localhost:3000/2");
    one.asker.answered(None, "");
    asked(&journal, "/oauth/jwks", &[], "", "");
    assert_eq!(other.recorded()[1], of("/oauth/jwks", 1, Tie::OnlyWalk));
}

#[test]
fn a_request_is_the_browsers_own_by_its_connection() {
    let journal = Journal::new();
    let (mut one, mut other) = (Walk::new(&journal), Walk::new(&journal));
    let end = |port| Some(ClientEnd(SocketAddr::from(([127, 0, 0, 1], port))));
    let page = format!("{HF}/login");
    one.asks(&page);
    other.asks(&page);
    asked_over(&journal, end(2), "/login", &[], "", "");
    asked_over(&journal, end(1), "/login", &[], "", "");
    other.asker.answered(end(2), &page);
    // The same connection then serves the other walk.
    other.asks("http://localhost:3000/");
    one.asker.answered(end(1), &page);
    asked_over(&journal, end(2), "/login", &[], "", "");
    assert_eq!(one.recorded(), [of("/login", 1, Tie::Own)]);
    assert_eq!(other.recorded(), [of("/login", 1, Tie::Own), of("/login", 2, Tie::OnlyWalk)]);
}

#[test]
fn a_request_with_the_cookies_of_another_browser_is_anothers() {
    let journal = Journal::new();
    let mut one = Walk::new(&journal);
    one.asks("http://localhost:3000/");
    one.hops[0].response.headers =
        vec![("Set-Cookie".to_owned(), "_session=given; Path=/; HttpOnly".to_owned())];
    asked(&journal, "/ours", &[("Cookie", "_session=given; session=22")], "", "");
    asked(&journal, "/anothers", &[("cookie", "_session=given; _interaction=x")], "", "");
    assert_eq!(one.recorded(), [of("/ours", 1, Tie::Cookie)]);
}

#[test]
fn a_code_is_known_from_a_redirect_that_was_not_followed() {
    let journal = Journal::new();
    let (mut one, mut other) = (Walk::new(&journal), Walk::new(&journal));
    one.asks(&format!("{HF}/oauth/authorize?state=short"));
    other.asks(&format!("{HF}/oauth/authorize?state=short"));
    one.hops[0].response.headers =
        vec![("location".to_owned(), "/callback?code=code-of-one&state=short".to_owned())];
    asked(&journal, "/oauth/token", &[], "code=code-of-one", "");
    asked(&journal, "/stateful?state=short", &[], "", r#"{"code":"session.not_found"}"#);
    asked(&journal, "/oauth/token", &[], "code=session.not_found", "");
    let unsure = ("/stateful".to_owned(), 1, None);
    assert_eq!(one.recorded(), [of("/oauth/token", 1, Tie::Code), unsure.clone()]);
    assert_eq!(other.recorded(), [unsure]);
}

/// A request that Logto or its proxy receives, and its answer.
fn arrived(journal: &Journal, party: Party, url: &str, headers: &[(&str, &str)], peer: u16) {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let request = Request { method: "GET".to_owned(), url: url.to_owned(), headers, body: String::new() };
    let clock = Clock::frozen(Timestamp::UNIX_EPOCH);
    let peer = ClientEnd(SocketAddr::from(([127, 0, 0, 1], peer)));
    let pending = journal.begin(&clock, party, Direction::Received, request, Some(peer));
    let note = kit::Note::new("test/reason", "Logto's own reason");
    pending.respond(Response { status: 200, headers: vec![], body: String::new() }, vec![note]);
}

#[test]
fn what_logto_receives_is_the_apps_call_unless_it_is_the_browsers_or_our_own() {
    let journal = Journal::new();
    let mut walk = Walk::new(&journal);
    let logto = "http://localhost:3001";
    walk.asks(&format!("{logto}/oidc/auth"));
    arrived(&journal, Party::LOGTO, &format!("{logto}/oidc/auth"), &[], 1);
    let end = |port| Some(ClientEnd(SocketAddr::from(([127, 0, 0, 1], port))));
    walk.asker.answered(end(1), &format!("{logto}/oidc/auth"));
    walk.asks("http://localhost:3000/callback");
    arrived(&journal, Party::LOGTO, &format!("{logto}/oidc/token"), &[], 2);
    arrived(
        &journal,
        Party::LOGTO,
        &format!("{logto}/api/users"),
        &[("authorization", "Bearer our-token")],
        3,
    );
    arrived(&journal, Party::LOGTO, "http://localhost:3002/oidc/token", &[], 4);
    arrived(
        &journal,
        Party::LOGTO,
        &format!("{logto}/api/my-account"),
        &[("authorization", "Bearer ada's")],
        5,
    );
    // Through a proxy in front of Logto, and in front of the app.
    arrived(&journal, Party::PROXY, &format!("{logto}/oidc/jwks"), &[], 6);
    arrived(&journal, Party::LOGTO, "http://logto.internal:1/oidc/jwks", &[], 7);
    arrived(&journal, Party::PROXY, "http://localhost:3000/callback", &[], 8);
    // The connection from the browser to the app began at the port at which one from the app to Logto began.
    walk.asker.answered(end(2), "http://localhost:3000/callback");
    let channel = BackChannel::Received(Arrivals {
        own_tokens: vec!["our-token".to_owned()],
        admin_port: Some(3002),
        shared: false,
    });
    let record = Record::new(walk.hops.clone(), Some(&walk.asker), walk.record().origins, channel);
    let sent: Vec<_> = record.entries().filter(|entry| entry.party == Party::APP).collect();
    let paths: Vec<_> = sent.iter().map(|entry| entry.request.url.strip_prefix(logto).unwrap()).collect();
    assert_eq!(paths, ["/oidc/token", "/api/my-account", "/oidc/jwks"]);
    assert!(sent.iter().all(|entry| entry.direction == Direction::Sent && entry.notes.is_empty()));
    // The sample app enters its calls itself.
    assert!(walk.record().entries().all(|entry| entry.party != Party::APP));
}
