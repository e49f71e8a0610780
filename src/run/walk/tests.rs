//! Walks that fail, and concurrent walks on one stack.

use std::collections::BTreeSet;
use std::path::Path;

use kit::{Direction, Entry, Outcome, Party};
use tokio::net::TcpListener;
use url::Url;

use super::*;
use crate::findings::Cause;
use crate::record::Tie;
use crate::run::Visitor;

fn load(file: &str) -> Vec<Scenario> {
    Scenario::load_all(&Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(file)).unwrap()
}

fn path(entry: &Entry) -> String {
    Url::parse(&entry.request.url).unwrap().path().to_owned()
}

/// What was exchanged for a token, and the token.
fn exchanged(record: &Record, party: Party, direction: Direction, at: &str) -> Vec<(String, String)> {
    let here = |entry: &&Entry| entry.party == party && entry.direction == direction && path(entry) == at;
    let exchange = |entry: &Entry| {
        let mut form = form_urlencoded::parse(entry.request.body.as_bytes());
        let code = form.find(|(name, _)| name == "code").unwrap().1.into_owned();
        let Outcome::Response(response) = &entry.outcome else { panic!("{entry:?}") };
        let answer: serde_json::Value = serde_json::from_str(&response.body).unwrap();
        (code, answer["access_token"].as_str().unwrap().to_owned())
    };
    record.entries().filter(here).map(exchange).collect()
}

async fn signs_in(stack: &Stack, username: &str) -> (Record, Transcript) {
    let mut visitor = Visitor::new(stack);
    visitor.visit("/").await.unwrap();
    visitor.click("Sign In").await.unwrap();
    visitor.continue_with("huggingface").await.unwrap();
    visitor.sign_in_as(username).await.unwrap();
    visitor.session().await.unwrap();
    (visitor.person.record(), visitor.transcript())
}

#[tokio::test]
async fn two_visitors_at_once_have_each_their_own_record() {
    let stack = Stack::builder().start().await.unwrap();
    let both = tokio::join!(signs_in(&stack, "ada"), signs_in(&stack, "grace"));
    let (mut codes, mut tokens) = (BTreeSet::new(), BTreeSet::new());
    for ((record, transcript), email) in [(&both.0, "Ada Lovelace"), (&both.1, "Grace Hopper")] {
        assert!(record.shared);
        assert!(record.hops.last().unwrap().response.body.contains(email), "{transcript}");
        let addresses: BTreeSet<&str> = record.hops.iter().map(|hop| hop.request.url.as_str()).collect();
        for (party, direction, at) in [
            (Party::HUGGINGFACE, Direction::Received, "/oauth/token"),
            (Party::LOGTO, Direction::Received, "/oidc/token"),
            (Party::APP, Direction::Sent, "/oidc/token"),
        ] {
            let exchanged = exchanged(record, party, direction, at);
            let [(code, token)] = &exchanged[..] else { panic!("{at}: {exchanged:?}") };
            let brought = format!("code={code}");
            assert!(addresses.iter().any(|address| address.contains(&brought)), "{code} in {addresses:?}");
            codes.insert(code.clone());
            tokens.insert(token.clone());
        }
        // Every hop is in the journal once, as its browser's own.
        for hop in &record.hops {
            let own: Vec<&Entry> = record
                .during(hop.number)
                .filter(|one| one.tie == Some(Tie::Own))
                .map(|one| &one.entry)
                .collect();
            let [own] = own[..] else { panic!("hop {}: {own:?}", hop.number) };
            assert_eq!(own.request.url, hop.request.url.as_str());
            assert!(own.took.is_some() && hop.took >= own.took.unwrap() && hop.began <= hop.at);
        }
        let profiles = record.entries().filter(|entry| path(entry) == "/oauth/userinfo");
        assert_eq!(profiles.map(path).collect::<Vec<_>>(), ["/oauth/userinfo"]);
        for one in record.not_attributed() {
            assert!(path(&one.entry).ends_with("jwks") || path(&one.entry).contains(".well-known"));
        }
    }
    // Logto's and the app's entries of an exchange are the same; the other walk's differs.
    assert_eq!((codes.len(), tokens.len()), (4, 4));
    let numbers = |record: &Record| record.entries().map(|entry| entry.number).collect::<BTreeSet<_>>();
    assert!(numbers(&both.0.0).is_disjoint(&numbers(&both.1.0)));
    stack.stop().await.unwrap();
}

