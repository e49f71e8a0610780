//! What a person or an operator would call broken.

use kit::{Note, Party, Prose};
use serde_json::Value;
use url::Url;

use super::endpoints::huggingface::AUTHORIZE;
use super::observed::{AdminAnswer, Ending, Observed, SeenVerb, query};
use super::seen::{because, is_from_app, led_by_app, notes, sent_by_logto, was_not_asked, was_refused};
use super::success::{is_code_callback, last_look, last_success, own_error_page, shows, signed_out_since};
use crate::signin_page::{Arrival, Consent, Refusal};
use crate::walker::{Hop, WhyHop};

/// A point at which the sign-in does not continue as it should.
#[derive(Debug, Clone)]
pub(crate) struct Symptom {
    /// The hop at which it shows.
    pub hop: usize,
    /// What kind of symptom it is.
    pub kind: SymptomKind,
}

/// Kinds of symptoms, in the order of a sign-in.
#[derive(Debug, Clone)]
pub(crate) enum SymptomKind {
    /// A request that got no response.
    NoResponse(Prose),
    /// Logto's OIDC endpoints show an error instead of continuing (contract §1).
    OidcError {
        /// The path of the request that failed.
        path: String,
        /// The code, from the member `error`.
        error: String,
        /// The description, from the member `error_description`.
        description: String,
    },
    /// Logto does not know of any sign-in in progress (contract §2).
    UnknownSession,
    /// Logto's page has no button for this target.
    NoButton {
        /// The connector target whose button the person looked for.
        target: String,
        /// What the page shows instead.
        shown: String,
    },
    /// Hugging Face shows an error page.
    ProviderPage {
        /// The HTTP status of the page.
        status: u16,
    },
    /// Hugging Face sends the browser back to Logto with an error (RFC 6749 §4.1.2.1).
    ProviderError {
        /// The code, from the parameter `error`.
        error: String,
        /// The description, from the parameter `error_description`.
        description: String,
    },
    /// Logto's page found that `state` is not the one it sent.
    StateMismatch,
    /// Logto's page lost what belongs to the `state`.
    SessionNotFound,
    /// Logto's page does not show the connector, and sent the person back to the sign-in page.
    SentBack,
    /// A form of Logto's page does not accept what was typed.
    NotAccepted {
        /// `username` or `password`.
        field: &'static str,
        /// What the form says.
        message: String,
    },
    /// Logto refused a call of its page.
    Refused(Refusal),
    /// Logto's page asks for more, and the person did not answer.
    AsksFor(Vec<String>),
    /// Logto's page asks whether to link, and the person did not answer.
    AsksToLink {
        /// The kind of the identifier, e.g. `email`.
        kind: String,
    },
    /// Logto sends the browser back to the app with an error.
    AppGotError {
        /// The code, from the parameter `error`.
        error: String,
        /// The description, from the parameter `error_description`.
        description: String,
    },
    /// The app answers with an error.
    AppFailed {
        /// The HTTP status of the answer.
        status: u16,
        /// The path of its own error page, if it sends the browser there.
        error_page: Option<String>,
    },
    /// The person signed out and was left on Logto's own page, although the app had named a URI to
    /// return to.
    LeftSignedOut {
        /// The number of the hop that requested the sign-out.
        asked: usize,
    },
    /// The sign-in succeeded, and the app does not know the person.
    NotSignedIn,
    /// Logto's page asks to accept the terms, and the person did not answer.
    AsksToAgree,
    /// Logto's page asks to authorize a third-party application, and the person did not answer.
    AsksToAuthorize(Consent),
    /// The Management API refused a call.
    ManagementRefused(Box<AdminAnswer>),
    /// An action on the page that could not be done.
    Stuck(Prose),
}

