//! Rules about what Hugging Face refuses because of the connector's configuration, and about what
//! Logto itself finds wrong with the connector at a sign-in.

use kit::{Entry, Note};
use oauth::secret::{self, Difference, is_white_space};
use serde_json::Value;

use crate::findings::causes::{Connector, HuggingFace};
use crate::findings::endpoints::huggingface::{AUTHORIZE, TOKEN};
use crate::findings::finding::Finding;
use crate::findings::observed::{Observed, query, status};
use crate::findings::rule::{Explain, Watch, rules};
use crate::findings::seen::{self, because, notes, targets};
use crate::findings::shown::{quoted, shown_secret};
use crate::findings::symptom::{Symptom, SymptomKind, not_authorized};

pub(super) const EXPLAIN: &[Explain] =
    rules![client_id, client, secret, authentication, scope, prompt, gone, incomplete, no_such_target];
pub(super) const WATCH: &[Watch] = rules![none, secret_setting, incomplete_setting, scope_setting];

/// The prefix of every secret of an OAuth app.
const SECRET_BEGINS: &str = "oauth_app_secret_";

/// The request that the token endpoint refused.
fn refused_at_token<'a>(seen: &'a Observed<'_>, symptom: &Symptom) -> Option<&'a Entry> {
    let SymptomKind::Refused(_) = symptom.kind else { return None };
    seen.provider(symptom.hop, TOKEN).find(|entry| status(entry).is_some_and(|code| code >= 400))
}

/// A text member of the connector's configuration, formatted for evidence.
fn configured(seen: &Observed<'_>, member: &str) -> String {
    seen.connector_config(member).map_or_else(|| "missing".to_owned(), quoted)
}

/// Hugging Face does not have an app with this client ID.
fn client_id(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::ProviderPage { .. } = symptom.kind else { return None };
    let notes = notes(seen, symptom.hop, AUTHORIZE);
    let sent = query(&seen.hop(symptom.hop)?.request.url, "client_id")?.into_owned();
    let cause = notes.iter().find_map(|note| client_id_cause(note, &sent))?;
    if sent.trim().starts_with(SECRET_BEGINS) || cause == Connector::ClientIdIsSecret {
        // The journal's own text contains the secret.
        return Some(
            Finding::new(Connector::ClientIdIsSecret)
                .symptom(symptom)
                .setting("connector.config.clientId", shown_secret(&sent)),
        );
    }
    if let Some(deleted) = deleted(seen, symptom, &sent) {
        return Some(deleted.notes(notes));
    }
    let finding = Finding::new(cause).symptom(symptom).setting("connector.config.clientId", quoted(&sent));
    Some(finding.notes(notes))
}

/// The cause behind a client ID for which Hugging Face has no app.
fn client_id_cause(note: &Note, sent: &str) -> Option<Connector> {
    Some(match note.code {
        // An address as an ID leads to a document about the app, and there is none.
        "hf/client-id-unknown" if is_not_an_id(sent) => Connector::ClientIdNotAnId,
        code if code.starts_with("hf/document-") => Connector::ClientIdNotAnId,
        "hf/client-id-unknown" | "hf/client-id-empty" => Connector::ClientIdUnknown,
        "hf/client-id-is-secret" => Connector::ClientIdIsSecret,
        "hf/client-id-white-space" | "hf/client-id-inner-white-space" => Connector::ClientIdHasWhitespace,
        "hf/client-id-quotation-marks" => Connector::ClientIdInQuotationMarks,
        "hf/client-id-look-alike" => Connector::ClientIdLookAlike,
        "hf/client-id-letter-case" => Connector::ClientIdLetterCase,
        _ => return None,
    })
}

/// Whether it is an address, a placeholder, a variable or an access token: IDs of OAuth apps are
/// UUIDs, or plain words.
fn is_not_an_id(text: &str) -> bool {
    text.contains(['/', ':', '@', '<', '>', '{', '}', '$']) || text.starts_with("hf_")
}