/// Waits for an answer that never comes, while the other walk is running.
async fn meanwhile<T>(stack: &Stack, walk: impl Future<Output = T>) -> T {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://localhost:{}/", listener.local_addr().unwrap().port());
    let mut waiting = Visitor::new(stack);
    tokio::select! {
        ended = waiting.visit(&url) => panic!("{ended:?}"),
        walked = async {
            let _accepted = listener.accept().await.unwrap();
            walk.await
        } => walked,
    }
}

#[tokio::test]
async fn what_may_be_of_another_walk_is_shown_as_not_attributed_and_proves_nothing() {
    let scenarios = load("bugs/provider/signing-key.yaml");
    let scenario = scenarios.iter().find(|scenario| scenario.name().ends_with("@key-set-fails")).unwrap();
    let first = |report: &WalkReport| report.findings.first().map(|first| first.cause);

    let stack = stack_for(scenario).start().await.unwrap();
    let alone = play(&stack, scenario, true).await;
    stack.stop().await.unwrap();
    assert_eq!(first(&alone.report), scenario.finding.map(|(cause, _)| cause));
    assert_eq!(alone.report.transcript.not_attributed, []);

    let stack = stack_for(scenario).start().await.unwrap();
    let beside = meanwhile(&stack, play(&stack, scenario, true)).await;
    stack.stop().await.unwrap();
    assert_eq!(first(&beside.report), Some(Cause::Unknown));
    let [failure, ..] = &beside.report.failures[..] else { panic!("{:?}", beside.report) };
    assert!(failure.what.contains("but there were 0, and 1 that may have been another walk's"), "{failure}");
    assert!(beside.report.wire.to_string().contains("\n# not attributed, since hop "));
    let keys = |entry: &Entry| path(entry) == "/oauth/jwks" && entry.party == Party::HUGGINGFACE;
    assert!(alone.record.entries().any(keys) && !beside.record.entries().any(keys));
    assert!(beside.record.not_attributed().any(|one| keys(&one.entry)));
    let text = beside.report.transcript.to_string();
    let (walk, rest) = text.split_once("\nNot attributed: ").unwrap();
    assert!(!walk.contains("/oauth/jwks") && walk.contains("POST [HF]/oauth/token"), "{walk}");
    assert!(rest.contains("unknown  GET [HF]/oauth/jwks  500"), "{rest}");
}

/// No party can recognize a recorded walk by what it receives.
#[tokio::test]
async fn no_request_has_a_header_of_the_harness() {
    let stack = Stack::builder().start().await.unwrap();
    let (record, _) = signs_in(&stack, "ada").await;
    let of = |party, direction, own| -> BTreeSet<String> {
        let entries = record.hops.iter().flat_map(|hop| record.during(hop.number));
        let here = entries
            .filter(|one| one.entry.party == party && one.entry.direction == direction)
            .filter(|one| (one.tie == Some(Tie::Own)) == own);
        let headers = here.flat_map(|one| one.entry.request.headers.iter());
        headers.map(|(name, _)| name.to_ascii_lowercase()).collect()
    };
    let names = |names: &str| names.split(' ').map(ToOwned::to_owned).collect::<BTreeSet<_>>();
    let browser = "accept accept-language content-length content-type cookie host origin user-agent";
    let huggingface = of(Party::HUGGINGFACE, Direction::Received, true);
    assert_eq!(huggingface, names(browser));
    // The call of Logto's own sign-in page.
    let logto = of(Party::LOGTO, Direction::Received, true);
    assert_eq!(logto, names(&format!("{browser} logto-app-id")));
    let by_logto = "accept accept-encoding accept-language authorization content-length content-type host \
                    sec-fetch-mode user-agent";
    assert_eq!(of(Party::HUGGINGFACE, Direction::Received, false), names(by_logto));
    assert_eq!(of(Party::APP, Direction::Sent, false), names("authorization content-type"));
    stack.stop().await.unwrap();
}

