//! Two requests of one sign-in at once: the double's answers are among those of
//! a real Logto.
//!
//! A real Logto waits for its database between its steps, so requests mix, and more
//! than one outcome is possible. The double answers one request after the other,
//! except for the calls to the provider; these tests hold it to the outcomes of
//! docs/logto-contract.md §16, with the two in either order and at once. With
//! `LOGTO_TESTKIT_LOGTO=URL` (and the other variables that the scenarios need) the
//! same races run on a real Logto, `LOGTO_TESTKIT_RACES` times at once, and report
//! what they saw.

use std::collections::BTreeMap;

use kit::Rule;
use logto_testkit::Stack;
use logto_testkit::setup::{Application, ApplicationKind, Setup, User};
use serde_json::json;
use tokio::sync::Mutex;

use crate::browser::{Answer, Browser, Request};
use crate::by_environment;

const USER: &str = "racer";
const PASSWORD: &str = "Two-At-Once-2026";

/// All tests share the one real tenant.
static TENANT: Mutex<()> = Mutex::const_new(());

/// How two requests meet.
#[derive(Debug, Clone, Copy)]
enum Meeting {
    AtOnce,
    InTurn,
    OtherWayRound,
}

impl Meeting {
    async fn of(self, browser: &Browser, one: Request, other: Request) -> (Answer, Answer) {
        match self {
            Self::AtOnce => tokio::join!(browser.ask(one), browser.ask(other)),
            Self::InTurn => {
                let first = browser.ask(one).await;
                (first, browser.ask(other).await)
            }
            Self::OtherWayRound => {
                let first = browser.ask(other).await;
                (browser.ask(one).await, first)
            }
        }
    }

    /// The same request twice: both answers and their outcomes, in no particular order.
    async fn twice(self, browser: &Browser, request: &Request) -> ([Answer; 2], String) {
        let (one, other) = self.of(browser, request.clone(), request.clone()).await;
        let mut told = [one.told(), other.told()];
        told.sort();
        ([one, other], told.join(" + "))
    }
}

/// Runs a race in every way, and checks that its outcome is in `allowed`.
async fn race(application: Application, allowed: &[&str], play: impl AsyncFn(&Stack, Meeting) -> String) {
    let _turn = TENANT.lock().await;
    let url = std::env::var("LOGTO_TESTKIT_LOGTO").ok().filter(|asked| asked.contains("://"));
    let times = std::env::var("LOGTO_TESTKIT_RACES").ok().and_then(|times| times.parse().ok());
    let at_once = times.unwrap_or(if url.is_some() { 20 } else { 4 });
    // Beside the social button, people may sign in with a password, but not register with one.
    let method = json!({
        "identifier": "username",
        "password": true,
        "verificationCode": false,
        "isPasswordPrimary": true,
    });
    let mut setup = Setup { application, ..Setup::default() };
    setup.sign_in_experience.members.insert("signIn".to_owned(), json!({ "methods": [method] }));
    let (username, password) = (Some(USER.to_owned()), Some(PASSWORD.to_owned()));
    setup.users.push(User { username, password, ..User::default() });
    let settings = Stack::builder().setup(setup);
    let settings = match url {
        Some(url) => by_environment::external(settings, &url).unwrap(),
        None => settings,
    };
    let stack = settings.start().await.unwrap();
    let orders = [Meeting::InTurn, Meeting::OtherWayRound].into_iter();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for meeting in orders.chain(std::iter::repeat_n(Meeting::AtOnce, at_once)) {
        *seen.entry(play(&stack, meeting).await).or_default() += 1;
    }
    stack.stop().await.unwrap();
    for (outcome, times) in &seen {
        eprintln!("{times:5} × {outcome}");
    }
    let unknown: Vec<&String> = seen.keys().filter(|outcome| !allowed.contains(&outcome.as_str())).collect();
    assert!(unknown.is_empty(), "a real Logto does not answer {unknown:#?}\nbut {allowed:#?}");
}

fn application(kind: ApplicationKind) -> Application {
    Application { kind, ..Application::default() }
}

/// Whether the tokens of an answer still work.
async fn alive(browser: &Browser, answer: &Answer) -> String {
    let userinfo = browser.ask(browser.userinfo(answer.member("access_token").unwrap())).await;
    let refreshed = browser.ask(browser.refreshes(answer.member("refresh_token").unwrap())).await;
    match (userinfo.told().as_str(), refreshed.told().as_str()) {
        ("200", "200") => "alive".to_owned(),
        ("401 oidc.invalid_token", "400 oidc.invalid_grant") => "dead".to_owned(),
        (userinfo, refreshed) => format!("userinfo {userinfo}, refresh {refreshed}"),
    }
}