/// Hugging Face accepted the same client ID earlier in this walk, and no longer has the app.
fn deleted(seen: &Observed<'_>, symptom: &Symptom, client_id: &str) -> Option<Finding> {
    let before = seen.authorized(symptom.hop)?;
    let gone = seen.settings.oauth_app.is_none();
    (gone && query(&before.request.url, "client_id")? == client_id).then(|| {
        Finding::new(HuggingFace::AppDeleted)
            .symptom(symptom)
            .hop(before.number, "Hugging Face knew the client id")
    })
}

/// The token endpoint has no app with the connector's client ID, or one without a secret.
fn client(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let refused = refused_at_token(seen, symptom)?;
    let notes = &refused.notes;
    let finding = if because(notes, "hf/app-has-no-secret").is_some() {
        Finding::new(HuggingFace::AppIsPublic).symptom(symptom).setting("huggingface.app.public", true)
    } else {
        let sent = seen.connector_config("clientId")?;
        let cause = notes.iter().find_map(|note| client_id_cause(note, sent))?;
        // A colon ends the ID in the header (RFC 7617 §2): only what is before it arrives.
        let cause = if sent.contains(':') { Connector::ClientIdNotAnId } else { cause };
        deleted(seen, symptom, sent).unwrap_or_else(|| {
            let id = configured(seen, "clientId");
            Finding::new(cause).symptom(symptom).setting("connector.config.clientId", id)
        })
    };
    Some(finding.notes(notes))
}

/// The token endpoint refused the connector's secret. Logto's own answer does not say so
/// (`connector.general {"message":"{}"}`): the journal does.
fn secret(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let refused = refused_at_token(seen, symptom)?;
    let difference = because(&refused.notes, "hf/secret-mismatch")?.fact("difference")?;
    if let (Some(app), Some(id)) = (&seen.settings.oauth_app, seen.connector_config("clientId"))
        && id != app.client_id
    {
        return Some(of_another_app(&app.client_id, &quoted(id)).symptom(symptom).notes(&refused.notes));
    }
    let configured = seen.connector_config("clientSecret").map_or_else(|| "missing".to_owned(), shown_secret);
    let finding = Finding::new(secret_cause(difference)).symptom(symptom);
    Some(finding.setting("connector.config.clientSecret", configured).notes(&refused.notes))
}

/// The connector uses an OAuth app that exists at Hugging Face, but not the one that was set up for
/// it.
pub(super) fn of_another_app(set_up: &str, configured: &str) -> Finding {
    Finding::new(Connector::ClientIdOfAnotherApp)
        .setting("connector.config.clientId", configured)
        .setting("huggingface.app.client_id", quoted(set_up))
}

/// The cause behind a wrong secret.
fn secret_cause(difference: Difference) -> Connector {
    match difference {
        Difference::ClientId => Connector::SecretIsClientId,
        Difference::LeadingWhiteSpace
        | Difference::TrailingWhiteSpace
        | Difference::SurroundingWhiteSpace => Connector::SecretHasTrailingWhitespace,
        Difference::InnerWhiteSpace => Connector::SecretHasInnerWhitespace,
        Difference::LookAlike => Connector::SecretLookAlike,
        Difference::QuotationMarks => Connector::SecretInQuotationMarks,
        Difference::LetterCase => Connector::SecretLetterCase,
        Difference::PercentEncoded => Connector::SecretPercentEncoded,
        Difference::Truncated { .. } => Connector::SecretTruncated,
        Difference::SomethingAdded => Connector::SecretHasMore,
        Difference::Empty | Difference::None | Difference::PercentDecoded | Difference::Other => {
            Connector::SecretWrong
        }
    }
}

/// The saved secret is not the app's, whether or not a walk got that far.
fn secret_setting(seen: &Observed<'_>) -> Option<Finding> {
    let app = seen.settings.oauth_app.as_ref()?;
    let (expected, given) = (app.secret.as_deref()?, seen.connector_config("clientSecret")?);
    let decoded = oauth::basic::form_decoded(&oauth::basic::Credentials {
        id: String::new(),
        secret: given.to_owned(),
    });
    let same_app = seen.connector_config("clientId") == Some(app.client_id.as_str());
    // Hugging Face accepts either reading of a header.
    if !same_app || [given, &decoded.secret].into_iter().any(|given| secret::equal(expected, given)) {
        return None;
    }
    let difference = secret::difference(expected, given, Some(&app.client_id));
    Some(
        Finding::new(secret_cause(difference))
            .setting("connector.config.clientSecret", shown_secret(given))
            .setting(
                "huggingface.app.secret",
                format!("{}: the connector's {difference}", shown_secret(expected)),
            ),
    )
}

