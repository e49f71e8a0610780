//! What Logto refuses because of the app's record.

use super::{Explain, Watch};
use crate::findings::causes::Application;
use crate::findings::derive::shows;
use crate::findings::finding::Finding;
use crate::findings::observed::{Observed, query};
use crate::findings::shown::quoted;
use crate::findings::symptom::{Symptom, SymptomKind};

pub(super) const EXPLAIN: &[Explain] = &[redirect_uri, post_sign_out_uri];
pub(super) const WATCH: &[Watch] = &[];

fn redirect_uri(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::OidcError { error, .. } = &symptom.kind else { return None };
    (error == "invalid_redirect_uri").then_some(())?;
    let sent = query(&seen.hop(symptom.hop)?.request.url, "redirect_uri")?.into_owned();
    Some(
        Finding::new(Application::RedirectUriNotRegistered)
            .hop(symptom.hop, shows(symptom))
            .hop(symptom.hop, format!("redirect_uri is {}", quoted(&sent)))
            .setting("application.oidcClientMetadata.redirectUris", listed(seen, "redirectUris")),
    )
}

fn post_sign_out_uri(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::OidcError { path, description, .. } = &symptom.kind else { return None };
    (path.starts_with("/oidc/session/end")
        && description.contains("post_logout_redirect_uri not registered"))
    .then_some(())?;
    let sent = query(&seen.hop(symptom.hop)?.request.url, "post_logout_redirect_uri")?.into_owned();
    Some(
        Finding::new(Application::PostSignOutUriNotRegistered)
            .hop(symptom.hop, shows(symptom))
            .hop(symptom.hop, format!("post_logout_redirect_uri is {}", quoted(&sent)))
            .setting(
                "application.oidcClientMetadata.postLogoutRedirectUris",
                listed(seen, "postLogoutRedirectUris"),
            ),
    )
}

/// A list of URIs as evidence shows it.
fn listed(seen: &Observed<'_>, member: &str) -> String {
    match seen.application_uris(member) {
        None => "unknown".to_owned(),
        Some(uris) if uris.is_empty() => "empty".to_owned(),
        Some(uris) => uris.into_iter().map(quoted).collect::<Vec<_>>().join(", "),
    }
}
