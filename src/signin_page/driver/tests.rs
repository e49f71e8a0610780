mod stories;

use kit::{Client, Clock};
use serde_json::json;
use wiremock::matchers::{body_json, header, method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::*;
use crate::walker::WhyHop;

/// A Logto with the answers of each test, and a browser at its sign-in page.
struct Bench {
    server: MockServer,
    walker: Walker,
    logto: Url,
    random: Random,
}

const TAB: TabId = TabId::FIRST;

fn html() -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_raw("<title>page</title>", "text/html; charset=utf-8")
}

/// The page as Logto renders it for an application.
fn rendered(settings: &Value) -> ResponseTemplate {
    let experience = json!({ "appId": "app+1", "data": settings });
    let data = json!({ "signInExperience": experience, "phrases": { "lng": "en", "data": {} } });
    let page = format!("<script>window.logtoSsr = Object.freeze({data});</script>");
    ResponseTemplate::new(200).set_body_raw(page, "text/html; charset=utf-8")
}

fn json(status: u16, body: Value) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(body)
}

impl Bench {
    async fn new(settings: Value) -> Self {
        let server = MockServer::start().await;
        let logto = Url::parse(&format!("http://localhost:{}/", server.address().port())).unwrap();
        let walker = Walker::new(Client::builder().build().unwrap(), Clock::system());
        let mut bench = Self { server, walker, logto, random: Random::seeded(1) };
        for page in [
            "/sign-in",
            "/register",
            "/callback/hf",
            "/callback/social/hf",
            "/social/link/hf",
            "/continue/username",
            "/continue/email",
            "/direct/social/huggingface",
            "/direct/social/github",
            "/direct/huggingface",
            "/nonsense",
        ] {
            bench.on("GET", page, rendered(&settings)).await;
        }
        bench.on("GET", "/consent", html()).await;
        bench.on("GET", "/api/.well-known/sign-in-exp", json(200, settings)).await;
        bench.on("PUT", "/api/experience", ResponseTemplate::new(204)).await;
        bench.on("GET", "/away", html()).await;
        bench.on("GET", "/oidc/auth/uid", html()).await;
        let away = json!({ "authorizationUri": bench.at("/away"), "verificationId": "v-1" });
        bench.on("POST", "/api/experience/verification/social/hf/authorization-uri", json(200, away)).await;
        let done = json!({ "redirectTo": bench.at("/oidc/auth/uid") });
        bench.on("POST", "/api/experience/submit", json(200, done)).await;
        bench.visit("/sign-in?app_id=app%2B1").await;
        bench
    }

    async fn on(&self, verb: &str, at: &str, answer: ResponseTemplate) {
        // What a test adds later takes precedence over these defaults.
        Mock::given(method(verb))
            .and(path(at))
            .respond_with(answer)
            .with_priority(9)
            .mount(&self.server)
            .await;
    }

    async fn says(&self, verb: &str, at: &str, answer: ResponseTemplate) {
        Mock::given(method(verb))
            .and(path(at))
            .respond_with(answer)
            .with_priority(3)
            .expect(1..)
            .mount(&self.server)
            .await;
    }

    fn at(&self, path: &str) -> String {
        self.logto.join(path).unwrap().to_string()
    }

    async fn visit(&mut self, path: &str) {
        let url = self.logto.join(path).unwrap();
        self.walker.visit(TAB, url).await.unwrap();
    }

    /// What the page does by itself once it is shown.
    async fn arrives(&mut self) -> Option<Arrival> {
        self.page().arrive().await.unwrap()
    }

    fn address(&self) -> &str {
        let address = self.walker.address(TAB).unwrap().as_str();
        address.strip_prefix(self.logto.as_str()).unwrap()
    }

