//! Rules about what the sign-in experience does not allow.

use kit::Party;
use serde_json::Value;

use super::connector::came_back_for;
use crate::findings::causes::{App, Connector, Experience};
use crate::findings::finding::Finding;
use crate::findings::observed::{Observed, query};
use crate::findings::rule::{Explain, Watch, rules};
use crate::findings::seen::{targets, text};
use crate::findings::shown::quoted;
use crate::findings::symptom::{Symptom, SymptomKind};
use crate::walker::WhyHop;

pub(super) const EXPLAIN: &[Explain] =
    rules![not_enabled, asks_for, no_mail, mode, second_factor, terms, email];
pub(super) const WATCH: &[Watch] = rules![not_enabled_setting, direct_sign_in];

/// A member of the sign-in experience, as JSON.
pub(super) fn member(seen: &Observed<'_>, name: &str) -> Value {
    seen.settings.sign_in_experience.get(name).cloned().unwrap_or_default()
}

/// The connector exists, and its target is not listed: there is no button, or the page does not know the
/// connector when the person comes back.
fn not_enabled(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let target = match &symptom.kind {
        SymptomKind::NoButton { target, .. } => target,
        SymptomKind::SentBack => {
            let id = came_back_for(seen, symptom)?;
            let mut connectors = seen.settings.connectors.iter();
            let known = connectors.find(|connector| text(connector, "id") == Some(id.as_str()))?;
            text(known, "target")?
        }
        _ => return None,
    };
    Some(hidden(seen, target)?.symptom(symptom))
}

/// The connector under test has no button, whether or not a walk looked for it.
fn not_enabled_setting(seen: &Observed<'_>) -> Option<Finding> {
    hidden(seen, seen.connector()?.get("target")?.as_str()?)
}

/// A connector with this target exists, and the sign-in experience does not list it.
fn hidden(seen: &Observed<'_>, target: &str) -> Option<Finding> {
    let enabled = member(seen, "socialSignInConnectorTargets");
    let listed = enabled.as_array()?.iter().any(|listed| listed.as_str() == Some(target));
    let there = targets(seen).iter().any(|there| there == target);
    (there && !listed).then(|| {
        Finding::new(Experience::ConnectorNotEnabled)
            .setting("signInExperience.socialSignInConnectorTargets", enabled)
            .setting("connector.target", target)
    })
}

/// `/direct/social/<target>` led to the ordinary page: the target has no button. Neither the person
/// nor the app gets a message about it.
fn direct_sign_in(seen: &Observed<'_>) -> Option<Finding> {
    let direct = |hop: &&crate::walker::Hop| {
        seen.is_at(hop, Party::LOGTO) && hop.request.url.path().starts_with("/direct/")
    };
    let at = seen.hops().iter().position(|hop| direct(&hop))?;
    // A sign-in that starts sends calls; the ordinary page opens at once.
    let next =
        seen.hops()[at + 1..].iter().find(|hop| hop.tab == seen.hops()[at].tab && hop.why != WhyHop::Call)?;
    matches!(next.request.url.path(), "/sign-in" | "/register").then_some(())?;
    let asked = seen.hops()[at].request.url.path().trim_start_matches("/direct/").to_owned();
    let says = format!("the direct sign-in `{asked}` led to the ordinary page");
    let target = asked.strip_prefix("social/").unwrap_or(&asked);
    let finding = match hidden(seen, target) {
        Some(hidden) => hidden,
        None => {
            let there = targets(seen);
            let there = if there.is_empty() { "none".to_owned() } else { there.join(", ") };
            Finding::new(App::DirectSignInUnknown).setting("connectors, by target", there)
        }
    };
    Some(finding.hop(seen.hops()[at].number, says).at(seen.hops()[at].number))
}

/// The tenant requires what Hugging Face did not provide.
fn asks_for(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::AsksFor(asked) = &symptom.kind else { return None };
    let scope = seen.authorized(symptom.hop).and_then(|hop| query(&hop.request.url, "scope"));
    let address = asked.iter().any(|one| one == "email" || one == "emailOrPhone");
    let finding = match scope {
        Some(scope) if address && !scope.split(' ').any(|one| one == "email") => {
            Finding::new(Connector::EmailScopeMissing)
                .symptom(symptom)
                .setting("connector.config.scope", quoted(seen.connector_scope().unwrap_or_default()))
        }
        _ => Finding::new(Experience::SignUpIdentifierRequired).symptom(symptom),
    };
    Some(finding.setting("signInExperience.signUp", member(seen, "signUp")))
}

/// Logto has to send a code, and no connector can send it.
fn no_mail(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    code(symptom, &["connector.not_found"])?;
    Some(
        Finding::new(Experience::EmailConnectorMissing)
            .symptom(symptom)
            .setting("signInExperience.signUp", member(seen, "signUp")),
    )
}

/// The tenant accepts only known people, or only new ones.
fn mode(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let code = code(symptom, &["user.identity_not_exist", "auth.forbidden"])?;
    let mode = member(seen, "signInMode");
    let cause = match (mode.as_str()?, code) {
        ("SignIn", _) => Experience::RegistrationOff,
        ("Register", "auth.forbidden") => Experience::SignInOff,
        _ => return None,
    };
    Some(Finding::new(cause).symptom(symptom).setting("signInExperience.signInMode", mode))
}

/// Logto requires a second factor.
fn second_factor(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    code(symptom, &["user.missing_mfa", "user.suggest_mfa", "session.mfa.require_mfa_verification"])?;
    let mfa = member(seen, "mfa");
    Some(Finding::new(Experience::MfaRequired).symptom(symptom).setting("signInExperience.mfa", mfa))
}

/// The terms must be accepted, and the person did not.
fn terms(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::AsksToAgree = symptom.kind else { return None };
    Some(
        Finding::new(Experience::TermsToAgree)
            .symptom(symptom)
            .setting("signInExperience.agreeToTermsPolicy", member(seen, "agreeToTermsPolicy"))
            .setting("signInExperience.termsOfUseUrl", member(seen, "termsOfUseUrl")),
    )
}

/// The tenant does not accept this e-mail address, or not by this route.
fn email(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::Refused(refusal) = &symptom.kind else { return None };
    match refusal.code.as_deref()? {
        "session.sso_enabled" => Some(Finding::new(Experience::SingleSignOnOnly).symptom(symptom)),
        code if code.starts_with("session.email_blocklist.") => Some(
            Finding::new(Experience::EmailBlocked)
                .symptom(symptom)
                .setting("signInExperience.emailBlocklistPolicy", member(seen, "emailBlocklistPolicy")),
        ),
        _ => None,
    }
}

/// The error code of a refusal, if it is one of `codes`.
fn code<'s>(symptom: &'s Symptom, codes: &[&str]) -> Option<&'s str> {
    let SymptomKind::Refused(refusal) = &symptom.kind else { return None };
    refusal.code.as_deref().filter(|code| codes.contains(code))
}