/// The symptom in words, as findings quote it.
impl std::fmt::Display for Symptom {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.kind {
            SymptomKind::NoResponse(fault) => write!(f, "no response: {fault}"),
            SymptomKind::OidcError { path, error, description } => {
                write!(f, "Logto shows an error at {path}: {error} ({description})")
            }
            SymptomKind::UnknownSession => f.write_str("Logto does not know of any sign-in in progress"),
            SymptomKind::NoButton { target, shown } => {
                write!(f, "Logto's page has no button for `{target}`; it shows {shown}")
            }
            SymptomKind::ProviderPage { status } => write!(f, "Hugging Face shows an error page ({status})"),
            SymptomKind::ProviderError { error, description } => {
                write!(f, "Hugging Face sends the browser back with {error} ({description})")
            }
            SymptomKind::StateMismatch => {
                f.write_str("Logto's page finds that the state is not the one it sent")
            }
            SymptomKind::SessionNotFound => {
                f.write_str("Logto's page no longer has what belongs to the state")
            }
            SymptomKind::SentBack => {
                f.write_str("Logto's page sends the person back to the sign-in page without a word")
            }
            SymptomKind::NotAccepted { field, message } => {
                write!(f, "Logto's page does not accept the {field}: {message}")
            }
            SymptomKind::Refused(refusal) if refusal.status == 0 => {
                write!(f, "Logto's page says “{}”", refusal.shown)
            }
            SymptomKind::Refused(refusal) => {
                let code = refusal.code.as_deref().unwrap_or("without a code");
                write!(f, "Logto answers {} {code}: {}", refusal.status, refusal.message)
            }
            SymptomKind::AsksFor(asked) => write!(f, "Logto's page asks for {}", asked.join(", ")),
            SymptomKind::AsksToLink { kind } => {
                write!(f, "Logto's page asks whether to link to the account with this {kind}")
            }
            SymptomKind::AsksToAgree => f.write_str("Logto's page asks the person to agree to the terms"),
            SymptomKind::AsksToAuthorize(consent) => {
                write!(f, "Logto's page asks the person to authorize {consent}")
            }
            SymptomKind::ManagementRefused(answer) => {
                let text =
                    |member: &str| answer.answer.get(member).and_then(Value::as_str).unwrap_or_default();
                let (code, message) = (text("code"), text("message"));
                write!(f, "the Management API answers {} {code} to {}: {message}", answer.status, answer.call)
            }
            SymptomKind::AppGotError { error, description } => {
                write!(f, "Logto sends the browser back to the app with {error} ({description})")
            }
            SymptomKind::AppFailed { status, error_page: Some(path) } => {
                write!(f, "the app answers {status}, and sends the browser to its own error page {path}")
            }
            SymptomKind::AppFailed { status: 0, .. } => {
                f.write_str("the app does not answer, and has no tokens for the code")
            }
            SymptomKind::AppFailed { status: status @ ..400, .. } => {
                write!(f, "the app answers {status}, and has no tokens for the code")
            }
            SymptomKind::AppFailed { status, .. } => write!(f, "the app answers {status}"),
            SymptomKind::LeftSignedOut { .. } => {
                f.write_str("the person is signed out, and left on Logto's own page")
            }
            SymptomKind::NotSignedIn => {
                f.write_str("the sign-in succeeded, and the app says that the person is not signed in")
            }
            SymptomKind::Stuck(what) => write!(f, "{what}"),
        }
    }
}

/// All symptoms in order, except those that were overcome later.
pub(super) fn symptoms(seen: &Observed<'_>) -> Vec<Symptom> {
    let mut found: Vec<Symptom> = seen.hops().iter().filter_map(|hop| at_hop(seen, hop)).collect();
    found.extend(at_steps(seen));
    found.extend(not_signed_in(seen));
    found.sort_by_key(|symptom| symptom.hop);
    found.dedup_by_key(|symptom| symptom.hop);
    let mut before: Option<Symptom> = None;
    found.retain(|symptom| {
        let told = before.as_ref().is_some_and(|before| follows(seen, before, symptom));
        before = Some(symptom.clone());
        !told
    });
    let last_success = last_success(seen);
    found.retain(|symptom| {
        last_success.is_none_or(|success| symptom.hop > success) || still_refused(seen, symptom)
    });
    // A successful sign-in does not make up for a failed set-up.
    found.extend(refused_by_management(seen));
    found.sort_by_key(|symptom| symptom.hop);
    found
}

/// The callback succeeded, the browser was not involved in a sign-out since, and yet the app says
/// that the person is not signed in.
fn not_signed_in(seen: &Observed<'_>) -> Option<Symptom> {
    let check = last_look(seen)?;
    let checked = seen.hops().iter().position(|hop| hop.number == check.number)?;
    // A page of another party asks without the app's cookies.
    (shows(seen, check) == Some(false) && is_from_app(seen, check)).then_some(())?;
    let callback = seen.hops()[..checked].iter().rposition(|hop| {
        seen.is_at(hop, Party::APP)
            && is_code_callback(hop)
            && hop.response.status < 400
            && hop.tab.browser() == check.tab.browser()
    })?;
    let done = !signed_out_since(seen, callback, checked);
    done.then(|| Symptom { hop: seen.hops()[callback].number, kind: SymptomKind::NotSignedIn })
}