    fn page(&mut self) -> SigninPage<'_> {
        SigninPage::open(&mut self.walker, TAB, &self.logto, &self.random).unwrap()
    }

    /// Goes to the provider and comes back with a code.
    async fn comes_back(&mut self) -> Arrival {
        assert_eq!(self.page().continue_with("huggingface").await.unwrap(), Arrival::Moved);
        let state = self.walker.stored(TAB, &self.logto, "social_auth_state:hf").unwrap().to_owned();
        self.visit(&format!("/callback/hf?code=c%2Bd&state={state}&extra=1")).await;
        self.page().arrive().await.unwrap().unwrap()
    }

    /// Method and path of the calls from the n-th hop on.
    fn calls(&self, from: usize) -> Vec<String> {
        let calls = self.walker.hops().iter().skip(from - 1).filter(|hop| hop.why == WhyHop::Call);
        let short = |path: &str| path.trim_start_matches("/api/experience").to_owned();
        calls.map(|hop| format!("{} {}", hop.request.method, short(hop.request.url.path()))).collect()
    }
}

fn shows_huggingface() -> Value {
    json!({ "signInMode": "SignInAndRegister", "socialConnectors": [{ "id": "hf", "target": "huggingface" }] })
}

fn takes_passwords() -> Value {
    let mut settings = shows_huggingface();
    settings["signIn"] = json!({ "methods": [{ "identifier": "username", "password": true }] });
    settings["signUp"] = json!({ "identifiers": ["username"], "password": true });
    settings
}

const VERIFY: &str = "/api/experience/verification/social/hf/verify";
const IDENTIFY: &str = "/api/experience/identification";
const EVENT_PATH: &str = "/api/experience/interaction-event";

fn unknown_identity(data: Value) -> ResponseTemplate {
    json(404, json!({ "code": "user.identity_not_exist", "data": data, "message": "not registered" }))
}

#[tokio::test]
async fn a_known_person_goes_there_and_back_with_the_calls_of_the_page() {
    let mut bench = Bench::new(shows_huggingface()).await;
    let handed_over = json!({ "verificationId": "v-1", "connectorData": {
        "redirectUri": bench.at("/callback/hf"), "code": "c+d", "extra": "1", "app_id": "app+1",
    } });
    Mock::given(method("POST"))
        .and(path(VERIFY))
        .and(header("logto-app-id", "app+1"))
        .and(body_json(handed_over))
        .respond_with(json(200, json!({ "verificationId": "v-1" })))
        .expect(1)
        .mount(&bench.server)
        .await;
    bench.says("POST", IDENTIFY, ResponseTemplate::new(204)).await;
    assert_eq!(bench.comes_back().await, Arrival::Moved);
    assert_eq!(
        bench.calls(1),
        [
            "PUT ",
            "POST /verification/social/hf/authorization-uri",
            "POST /verification/social/hf/verify",
            "POST /identification",
            "POST /submit",
        ]
    );
    assert_eq!(bench.walker.current(TAB).unwrap().request.url.path(), "/oidc/auth/uid");
}

#[tokio::test]
async fn refuses_a_button_that_the_page_does_not_show() {
    let mut bench = Bench::new(json!({ "socialConnectors": [{ "id": "gh", "target": "github" }] })).await;
    let error = bench.page().continue_with("huggingface").await.unwrap_err().to_string();
    assert_eq!(error, "Logto's sign-in page shows no button for `huggingface`; it shows github");
    assert_eq!(bench.calls(1), Vec::<String>::new());
}

#[tokio::test]
async fn an_unknown_identity_is_registered() {
    let mut bench = Bench::new(shows_huggingface()).await;
    bench.says("POST", VERIFY, json(200, json!({ "verificationId": "v-1" }))).await;
    let first = Mock::given(path(IDENTIFY)).respond_with(unknown_identity(json!({})));
    first.up_to_n_times(1).with_priority(1).mount(&bench.server).await;
    bench.says("POST", IDENTIFY, ResponseTemplate::new(201)).await;
    bench.says("PUT", EVENT_PATH, ResponseTemplate::new(204)).await;
    assert_eq!(bench.comes_back().await, Arrival::Moved);
    let after = &bench.calls(1)[3..];
    assert_eq!(
        after,
        ["POST /identification", "PUT /interaction-event", "POST /identification", "POST /submit"]
    );
}

