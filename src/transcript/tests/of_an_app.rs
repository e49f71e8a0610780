//! What an app that is not the sample app makes up: cookies, their names, form fields; masks.

use super::*;
use crate::record::{Arrivals, BackChannel};
use crate::setup::{Mask, MaskedPart};

const APP: &str = "http://localhost:3000";

fn cookie(name: &str, value: &str) -> SetCookie {
    SetCookie {
        line: format!("{name}={value}"),
        name: name.to_owned(),
        value: value.to_owned(),
        attributes: vec!["Path=/".to_owned()],
        fate: CookieFate::Stored,
    }
}

/// A page of the app that sets cookies, some seconds after the first.
fn page(number: usize, seconds: i64, cookies: &[(&str, &str)], html: &str) -> Hop {
    let mut hop = hop(number, "GET", &format!("{APP}/"), 200, &[("content-type", "text/html")], html);
    hop.at += jiff::SignedDuration::from_secs(seconds);
    hop.response.cookies = cookies.iter().map(|(name, value)| cookie(name, value)).collect();
    hop
}

fn shown(hops: &[Hop], masks: &[Mask]) -> Transcript {
    let mut roles = Roles::new();
    roles.know("APP_ID", "tgj7uhsdvwcgavnwi3e2f");
    Transcript::of(&Record::made(hops, origins(), &[]), roles, masks)
}

fn lines(hops: &[Hop], with: &str) -> Vec<String> {
    let text = shown(hops, &[]).to_string();
    text.lines().filter(|line| line.contains(with)).map(|line| line.trim().to_owned()).collect()
}

/// A session with this id, signed at a second after the first hop. Only whether the end looks like a signature
/// counts here; `anew/tests.rs` has real ones.
fn session(id: &str, seconds: i64) -> String {
    let time = NOW.parse::<Timestamp>().unwrap().as_second() + seconds;
    format!("{id}|{time}|S-QupPIqh8QythpGTJdrVC1pF{:02}", seconds % 100)
}

#[test]
fn a_session_that_is_saved_again_is_the_same_however_long_that_takes() {
    let walk = |pause: i64| {
        let saves = |id, seconds| [("session", session(id, seconds))];
        let hops: Vec<Hop> = [
            saves("4f9a0c3e8b7d6a51", 0),
            saves("4f9a0c3e8b7d6a51", pause),
            saves("9b2d7e1f0a3c5846", pause),
        ]
        .iter()
        .zip(1..)
        .map(|([(name, value)], number)| page(number, pause.min(number as i64 - 1), &[(name, value)], ""))
        .collect();
        lines(&hops, "set ")
    };
    let expected = [
        "set session=[APP_SESSION]; Path=/",
        "set session=[APP_SESSION]; Path=/",
        "set session=[APP_SESSION:2]; Path=/",
    ];
    assert_eq!(walk(0), expected, "within one second, the values are equal");
    assert_eq!(walk(1), expected);
    assert_eq!(walk(7), expected);
}

#[test]
fn a_session_that_is_saved_twice_in_one_answer_is_one_line() {
    let (first, again) = (session("4f9a0c3e8b7d6a51", 0), session("4f9a0c3e8b7d6a51", 1));
    let twice = page(1, 0, &[("session", &first), ("session", &again)], "");
    assert_eq!(lines(&[twice], "set "), ["set session=[APP_SESSION]; Path=/"]);
}

#[test]
fn a_value_in_the_name_of_a_cookie_is_a_role_wherever_the_name_occurs() {
    let key = "state_4f9a0c3e8b7d6a51";
    let names = [
        (key, "one-value"),
        ("logto_tgj7uhsdvwcgavnwi3e2f", "a-value"),
        ("logto_tgj7uhsdvwcgavnwi3e2f.sig", "b-value"),
    ];
    let mut later = page(2, 1, &[], "");
    later.request.cookies = pairs(&names);
    later.request.withheld = vec![Withheld { name: key.to_owned(), reason: WhyWithheld::Strict }];
    let hops = [page(1, 0, &names, ""), later];
    assert_eq!(lines(&hops, "cookies "), ["cookies state_[COOKIE_KEY], logto_[APP_ID] (+sig)"]);
    assert_eq!(
        lines(&hops, "set "),
        ["set state_[COOKIE_KEY]=[APP_SESSION]; Path=/", "set logto_[APP_ID] (+sig)=[APP_SESSION:2]; Path=/"]
    );
    assert!(lines(&hops, "withheld ")[0].starts_with("withheld state_[COOKIE_KEY]: SameSite"));
}