/// The same for the answers that have tokens, in no particular order.
async fn all_alive(browser: &Browser, answers: &[Answer]) -> String {
    let mut told = Vec::new();
    for answer in answers.iter().filter(|answer| answer.member("access_token").is_some()) {
        told.push(alive(browser, answer).await);
    }
    told.sort();
    if told.is_empty() { "no tokens".to_owned() } else { told.join("; ") }
}

/// A fresh sign-in and its tokens.
async fn tokens(stack: &Stack) -> (Browser, Answer) {
    let mut browser = Browser::new(stack);
    let code = browser.code(USER, PASSWORD).await;
    let tokens = browser.ask(browser.redeems(&code)).await;
    assert_eq!(tokens.status, 200, "{tokens:?}");
    (browser, tokens)
}

/// Continues from where a sign-in leads: whether the code works, if there is one.
async fn goes_on(browser: &mut Browser, answer: &Answer) -> String {
    let Some(code) = answer.parameter("code") else { return String::new() };
    let tokens = browser.ask(browser.redeems(&code)).await;
    match tokens.status {
        200 => format!(", token {}", alive(browser, &tokens).await),
        _ => format!(", token {}", tokens.told()),
    }
}

/// RFC 6749 §4.1.2: a code works once, and a second use revokes the tokens of the first.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "slow: docs/reliability.md says how to run it"]
async fn a_code_redeemed_twice() {
    race(
        application(ApplicationKind::Traditional),
        &["200 + 400 oidc.invalid_grant; then dead", "200 + 200; then alive; alive"],
        async |stack, meeting| {
            let mut browser = Browser::new(stack);
            let code = browser.code(USER, PASSWORD).await;
            let (answers, told) = meeting.twice(&browser, &browser.redeems(&code)).await;
            format!("{told}; then {}", all_alive(&browser, &answers).await)
        },
    )
    .await;
}

async fn refreshed_twice(stack: &Stack, meeting: Meeting) -> String {
    let (browser, first) = tokens(stack).await;
    let token = first.member("refresh_token").unwrap();
    let (answers, told) = meeting.twice(&browser, &browser.refreshes(token)).await;
    let rotated = answers.iter().filter(|answer| answer.member("refresh_token") != Some(token)).count();
    format!("{told}, {rotated} new; then {}", all_alive(&browser, &answers).await)
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "slow: docs/reliability.md says how to run it"]
async fn a_refresh_token_that_rotates_used_twice() {
    race(application(ApplicationKind::Spa), &["200 + 200, 2 new; then alive; alive"], refreshed_twice).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "slow: docs/reliability.md says how to run it"]