/// Whether Logto refused the last step of the walk, and the app shows no more than the sign-in of another tab: that
/// does not make up for it.
fn still_refused(seen: &Observed<'_>, symptom: &Symptom) -> bool {
    let Some(last) = seen.steps.last() else { return false };
    let Ending::Says(_) = last.ending else { return false };
    let Some(refused) = seen.hop(symptom.hop) else { return false };
    let by_own = |hop: &&Hop| hop.tab == refused.tab && is_code_callback(hop);
    matches!(
        symptom.kind,
        SymptomKind::Refused(_)
            | SymptomKind::StateMismatch
            | SymptomKind::SessionNotFound
            | SymptomKind::SentBack
            | SymptomKind::NotAccepted { .. }
    ) && seen.hops()[last.hops.clone()].iter().any(|hop| hop.number == symptom.hop)
        && !seen.hops().iter().any(|hop| by_own(&hop) && seen.is_at(hop, Party::APP))
}

/// Whether Logto only repeats Hugging Face's error, as the callback carried it, or an app of your own only
/// shows what it failed at.
fn follows(seen: &Observed<'_>, before: &Symptom, symptom: &Symptom) -> bool {
    match (&before.kind, &symptom.kind) {
        (SymptomKind::ProviderError { .. }, SymptomKind::Refused(_)) => {}
        (SymptomKind::AppFailed { status: ..400, .. }, SymptomKind::AppFailed { .. }) => {
            return seen
                .hop(symptom.hop)
                .is_some_and(|hop| led_by_app(seen, hop).any(|earlier| earlier.number == before.hop));
        }
        _ => return false,
    }
    let between = |hop: &&Hop| before.hop < hop.number && hop.number < symptom.hop;
    let mut between = seen.hops().iter().filter(between);
    !between.any(|hop| seen.is_at(hop, Party::HUGGINGFACE))
}

fn refused_by_management(seen: &Observed<'_>) -> impl Iterator<Item = Symptom> {
    seen.steps.iter().filter_map(|step| {
        let SeenVerb::Administered(answer) = &step.verb else { return None };
        let hop = seen.hops()[..step.hops.end].last().map_or(0, |hop| hop.number);
        let kind = SymptomKind::ManagementRefused(answer.clone());
        (answer.status >= 400).then_some(Symptom { hop, kind })
    })
}

/// Why Hugging Face did not take an authorization request, which it shows on a page or sends back: the note
/// with this code, and all notes.
pub(super) fn not_authorized<'s>(
    seen: &'s Observed<'_>,
    symptom: &Symptom,
    code: &str,
) -> Option<(&'s Note, Vec<&'s Note>)> {
    matches!(symptom.kind, SymptomKind::ProviderPage { .. } | SymptomKind::ProviderError { .. })
        .then_some(())?;
    let notes = notes(seen, symptom.hop, AUTHORIZE);
    Some((because(notes.iter().copied(), code)?, notes))
}

fn at_hop(seen: &Observed<'_>, hop: &Hop) -> Option<Symptom> {
    if hop.why == WhyHop::Prefetch {
        // The browser ignores the result.
        return None;
    }
    if given_up(seen, hop) {
        // What the person sees is told by the step.
        return None;
    }
    let (url, status) = (&hop.request.url, hop.response.status);
    let kind = if let Some(fault) = hop.response.fault.as_ref().filter(|_| !was_refused(seen, hop)) {
        SymptomKind::NoResponse(fault.clone())
    } else {
        match seen.party(url)? {
            Party::HUGGINGFACE if status >= 400 => SymptomKind::ProviderPage { status },
            Party::HUGGINGFACE => {
                let back = hop.redirect()?.ok()?;
                error_of(&back)
                    .filter(|_| seen.party(&back) == Some(Party::LOGTO))
                    .map(|(error, description)| SymptomKind::ProviderError { error, description })?
            }
            Party::LOGTO => at_logto(seen, hop)?,
            Party::APP if hop.why == WhyHop::Call => return None,
            // Logto's error is the symptom, at the previous hop.
            Party::APP if error_of(url).is_some() && sent_by_logto(seen, hop) => return None,
            Party::APP => {
                let error_page = own_error_page(seen, hop);
                let without_tokens = was_refused(seen, hop) || was_not_asked(seen, hop);
                (status >= 400 || without_tokens || error_page.is_some())
                    .then_some(SymptomKind::AppFailed { status, error_page })?
            }
            _ => return None,
        }
    };
    Some(Symptom { hop: hop.number, kind })
}