#[tokio::test]
async fn a_tenant_that_takes_no_new_people_is_not_asked_to() {
    let mut settings = shows_huggingface();
    settings["signInMode"] = json!("SignIn");
    let mut bench = Bench::new(settings).await;
    bench.says("POST", VERIFY, json(200, json!({ "verificationId": "v-1" }))).await;
    bench.says("POST", IDENTIFY, unknown_identity(json!({}))).await;
    let Arrival::Refused(refusal) = bench.comes_back().await else { panic!("went on") };
    assert_eq!((refusal.status, refusal.code.as_deref()), (404, Some("user.identity_not_exist")));
    assert_eq!((refusal.shown.as_str(), refusal.at.as_str()), ("not registered", "/sign-in"));
    assert_eq!(refusal.hop, bench.walker.hops().len());
}

#[tokio::test]
async fn a_known_email_is_asked_about_and_linked() {
    let mut bench = Bench::new(shows_huggingface()).await;
    bench.says("POST", VERIFY, json(200, json!({ "verificationId": "v-1" }))).await;
    let related = json!({ "relatedUser": { "type": "email", "value": "jane@example.com" } });
    let first = Mock::given(path(IDENTIFY)).respond_with(unknown_identity(related));
    first.up_to_n_times(1).with_priority(1).mount(&bench.server).await;
    let asked = Arrival::LinkOrRegister {
        kind: "email".to_owned(),
        value: "jane@example.com".to_owned(),
        may_register: true,
    };
    assert_eq!(bench.comes_back().await, asked);
    bench.says("PUT", EVENT_PATH, ResponseTemplate::new(204)).await;
    Mock::given(path(IDENTIFY))
        .and(body_json(json!({ "verificationId": "v-1", "linkSocialIdentity": true })))
        .respond_with(ResponseTemplate::new(204))
        .expect(1)
        .mount(&bench.server)
        .await;
    assert_eq!(bench.page().link().await.unwrap(), Arrival::Moved);
    assert!(matches!(bench.page().link().await, Err(SigninPageError::NotAsked)));
}

#[tokio::test]
async fn a_known_email_is_linked_at_once_where_the_tenant_says_so() {
    let mut settings = shows_huggingface();
    settings["socialSignIn"] = json!({ "automaticAccountLinking": true });
    let mut bench = Bench::new(settings).await;
    bench.says("POST", VERIFY, json(200, json!({ "verificationId": "v-1" }))).await;
    let related = json!({ "relatedUser": { "type": "email", "value": "jane@example.com" } });
    let first = Mock::given(path(IDENTIFY)).respond_with(unknown_identity(related));
    first.up_to_n_times(1).with_priority(1).mount(&bench.server).await;
    bench.says("PUT", EVENT_PATH, ResponseTemplate::new(204)).await;
    bench.says("POST", IDENTIFY, ResponseTemplate::new(204)).await;
    assert_eq!(bench.comes_back().await, Arrival::Moved);
}

#[tokio::test]
async fn a_missing_profile_is_reported_and_can_be_filled_in() {
    let mut bench = Bench::new(shows_huggingface()).await;
    bench.says("POST", VERIFY, json(200, json!({ "verificationId": "v-1" }))).await;
    bench.says("PUT", EVENT_PATH, ResponseTemplate::new(204)).await;
    let missing = json(
        422,
        json!({ "code": "user.missing_profile", "data": { "missingProfile": ["username"] }, "message": "m" }),
    );
    for (priority, answer) in [(1, unknown_identity(json!({}))), (2, missing)] {
        let once = Mock::given(path(IDENTIFY)).respond_with(answer).up_to_n_times(1).with_priority(priority);
        once.mount(&bench.server).await;
    }
    assert_eq!(bench.comes_back().await, Arrival::MissingProfile(vec!["username".to_owned()]));
    bench.says("POST", "/api/experience/profile", ResponseTemplate::new(204)).await;
    bench.says("POST", IDENTIFY, ResponseTemplate::new(201)).await;
    let before = bench.walker.hops().len();
    assert_eq!(bench.page().fill("username", "ada").await.unwrap(), Arrival::Moved);
    assert_eq!(bench.calls(before + 1), ["POST /profile", "POST /identification", "POST /submit"]);
}

