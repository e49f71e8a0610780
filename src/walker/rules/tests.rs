use jiff::Timestamp;

use super::*;
use crate::walker::{CookieFate, HopRequest, HopResponse, SetCookie, TabId, WhyHop};

fn hop(url: &str, status: u16, headers: &[(&str, &str)], body: &str) -> Hop {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Hop {
        number: 1,
        tab: TabId::FIRST,
        why: WhyHop::Typed,
        at: Timestamp::UNIX_EPOCH,
        journal_start: 0,
        request: HopRequest {
            method: http::Method::GET,
            url: url.parse().unwrap(),
            headers: vec![],
            body: String::new(),
            cookies: vec![],
            withheld: vec![],
        },
        response: HopResponse { status, fault: None, headers, body: body.to_owned(), cookies: vec![] },
        violations: vec![],
        parsed: std::sync::OnceLock::new(),
    }
}

fn redirect(from: &str, to: &str) -> Hop {
    hop(from, 303, &[("location", to)], "")
}

fn logto() -> Rules {
    let mut rules = Rules::default();
    rules.expect_issuer("http://localhost:3001/oidc".parse().unwrap());
    rules
}

fn broken(rules: &Rules, hop: &Hop, earlier: &[Hop]) -> Vec<Rule> {
    rules.check(hop, earlier).into_iter().map(|violation| violation.rule).collect()
}

const ASK: &str = "http://localhost:3001/oidc/auth?client_id=a&redirect_uri=http%3A%2F%2Flocalhost%3A3000%2Fcallback&state=S";
const RESUME: &str = "http://localhost:3001/oidc/auth/uid";

#[test]
fn a_healthy_authorization_response_breaks_none() {
    let asked = [hop(ASK, 303, &[("location", "/sign-in")], "")];
    let to = "http://localhost:3000/callback?code=c&state=S&iss=http%3A%2F%2Flocalhost%3A3001%2Foidc";
    assert_eq!(broken(&logto(), &redirect(RESUME, to), &asked), []);
}

#[test]
fn the_state_of_the_request_comes_back_and_no_other() {
    let asked = [hop(ASK, 303, &[], ""), hop("http://localhost:3000/?state=other", 200, &[], "")];
    let iss = "iss=http%3A%2F%2Flocalhost%3A3001%2Foidc";
    for query in ["code=c", "code=c&state=other", "error=access_denied&state=T"] {
        let response = redirect(RESUME, &format!("http://localhost:3000/callback?{query}&{iss}"));
        assert_eq!(broken(&logto(), &response, &asked), [Rule::StateIsReturned], "{query}");
    }
    let pushed = [hop("http://localhost:3001/oidc/auth?client_id=a&request_uri=urn:x", 303, &[], "")];
    let response = redirect(RESUME, &format!("http://localhost:3000/callback?code=c&state=pushed&{iss}"));
    assert_eq!(broken(&logto(), &response, &pushed), [], "a pushed request is not seen");
}

#[test]
fn logto_names_itself_as_the_issuer() {
    let asked = [hop(ASK, 303, &[], "")];
    for iss in ["", "&iss=http%3A%2F%2Flocalhost%3A3001%2F", "&iss=https%3A%2F%2Fhuggingface.co"] {
        let response = redirect(RESUME, &format!("http://localhost:3000/callback?code=c&state=S{iss}"));
        assert_eq!(broken(&logto(), &response, &asked), [Rule::IssuerIsNamed], "{iss}");
    }
    let asked = [hop(
        "https://huggingface.co/oauth/authorize?redirect_uri=http%3A%2F%2Flocalhost%3A3001%2Fcallback%2Fc",
        200,
        &[],
        "",
    )];
    let response =
        redirect("https://huggingface.co/oauth/authorize", "http://localhost:3001/callback/c?code=c");
    assert_eq!(broken(&logto(), &response, &asked), [], "Hugging Face promises no `iss`");
}

#[test]
fn secrets_stay_out_of_addresses_and_a_hint_may_stand_there() {
    let response = redirect("http://localhost:3000/", "http://localhost:3000/?client_secret=a%2Bb");
    assert_eq!(broken(&logto(), &response, &[]), [Rule::NoSecretInAddress]);
    let end = hop("http://localhost:3001/oidc/session/end?id_token_hint=e.y.J", 200, &[], "");
    assert_eq!(broken(&logto(), &end, &[]), []);
}

#[test]
fn codes_tokens_and_cookies_are_kept_by_no_cache() {
    let mut response = redirect("http://localhost:3000/a", "/b?code=c");
    response.response.headers.push(("cache-control".to_owned(), "max-age=60".to_owned()));
    assert_eq!(broken(&logto(), &response, &[]), [Rule::CodesAreNotCached]);

    let tokens = r#"{"access_token":"t"}"#;
    assert_eq!(
        broken(&logto(), &hop("http://localhost:3000/a", 200, &[], tokens), &[]),
        [Rule::TokensAreNotCached]
    );
    let safe = hop("http://localhost:3000/a", 200, &[("Cache-Control", "no-store")], tokens);
    assert_eq!(broken(&logto(), &safe, &[]), []);

    let mut cookie = hop("http://localhost:3001/", 200, &[("cache-control", "public, max-age=600")], "");
    cookie.response.cookies.push(SetCookie {
        line: "_session=x".to_owned(),
        name: "_session".to_owned(),
        value: "x".to_owned(),
        attributes: vec![],
        fate: CookieFate::Stored,
    });
    assert_eq!(broken(&logto(), &cookie, &[]), [Rule::CookiesAreNotCached]);
}

#[test]
fn a_rule_is_left_out_only_when_that_is_said() {
    let mut rules = logto();
    rules.switch_off(Rule::NoSecretInAddress);
    let seen = hop("http://localhost:3000/?access_token=t", 200, &[], "");
    assert_eq!(broken(&rules, &seen, &[]), []);
    assert_eq!(broken(&logto(), &seen, &[]), [Rule::NoSecretInAddress]);
}
