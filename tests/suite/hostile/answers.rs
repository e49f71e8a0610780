//! A provider with arbitrary answers: Logto's connector reports an error or
//! accepts them, and no party panics.

use kit::Rule;
use logto_testkit::{ActionError, Stack, Visitor};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value};

/// Names that the connector reads, and one that it does not.
const MEMBERS: [&str; 9] =
    ["access_token", "token_type", "scope", "sub", "name", "picture", "email", "error", "x"];

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 6, |inner| {
        let member = (prop::sample::select(&MEMBERS[..]), inner.clone());
        prop_oneof![
            vec(inner, 0..4).prop_map(Value::from),
            vec(member, 0..9).prop_map(|members| {
                Value::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
            }),
        ]
    })
}

/// An answer that is nearly right, arbitrary JSON, truncated JSON, or text that is not JSON.
fn body() -> impl Strategy<Value = String> {
    let nearly = (prop::sample::select(&MEMBERS[..]), value()).prop_map(|(wrong, value)| {
        let mut right: Map<String, Value> =
            MEMBERS.iter().map(|name| ((*name).to_owned(), Value::from("text"))).collect();
        right.insert(wrong.to_owned(), value);
        Value::Object(right).to_string()
    });
    let cut = (value(), any::<prop::sample::Index>()).prop_map(|(value, at)| {
        let text: Vec<char> = value.to_string().chars().collect();
        text[..at.index(text.len() + 1)].iter().collect()
    });
    prop_oneof![4 => nearly, 2 => value().prop_map(|value| value.to_string()), 2 => cut, 1 => ".{0,40}"]
}

#[test]
fn whatever_the_provider_answers_the_connector_has_a_word_for_it() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let config = ProptestConfig { cases: 48, ..ProptestConfig::default() };
    let path = prop::sample::select(vec!["/oauth/token", "/oauth/userinfo"]);
    let status = prop::sample::select(vec![200_u16, 200, 200, 201, 204, 400, 401, 404, 500]);
    let outcome = TestRunner::new(config).run(&(path, status, body()), |(path, status, body)| {
        runtime.block_on(async {
            let rule =
                Rule { path: path.to_owned(), status: Some(status), body: Some(body), ..Rule::default() };
            let stack = Stack::builder().answer(rule).start().await.unwrap();
            let mut visitor = Visitor::new(&stack);
            visitor.visit("/").await.unwrap();
            visitor.click("Sign In").await.unwrap();
            visitor.continue_with("huggingface").await.unwrap();
            let arrived = visitor.sign_in_as("ada").await;
            prop_assert!(matches!(arrived, Ok(_) | Err(ActionError::Stays(_))), "{:?}", arrived.err());
            // Either a sentence on Logto's page, or the app's page: no hop without an answer.
            let fault = visitor.hops().iter().find(|hop| hop.response.status == 0);
            prop_assert!(fault.is_none(), "{:?}", fault);
            let signed_in = visitor.page().unwrap().url.path() == "/";
            prop_assert!(signed_in || visitor.says().is_some(), "{}", visitor.transcript());
            drop(visitor);
            // It reports when a party has panicked.
            stack.stop().await.unwrap();
            Ok(())
        })
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}