#[tokio::test]
async fn a_foreign_or_used_state_goes_no_further() {
    let mut bench = Bench::new(shows_huggingface()).await;
    assert_eq!(bench.page().continue_with("huggingface").await.unwrap(), Arrival::Moved);
    let state = bench.walker.stored(TAB, &bench.logto, "social_auth_state:hf").unwrap().to_owned();
    assert_eq!(state.len(), 11, "8 bytes in base64url");
    let before = bench.walker.hops().len();
    bench.visit("/callback/hf?code=c&state=forged").await;
    assert_eq!(bench.page().arrive().await.unwrap(), Some(Arrival::StateMismatch));
    assert_eq!(bench.walker.stored(TAB, &bench.logto, "social_auth_state:hf"), None, "it works only once");
    assert_eq!(bench.calls(before + 1), Vec::<String>::new());
    // The page's other stored state was not touched, and still works.
    let right = format!("/callback/hf?code=c&state={state}");
    bench.visit(&right).await;
    assert!(!matches!(bench.page().arrive().await.unwrap(), Some(Arrival::StateMismatch) | None));
    bench.visit(&right).await;
    assert_eq!(bench.page().arrive().await.unwrap(), Some(Arrival::StateMismatch));
}

#[tokio::test]
async fn a_tab_that_lost_its_storage_goes_on_with_what_the_browser_kept() {
    let mut bench = Bench::new(shows_huggingface()).await;
    assert_eq!(bench.page().continue_with("huggingface").await.unwrap(), Arrival::Moved);
    let state = bench.walker.stored(TAB, &bench.logto, "social_auth_state:hf").unwrap().to_owned();
    bench.walker.lose_storage(TAB, false);
    bench.visit(&format!("/callback/hf?code=c&state={state}")).await;
    assert!(!matches!(bench.page().arrive().await.unwrap(), Some(Arrival::StateMismatch) | None));
    bench.visit(&format!("/callback/hf?code=c&state={state}")).await;
    assert_eq!(bench.page().arrive().await.unwrap(), Some(Arrival::StateMismatch), "it works only once");
}

#[tokio::test]
async fn another_browser_did_not_begin_this() {
    let mut bench = Bench::new(shows_huggingface()).await;
    assert_eq!(bench.page().continue_with("huggingface").await.unwrap(), Arrival::Moved);
    let state = bench.walker.stored(TAB, &bench.logto, "social_auth_state:hf").unwrap().to_owned();
    let tab = bench.walker.open_browser();
    let url = bench.logto.join(&format!("/callback/hf?code=c&state={state}")).unwrap();
    bench.walker.visit(tab, url).await.unwrap();
    let mut page = SigninPage::open(&mut bench.walker, tab, &bench.logto, &bench.random).unwrap();
    assert_eq!(page.arrive().await.unwrap(), Some(Arrival::StateMismatch));
}

#[tokio::test]
async fn an_error_of_the_api_is_a_result_with_code_and_hop() {
    let mut bench = Bench::new(shows_huggingface()).await;
    bench
        .says(
            "POST",
            VERIFY,
            json(400, json!({ "code": "connector.general", "data": { "message": "{}" }, "message": "m" })),
        )
        .await;
    let Arrival::Refused(refusal) = bench.comes_back().await else { panic!("went on") };
    assert_eq!(
        (refusal.status, refusal.code.as_deref(), refusal.message.as_str()),
        (400, Some("connector.general"), "m")
    );
    assert_eq!(bench.walker.hops()[refusal.hop - 1].request.url.path(), VERIFY);
}

