//! Scripted answers and faults.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::{HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};

use crate::change::{MemberChange, ParameterChange};
use crate::substitute::Substitute;

/// One scripted answer. Rules are tried in order; a rule answers as long as its `times` is above 0.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The method that the rule applies to; any method if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// The path that the rule applies to, without query.
    pub path: String,
    /// How many requests to let pass first: with 1, the rule starts with the second request.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub after: u32,
    /// How often the rule answers; without limit if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
    /// Milliseconds to wait on the stack's clock before the answer. Without `status`, `garbage`,
    /// `close` and `reset`, the ordinary answer follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delay_ms: Option<u64>,
    /// Status of the scripted answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Headers of the scripted answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(String, String)>,
    /// Body of the scripted answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Changes to the JSON body of the ordinary answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub json: Option<MemberChange>,
    /// Changes to the query parameters of the URL to which the ordinary answer redirects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<ParameterChange>,
    /// Replaces the ordinary answer's redirect by a page that posts the parameters by itself.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub as_form: bool,
    /// Sends this many bytes of the answer's body, then closes the connection; `Content-Length`
    /// promises the whole body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut_after: Option<usize>,
    /// Sends the answer's body in small parts, with a pause before each.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dribble: Option<Dribble>,
    /// Sends bytes that are not HTTP, then closes the connection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub garbage: Option<Garbage>,
    /// Reads the request, then closes the connection without an answer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub close: bool,
    /// Reads the request, then resets the connection (TCP RST) without an answer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reset: bool,
}

/// The parts in which a body is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Dribble {
    /// Bytes of each part; the default is one.
    #[serde(default = "one")]
    pub bytes: usize,
    /// Milliseconds to wait on the stack's clock before each part.
    pub pause_ms: u64,
}

fn one() -> usize {
    1
}

/// Where to send bytes that are not HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Garbage {
    /// Instead of the answer.
    Answer,
    /// Instead of the body, after the answer's own head.
    Body,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// Why a rule would silently have no effect when its turn comes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// The rule names a request, but no effect.
    #[error(
        "the rule does nothing: give it a status, a delay_ms, json, location, as_form, cut_after, dribble, garbage, \
         close or reset"
    )]
    Idle,
    /// The status does not end an HTTP exchange.
    #[error("status {0} is not one of HTTP's final answers")]
    Status(u16),
    /// The header's name or value cannot be sent.
    #[error("header `{0}` cannot be sent")]
    Header(String),
    /// Headers or body are given without `status`.
    #[error("headers and body belong to a scripted answer: give it a status")]
    NoStatus,
    /// The rule combines two ways to end the connection, or one of them with an answer.
    #[error(
        "`close`, `reset` and `garbage: answer` exclude one another, and cannot be combined with an answer"
    )]
    TwoEnds,
    /// The rule combines several faults of one body.
    #[error(
        "a body can be cut off (cut_after), sent in parts (dribble), or replaced by garbage: give only one of these"
    )]
    TwoBodies,
    /// The parts have no bytes.
    #[error("each part of a dribble must have at least one byte")]
    EmptyPart,
}

impl Rule {
    /// Checks that the rule can have the effect it names.
    ///
    /// # Errors
    /// [`RuleError`] says what is wrong with it.
    pub fn check(&self) -> Result<(), RuleError> {
        let changes = self.json.is_some() || self.location.is_some() || self.as_form;
        let noise = self.garbage == Some(Garbage::Answer);
        let bodies = [self.cut_after.is_some(), self.dribble.is_some(), self.garbage == Some(Garbage::Body)];
        let bodies = bodies.into_iter().filter(|given| *given).count();
        let answers = self.status.is_some() || changes || bodies > 0;
        let ends = [self.close, self.reset, noise].into_iter().filter(|given| *given).count();
        if !answers && self.delay_ms.is_none() && ends == 0 {
            return Err(RuleError::Idle);
        }
        if ends > 1 || ends == 1 && answers {
            return Err(RuleError::TwoEnds);
        }
        if bodies > 1 {
            return Err(RuleError::TwoBodies);
        }
        if self.dribble.is_some_and(|dribble| dribble.bytes == 0) {
            return Err(RuleError::EmptyPart);
        }
        if self.status.is_none() && (self.body.is_some() || !self.headers.is_empty()) {
            return Err(RuleError::NoStatus);
        }
        if let Some(status) = self.status.filter(|status| !(200..=599).contains(status)) {
            return Err(RuleError::Status(status));
        }
        let bad = self.headers.iter().find(|(name, value)| {
            HeaderName::try_from(name.as_str()).is_err() || HeaderValue::try_from(value.as_str()).is_err()
        });
        match bad {
            Some((name, _)) => Err(RuleError::Header(name.clone())),
            None => Ok(()),
        }
    }
}