/// Whether Logto's page stopped waiting for this answer.
fn given_up(seen: &Observed<'_>, hop: &Hop) -> bool {
    seen.steps.iter().any(|step| {
        matches!(&step.ending, Ending::Says(Arrival::Refused(refusal)) if refusal.status == 0 && refusal.hop == hop.number)
    })
}

fn at_logto(seen: &Observed<'_>, hop: &Hop) -> Option<SymptomKind> {
    let (path, status) = (hop.request.url.path(), hop.response.status);
    if path == "/unknown-session" {
        return Some(SymptomKind::UnknownSession);
    }
    if path == "/oidc/session/end/success" {
        let before = seen.hops().iter().take_while(|other| other.number < hop.number);
        let asked = before.filter(|other| other.request.url.path() == "/oidc/session/end").last()?;
        query(&asked.request.url, "post_logout_redirect_uri")?;
        return Some(SymptomKind::LeftSignedOut { asked: asked.number });
    }
    if hop.why != WhyHop::Call && status >= 400 {
        let body = hop.json().unwrap_or_default();
        let text = |member: &str| body.get(member).and_then(Value::as_str).unwrap_or_default().to_owned();
        let error = if text("error").is_empty() { text("code") } else { text("error") };
        let description =
            if text("error_description").is_empty() { text("message") } else { text("error_description") };
        return Some(SymptomKind::OidcError { path: path.to_owned(), error, description });
    }
    let back = hop.redirect()?.ok()?;
    // The operating system opens an app that has its own scheme.
    let to_app = seen.party(&back) == Some(Party::APP) || !matches!(back.scheme(), "http" | "https");
    let (error, description) = error_of(&back).filter(|_| to_app)?;
    Some(SymptomKind::AppGotError { error, description })
}

fn error_of(url: &Url) -> Option<(String, String)> {
    let error = query(url, "error")?.into_owned();
    Some((error, query(url, "error_description").unwrap_or_default().into_owned()))
}

/// What Logto's page said where the person did not continue.
fn at_steps(seen: &Observed<'_>) -> Vec<Symptom> {
    let mut found = Vec::new();
    for (at, step) in seen.steps.iter().enumerate() {
        let last_hop = seen.hops()[..step.hops.end].last().map_or(0, |hop| hop.number);
        let answered = || {
            // What others do in the meantime does not count as an answer.
            let meanwhile = |verb: &SeenVerb| matches!(verb, SeenVerb::Administered(_) | SeenVerb::Meanwhile);
            let next = seen.steps[at + 1..].iter().find(|next| !meanwhile(&next.verb));
            next.is_some_and(|next| next.verb == SeenVerb::Answered)
        };
        let kind = match &step.ending {
            Ending::Rest | Ending::Says(Arrival::Moved) => continue,
            Ending::NoButton { target, shown } => {
                SymptomKind::NoButton { target: target.clone(), shown: shown.clone() }
            }
            Ending::Failed(what) => SymptomKind::Stuck(what.clone()),
            Ending::Says(Arrival::Refused(refusal)) => SymptomKind::Refused(refusal.clone()),
            Ending::Says(Arrival::StateMismatch) => SymptomKind::StateMismatch,
            Ending::Says(Arrival::SessionNotFound) => SymptomKind::SessionNotFound,
            Ending::Says(Arrival::SentBack) => SymptomKind::SentBack,
            Ending::Says(_) if answered() => continue,
            Ending::Says(Arrival::NotAccepted { field, message }) => {
                SymptomKind::NotAccepted { field, message: message.clone() }
            }
            Ending::Says(Arrival::MissingProfile(asked)) => SymptomKind::AsksFor(asked.clone()),
            Ending::Says(Arrival::AsksToAgree) => SymptomKind::AsksToAgree,
            Ending::Says(Arrival::AsksToAuthorize(consent)) => SymptomKind::AsksToAuthorize(consent.clone()),
            Ending::Says(Arrival::LinkOrRegister { kind, .. }) => {
                SymptomKind::AsksToLink { kind: kind.clone() }
            }
        };
        let hop = if let SymptomKind::Refused(refusal) = &kind { refusal.hop } else { last_hop };
        found.push(Symptom { hop, kind });
    }
    found
}