#[tokio::test]
async fn a_direct_sign_in_starts_by_itself_and_an_unknown_one_goes_to_the_ordinary_page() {
    let mut bench = Bench::new(shows_huggingface()).await;
    bench.visit("/direct/social/huggingface?app_id=a&fallback=sign-in").await;
    assert_eq!(bench.page().arrive().await.unwrap(), Some(Arrival::Moved));
    assert_eq!(bench.walker.current(TAB).unwrap().request.url.path(), "/away");
    bench.visit("/direct/social/github?app_id=a&fallback=sign-in").await;
    assert_eq!(bench.page().arrive().await.unwrap(), Some(Arrival::Moved));
    assert_eq!(bench.walker.current(TAB).unwrap().request.url.path(), "/sign-in");
    bench.visit("/direct/huggingface?app_id=a&fallback=register").await;
    assert_eq!(bench.page().arrive().await.unwrap(), Some(Arrival::Moved));
    assert_eq!(bench.walker.current(TAB).unwrap().request.url.path(), "/register");
    bench.visit("/sign-in?app_id=a").await;
    assert_eq!(bench.page().arrive().await.unwrap(), None);
}

#[tokio::test]
async fn terms_are_asked_for_before_the_provider_or_before_the_registration() {
    let mut settings = shows_huggingface();
    settings["termsOfUseUrl"] = json!("https://shop.example/terms");
    settings["agreeToTermsPolicy"] = json!("Manual");
    let mut bench = Bench::new(settings.clone()).await;
    let before = bench.walker.hops().len();
    assert_eq!(bench.page().continue_with("huggingface").await.unwrap(), Arrival::AsksToAgree);
    assert_eq!(bench.walker.hops().len(), before, "nothing is asked for");
    assert_eq!(bench.page().agree().await.unwrap(), Arrival::Moved);
    assert!(matches!(bench.page().agree().await, Err(SigninPageError::NotAsked)));

    settings["agreeToTermsPolicy"] = json!("ManualRegistrationOnly");
    let mut bench = Bench::new(settings).await;
    bench.says("POST", VERIFY, json(200, json!({ "verificationId": "v-1" }))).await;
    bench.says("PUT", EVENT_PATH, ResponseTemplate::new(204)).await;
    let first = Mock::given(path(IDENTIFY)).respond_with(unknown_identity(json!({})));
    first.up_to_n_times(1).with_priority(1).mount(&bench.server).await;
    bench.says("POST", IDENTIFY, ResponseTemplate::new(201)).await;
    assert_eq!(bench.comes_back().await, Arrival::AsksToAgree);
    assert_eq!(bench.page().agree().await.unwrap(), Arrival::Moved);
}

#[tokio::test]
async fn a_code_is_asked_for_at_an_email_address() {
    let mut bench = Bench::new(shows_huggingface()).await;
    assert_eq!(bench.page().continue_with("huggingface").await.unwrap(), Arrival::Moved);
    bench.visit("/continue/email?app_id=app%2B1").await;
    let state = json!({ "interactionEvent": "SignIn" }).to_string();
    bench.walker.shows_address(TAB, "/continue/email", Some(state), true).unwrap();
    let path = "/api/experience/verification/verification-code";
    let refused = json!({ "code": "connector.not_found", "message": "m" });
    bench.says("POST", path, json(501, refused)).await;
    let Arrival::Refused(refusal) = bench.page().fill("email", "ada@example.com").await.unwrap() else {
        panic!("went on")
    };
    assert_eq!((refusal.status, refusal.code.as_deref()), (501, Some("connector.not_found")));
}