#[test]
fn a_generated_hidden_field_is_a_role_wherever_it_is_repeated() {
    let token = "9e107d9d372bb6826bd81d3542a419d6";
    let form = format!(
        "<form method=post action='/logout?t={token}'><input type=hidden name=anything value={token}>\
         <input type=hidden name=next value=/home><input type=hidden name=locale value=en-US>\
         <input name=code value={}></form>",
        "kG4lZ0pX2vNfQ8sYbT7cRjWm"
    );
    let mut sent = hop(2, "POST", &format!("{APP}/logout?t={token}"), 200, &[], "");
    sent.request.body = format!("anything={token}&next=%2Fhome");
    let text = shown(&[page(1, 0, &[("token", token)], &form), sent], &[]).to_string();
    for line in [
        "form POST /logout?t=[FORM_TOKEN]: anything=[FORM_TOKEN], next=/home, locale=en-US, code=kG4lZ0pX2vNfQ8sYbT7cRjWm",
        "set token=[FORM_TOKEN]; Path=/",
        "browser  typed  POST [APP]/logout?t=[FORM_TOKEN]  200",
        "sends anything=[FORM_TOKEN]&next=%2Fhome",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
}

#[test]
fn a_cookie_near_the_limit_shows_how_much_it_takes() {
    let sizes = [3000, 3065, 3066, 3200, 3584, 4090].map(|size| "x".repeat(size));
    let cookies: Vec<(&str, &str)> = sizes.iter().map(|value| ("stored", value.as_str())).collect();
    let shown: Vec<String> = lines(&[page(1, 0, &cookies, "")], "set ");
    let size = |line: &String| line.split_once("Path=/").unwrap().1.trim().to_owned();
    assert_eq!(
        shown.iter().map(size).collect::<Vec<_>>(),
        ["", "", "", "(more than 3 of 4 kB)", "(more than 3.5 of 4 kB)", "(more than 3.5 of 4 kB)"]
            .map(str::to_owned)
    );
}

fn mask(part: MaskedPart, pattern: &str) -> Mask {
    Mask::new(part, pattern, format!("the {part} differs in every run")).unwrap()
}

#[test]
fn a_mask_hides_a_part_of_the_apps_own_messages_and_says_so() {
    let html = "<title>Build 17</title><p>Build 17 of today</p><a href='/a?v=17&keep=1#x'>Build 17</a>\
                <form action='/save?v=17'><input name=at value=17><button name=at value=18>Save</button></form>";
    let first = page(1, 0, &[("visit", "random-17"), ("session", "random-18")], html);
    let mut form = hop(2, "POST", &format!("{APP}/save?v=17"), 302, &[("location", "/b?v=18")], "");
    form.request.body = "at=17&keep=1".to_owned();
    let mut back = hop(
        3,
        "GET",
        &format!("{APP}/b?v=18"),
        200,
        &[("content-type", "application/json")],
        r#"{"in":[{"v":17}],"v":{"a":1}}"#,
    );
    back.why = WhyHop::Redirect;
    let other = hop(
        4,
        "GET",
        "http://localhost:3001/oidc/x?v=17",
        200,
        &[("content-type", "application/json")],
        r#"{"v":17}"#,
    );
    let masks = [
        mask(MaskedPart::Cookie, "visit"),
        mask(MaskedPart::Field, "at"),
        mask(MaskedPart::Member, "v"),
        mask(MaskedPart::Query, "v"),
        mask(MaskedPart::Text, "Build *"),
        mask(MaskedPart::Cookie, "another"),
    ];
    let transcript = shown(&[first, form, back, other], &masks);
    let expected = "  1   browser  typed  GET [APP]/  200
      set visit=[MASKED]; Path=/
      set session=[APP_SESSION]; Path=/
      text/html
      title “[MASKED]”
      form GET /save?v=[MASKED]: at=[MASKED], [Save at=[MASKED]]
      link “[MASKED]” /a?v=[MASKED]&keep=1#x

  2   browser  typed  POST [APP]/save?v=[MASKED]  302 → /b?v=18
      sends at=[MASKED]&keep=1

  3   browser  redirect  GET [APP]/b?v=18  200
      application/json
      {\"in\":[{\"v\":\"[MASKED]\"}],\"v\":\"[MASKED]\"}

  4   browser  typed  GET [LOGTO]/oidc/x?v=17  200
      application/json
      {\"v\":17}

Masked:
      cookie `visit`: the cookie differs in every run
      field `at`: the field differs in every run
      member `v`: the member differs in every run
      query `v`: the query differs in every run
      text `Build *`: the text differs in every run
";
    assert_eq!(transcript.to_string(), expected);
    assert_eq!(transcript.notes, ["the mask of cookie `another` covered nothing"]);
}

#[test]
fn what_a_real_logto_does_not_show_is_not_silently_missing() {
    let mut record = Record::made(&[page(1, 0, &[], "")], origins(), &[]);
    assert!(Transcript::of(&record, Roles::new(), &[]).notes.is_empty());
    record.back_channel = BackChannel::Unseen;
    let notes = Transcript::of(&record, Roles::new(), &[]).notes;
    assert!(notes[0].starts_with("the app's calls to Logto were not seen"), "{notes:?}");
}

#[test]
fn what_a_shared_app_asks_once_is_shown_and_not_compared() {
    let asked = |number, path: &str, body: &str| {
        let url = format!("http://localhost:3001{path}");
        (1, Tie::OnlyWalk, entry(number, Party::APP, ("GET", &url, ""), answer(200, body), &[]))
    };
    let keys =
        format!(r#"{{"keys":[{{"kid":"a-key-of-logto","alg":"ES384","use":"{}"}}]}}"#, "x".repeat(100));
    let entries = [
        asked(1, "/oidc/.well-known/openid-configuration", r#"{"issuer":"http://localhost:3001/oidc"}"#),
        asked(2, "/oidc/jwks", &keys),
        asked(3, "/oidc/me", r#"{"sub":"user-of-logto"}"#),
    ];
    let hops = [page(1, 0, &[], ""), hop(2, "GET", "http://localhost:3001/oidc/jwks", 200, &[], &keys)];
    let text = |entries: &[(usize, Tie, Entry)]| {
        let mut record = Record::made(&hops, origins(), entries);
        record.back_channel = BackChannel::Received(Arrivals { shared: true, ..Arrivals::default() });
        let transcript = Transcript::of(&record, Roles::new(), &[]);
        (transcript.to_string(), format!("{transcript:#}"))
    };
    let ((compared, all), (without, _)) = (text(&entries), text(&entries[2..]));
    assert_eq!(compared, without, "what is compared does not depend on it");
    assert!(compared.contains("app  GET [LOGTO]/oidc/me  200"), "{compared}");
    assert!(all.contains("app  GET [LOGTO]/oidc/jwks  200  (not compared)"), "{all}");
    assert!(all.contains(".well-known/openid-configuration  200  (not compared)"), "{all}");
}

#[test]
fn an_id_token_with_the_same_claims_a_second_later_has_the_same_role() {
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let token = |sub: &str, seconds: i64| {
        let at = NOW.parse::<Timestamp>().unwrap().as_second() + seconds;
        let claims = format!(r#"{{"iss":"hf","sub":"{sub}","aud":"c","iat":{at},"exp":{}}}"#, at + 3600);
        format!(
            "{}.{}.c2lnbmF0dXJl{seconds}",
            URL_SAFE_NO_PAD.encode(r#"{"alg":"RS256"}"#),
            URL_SAFE_NO_PAD.encode(claims)
        )
    };
    let asked = |number: u64, sub: &str, seconds: i64| {
        let url = "https://huggingface.co/oauth/token";
        let mut entry = entry(
            number,
            Party::HUGGINGFACE,
            ("POST", url, ""),
            answer(200, &format!(r#"{{"id_token":"{}"}}"#, token(sub, seconds))),
            &[],
        );
        entry.at += jiff::SignedDuration::from_secs(seconds);
        (1, Tie::Code, entry)
    };
    let walk = |pause: i64| {
        by_hand(
            &[page(1, 0, &[], "")],
            &[asked(1, "ada", 0), asked(2, "ada", pause), asked(3, "grace", pause)],
        )
    };
    assert_eq!(walk(0), walk(1));
    assert!(walk(1).contains("[HF_ID_TOKEN:2]") && !walk(1).contains("[HF_ID_TOKEN:3]"), "{}", walk(1));
}
