//! Scripted answers and faults.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One scripted answer. Rules are tried in order; a rule answers as long as its
/// `times` is above 0.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The method it is for; any when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// The path it is for, without query.
    pub path: String,
    /// How often it answers; for ever when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
    /// Milliseconds on the stack's clock before the answer. Without `status`
    /// and `close` the ordinary answer follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delay_ms: Option<u64>,
    /// The status of the scripted answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Headers of the scripted answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(String, String)>,
    /// Body of the scripted answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// The request is read, then the connection is closed without an answer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub close: bool,
}

/// The rules of one party; clones share them.
#[derive(Debug, Clone, Default)]
pub struct Script {
    rules: Arc<Mutex<Vec<Rule>>>,
}

impl Script {
    fn lock(&self) -> MutexGuard<'_, Vec<Rule>> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a rule after the others.
    pub fn add(&self, rule: Rule) {
        self.lock().push(rule);
    }

    /// The rules with what is left of their `times`.
    #[must_use]
    pub fn rules(&self) -> Vec<Rule> {
        self.lock().clone()
    }

    /// Removes all rules.
    pub fn clear(&self) {
        self.lock().clear();
    }

    /// The rule that answers this request, counted.
    pub(crate) fn take(&self, method: &str, path: &str) -> Option<Rule> {
        let mut rules = self.lock();
        let rule = rules.iter_mut().find(|rule| {
            rule.times != Some(0)
                && rule.path == path
                && rule.method.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
        })?;
        rule.times = rule.times.map(|times| times - 1);
        Some(rule.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_answers_as_often_as_it_says() {
        let script = Script::default();
        script.add(Rule { path: "/token".into(), times: Some(1), status: Some(500), ..Rule::default() });
        script.add(Rule {
            path: "/token".into(),
            method: Some("post".into()),
            status: Some(503),
            ..Rule::default()
        });
        assert_eq!(script.take("POST", "/token").and_then(|rule| rule.status), Some(500));
        assert_eq!(script.take("POST", "/token").and_then(|rule| rule.status), Some(503));
        assert_eq!(script.take("GET", "/token"), None);
        assert_eq!(script.take("POST", "/other"), None);
    }

    #[test]
    fn refuses_an_unknown_member() {
        assert!(serde_json::from_str::<Rule>(r#"{"path":"/","stauts":500}"#).is_err());
    }
}
