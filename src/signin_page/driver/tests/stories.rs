//! Stories in which a person meets the page itself, with what a browser showed on Logto's own page.

use super::*;

#[tokio::test]
async fn a_connector_that_the_page_does_not_know_leads_back_without_a_word() {
    let mut bench = Bench::new(shows_huggingface()).await;
    assert_eq!(bench.page().continue_with("huggingface").await.unwrap(), Arrival::Moved);
    let state = bench.walker.stored(TAB, &bench.logto, "social_auth_state:hf").unwrap().to_owned();
    // Switched off while the person was at the provider.
    let mut without = shows_huggingface();
    without["socialConnectors"] = json!([]);
    bench.says("GET", "/callback/hf", rendered(&without)).await;
    bench.visit(&format!("/callback/hf?code=c&state={state}")).await;
    let before = bench.walker.hops().len();
    assert_eq!(bench.arrives().await, Some(Arrival::SentBack));
    assert_eq!(bench.address(), "sign-in");
    assert_eq!(bench.walker.hops().len(), before, "no call");
    assert_eq!(bench.walker.stored(TAB, &bench.logto, "social_auth_state:hf"), Some(state.as_str()));
    assert_eq!(bench.page().social_buttons().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn settings_are_as_old_as_the_document() {
    let mut bench = Bench::new(shows_huggingface()).await;
    assert_eq!(bench.arrives().await, None);
    let mut without = shows_huggingface();
    without["socialConnectors"] = json!([]);
    bench.says("GET", "/sign-in", rendered(&without)).await;
    assert_eq!(bench.page().social_buttons().await.unwrap(), ["huggingface"]);
    bench.walker.reload(TAB).await.unwrap();
    assert_eq!(bench.page().social_buttons().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn settings_for_another_application_are_asked_for() {
    let mut bench = Bench::new(shows_huggingface()).await;
    bench.visit("/sign-in?app_id=other&ui_locales=de+en&organization_id=o").await;
    let exact = Mock::given(path("/api/.well-known/sign-in-exp"))
        .and(query_param("organizationId", "o"))
        .and(query_param("appId", "other"))
        .and(query_param("uiLocales", "de en"))
        .and(header("accept", "application/json"));
    exact.respond_with(json(200, shows_huggingface())).with_priority(1).expect(1).mount(&bench.server).await;
    assert_eq!(bench.arrives().await, None);
    assert_eq!(bench.address(), "sign-in?app_id=other");
    assert_eq!(bench.page().social_buttons().await.unwrap(), ["huggingface"]);
    // An address without them: only the application stays.
    bench.visit("/nonsense?x=1").await;
    bench.arrives().await;
    assert_eq!(bench.walker.stored(TAB, &bench.logto, "ui_locales"), None);
    assert_eq!(bench.walker.stored(TAB, &bench.logto, "app_id"), Some("other"));
}

#[tokio::test]
async fn an_error_page_has_no_button() {
    let mut bench = Bench::new(shows_huggingface()).await;
    bench.visit("/nonsense").await;
    assert_eq!(bench.arrives().await, None);
    assert_eq!(bench.page().social_buttons().await.unwrap(), Vec::<String>::new());
    let error = bench.page().continue_with("huggingface").await.unwrap_err().to_string();
    assert!(error.ends_with("it shows an error page, which has no button"), "{error}");
}

#[tokio::test]
async fn after_an_error_the_button_works_on_the_sign_in_page() {
    let mut bench = Bench::new(shows_huggingface()).await;
    bench.says("POST", VERIFY, json(400, json!({ "code": "connector.general", "message": "m" }))).await;
    let Arrival::Refused(refusal) = bench.comes_back().await else { panic!("went on") };
    assert_eq!((refusal.shown.as_str(), refusal.at.as_str()), ("m", "/sign-in"));
    assert_eq!(bench.address(), "sign-in?app_id=app%2B1");
    assert_eq!(bench.page().continue_with("huggingface").await.unwrap(), Arrival::Moved);
    // The callback was replaced, so that Back leads past it, to the provider.
    bench.walker.back(TAB).await.unwrap();
    assert_eq!(bench.address(), "sign-in?app_id=app%2B1");
    bench.walker.back(TAB).await.unwrap();
    assert_eq!(bench.address(), "away");
}

#[tokio::test]
async fn a_state_error_adds_the_sign_in_page_and_back_leads_to_it_again() {
    let mut bench = Bench::new(shows_huggingface()).await;
    bench.visit("/callback/hf?code=c&state=forged").await;
    assert_eq!(bench.arrives().await, Some(Arrival::StateMismatch));
    assert_eq!(bench.address(), "sign-in");
    let before = bench.walker.hops().len();
    bench.walker.back(TAB).await.unwrap();
    assert_eq!(bench.address(), "callback/social/hf");
    assert_eq!(bench.arrives().await, Some(Arrival::StateMismatch));
    assert_eq!(bench.walker.hops().len(), before, "the document is the same");
}

#[tokio::test]
async fn the_answer_may_come_after_the_number_sign() {
    let mut bench = Bench::new(shows_huggingface()).await;
    bench.says("POST", VERIFY, json(400, json!({ "code": "connector.general", "message": "m" }))).await;
    assert_eq!(bench.page().continue_with("huggingface").await.unwrap(), Arrival::Moved);
    let state = bench.walker.stored(TAB, &bench.logto, "social_auth_state:hf").unwrap().to_owned();
    bench.visit(&format!("/callback/hf?state=old#code=c&state={state}")).await;
    assert!(matches!(bench.arrives().await, Some(Arrival::Refused(_))), "the last one counts");
}

#[tokio::test]
async fn a_question_survives_a_reload() {
    let mut settings = shows_huggingface();
    settings["signInMode"] = json!("SignIn");
    let mut bench = Bench::new(settings).await;
    bench.says("POST", VERIFY, json(200, json!({ "verificationId": "v-1" }))).await;
    let related = json!({ "relatedUser": { "type": "email", "value": "jane@example.com" } });
    bench.says("POST", IDENTIFY, unknown_identity(related)).await;
    let asked = bench.comes_back().await;
    assert!(matches!(asked, Arrival::LinkOrRegister { may_register: false, .. }), "{asked:?}");
    assert_eq!(bench.address(), "social/link/hf?app_id=app%2B1");
    bench.walker.reload(TAB).await.unwrap();
    assert_eq!(bench.arrives().await, Some(asked));
    assert!(matches!(bench.page().register().await, Err(SigninPageError::NotOffered { .. })));
    // Opened by hand, the page does not know what to ask.
    bench.visit("/social/link/hf").await;
    assert_eq!(bench.arrives().await, None);
}

#[tokio::test]
async fn terms_can_be_refused_and_are_asked_for_before_a_password() {
    let mut settings = takes_passwords();
    settings["privacyPolicyUrl"] = json!("https://shop.example/privacy");
    settings["agreeToTermsPolicy"] = json!("ManualRegistrationOnly");
    let mut bench = Bench::new(settings).await;
    let before = bench.walker.hops().len();
    let asked = bench.page().register_with_password("grace", "p?w 12345").await.unwrap();
    assert_eq!(asked, Arrival::AsksToAgree);
    assert_eq!(bench.page().refuse().await.unwrap(), Arrival::Moved);
    assert_eq!(bench.walker.hops().len(), before, "no call");
    assert!(matches!(bench.page().agree().await, Err(SigninPageError::NotAsked)));
    // At a sign-in the page does not ask.
    bench.says("POST", "/api/experience/verification/password", json(422, json!({ "code": "c" }))).await;
    let refused = bench.page().sign_in_with_password("grace", "p?w").await.unwrap();
    assert!(matches!(refused, Arrival::Refused(_)));
}

#[tokio::test]
async fn a_form_judges_before_it_calls() {
    let mut bench = Bench::new(takes_passwords()).await;
    let before = bench.walker.hops().len();
    let message = "Username should not start with a number".to_owned();
    let not_accepted = Arrival::NotAccepted { field: "username", message };
    assert_eq!(bench.page().register_with_password("1x", "p?w 12345").await.unwrap(), not_accepted);
    let message = "The username is invalid".to_owned();
    let not_accepted = Arrival::NotAccepted { field: "username", message };
    assert_eq!(bench.page().sign_in_with_password("1x", "p?w").await.unwrap(), not_accepted);
    assert_eq!(bench.walker.hops().len(), before);
    let mut bench = Bench::new(shows_huggingface()).await;
    let none = bench.page().sign_in_with_password("ada", "p?w").await;
    assert!(matches!(none, Err(SigninPageError::NotOffered { .. })));
}

#[tokio::test]
async fn a_put_is_repeated_and_a_post_is_not() {
    let mut bench = Bench::new(shows_huggingface()).await;
    let busy =
        Mock::given(method("PUT")).and(path("/api/experience")).respond_with(ResponseTemplate::new(503));
    busy.up_to_n_times(2).with_priority(1).mount(&bench.server).await;
    assert_eq!(bench.page().continue_with("huggingface").await.unwrap(), Arrival::Moved);
    assert_eq!(bench.calls(1)[..3], ["PUT ", "PUT ", "PUT "]);

    let mut bench = Bench::new(shows_huggingface()).await;
    let html = ResponseTemplate::new(502).set_body_raw("<h1>Bad gateway</h1>", "text/html");
    bench.says("POST", VERIFY, html).await;
    let Arrival::Refused(refusal) = bench.comes_back().await else { panic!("went on") };
    assert_eq!((refusal.shown.as_str(), refusal.at.as_str()), ("Unknown error.", "/callback/social/hf"));
    assert_eq!(bench.calls(1).iter().filter(|call| call.ends_with("/verify")).count(), 1);
}

#[tokio::test]
async fn a_suspended_account_has_a_page_of_its_own() {
    let mut bench = Bench::new(shows_huggingface()).await;
    bench.says("POST", VERIFY, json(200, json!({ "verificationId": "v-1" }))).await;
    bench.says("POST", IDENTIFY, json(401, json!({ "code": "user.suspended", "message": "m" }))).await;
    let Arrival::Refused(refusal) = bench.comes_back().await else { panic!("went on") };
    assert_eq!(refusal.at, "/account-suspended");
}
