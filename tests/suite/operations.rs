//! Every operation of a real Logto is either played by the double, or answers 501 and says so in the
//! journal, after the check of the caller (trial of a real Logto, §5, "every operation of swagger.json with
//! unknown ids and `{}`").

use std::collections::BTreeSet;

use bytes::Bytes;
use http::Method;
use http::header::AUTHORIZATION;
use logto_testkit::Stack;
use logto_testkit::setup::{Setup, User};
use mock_logto::Logto;
use serde_json::json;

use crate::browser::{Answer, Browser};

const USER: &str = "caller";
const PASSWORD: &str = "Every-Operation-2026";

/// Who calls an operation, as the first segments of its path say.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Caller {
    /// Needs a token of the Management API.
    Program,
    /// Needs the access token of a person.
    Person,
    /// Needs the interaction of a browser.
    Page,
    Anyone,
}

impl Caller {
    fn of(path: &str) -> Self {
        let public = ["/.well-known/", "/authn/", "/saml/", "/status", "/swagger.json"];
        let rest = path.strip_prefix("/api").unwrap();
        match rest {
            "/saml-applications/{id}/callback" | "/saml-applications/{id}/metadata" => Self::Anyone,
            _ if public.iter().any(|start| rest.starts_with(start)) => Self::Anyone,
            _ if rest.starts_with("/my-account") || rest.starts_with("/verifications/") => Self::Person,
            _ if rest.starts_with("/experience") => Self::Page,
            _ => Self::Program,
        }
    }

    /// How a real Logto refuses everyone else.
    fn refusal(self) -> Option<&'static str> {
        match self {
            Self::Program | Self::Person => Some("401 auth.authorization_header_missing"),
            Self::Page => Some("400 session.not_found"),
            Self::Anyone => None,
        }
    }
}

/// The path with ids that nothing has.
fn filled(path: &str) -> String {
    path.split('/')
        .map(|part| if part.starts_with('{') { "unknown" } else { part })
        .collect::<Vec<_>>()
        .join("/")
}

/// Method and path without the names of its parameters.
fn form((method, path): (&str, &str)) -> (String, String) {
    let parts = path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part });
    (method.to_owned(), parts.collect::<Vec<_>>().join("/"))
}

async fn stack() -> Stack {
    let (username, password) = (Some(USER.to_owned()), Some(PASSWORD.to_owned()));
    let mut setup = Setup::default();
    setup.users.push(User { username, password, ..User::default() });
    let method = json!({ "identifier": "username", "password": true, "verificationCode": false, "isPasswordPrimary": true });
    setup.sign_in_experience.members.insert("signIn".to_owned(), json!({ "methods": [method] }));
    Stack::builder().setup(setup).start().await.unwrap()
}

fn called(browser: &Browser, method: &str, path: &str, token: Option<&str>) -> http::Request<Bytes> {
    let method: Method = method.parse().unwrap();
    let body = (method != Method::GET).then(|| json!({}));
    let mut request = browser.request(method, &filled(path), body);
    if let Some(token) = token {
        request.headers_mut().insert(AUTHORIZATION, format!("Bearer {token}").parse().unwrap());
    }
    request
}

/// What the journal says about the last call.
fn noted(stack: &Stack) -> Option<String> {
    let journal = stack.journal();
    let last = journal.since(journal.last_number() - 1).pop()?;
    last.notes.last().map(|note| note.code.to_owned())
}

#[tokio::test]
async fn every_operation_is_played_or_answers_501_once_the_caller_is_known() {
    let stack = stack().await;
    let played: BTreeSet<_> = Logto::routes().into_iter().map(form).collect();
    let management = stack.management().token();
    let mut person = Browser::new(&stack);
    let code = person.code(USER, PASSWORD).await;
    let person = person.ask(person.redeems(&code)).await.member("access_token").unwrap().to_owned();
    let nobody = Browser::new(&stack);
    let (mut complaints, mut missing) = (Vec::new(), 0);
    for (method, path) in Logto::operations() {
        let caller = Caller::of(path);
        let is_played = played.contains(&form((method, path)));
        let mut complain = |who: &str, answer: &Answer| {
            complaints.push(format!("{method} {path} by {who}: {} {}", answer.told(), answer.body));
        };
        if let Some(refusal) = caller.refusal() {
            let answer = nobody.ask(called(&nobody, method, path, None)).await;
            if answer.told() != refusal {
                complain("nobody", &answer);
            }
            if caller != Caller::Page {
                let answer = nobody.ask(called(&nobody, method, path, Some("x"))).await;
                if answer.told() != "401 auth.unauthorized" {
                    complain("nobody with a token", &answer);
                }
            }
        }
        let mut known = Browser::new(&stack);
        if caller == Caller::Page {
            known.begins("SignIn").await;
        }
        let token = match caller {
            Caller::Program => Some(management.as_str()),
            Caller::Person => Some(person.as_str()),
            Caller::Page | Caller::Anyone => None,
        };
        let answer = known.ask(called(&known, method, path, token)).await;
        let is_unknown = answer.body == json!({ "page": "Not Found" }) || answer.status == 405;
        let says_so = answer.status == 501 && noted(&stack).as_deref() == Some("logto/not-implemented");
        if is_unknown || is_played == says_so {
            complain("its caller", &answer);
        }
        missing += usize::from(!is_played);
    }
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
    assert!(missing > 200, "the list is compared with the routes: {missing}");
    stack.stop().await.unwrap();
}

#[tokio::test]
async fn what_logto_does_not_have_is_unknown_here_too() {
    let stack = stack().await;
    let browser = Browser::new(&stack);
    let token = stack.management().token();
    let told = async |method: &str, path: &str, token: Option<&str>| {
        browser.ask(called(&browser, method, path, token)).await.told()
    };
    for (method, path, expected) in [
        ("POST", "/api/experience/nothing", "404"),
        ("DELETE", "/api/experience", "405"),
        ("GET", "/api/experience", "405"),
        ("GET", "/api/nothing", "404"),
        ("PATCH", "/api/users", "405"),
        ("OPTIONS", "/api/users", "200"),
        ("OPTIONS", "/api/hooks/x", "200"),
        ("OPTIONS", "/api/nothing", "404"),
    ] {
        assert_eq!(told(method, path, Some(&token)).await, expected, "{method} {path}");
    }
    stack.stop().await.unwrap();
}