/// The rules of one party; clones share them.
#[derive(Debug, Clone, Default)]
pub struct Script {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug, Default)]
struct Inner {
    rules: Vec<Rule>,
    substitute: Option<Arc<dyn Substitute>>,
}

impl Script {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a rule after the others.
    pub fn add(&self, rule: Rule) {
        self.lock().rules.push(rule);
    }

    /// The rules, with the remaining values of their `after` and `times`.
    #[must_use]
    pub fn rules(&self) -> Vec<Rule> {
        self.lock().rules.clone()
    }

    /// Removes all rules.
    pub fn clear(&self) {
        self.lock().rules.clear();
    }

    /// Asks this substitute before the rules, instead of any previous one.
    pub fn ask_first(&self, substitute: Arc<dyn Substitute>) {
        self.lock().substitute = Some(substitute);
    }

    pub(crate) fn substitute(&self) -> Option<Arc<dyn Substitute>> {
        self.lock().substitute.clone()
    }

    /// The rule that answers this request; its counters are updated.
    pub(crate) fn take(&self, method: &str, path: &str) -> Option<Rule> {
        let mut inner = self.lock();
        let fits = |rule: &&mut Rule| {
            rule.times != Some(0)
                && rule.path == path
                && rule.method.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
        };
        for rule in inner.rules.iter_mut().filter(fits) {
            if rule.after > 0 {
                rule.after -= 1;
                continue;
            }
            rule.times = rule.times.map(|times| times - 1);
            return Some(rule.clone());
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answering(path: &str, status: u16) -> Rule {
        Rule { path: path.into(), status: Some(status), ..Rule::default() }
    }

    #[test]
    fn a_rule_answers_as_often_as_it_says() {
        let script = Script::default();
        script.add(Rule { times: Some(1), ..answering("/token", 500) });
        script.add(Rule { method: Some("post".into()), ..answering("/token", 503) });
        assert_eq!(script.take("POST", "/token").and_then(|rule| rule.status), Some(500));
        assert_eq!(script.take("POST", "/token").and_then(|rule| rule.status), Some(503));
        assert_eq!(script.take("GET", "/token"), None);
        assert_eq!(script.take("POST", "/other"), None);
    }

    #[test]
    fn a_rule_begins_with_the_request_it_names() {
        let script = Script::default();
        script.add(Rule { after: 1, times: Some(1), ..answering("/token", 500) });
        script.add(Rule { after: 2, ..answering("/token", 503) });
        let statuses: Vec<Option<u16>> =
            (0..5).map(|_| script.take("POST", "/token").and_then(|rule| rule.status)).collect();
        // The second rule counts only the requests that the first one left.
        assert_eq!(statuses, [None, Some(500), None, Some(503), Some(503)]);
    }

    #[test]
    fn refuses_an_unknown_member() {
        assert!(serde_json::from_str::<Rule>(r#"{"path":"/","stauts":500}"#).is_err());
    }

    #[test]
    fn a_rule_that_could_not_do_what_it_says_is_refused() {
        let check = |json: &str| serde_json::from_str::<Rule>(json).unwrap().check();
        assert_eq!(check(r#"{"path":"/"}"#), Err(RuleError::Idle));
        assert_eq!(check(r#"{"path":"/","status":700}"#), Err(RuleError::Status(700)));
        assert_eq!(check(r#"{"path":"/","close":true,"reset":true}"#), Err(RuleError::TwoEnds));
        assert_eq!(check(r#"{"path":"/","delay_ms":1,"body":"x"}"#), Err(RuleError::NoStatus));
        assert_eq!(check(r#"{"path":"/","json":{"remove":["scope"]}}"#), Ok(()));
        assert_eq!(check(r#"{"path":"/","delay_ms":1,"reset":true}"#), Ok(()));
        assert_eq!(check(r#"{"path":"/","garbage":"answer","status":200}"#), Err(RuleError::TwoEnds));
        assert_eq!(check(r#"{"path":"/","garbage":"answer","close":true}"#), Err(RuleError::TwoEnds));
        assert_eq!(check(r#"{"path":"/","garbage":"body","cut_after":1}"#), Err(RuleError::TwoBodies));
        assert_eq!(check(r#"{"path":"/","dribble":{"bytes":0,"pause_ms":1}}"#), Err(RuleError::EmptyPart));
        assert_eq!(check(r#"{"path":"/","garbage":"body","status":503}"#), Ok(()));
        assert_eq!(check(r#"{"path":"/","dribble":{"pause_ms":1},"delay_ms":1}"#), Ok(()));
    }
}
