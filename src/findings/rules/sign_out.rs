//! Rules about sign-outs that do too little, or too much.

use kit::Party;
use serde_json::Value;

use crate::findings::causes::{App, Application, HuggingFace};
use crate::findings::endpoints::logto::TOKEN;
use crate::findings::finding::Finding;
use crate::findings::observed::{Observed, query, status};
use crate::findings::rule::{Explain, Watch, rules};
use crate::findings::seen::{is_authorization, sent_secret};
use crate::findings::shown::quoted;
use crate::findings::success::{authenticated, is_code_callback, is_session_check};
use crate::findings::symptom::{Symptom, SymptomKind};
use crate::walker::{Hop, WhyHop};

pub(super) const EXPLAIN: &[Explain] = rules![without_client_id, hint];
pub(super) const WATCH: &[Watch] =
    rules![prefetched, local_only, not_revoked, landing_page, no_back_channel, provider_session];

/// Path of Logto's sign-out (contract §1.8).
pub(super) const END_SESSION: &str = "/oidc/session/end";

/// Logto cannot tell to which application the return URI belongs.
fn without_client_id(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::LeftSignedOut { asked } = symptom.kind else { return None };
    let url = &seen.hop(asked)?.request.url;
    let told = ["client_id", "id_token_hint"].iter().any(|name| query(url, name).is_some());
    (!told).then(|| {
        Finding::new(App::SignOutWithoutClientId)
            .hop(asked, "post_logout_redirect_uri is there, client_id and id_token_hint are not")
            .symptom(symptom)
    })
}

fn hint(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::OidcError { path, description, .. } = &symptom.kind else { return None };
    (path == END_SESSION && description.contains("id_token_hint")).then_some(())?;
    let length = query(&seen.hop(symptom.hop)?.request.url, "id_token_hint")?.len();
    Some(
        Finding::new(App::IdTokenHintRefused)
            .symptom(symptom)
            .hop(symptom.hop, format!("id_token_hint has {length} characters")),
    )
}

/// Whether a hop of the app sends the browser to a path, whatever happened afterwards.
fn leads_to(hop: &Hop, path: &str) -> bool {
    hop.redirect().and_then(Result::ok).is_some_and(|target| target.path() == path)
}

/// The browser, and not the person, followed the link.
fn prefetched(seen: &Observed<'_>) -> Option<Finding> {
    let hop = seen.hops().iter().find(|hop| {
        hop.why == WhyHop::Prefetch && seen.is_at(hop, Party::APP) && leads_to(hop, END_SESSION)
    })?;
    let says = format!("the browser loads {} in the background", hop.request.url.path());
    Some(
        Finding::new(App::SignOutPrefetched)
            .at(hop.number)
            .hop(hop.number, says)
            .hop(hop.number, "the app signs the person out, and sends the browser to Logto's sign-out"),
    )
}

/// The app signs the person out without telling Logto, and the next sign-in asks nothing.
fn local_only(seen: &Observed<'_>) -> Option<Finding> {
    seen.hops().iter().enumerate().find_map(|(at, hop)| {
        let path = hop.request.url.path();
        let signs_out = hop.why != WhyHop::Prefetch
            && hop.why != WhyHop::Call
            && seen.is_at(hop, Party::APP)
            && (path.contains("sign-out") || path.contains("logout"))
            && hop.redirect().is_some();
        signs_out.then_some(())?;
        let browser = hop.tab.browser();
        let mut later = seen.hops()[at..].iter().filter(|later| later.tab.browser() == browser);
        let request = later.find(|later| is_authorization(seen, later) && later.why == WhyHop::Redirect)?;
        let between = seen.hops()[at..].iter().take_while(|other| other.number < request.number);
        let heard = between.into_iter().any(|other| other.request.url.path().starts_with(END_SESSION));
        // Only redirects up to the callback: the person was not asked.
        let on = seen.hops().iter().filter(|other| other.number > request.number);
        let silent = on
            .take_while(|other| other.why == WhyHop::Redirect)
            .find(|other| seen.is_at(other, Party::APP) && is_code_callback(other));
        let back = silent.filter(|_| !heard)?;
        Some(
            Finding::new(App::SignOutLocalOnly)
                .at(hop.number)
                .hop(
                    hop.number,
                    "the app signs the person out, and does not send the browser to Logto's sign-out",
                )
                .hop(back.number, "the next sign-in comes back without asking anything"),
        )
    })
}