async fn a_refresh_token_that_stays_used_twice() {
    race(
        application(ApplicationKind::Traditional),
        &["200 + 200, 0 new; then alive; alive"],
        refreshed_twice,
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "slow: docs/reliability.md says how to run it"]
async fn a_refresh_during_a_revocation() {
    for kind in [ApplicationKind::Spa, ApplicationKind::Traditional] {
        race(
            application(kind),
            &[
                "revocation 200, refresh 400 oidc.invalid_grant; then no tokens; the first dead",
                "revocation 200, refresh 200; then dead; the first dead",
            ],
            async |stack, meeting| {
                let (browser, first) = tokens(stack).await;
                let token = first.member("refresh_token").unwrap();
                let (revoked, refreshed) =
                    meeting.of(&browser, browser.revokes(token), browser.refreshes(token)).await;
                format!(
                    "revocation {}, refresh {}; then {}; the first {}",
                    revoked.told(),
                    refreshed.told(),
                    all_alive(&browser, std::slice::from_ref(&refreshed)).await,
                    alive(&browser, &first).await
                )
            },
        )
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "slow: docs/reliability.md says how to run it"]
async fn userinfo_during_a_revocation() {
    for member in ["access_token", "refresh_token"] {
        race(
            application(ApplicationKind::Traditional),
            &[
                "revocation 200, userinfo 401 oidc.invalid_token; then dead",
                "revocation 200, userinfo 200; then dead",
            ],
            async |stack, meeting| {
                let (browser, first) = tokens(stack).await;
                let asked = browser.userinfo(first.member("access_token").unwrap());
                let revoked = browser.revokes(first.member(member).unwrap());
                let (revoked, asked) = meeting.of(&browser, revoked, asked).await;
                let then = alive(&browser, &first).await;
                format!("revocation {}, userinfo {}; then {then}", revoked.told(), asked.told())
            },
        )
        .await;
    }
}

/// The consent of a first-party application is an automatic redirect.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "slow: docs/reliability.md says how to run it"]
async fn a_sign_out_during_the_consent() {
    race(
        application(ApplicationKind::Traditional),
        &[
            "sign-out 303, consent 302 /unknown-session; then signed out",
            "sign-out 303, consent 302 /oidc/auth/…, back 400 oidc.invalid_request; then signed out",
            "sign-out 303, consent 400 session.not_found; then signed out",
        ],
        async |stack, meeting| {
            let mut browser = Browser::new(stack);
            let on = browser.signs_in(USER, PASSWORD).await;
            let consent = browser.comes_to_consent(&on).await;
            let sign_out = browser.begins_sign_out().await;
            let (out, allowed) = meeting.of(&browser, sign_out, browser.get(&consent)).await;
            browser.keep(&allowed);
            browser.keep(&out);
            let mut told = format!("sign-out {}, consent {}", out.status, allowed.told());
            if let Some(back) = allowed.location.filter(|back| back.contains("/oidc/auth/")) {
                let resumed = browser.send(browser.get(&back)).await;
                told += &format!(", back {}{}", resumed.told(), goes_on(&mut browser, &resumed).await);
            }
            format!("{told}; then {}", browser.session().await)
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "slow: docs/reliability.md says how to run it"]
async fn a_sign_out_during_the_way_back_from_the_consent() {
    race(
        application(ApplicationKind::Traditional),
        &[
            "sign-out 303, back 400 oidc.invalid_request; then signed out",
            "sign-out 400, back 303 /callback code, token alive; then signed out",
            "sign-out 303, back 303 /callback code, token alive; then signed out",
        ],
        async |stack, meeting| {
            let mut browser = Browser::new(stack);
            let on = browser.signs_in(USER, PASSWORD).await;
            let consent = browser.comes_to_consent(&on).await;
            let back = browser.consents(&consent).await;
            let sign_out = browser.begins_sign_out().await;
            let (out, resumed) = meeting.of(&browser, sign_out, browser.get(&back)).await;
            browser.keep(&resumed);
            browser.keep(&out);
            let went = goes_on(&mut browser, &resumed).await;
            let session = browser.session().await;
            format!("sign-out {}, back {}{went}; then {session}", out.status, resumed.told())
        },
    )
    .await;
}

/// The page itself calls the API to consent to a third-party application.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "slow: docs/reliability.md says how to run it"]
async fn a_sign_out_during_the_consent_to_a_third_party() {
    race(
        Application { is_third_party: true, ..Application::default() },
        &[
            "sign-out 303, consent 400 session.not_found; then signed out",
            "sign-out 303, consent 200, back 400 oidc.invalid_request; then signed out",
        ],
        async |stack, meeting| {
            let mut browser = Browser::new(stack).asking("openid offline_access");
            let on = browser.signs_in(USER, PASSWORD).await;
            browser.comes_to_consent(&on).await;
            let sign_out = browser.begins_sign_out().await;
            let consents = browser.post("/api/interaction/consent", json!({}));
            let (out, allowed) = meeting.of(&browser, sign_out, consents).await;
            browser.keep(&allowed);
            browser.keep(&out);
            let mut told = format!("sign-out {}, consent {}", out.status, allowed.told());
            if let Some(back) = allowed.member("redirectTo") {
                let resumed = browser.send(browser.get(back)).await;
                told += &format!(", back {}{}", resumed.told(), goes_on(&mut browser, &resumed).await);
            }
            format!("{told}; then {}", browser.session().await)
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "slow: docs/reliability.md says how to run it"]
async fn an_interaction_submitted_twice() {
    race(
        application(ApplicationKind::Traditional),
        &["200 + 200; then 303 /callback code, token alive"],
        async |stack, meeting| {
            let mut browser = Browser::new(stack);
            browser.is_identified(USER, PASSWORD).await;
            let submit = browser.post("/api/experience/submit", json!({}));
            let ([one, other], told) = meeting.twice(&browser, &submit).await;
            let on = one.member("redirectTo").or(other.member("redirectTo")).unwrap().to_owned();
            let consent = browser.comes_to_consent(&on).await;
            let back = browser.consents(&consent).await;
            let resumed = browser.send(browser.get(&back)).await;
            format!("{told}; then {}{}", resumed.told(), goes_on(&mut browser, &resumed).await)
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "slow: docs/reliability.md says how to run it"]
async fn the_way_back_from_the_sign_in_taken_twice() {
    race(
        application(ApplicationKind::Traditional),
        &[
            "303 /consent + 400 session.not_found; then 303 /callback code, token alive; then signed in",
            "303 /consent + 303 /consent; then 303 /callback code, token alive; then signed in",
        ],
        async |stack, meeting| {
            let mut browser = Browser::new(stack);
            let on = browser.signs_in(USER, PASSWORD).await;
            let (answers, told) = meeting.twice(&browser, &browser.get(&on)).await;
            answers.iter().for_each(|answer| browser.keep(answer));
            let consent = answers.into_iter().rev().find_map(|answer| answer.location).unwrap();
            let back = browser.consents(&consent).await;
            let resumed = browser.send(browser.get(&back)).await;
            let told = format!("{told}; then {}{}", resumed.told(), goes_on(&mut browser, &resumed).await);
            format!("{told}; then {}", browser.session().await)
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "slow: docs/reliability.md says how to run it"]
async fn the_way_back_from_the_consent_taken_twice() {
    race(
        application(ApplicationKind::Traditional),
        &[
            "303 /callback code + 400 session.not_found; then, token alive; then signed out",
            "303 /callback code + 400 session.not_found; then, token alive; then signed in",
            "303 /callback code + 303 /callback code; then, token alive, token alive; then signed in",
        ],
        async |stack, meeting| {
            let mut browser = Browser::new(stack);
            let on = browser.signs_in(USER, PASSWORD).await;
            let consent = browser.comes_to_consent(&on).await;
            let back = browser.consents(&consent).await;
            let (answers, told) = meeting.twice(&browser, &browser.get(&back)).await;
            let mut went = Vec::new();
            for answer in &answers {
                browser.keep(answer);
                went.push(goes_on(&mut browser, answer).await);
            }
            went.sort();
            format!("{told}; then{}; then {}", went.concat(), browser.session().await)
        },
    )
    .await;
}

/// Both calls reach the provider before it answers either.
fn slow_provider(stack: &Stack) {
    stack.script().clear();
    for path in ["/oauth/token", "/oauth/userinfo"] {
        stack.script().add(Rule { path: path.to_owned(), delay_ms: Some(60), ..Rule::default() });
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "slow: docs/reliability.md says how to run it"]
async fn a_callback_verified_twice() {
    race(
        application(ApplicationKind::Traditional),
        &[
            "200 + 400 session.connector_validation_session_not_found; then 400, 404 user.identity_not_exist",
            "200 + 400 connector.general; then 400, 404 user.identity_not_exist",
        ],
        async |stack, meeting| {
            slow_provider(stack);
            let mut browser = Browser::new(stack);
            browser.begins("SignIn").await;
            let verify = browser.comes_back_from_huggingface(stack, "ada").await;
            let ([one, other], told) = meeting.twice(&browser, &verify.request).await;
            browser.keep(&one);
            browser.keep(&other);
            let again = browser.send(verify.request.clone()).await;
            let identified = browser.send(browser.post("/api/experience/identification", verify.id)).await;
            format!("{told}; then {}, {}", again.status, identified.told())
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "slow: docs/reliability.md says how to run it"]
async fn a_verification_during_a_fresh_start() {
    race(
        application(ApplicationKind::Traditional),
        &[
            "verify 200, start 204; then it is gone",
            "verify 200, start 204; then it counts",
            "verify 404 session.verification_session_not_found, start 204; then it is gone",
        ],
        async |stack, meeting| {
            slow_provider(stack);
            let mut browser = Browser::new(stack);
            browser.begins("SignIn").await;
            let verify = browser.comes_back_from_huggingface(stack, "ada").await;
            let (verified, started) = meeting.of(&browser, verify.request, browser.starts("SignIn")).await;
            let identified = browser.send(browser.post("/api/experience/identification", verify.id)).await;
            let then = match identified.told().as_str() {
                "404 session.verification_session_not_found" => "it is gone".to_owned(),
                // No account has that identity.
                "404 user.identity_not_exist" => "it counts".to_owned(),
                other => other.to_owned(),
            };
            format!("verify {}, start {}; then {then}", verified.told(), started.told())
        },
    )
    .await;
}

/// How many accounts this creates.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "slow: docs/reliability.md says how to run it"]
async fn a_registration_sent_twice() {
    race(
        application(ApplicationKind::Traditional),
        &[
            "201 + 422 user.identity_already_in_use; then submit 200, 1 accounts",
            "201 + 201; then submit 200, 2 accounts",
        ],
        async |stack, meeting| {
            stack.script().clear();
            let mut browser = Browser::new(stack);
            browser.begins("Register").await;
            let verify = browser.comes_back_from_huggingface(stack, "ada").await;
            let verified = browser.send(verify.request).await;
            assert_eq!(verified.status, 200, "{verified:?}");
            let register = browser.post("/api/experience/identification", verify.id);
            let (_, told) = meeting.twice(&browser, &register).await;
            let submitted = browser.send(browser.post("/api/experience/submit", json!({}))).await;
            let users = stack.management().get("users?page=1&page_size=100").await.unwrap().body;
            let users = users.as_array().cloned().unwrap_or_default();
            let mut made = 0;
            for user in users.iter().filter(|user| user["identities"]["huggingface"].is_object()) {
                made += 1;
                let id = user["id"].as_str().unwrap();
                stack.management().delete(&format!("users/{id}")).await.unwrap();
            }
            format!("{told}; then submit {}, {made} accounts", submitted.told())
        },
    )
    .await;
}