/// The connector signs an assertion instead of sending its secret.
fn authentication(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let refused = refused_at_token(seen, symptom)?;
    because(&refused.notes, "hf/secret-missing")?;
    let method = seen.connector_config("tokenEndpointAuthMethod")?;
    (method == "client_secret_jwt").then_some(())?;
    let finding = Finding::new(Connector::AuthenticationNotAccepted).symptom(symptom);
    let finding = finding.setting("connector.config.tokenEndpointAuthMethod", quoted(method));
    Some(finding.notes(&refused.notes))
}

/// The connector requests a scope that does not exist.
fn scope(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let (note, notes) = not_authorized(seen, symptom, "hf/scope-unknown")?;
    let unknown: String = note.fact("scope")?;
    let asked = query(&seen.hop(symptom.hop)?.request.url, "scope").unwrap_or_default().into_owned();
    let finding = Finding::new(scope_cause(&unknown))
        .symptom(symptom)
        .hop(symptom.hop, format!("scope is {}", quoted(&asked)))
        .setting("connector.config.scope", configured(seen, "scope"));
    Some(finding.notes(notes))
}

fn scope_cause(unknown: &str) -> Connector {
    let quoted = secret::without_quotation_marks(unknown).is_some()
        || unknown.contains(['"', '“', '”', '„', '«', '»', '`'])
        || unknown.starts_with(['\'', '‘', '’'])
        || unknown.ends_with(['\'', '‘', '’']);
    let separated = unknown.contains(|c| matches!(c, ',' | ';' | '|' | '+' | '&') || is_white_space(c));
    let escapes = ["%20", "%2c", "%2b", "%0a", "\\n"];
    let escaped = escapes.iter().any(|escape| unknown.to_lowercase().contains(escape));
    match (quoted, separated || escaped) {
        (true, _) => Connector::ScopeInQuotationMarks,
        (false, true) => Connector::ScopeHasCommas,
        (false, false) => Connector::ScopeUnknown,
    }
}

/// The saved scopes contain one that does not exist.
fn scope_setting(seen: &Observed<'_>) -> Option<Finding> {
    let asked = seen.connector_scope()?;
    let exists = |scope: &str| mock_huggingface::SCOPES.iter().any(|(name, _)| *name == scope);
    let scopes = oauth::Scopes::parse(asked);
    let unknown = scopes.iter().find(|scope| !exists(scope))?;
    Some(Finding::new(scope_cause(unknown)).setting("connector.config.scope", quoted(asked)))
}

/// `prompt=none` can only come from the connector's custom parameters.
fn prompt(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::ProviderError { .. } = symptom.kind else { return None };
    let notes = notes(seen, symptom.hop, AUTHORIZE);
    let refusals = ["hf/login-required", "hf/consent-required", "hf/prompt-none-with-others"];
    notes.iter().find(|note| refusals.contains(&note.code))?;
    let asked = query(&seen.hop(symptom.hop)?.request.url, "prompt")?.into_owned();
    let custom = seen.connector()?.get("config")?;
    let (field, value) = ["customConfig", "authRequestOptionalConfig"].into_iter().find_map(|member| {
        let prompt = custom.get(member)?.get("prompt")?.as_str()?;
        Some((format!("connector.config.{member}.prompt"), prompt))
    })?;
    let finding = Finding::new(Connector::PromptNone)
        .symptom(symptom)
        .hop(symptom.hop, format!("prompt is {}", quoted(&asked)));
    Some(finding.setting(field, quoted(value)).notes(notes))
}

