//! Rules about the app's record in Logto.

use kit::Party;

use crate::findings::causes::Application;
use crate::findings::endpoints::logto::TOKEN;
use crate::findings::finding::Finding;
use crate::findings::observed::{Observed, answered, query, status};
use crate::findings::rule::{Explain, Watch, rules};
use crate::findings::seen::{application_type, sent_secret};
use crate::findings::shown::quoted;
use crate::findings::symptom::{Symptom, SymptomKind};

pub(super) const EXPLAIN: &[Explain] = rules![type_and_secret, expired, scope_not_permitted, authorization];
/// Applied before what is wrong with the request: people cannot sign in with any.
pub(super) const FIRST: &[Explain] = rules![machine];
pub(super) const WATCH: &[Watch] = &[];

/// People cannot sign in through such an application, whatever is registered.
fn machine(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let shown = match &symptom.kind {
        SymptomKind::OidcError { path, .. } => path == "/oidc/auth",
        SymptomKind::AppGotError { .. } => true,
        _ => false,
    };
    (shown && application_type(seen) == "MachineToMachine").then(|| {
        Finding::new(Application::MachineToMachine)
            .symptom(symptom)
            .setting("application.type", "MachineToMachine")
    })
}

/// The app sent a secret for a type that has none, or no secret for a type that has one.
fn type_and_secret(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::AppFailed { .. } = symptom.kind else { return None };
    let refused = seen.app_asked(symptom.hop, TOKEN).find(|entry| {
        let error = answered(entry, "error");
        matches!(status(entry), Some(400 | 401))
            && matches!(error.as_deref(), Some("invalid_client" | "invalid_request"))
    })?;
    let (kind, secret) = (application_type(seen), sent_secret(refused));
    let cause = match (kind, secret) {
        ("SPA" | "Native", true) => Application::TypeHasNoSecret,
        ("Traditional", false) => Application::TypeNeedsSecret,
        _ => return None,
    };
    let sent = if secret { "with" } else { "without" };
    let status = status(refused).unwrap_or_default();
    let said = answered(refused, "error_description").unwrap_or_default();
    Some(
        Finding::new(cause)
            .symptom(symptom)
            .journal(
                Party::APP,
                format!("Logto answered a token request {sent} a secret with {status}: {said}"),
            )
            .setting("application.type", kind),
    )
}

fn expired(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::AppFailed { .. } = symptom.kind else { return None };
    let said = seen.app_asked(symptom.hop, TOKEN).find_map(|entry| answered(entry, "error_description"))?;
    (said == "client secret has expired").then(|| {
        Finding::new(Application::SecretExpired)
            .symptom(symptom)
            .journal(Party::APP, format!("Logto's token endpoint answered: {said}"))
    })
}

/// Logto sends the browser back because of a scope that is not enabled (contract §14).
fn scope_not_permitted(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::AppGotError { error, .. } = &symptom.kind else { return None };
    (error == "invalid_scope" && seen.settings.application.get("isThirdParty")? == true).then_some(())?;
    let refused = query(&seen.hop(symptom.hop)?.redirect()?.ok()?, "scope")?.into_owned();
    let asked = query(&seen.hop(symptom.hop)?.request.url, "scope")?;
    asked.split(' ').any(|scope| scope == refused).then(|| {
        Finding::new(Application::ScopeNotPermitted)
            .symptom(symptom)
            .hop(symptom.hop, format!("scope is {}; Logto refuses {}", quoted(&asked), quoted(&refused)))
            .setting("application.userConsentScopes.userScopes", format!("without {}", quoted(&refused)))
    })
}

/// Logto's page asks the person to authorize the application, and the person did not answer.
fn authorization(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::AsksToAuthorize(_) = symptom.kind else { return None };
    (seen.settings.application.get("isThirdParty")? == true).then(|| {
        Finding::new(Application::AsksToAuthorize)
            .symptom(symptom)
            .setting("application.isThirdParty", "true")
    })
}
