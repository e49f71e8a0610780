//! Rules about what the Management API refuses during the set-up of Logto.

use serde_json::Value;

use crate::findings::causes::Connector;
use crate::findings::finding::Finding;
use crate::findings::observed::{AdminAnswer, Observed};
use crate::findings::rule::{Explain, rules};
use crate::findings::symptom::{Symptom, SymptomKind};

pub(super) const EXPLAIN: &[Explain] = rules![connectors];

/// Logto's code says what it does not accept; zod's issues say where.
fn connectors(_: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::ManagementRefused(answer) = &symptom.kind else { return None };
    let code = answer.answer.get("code")?.as_str()?;
    let path = answer.call.split_once(' ')?.1;
    let cause = match code {
        "connector.invalid_config" if issues(answer).any(|issue| issue.contains("jwksUri")) => {
            Connector::JwksUriMissing
        }
        "connector.invalid_config" => Connector::ConfigRefused,
        "connector.multiple_instances_not_supported" => Connector::SecondInstance,
        "connector.multiple_target_with_same_platform" => Connector::TargetTaken,
        "connector.should_specify_target" => Connector::TargetMissing,
        "connector.cannot_overwrite_metadata_for_non_standard_connector" => Connector::MetadataFixed,
        "connector.can_not_modify_target" => Connector::TargetFixed,
        "connector.not_found_with_connector_id" => Connector::FactoryUnknown,
        "connector.token_storage_not_supported" => Connector::TokenStorageUnavailable,
        "request.feature_not_supported" if wants_token_storage(answer) => Connector::TokenStorageUnavailable,
        "connector.not_implemented"
            if path.contains("/identities") || path.contains("/authorization-uri") =>
        {
            Connector::LinkingNeedsSession
        }
        _ => return None,
    };
    let finding = Finding::new(cause).symptom(symptom);
    Some(
        issues(answer)
            .fold(finding, |finding, issue| finding.management(format!("Logto complains of {issue}"))),
    )
}

fn wants_token_storage(answer: &AdminAnswer) -> bool {
    answer.sent.get("enableTokenStorage") == Some(&Value::Bool(true))
}

/// Zod's issues, as path and message. They contain no values.
fn issues(answer: &AdminAnswer) -> impl Iterator<Item = String> {
    let issues = answer.answer.pointer("/data/issues").and_then(Value::as_array);
    issues.into_iter().flatten().map(|issue| {
        let parts = issue.get("path").and_then(Value::as_array).into_iter().flatten();
        let path: Vec<String> =
            parts.map(|part| part.as_str().map_or_else(|| part.to_string(), ToOwned::to_owned)).collect();
        let message = issue.get("message").and_then(Value::as_str).unwrap_or_default();
        format!("{}: {message}", path.join("."))
    })
}
