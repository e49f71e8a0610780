use std::sync::OnceLock;
use std::time::Duration;

use jiff::Timestamp;
use kit::{Clock, Direction, Note, Request, Response, Whose};
use serde_json::Value;

use super::*;
use crate::walker::{
    CookieFate, CookieRequest, HopRequest, HopResponse, Jar, Rule, SetCookie, Site, TabId, Violation,
    WhyDropped, WhyWithheld, Withheld,
};

const NOW: &str = "2026-11-23T12:00:00Z";

fn origins() -> Origins {
    Origins {
        app: "http://localhost:3000".parse().unwrap(),
        logto: "http://localhost:3001".parse().unwrap(),
        huggingface: "https://huggingface.co".parse().unwrap(),
        others: vec![],
    }
}

fn pairs(headers: &[(&str, &str)]) -> Vec<(String, String)> {
    headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn hop(number: usize, method: &str, url: &str, status: u16, headers: &[(&str, &str)], body: &str) -> Hop {
    Hop {
        number,
        tab: TabId::FIRST,
        why: WhyHop::Typed,
        began: NOW.parse().unwrap(),
        took: Duration::ZERO,
        at: NOW.parse().unwrap(),
        request: HopRequest {
            method: method.parse().unwrap(),
            url: url.parse().unwrap(),
            headers: vec![],
            body: String::new(),
            cookies: vec![],
            withheld: vec![],
        },
        response: HopResponse {
            status,
            fault: None,
            headers: pairs(headers),
            body: body.to_owned(),
            cookies: vec![],
        },
        violations: vec![],
        parsed: OnceLock::new(),
    }
}

fn entry(number: u64, party: Party, request: (&str, &str, &str), outcome: Outcome, notes: &[&str]) -> Entry {
    let direction = if party == Party::APP { Direction::Sent } else { Direction::Received };
    let (method, url, body) = request;
    Entry {
        number,
        at: NOW.parse().unwrap(),
        took: Some(Duration::ZERO),
        party,
        direction,
        request: Request {
            method: method.to_owned(),
            url: url.to_owned(),
            headers: vec![],
            body: body.to_owned(),
        },
        outcome,
        notes: notes.iter().map(|text| Note::new("test/note", *text)).collect(),
        whose: Whose::default(),
    }
}

fn answer(status: u16, body: &str) -> Outcome {
    let headers = pairs(&[("content-type", "application/json")]);
    Outcome::Response(Response { status, headers, body: body.to_owned() })
}

fn written(hops: &[Hop], entries: &[(usize, Tie, Entry)], roles: Roles) -> String {
    Transcript::of(&Record::made(hops, origins(), entries), roles, &[]).to_string()
}

fn by_hand(hops: &[Hop], entries: &[(usize, Tie, Entry)]) -> String {
    let mut roles = Roles::new();
    roles.know("HF_CLIENT_SECRET", "s+e%c r!t");
    written(hops, entries, roles)
}

#[test]
fn a_hop_is_a_headline_and_its_details() {
    let mut first = hop(
        1,
        "GET",
        "https://huggingface.co/oauth/authorize?response_type=code&client_id=c&state=hf-state-1",
        303,
        &[
            ("Location", "http://localhost:3001/callback/x?code=hf-code-1&state=hf-state-1"),
            ("Date", "now"),
            ("ETag", "x"),
        ],
        "Redirecting",
    );
    first.request.cookies = pairs(&[("token", "hf-session"), ("a.sig", "x")]);
    first.request.withheld = vec![Withheld { name: "strict".to_owned(), reason: WhyWithheld::Strict }];
    let mut second = hop(
        2,
        "GET",
        "http://localhost:3001/callback/x?code=hf-code-1&state=hf-state-1",
        200,
        &[("content-type", "text/html"), ("cache-control", "no-store")],
        "<title>whatever this build of the page says</title>",
    );
    second.why = WhyHop::Redirect;
    second.violations = vec![Violation { rule: Rule::StateIsReturned, what: "brings hf-state-1".to_owned() }];
    let text = by_hand(&[first, second], &[]);
    let expected = "  1   browser  typed  GET [HF]/oauth/authorize?…  303 → [LOGTO]/callback/x?code=[HF_CODE]&state=[STATE]
      ?response_type=code
       &client_id=c
       &state=[STATE]
      cookies token, a.sig
      withheld strict: SameSite=Strict, and the request comes from another site

  2   browser  redirect  GET [LOGTO]/callback/x?code=[HF_CODE]&state=[STATE]  200
      text/html · cache-control: no-store
      [page]
      RULE BROKEN: brings [STATE]
";
    assert_eq!(text, expected);
}

#[test]
fn requests_of_others_stand_under_the_hop_that_waited_with_the_reason() {
    let mut verify =
        hop(7, "POST", "http://localhost:3001/api/experience/verification/social/x/verify", 400, &[], "");
    verify.request.body =
        r#"{"verificationId":"tvays5j19jdl","connectorData":{"code":"hf-code-1"}}"#.to_owned();
    let after = hop(8, "GET", "http://localhost:3001/sign-in", 302, &[("location", "/unknown-session")], "");
    let body = "grant_type=authorization_code&code=hf-code-1&redirect_uri=http%3A%2F%2Flocalhost%3A3001%2Fcallback%2Fx";
    let mut refused = entry(
        5,
        Party::HUGGINGFACE,
        ("POST", "https://huggingface.co/oauth/token", body),
        answer(401, r#"{"error":"invalid_client"}"#),
        &["secret differs from the registered one only by trailing whitespace"],
    );
    refused.request.headers = pairs(&[("Authorization", "Basic Yzpz K2UlYyByIXQ="), ("user-agent", "node")]);
    refused.request.headers[0].1 = format!("Basic {}", STANDARD.encode("c:s+e%c r!t "));
    let logtos = entry(5, Party::LOGTO, ("GET", "http://localhost:3001/x", ""), answer(200, ""), &[]);
    let late = entry(
        6,
        Party::APP,
        ("GET", "http://localhost:3001/oidc/me", ""),
        Outcome::Fault(Note::new("kit/cancelled", "cancelled")),
        &[],
    );
    let text = by_hand(
        &[verify, after],
        &[(7, Tie::Code, refused), (7, Tie::OnlyWalk, logtos), (8, Tie::OnlyWalk, late)],
    );
    let expected = "  7   browser  typed  POST [LOGTO]/api/experience/verification/social/x/verify  400
      sends {\"verificationId\":\"[VERIFICATION]\",\"connectorData\":{\"code\":\"[HF_CODE]\"}}
      logto  POST [HF]/oauth/token  401
          authorization: Basic c:[HF_CLIENT_SECRET]␠
          sends grant_type=authorization_code
                &code=[HF_CODE]
                &redirect_uri=[LOGTO]%2Fcallback%2Fx
          application/json
          {\"error\":\"invalid_client\"}
          journal: secret differs from the registered one only by trailing whitespace

  8   browser  typed  GET [LOGTO]/sign-in  302 → /unknown-session
      app  GET [LOGTO]/oidc/me  no answer: cancelled
";
    assert_eq!(text, expected);
}

#[test]
fn the_browsers_own_request_gives_only_its_reason() {
    let own = hop(
        1,
        "GET",
        "https://huggingface.co/oauth/authorize?client_id=c",
        400,
        &[("content-type", "text/html")],
        "<title>400</title><p>Invalid client_id hf</p>",
    );
    let request = ("GET", "https://huggingface.co/oauth/authorize?client_id=c", "");
    let entry = entry(1, Party::HUGGINGFACE, request, answer(400, ""), &["client_id `c` is unknown"]);
    let text = by_hand(&[own], &[(1, Tie::Own, entry)]);
    let expected = "  1   browser  typed  GET [HF]/oauth/authorize?client_id=c  400
      text/html
      title “400”
      text “Invalid client_id hf”
      journal: client_id `c` is unknown
";
    assert_eq!(text, expected);
}

#[test]
fn reuse_and_mix_ups_stay_visible() {
    let callback = |number, code: &str| {
        hop(
            number,
            "GET",
            &format!("http://localhost:3000/callback?code={code}&state=app-state"),
            200,
            &[],
            "",
        )
    };
    let text = by_hand(&[callback(1, "code-one"), callback(2, "code-two"), callback(3, "code-one")], &[]);
    let headlines: Vec<&str> = text
        .lines()
        .filter(|line| line.contains("GET"))
        .map(|line| line.split("[APP]/").nth(1).unwrap())
        .collect();
    assert_eq!(
        headlines,
        [
            "callback?code=[CODE]&state=[STATE]  200",
            "callback?code=[CODE:2]&state=[STATE]  200",
            "callback?code=[CODE]&state=[STATE]  200"
        ]
    );
}

#[test]
fn a_dropped_cookie_says_why() {
    let mut set = hop(1, "GET", "http://localhost:3000/", 200, &[], "");
    set.response.cookies = vec![SetCookie {
        line: String::new(),
        name: "session".to_owned(),
        value: "random-value".to_owned(),
        attributes: vec!["Path=/".to_owned(), "Expires=Mon, 23 Nov 2026 13:00:01 GMT".to_owned()],
        fate: CookieFate::Dropped(WhyDropped::SecureOverHttp),
    }];
    let text = by_hand(&[set], &[]);
    assert!(
        text.contains(
            "set session=[APP_SESSION]; Path=/; Expires=+1h  (dropped: Secure, but set over plain http)\n"
        ),
        "{text}"
    );
}

#[test]
fn a_long_document_is_shown_once_unless_it_changed() {
    let body =
        |issuer: &str| format!(r#"{{"a":"{}","b":"{}","c":"{issuer}"}}"#, "x".repeat(90), "y".repeat(90));
    let ask =
        |number, issuer: &str| hop(number, "GET", "http://localhost:3001/api/x", 200, &[], &body(issuer));
    let hops = [ask(1, "i"), ask(2, "i"), ask(3, "j")];
    let shown = Transcript::of(&Record::made(&hops, origins(), &[]), Roles::new(), &[]);
    assert_eq!(shown.hops[1].content, ["(the same document as before)"]);
    assert_eq!((shown.hops[0].content.len(), shown.hops[2].content.len()), (4, 4));
}

#[test]
fn json_has_the_same_content() {
    let hops = [hop(1, "GET", "http://localhost:3000/callback?code=code-one", 307, &[("location", "/")], "")];
    let json = serde_json::to_value(Transcript::of(&Record::made(&hops, origins(), &[]), Roles::new(), &[]))
        .unwrap();
    let expected = serde_json::json!({ "hops": [{
        "number": 1, "party": "browser", "why": "typed", "method": "GET",
        "url": "[APP]/callback?code=[CODE]", "status": 307, "location": "/",
    }] });
    assert_eq!(json, expected);
}

/// The recorded sign-in of a real Logto 1.42, as hops of a browser and entries of journals.
struct Recorded {
    hops: Vec<Hop>,
    entries: Vec<(usize, Tie, Entry)>,
    values: Value,
}

impl Recorded {
    fn read() -> Self {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/social/first-sign-in.json");
        let trace: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let clock = Clock::frozen("2026-11-23T08:17:07Z".parse().unwrap());
        let start = clock.now();
        let mut jar = Jar::new(clock.clone());
        let (mut hops, mut entries) = (Vec::<Hop>::new(), Vec::new());
        for exchange in trace["exchanges"].as_array().unwrap() {
            let wanted = Duration::from_millis(exchange["at_ms"].as_u64().unwrap());
            let passed = Duration::try_from(clock.now().duration_since(start)).unwrap();
            clock.advance(wanted.saturating_sub(passed));
            let number = u64::try_from(entries.len() + 1).unwrap();
            match exchange["from"].as_str().unwrap() {
                "browser" => hops.push(recorded_hop(exchange, hops.len() + 1, &clock, &mut jar)),
                from => {
                    let entry = recorded_entry(exchange, from, number, clock.now());
                    entries.push((hops.len(), Tie::OnlyWalk, entry));
                }
            }
        }
        Self { hops, entries, values: trace["values"].clone() }
    }

    fn transcript(&self) -> Transcript {
        let value = |name: &str| self.values[name].as_str().unwrap();
        let mut roles = Roles::new();
        for (role, name) in [
            ("APP_ID", "APP_ID"),
            ("APP_SECRET", "APP_SECRET"),
            ("CONNECTOR", "CONNECTOR_ID"),
            ("HF_CLIENT_ID", "HF_CLIENT_ID"),
            ("HF_CLIENT_SECRET", "HF_CLIENT_SECRET"),
        ] {
            roles.know(role, value(name));
        }
        let origin = |name: &str| value(name).parse().unwrap();
        let origins =
            Origins { app: origin("APP"), logto: origin("LOGTO"), huggingface: origin("HF"), others: vec![] };
        Transcript::of(&Record::made(&self.hops, origins, &self.entries), roles, &[])
    }
}

fn headers(message: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    message["headers"].as_array().unwrap().iter().map(|pair| (text(&pair[0]), text(&pair[1]))).collect()
}

/// Recorded pages hold only their parsed content, so this builds a page with it.
fn page(body: &Value) -> String {
    if let Some(text) = body.as_str() {
        return text.to_owned();
    }
    let field = |field: &Value| {
        let form = field["form"].as_str().map(|form| format!(" form=\"{form}\"")).unwrap_or_default();
        format!("<input type=hidden name={} value={}{form}>", field["name"], field["value"])
    };
    let fields = |list: &Value| list.as_array().into_iter().flatten().map(field).collect::<String>();
    let form = |form: &Value| {
        format!(
            "<form id={} method={} action={}>{}</form>",
            form["id"],
            form["method"],
            form["action"],
            fields(&form["fields"])
        )
    };
    let forms: String = body["forms"].as_array().into_iter().flatten().map(form).collect();
    let submits =
        if body["submits_itself"] == true { "<script>document.forms[0].submit()</script>" } else { "" };
    format!(
        "<title>{}</title>{forms}{}{submits}",
        body["title"].as_str().unwrap_or_default(),
        fields(&body["fields_outside_forms"])
    )
}

fn recorded_hop(exchange: &Value, number: usize, clock: &Clock, jar: &mut Jar) -> Hop {
    let url: Url = exchange["request"]["url"].as_str().unwrap().parse().unwrap();
    let method: http::Method = exchange["request"]["method"].as_str().unwrap().parse().unwrap();
    let sent = headers(&exchange["request"]);
    let line =
        sent.iter().find(|(name, _)| name == "Cookie").map(|(_, line)| line.clone()).unwrap_or_default();
    let chain = [Site::of(&url)];
    let context = CookieRequest { url: &url, method: &method, chain: &chain, navigation: true };
    let (cookies, withheld) = jar.cookies_for(context);
    if exchange["to"] == "logto" {
        let ours: Vec<String> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(ours.join("; "), line, "cookies of exchange {}", exchange["n"]);
    }
    let got = headers(&exchange["response"]);
    let lines = got.iter().filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"));
    let set = lines.map(|(_, line)| jar.set(line, context)).collect();
    let redirected = exchange["n"].as_u64() != Some(1) && method == http::Method::GET;
    Hop {
        number,
        tab: TabId::FIRST,
        why: if redirected { WhyHop::Redirect } else { WhyHop::Call },
        began: clock.now(),
        took: Duration::ZERO,
        at: clock.now(),
        request: HopRequest {
            method,
            url,
            headers: sent,
            body: exchange["request"]["body"].as_str().unwrap().to_owned(),
            cookies,
            withheld,
        },
        response: HopResponse {
            status: u16::try_from(exchange["response"]["status"].as_u64().unwrap()).unwrap(),
            fault: None,
            headers: got,
            body: page(&exchange["response"]["body"]),
            cookies: set,
        },
        violations: vec![],
        parsed: OnceLock::new(),
    }
}

fn recorded_entry(exchange: &Value, from: &str, number: u64, at: Timestamp) -> Entry {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let (party, direction) = match from {
        "app" => (Party::APP, Direction::Sent),
        _ => (Party::HUGGINGFACE, Direction::Received),
    };
    let (request, response) = (&exchange["request"], &exchange["response"]);
    Entry {
        number,
        at,
        took: None,
        party,
        direction,
        request: Request {
            method: text(&request["method"]),
            url: text(&request["url"]),
            headers: headers(request),
            body: text(&request["body"]),
        },
        outcome: Outcome::Response(Response {
            status: u16::try_from(response["status"].as_u64().unwrap()).unwrap(),
            headers: headers(response),
            body: page(&response["body"]),
        }),
        notes: vec![],
        whose: Whose::default(),
    }
}

#[test]
fn the_recorded_sign_in_reads_as_reviewed() {
    let text = Recorded::read().transcript().to_string();
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("recorded-first-sign-in", text);
    });
}

#[test]
fn no_random_value_of_the_recording_is_left() {
    let recorded = Recorded::read();
    let text = recorded.transcript().to_string();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/social/first-sign-in.json");
    let trace: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let carried = trace["carry"].as_array().unwrap().iter().map(|carry| carry["value"].as_str().unwrap());
    let known = recorded.values.as_object().unwrap().values().map(|value| value.as_str().unwrap());
    for value in carried.chain(known) {
        assert!(!text.contains(value), "`{value}` is left in\n{text}");
    }
}

#[path = "tests/of_an_app.rs"]
mod of_an_app;
