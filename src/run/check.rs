//! What is expected after a step, against what is there.

use http::Method;
use serde_json::{Map, Value};

use super::person::Person;
use crate::scenario::{SessionExpectation, Step};
use crate::walker::WalkError;

/// Something expected that did not come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Line of the step in the scenario.
    pub line: u64,
    /// What was expected, and what is there.
    pub what: String,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.what)
    }
}

/// All expectations of a step, in fixed order: status, address, text, session.
pub(super) async fn expectations(person: &mut Person<'_>, step: &Step) -> Vec<Failure> {
    let failure = |what: String| Failure { line: step.line, what: format!("after `{}`: {what}", step.verb) };
    match look(person, step).await {
        Ok(found) => found.into_iter().map(failure).collect(),
        Err(error) => vec![failure(error.to_string())],
    }
}

async fn look(person: &mut Person<'_>, step: &Step) -> Result<Vec<String>, WalkError> {
    let expect = &step.expect;
    let page = person.walker.page(person.tab)?;
    let status = person.walker.current(person.tab)?.response.status;
    let mut found = Vec::new();
    if let Some(expected) = expect.status.filter(|expected| *expected != status) {
        found.push(format!("expected status {expected}, got {status} from {}", page.url));
    }
    if let Some(expected) = &expect.at {
        let at = by_origin(person, page.url.as_str());
        if *expected != at {
            found.push(format!("expected to be at {expected}, is at {at}"));
        }
    }
    if let Some(expected) = expect.text.as_ref().filter(|expected| !page.text.contains(expected.as_str())) {
        found.push(format!("expected the text “{expected}”, the page at {} says “{}”", page.url, page.text));
    }
    if let Some(expected) = &expect.session {
        found.extend(session(person, expected).await?);
    }
    Ok(found)
}

/// An address with the origins by name.
fn by_origin(person: &Person<'_>, address: &str) -> String {
    let endpoints = person.stack.endpoints();
    let named = [("[APP]", &endpoints.app), ("[LOGTO]", &endpoints.logto), ("[HF]", &endpoints.huggingface)];
    let replaced = named.into_iter().find_map(|(name, origin)| {
        let rest = address.strip_prefix(origin.as_str().trim_end_matches('/'))?;
        Some(format!("{name}{rest}"))
    });
    replaced.unwrap_or_else(|| address.to_owned())
}

/// The session check: what the app says about the person, as its own page could ask.
async fn session(person: &mut Person<'_>, expected: &SessionExpectation) -> Result<Vec<String>, WalkError> {
    let mut url = person.stack.endpoints().app.clone();
    url.set_path("/api/session");
    let hop = person.walker.call(person.tab, Method::GET, url, &[], None).await?;
    let answer = hop.json().unwrap_or_default();
    let authenticated = answer.get("authenticated").and_then(Value::as_bool);
    let nobody = Map::new();
    let claims = answer.get("claims").and_then(Value::as_object).unwrap_or(&nobody);
    let found = match (expected, authenticated) {
        (SessionExpectation::None, Some(false)) => vec![],
        (SessionExpectation::None, _) => {
            vec![format!("expected nobody to be signed in, the app says {answer}")]
        }
        (SessionExpectation::Claims(expected), Some(true)) => expected
            .iter()
            .filter(|(claim, value)| claims.get(*claim) != Some(*value))
            .map(|(claim, value)| {
                let got = claims.get(claim).map_or("nothing".to_owned(), Value::to_string);
                format!("expected the claim `{claim}` to be {value}, the app has {got}")
            })
            .collect(),
        (SessionExpectation::Claims(_), _) => {
            vec![format!(
                "expected somebody to be signed in, the app answers {} {answer}",
                hop.response.status
            )]
        }
    };
    Ok(found)
}
