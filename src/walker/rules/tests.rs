use jiff::Timestamp;

use super::*;
use crate::walker::{CookieFate, HopRequest, HopResponse, SetCookie, TabId, WhyHop};

fn hop(url: &str, status: u16, headers: &[(&str, &str)], body: &str) -> Hop {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Hop {
        number: 1,
        tab: TabId::FIRST,
        why: WhyHop::Typed,
        began: Timestamp::UNIX_EPOCH,
        took: std::time::Duration::ZERO,
        at: Timestamp::UNIX_EPOCH,
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
    let issuer: Url = "http://localhost:3001/oidc".parse().unwrap();
    rules.expect_issuer(&issuer.clone(), issuer);
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

fn told(hop: &Hop, earlier: &[Hop]) -> Vec<String> {
    Rules::default().check(hop, earlier).into_iter().map(|violation| violation.what).collect()
}

/// RFC 6749 §4.1.2: the request is the one with the redirect URI to which the response goes.
#[test]
fn a_state_of_a_request_for_another_address_is_another_state() {
    let ask = |at: &str, state: &str| {
        let mut url: Url = "http://localhost:3001/oidc/auth".parse().unwrap();
        url.query_pairs_mut().append_pair("redirect_uri", at).append_pair("state", state);
        hop(url.as_str(), 303, &[], "")
    };
    let asked = [
        ask("http://localhost:3000/callback", "S"),
        ask("http://localhost:3000/elsewhere", "path"),
        ask("http://localhost:4000/callback", "origin"),
    ];
    let came = |query: &str| redirect(RESUME, &format!("http://localhost:3000/callback?code=c{query}"));
    assert_eq!(told(&came("&state=S"), &asked), [""; 0]);
    let another = ["an authorization response brings another `state` than its request had"];
    assert_eq!(told(&came("&state=path"), &asked), another);
    assert_eq!(told(&came("&state=origin"), &asked), another);
    let none = ["an authorization response brings no `state`, and its request had one"];
    assert_eq!(told(&came(""), &asked), none);
}

/// If no request names the redirect URI (it is the only registered one), the state must still be
/// one that was sent.
#[test]
fn a_state_that_no_request_had_is_invented() {
    let asked = [hop("http://localhost:3001/oidc/auth?client_id=a&state=S", 303, &[], "")];
    let came = |query: &str| redirect(RESUME, &format!("http://localhost:3000/callback?code=c{query}"));
    assert_eq!(told(&came("&state=S"), &asked), [""; 0]);
    assert_eq!(told(&came(""), &asked), [""; 0]);
    let invented = ["an authorization response brings a `state` that no request had"];
    assert_eq!(told(&came("&state=T"), &asked), invented);
}

/// RFC 9207 §2.4: for an unknown provider, the issuer must at least be of its own origin.
#[test]
fn an_unknown_provider_names_no_issuer_of_another_origin() {
    let came = |iss: &str| {
        redirect("https://id.example/resume", &format!("http://localhost:3000/callback?code=c{iss}"))
    };
    assert_eq!(told(&came(""), &[]), [""; 0]);
    assert_eq!(told(&came("&iss=https%3A%2F%2Fid.example%2Foidc"), &[]), [""; 0]);
    let of_another =
        |named: &str| format!("an authorization response names the issuer {named}, of another origin");
    assert_eq!(told(&came("&iss=https%3A%2F%2Fevil.example"), &[]), [of_another("https://evil.example")]);
    assert_eq!(told(&came("&iss=id.example"), &[]), [of_another("id.example")]);
}

/// Logto answers a form post by sending the browser on to its own callback page (contract §2.1 step
/// 3).
#[test]
fn what_a_party_passes_on_to_itself_needs_no_issuer() {
    let passed = redirect("http://localhost:3001/callback/c", "http://localhost:3001/callback/c?code=c");
    assert_eq!(broken(&logto(), &passed, &[]), []);
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

/// RFC 9111 §5.2.2. A response without a lifetime is not stored for long by any cache.
#[test]
fn an_answer_may_be_cached_by_what_its_cache_control_says() {
    for (control, cached) in [
        ("max-age=60", true),
        ("s-maxage=60", true),
        ("public", true),
        ("Public, Max-Age=60", true),
        ("must-revalidate", false),
        ("max-age=0", false),
        ("s-maxage=0", false),
        ("no-store, max-age=60", false),
        ("private, max-age=60", false),
        ("no-cache, max-age=60", false),
        ("PUBLIC, No-Store", false),
    ] {
        let mut response = redirect("http://localhost:3000/a", "/b?code=c");
        response.response.headers.push(("Cache-Control".to_owned(), control.to_owned()));
        let told: &[&str] = if cached { &["a redirect that carries a code may be cached"] } else { &[] };
        assert_eq!(self::told(&response, &[]), told, "{control}");
        let mut error = redirect("http://localhost:3000/a", "/b?error=access_denied");
        error.response.headers.push(("Cache-Control".to_owned(), control.to_owned()));
        assert_eq!(self::told(&error, &[]), [""; 0], "no code: {control}");
    }
}

/// A cookie that is being deleted does not have to be protected.
#[test]
fn deleting_a_cookie_may_be_cached() {
    let mut answer = hop("http://localhost:3001/", 200, &[("cache-control", "public")], "");
    answer.response.cookies.push(SetCookie {
        line: "_session=".to_owned(),
        name: "_session".to_owned(),
        value: String::new(),
        attributes: vec![],
        fate: CookieFate::Deleted,
    });
    assert_eq!(told(&answer, &[]), [""; 0]);
}

#[test]
fn a_rule_is_left_out_only_when_that_is_said() {
    let mut rules = logto();
    rules.switch_off(Rule::NoSecretInAddress);
    let seen = hop("http://localhost:3000/?access_token=t", 200, &[], "");
    assert_eq!(broken(&rules, &seen, &[]), []);
    assert_eq!(broken(&logto(), &seen, &[]), [Rule::NoSecretInAddress]);
}