/// Logto no longer has the connector with the ID that its page was using: it refuses a call, or the page
/// does not know the connector when the person comes back.
fn gone(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let id = match &symptom.kind {
        SymptomKind::Refused(refusal) => {
            matches!(refusal.code.as_deref(), Some("entity.not_found" | "session.invalid_connector_id"))
                .then_some(())?;
            let path = seen.hop(symptom.hop)?.request.url.path();
            path.strip_prefix("/api/experience/verification/social/")?.split('/').next()?.to_owned()
        }
        SymptomKind::SentBack => {
            // If connectors cannot be read, that does not mean that they do not exist.
            let readable = !seen.settings.sign_in_experience.is_null();
            let known =
                |id: &str| seen.settings.connectors.iter().any(|known| seen::text(known, "id") == Some(id));
            came_back_for(seen, symptom).filter(|id| readable && !known(id))?
        }
        _ => return None,
    };
    let text = |connector: &Value, member: &str| {
        connector.get(member).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let connectors = &seen.settings.connectors;
    let there: Vec<String> = connectors
        .iter()
        .map(|connector| format!("{} ({})", quoted(&text(connector, "id")), text(connector, "target")))
        .collect();
    let there = if there.is_empty() { "none".to_owned() } else { there.join(", ") };
    Some(
        Finding::new(Connector::Gone)
            .symptom(symptom)
            .hop(symptom.hop, format!("the connector asked for is {}", quoted(&id)))
            .setting("connectors", there),
    )
}

/// The id of the connector for which Hugging Face sent the person back to Logto's page.
pub(super) fn came_back_for(seen: &Observed<'_>, symptom: &Symptom) -> Option<String> {
    let mut segments = seen.hop(symptom.hop)?.request.url.path_segments()?;
    let id = segments.next().filter(|first| *first == "callback").and(segments.next_back())?;
    Some(percent_encoding::percent_decode_str(id).decode_utf8_lossy().into_owned())
}

/// Required values were empty, or missing, when the connector was saved.
fn incomplete(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::Refused(refusal) = &symptom.kind else { return None };
    (refusal.code.as_deref() == Some("connector.invalid_config")).then_some(())?;
    Some(incomplete_setting(seen)?.symptom(symptom))
}

fn incomplete_setting(seen: &Observed<'_>) -> Option<Finding> {
    let config = seen.connector()?.get("config")?.as_object()?;
    let needed: &[&str] = match seen.factory()? {
        "oauth2" => {
            &["clientId", "clientSecret", "authorizationEndpoint", "tokenEndpoint", "userInfoEndpoint"]
        }
        "oidc" => &["clientId", "clientSecret", "authorizationEndpoint", "tokenEndpoint", "scope"],
        _ => &["clientId", "clientSecret"],
    };
    let lacks: Vec<&str> = needed.iter().copied().filter(|member| !config.contains_key(*member)).collect();
    // The app has no secret that could have been saved.
    if lacks == ["clientSecret"] && seen.settings.oauth_app.as_ref().is_some_and(|app| app.public) {
        return Some(Finding::new(HuggingFace::AppIsPublic).setting("huggingface.app.public", true));
    }
    (!lacks.is_empty()).then(|| {
        let there: Vec<&str> = config.keys().map(String::as_str).collect();
        let there =
            if there.is_empty() { "nothing".to_owned() } else { format!("only {}", there.join(", ")) };
        lacks.into_iter().fold(Finding::new(Connector::ConfigIncomplete), |finding, member| {
            finding.setting(format!("connector.config.{member}"), format!("missing: there is {there}"))
        })
    })
}

/// The button that the person looked for does not belong to any connector.
fn no_such_target(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::NoButton { target, .. } = &symptom.kind else { return None };
    Some(none_for(seen, target)?.symptom(symptom))
}

/// Logto has no connector to sign in with, whether or not a walk tried to.
fn none(seen: &Observed<'_>) -> Option<Finding> {
    none_for(seen, &seen.settings.target)
}

fn none_for(seen: &Observed<'_>, target: &str) -> Option<Finding> {
    // If connectors cannot be read, that does not mean that they do not exist.
    let readable = !seen.settings.sign_in_experience.is_null();
    let targets = targets(seen);
    (readable && !targets.iter().any(|known| known == target)).then(|| {
        let there = if targets.is_empty() { "none".to_owned() } else { targets.join(", ") };
        Finding::new(Connector::NoneForTarget).setting("connectors, by target", there)
    })
}
