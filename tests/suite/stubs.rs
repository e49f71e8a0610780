//! Stubs of `wiremock` in front of the mock Hugging Face.

use logto_testkit::stack::StopError;
use logto_testkit::{Stack, Visitor};
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, ResponseTemplate};

async fn signs_in(stack: &Stack) -> Result<(), logto_testkit::ActionError> {
    let mut visitor = Visitor::new(stack);
    visitor.visit("/").await?;
    visitor.click("Sign In").await?;
    visitor.continue_with("huggingface").await?;
    visitor.sign_in_as("ada").await
}

#[tokio::test]
async fn a_stub_answers_before_the_mock_and_is_in_its_journal() {
    let mut stack = Stack::builder().start().await.unwrap();
    let once = Mock::given(method("GET"))
        .and(path("/oauth/userinfo"))
        // The request is the one that came over TLS.
        .and(header("host", "huggingface.co"))
        .respond_with(ResponseTemplate::new(503))
        .up_to_n_times(1)
        .expect(1);
    stack.stub(once).await;
    // The connector retries, and then the mock answers.
    signs_in(&stack).await.unwrap();
    let notes: Vec<kit::Note> = stack.journal().entries().into_iter().flat_map(|entry| entry.notes).collect();
    assert_eq!(notes.iter().filter(|note| note.code == "kit/stubbed").count(), 1, "{notes:?}");
    stack.stop().await.unwrap();
}

#[tokio::test]
async fn a_stub_answers_before_the_script() {
    let mut stack = Stack::builder()
        .answer(kit::Rule { path: "/oauth/token".into(), status: Some(500), ..kit::Rule::default() })
        .start()
        .await
        .unwrap();
    let body = serde_json::json!({ "access_token": "", "token_type": "bearer", "scope": "profile" });
    let empty =
        Mock::given(path("/oauth/token")).respond_with(ResponseTemplate::new(200).set_body_json(body));
    stack.stub(empty).await;
    let refused = signs_in(&stack).await.unwrap_err().to_string();
    assert!(refused.contains("connector.social_auth_code_invalid"), "{refused}");
    stack.stop().await.unwrap();
}

#[tokio::test]
async fn stopping_tells_of_a_stub_that_was_not_called_as_expected() {
    let mut stack = Stack::builder().start().await.unwrap();
    let twice = Mock::given(path("/oauth/token"))
        .respond_with(ResponseTemplate::new(503))
        .expect(2)
        .named("token endpoint, tried again");
    stack.stub(twice).await;
    signs_in(&stack).await.unwrap_err();
    let error = stack.stop().await.unwrap_err();
    assert!(matches!(error, StopError::Stub(_)), "{error}");
    let report = error.to_string();
    assert!(report.contains("token endpoint, tried again") && report.contains('2'), "{report}");
}