/// The app revokes a token without authentication (contract §1.7).
fn not_revoked(seen: &Observed<'_>) -> Option<Finding> {
    let revocation = format!("{TOKEN}/revocation");
    let (hop, answer) = seen.hops().iter().find_map(|hop| {
        let mut refused = seen.app_asked(hop.number, &revocation).filter(|entry| !sent_secret(entry));
        refused.find_map(|entry| Some((hop, status(entry).filter(|status| (400..500).contains(status))?)))
    })?;
    Some(
        Finding::new(App::RefreshTokenNotRevoked)
            .at(hop.number)
            .hop(hop.number, "the app signs the person out")
            .journal(
                Party::APP,
                format!("the revocation endpoint answered {answer} to a request without authentication"),
            ),
    )
}

/// The browser goes from Logto's sign-out straight into the next sign-in.
fn landing_page(seen: &Observed<'_>) -> Option<Finding> {
    seen.hops().iter().enumerate().find_map(|(at, hop)| {
        let confirmed = seen.is_at(hop, Party::LOGTO)
            && hop.request.url.path().starts_with(END_SESSION)
            && hop.redirect().is_some();
        confirmed.then_some(())?;
        let mut on = seen.hops()[at + 1..].iter().take_while(|next| next.why == WhyHop::Redirect);
        let landing = on.next().filter(|next| seen.is_at(next, Party::APP))?;
        let request = on.find(|next| is_authorization(seen, next))?;
        Some(
            Finding::new(App::LandingPageProtected)
                .at(landing.number)
                .hop(hop.number, "Logto's sign-out is complete")
                .hop(landing.number, format!("the browser returns to {}", landing.request.url.path()))
                .hop(request.number, "and is sent to sign in again at once"),
        )
    })
}

/// Another application signed the person out, and this one was not notified.
fn no_back_channel(seen: &Observed<'_>) -> Option<Finding> {
    let own = seen.settings.application.get("id").and_then(Value::as_str)?;
    let metadata = seen.settings.application.get("oidcClientMetadata")?;
    let told = metadata.get("backchannelLogoutUri").and_then(Value::as_str);
    told.is_none_or(str::is_empty).then_some(())?;
    seen.hops().iter().enumerate().find_map(|(at, hop)| {
        let logto = seen.is_at(hop, Party::LOGTO);
        let request = logto && hop.request.url.path() == END_SESSION && hop.response.status == 200;
        let other = query(&hop.request.url, "client_id").filter(|id| request && id != own)?;
        let browser = hop.tab.browser();
        let mut on = seen.hops()[at + 1..].iter().filter(|later| later.tab.browser() == browser);
        let confirmed = on.next().filter(|next| {
            next.request.url.path() == "/oidc/session/end/confirm" && next.redirect().is_some()
        })?;
        let check = on
            .take_while(|later| !is_code_callback(later))
            .find(|later| is_session_check(seen, later) && authenticated(later) == Some(true))?;
        Some(
            Finding::new(Application::NoBackChannelLogout)
                .at(check.number)
                .hop(hop.number, format!("the application {} signs the person out", quoted(&other)))
                .hop(confirmed.number, "Logto's session ends")
                .hop(check.number, "the app says that the person is signed in")
                .setting("application.oidcClientMetadata.backchannelLogoutUri", "not set"),
        )
    })
}

/// The app insists on a login, and Hugging Face lets the person through.
fn provider_session(seen: &Observed<'_>) -> Option<Finding> {
    let provider = seen.hops().iter().find(|hop| {
        seen.is_at(hop, Party::HUGGINGFACE)
            && hop.why == WhyHop::Script
            && hop
                .redirect()
                .and_then(Result::ok)
                .is_some_and(|back| seen.party(&back) == Some(Party::LOGTO) && query(&back, "code").is_some())
    })?;
    let before = || seen.hops().iter().take_while(|hop| hop.number < provider.number);
    let same = |hop: &&Hop| hop.tab.browser() == provider.tab.browser();
    let asked = before().filter(same).filter(|hop| is_authorization(seen, hop)).last()?;
    let prompt = query(&asked.request.url, "prompt")?;
    prompt.split(' ').any(|prompt| prompt == "login").then_some(())?;
    let signed_out = before().filter(same).find(|hop| {
        hop.request.url.path().starts_with(END_SESSION) && hop.request.url.path() != END_SESSION
    })?;
    Some(
        Finding::new(HuggingFace::SessionSurvives)
            .at(provider.number)
            .hop(signed_out.number, "the person signed out of Logto")
            .hop(asked.number, format!("prompt is “{prompt}”"))
            .hop(provider.number, "Hugging Face sends the browser back with a code, and asked nothing"),
    )
}