#[tokio::test]
async fn a_password_is_sent_as_the_form_does() {
    let mut bench = Bench::new(takes_passwords()).await;
    let body = json!({ "identifier": { "type": "username", "value": "ada" }, "password": "s+e c%ret!" });
    Mock::given(path("/api/experience/verification/password"))
        .and(body_json(body))
        .respond_with(json(200, json!({ "verificationId": "v-2" })))
        .expect(1)
        .mount(&bench.server)
        .await;
    bench.says("POST", IDENTIFY, ResponseTemplate::new(204)).await;
    assert_eq!(bench.page().sign_in_with_password("ada", "s+e c%ret!").await.unwrap(), Arrival::Moved);

    bench.visit("/sign-in?app_id=app%2B1").await;
    bench.says("POST", "/api/experience/profile", ResponseTemplate::new(204)).await;
    let before = bench.walker.hops().len();
    assert_eq!(bench.page().register_with_password("grace", "p?w 12345").await.unwrap(), Arrival::Moved);
    assert_eq!(
        bench.calls(before + 1),
        ["PUT ", "POST /profile", "POST /profile", "POST /identification", "POST /submit"]
    );
}

/// The members that the page reads, as a real Logto answers them (contract §1.5).
fn consent(organizations: &Value, redirect_uri: &str) -> Value {
    json!({
        "application": { "id": "app", "name": "Reader", "displayName": "Reading List" },
        "user": { "id": "u-1", "name": "Ada" },
        "organizations": organizations,
        "missingOIDCScope": ["email"],
        "missingResourceScopes": [{
            "resource": { "id": "r-1", "name": "Books", "indicator": "https://api.example/" },
            "scopes": [{ "id": "s-1", "name": "read", "description": null }],
        }],
        "redirectUri": redirect_uri,
    })
}

#[tokio::test]
async fn the_consent_page_asks_what_logto_says_and_sends_the_first_organization() {
    let mut bench = Bench::new(shows_huggingface()).await;
    let organizations = json!([{ "id": "o-1", "name": "Readers" }, { "id": "o-2", "name": "Writers" }]);
    let asked = consent(&organizations, &bench.at("/away"));
    bench.says("GET", "/api/interaction/consent", json(200, asked)).await;
    Mock::given(method("POST"))
        .and(path("/api/interaction/consent"))
        .and(header("logto-app-id", "app"))
        .and(body_json(json!({ "organizationIds": ["o-1"] })))
        .respond_with(json(200, json!({ "redirectTo": bench.at("/oidc/auth/uid") })))
        .expect(1)
        .mount(&bench.server)
        .await;
    bench.visit("/consent?app_id=app").await;
    let arrival = bench.page().arrive().await.unwrap();
    let Some(Arrival::AsksToAuthorize(asked)) = arrival else { panic!("{arrival:?}") };
    assert_eq!(asked.application, "Reading List");
    assert_eq!(asked.user_scopes, ["email"]);
    assert_eq!(asked.resource_scopes["https://api.example/"], ["read"]);
    assert_eq!(asked.organizations, ["Readers", "Writers"]);
    assert_eq!(bench.page().authorize().await.unwrap(), Arrival::Moved);
    let last = bench.walker.hops().last().unwrap();
    assert_eq!((last.request.url.path(), last.why), ("/oidc/auth/uid", WhyHop::Script));
    // The question was answered with the page.
    assert!(matches!(bench.page().authorize().await, Err(SigninPageError::NotAsked)));
}

#[tokio::test]
async fn cancel_opens_the_redirect_uri_without_a_request_to_logto() {
    let mut bench = Bench::new(shows_huggingface()).await;
    let asked = consent(&json!([]), &bench.at("/away"));
    bench.says("GET", "/api/interaction/consent", json(200, asked)).await;
    assert!(matches!(bench.page().cancel().await, Err(SigninPageError::NotAsked)));
    bench.visit("/consent?app_id=app").await;
    bench.page().arrive().await.unwrap();
    let before = bench.walker.hops().len();
    assert_eq!(bench.page().cancel().await.unwrap(), Arrival::Moved);
    let hops = &bench.walker.hops()[before..];
    assert_eq!(hops.len(), 1, "no call to Logto");
    assert_eq!(hops[0].request.url.as_str(), bench.at("/away"));
}