/// The failures and the findings of a walk.
async fn told(scenario: &str) -> (Vec<String>, Vec<Finding>) {
    let scenario = Scenario::parse(scenario, Path::new("a.yaml")).unwrap();
    let stack = stack_for(&scenario).start().await.unwrap();
    let report = walk(&stack, &scenario).await;
    stack.stop().await.unwrap();
    (report.failures.iter().map(|failure| failure.what.clone()).collect(), report.findings)
}

const SIGNS_IN: &str = "description: x
steps:
  - visit: /sign-in
  - continue_with: huggingface
  - sign_in_as: ada
";

#[tokio::test]
async fn a_second_sign_in_while_hugging_face_knows_the_person_says_so_and_blames_nothing() {
    let again =
        "  - click: Sign Out\n  - visit: /sign-in\n  - continue_with: huggingface\n  - sign_in_as: grace\n";
    let (failures, findings) = told(&(SIGNS_IN.to_owned() + again)).await;
    assert!(
        matches!(&failures[..], [told] if told.contains("Hugging Face still knows the person in this browser, so it sent them straight back, to http://localhost:")),
        "{failures:?}"
    );
    assert!(findings.is_empty(), "it is the scenario: {findings:?}");
}

#[tokio::test]
async fn a_missed_address_says_where_the_browser_went() {
    let (failures, _) =
        told(&SIGNS_IN.replace("/sign-in\n", "/sign-in\n    expect: { visited: [\"[LOGTO]/register\"] }\n"))
            .await;
    assert!(
        matches!(&failures[..], [told] if told.contains("expected the browser to go to [LOGTO]/register, but it went to [APP]/sign-in, [LOGTO]/oidc/auth, [LOGTO]/sign-in")),
        "{failures:?}"
    );
}

/// Each walk ends where a sign-in that works does not, and no expectation says so.
#[tokio::test]
async fn a_walk_that_ends_on_an_error_or_a_question_fails() {
    for (scenario, told_of) in [
        ("description: x\nsteps: [{ visit: /no-such-page }]\n".to_owned(), "/no-such-page answers 404"),
        (SIGNS_IN.replace("  - sign_in_as: ada\n", ""), "a page of Hugging Face: https://huggingface.co/"),
        (
            "description: x\ngiven: { application: { redirect_uris: [\"[APP]/other\"] } }\nsteps: [{ visit: /sign-in }]\n".to_owned(),
            "/oidc/auth answers 400",
        ),
        (
            SIGNS_IN.replace("steps:", "given: { app: { app_secret: wrong } }\nsteps:"),
            "/callback answers 500",
        ),
        (
            "description: x\ngiven: { app: { prompt: none } }\nsteps: [{ visit: /sign-in }]\n".to_owned(),
            "/callback answers",
        ),
    ] {
        let (failures, _) = told(&scenario).await;
        assert!(matches!(&failures[..], [told] if told.contains("the walk ends on") && told.contains(told_of)), "{told_of}: {failures:?}");
        // With an expectation, it is what the scenario is about.
        let status = told_of.rsplit(' ').next().filter(|status| status.parse::<u16>().is_ok());
        if let (Some(status), true) = (status, scenario.ends_with("}]\n")) {
            let expecting = scenario.replace(" }]\n", &format!(", expect: {{ status: {status} }} }}]\n"));
            assert_eq!(told(&expecting).await.0, Vec::<String>::new(), "{expecting}");
        }
    }
}
