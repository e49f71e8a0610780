//! What Hugging Face refuses because of the connector's configuration.

use super::huggingface::{AUTHORIZE, notes, with_notes};
use super::{Explain, Watch};
use crate::findings::causes::Connector;
use crate::findings::derive::shows;
use crate::findings::finding::Finding;
use crate::findings::observed::{Observed, query, status};
use crate::findings::shown::{quoted, shown_secret};
use crate::findings::symptom::{Symptom, SymptomKind};

pub(super) const EXPLAIN: &[Explain] = &[client_id, secret];
pub(super) const WATCH: &[Watch] = &[];

/// The path of the token endpoint.
pub(super) const TOKEN: &str = "/oauth/token";

/// Hugging Face has no app with this client id.
fn client_id(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::ProviderPage { .. } = symptom.kind else { return None };
    let notes = notes(seen, symptom.hop, AUTHORIZE);
    notes.iter().find(|note| note.starts_with("client_id `") && note.contains("is not registered"))?;
    let sent = query(&seen.hop(symptom.hop)?.request.url, "client_id")?.into_owned();
    let registered = seen.settings.oauth_app.as_ref().map(|app| app.client_id.as_str());
    let only_space = registered.is_some_and(|id| id == sent.trim() && id != sent);
    let cause = if only_space { Connector::ClientIdHasWhitespace } else { Connector::ClientIdUnknown };
    let finding = Finding::new(cause)
        .hop(symptom.hop, shows(symptom))
        .setting("connector.config.clientId", quoted(&sent));
    Some(with_notes(finding, &notes))
}

/// The token endpoint refused the connector's secret. Logto's own answer says
/// nothing of it (`connector.general {"message":"{}"}`): the journal does.
fn secret(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::Refused(_) = symptom.kind else { return None };
    let refused =
        seen.provider(symptom.hop, TOKEN).find(|entry| status(entry).is_some_and(|code| code >= 400))?;
    let note = refused.notes.iter().find_map(|note| note.strip_prefix("secret "))?;
    let cause = match note {
        "is the client id" => Connector::SecretIsClientId,
        note if note.contains("only by") && note.contains("white") => Connector::SecretHasTrailingWhitespace,
        _ => Connector::SecretWrong,
    };
    let configured = seen.connector_config("clientSecret").map_or_else(|| "unknown".to_owned(), shown_secret);
    let finding = Finding::new(cause)
        .hop(symptom.hop, shows(symptom))
        .setting("connector.config.clientSecret", configured);
    Some(with_notes(finding, &refused.notes))
}
