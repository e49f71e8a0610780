//! Rules about how an app handles its callback.

use kit::{Entry, Party};
use serde_json::Value;
use url::Url;

use crate::findings::causes::{App, Browser};
use crate::findings::endpoints::logto::TOKEN;
use crate::findings::finding::Finding;
use crate::findings::observed::{Observed, answered, query, status};
use crate::findings::rule::{Explain, Watch, rules};
use crate::findings::seen::{NO_SIGN_IN, app_note, field, was_not_asked};
use crate::findings::shown::quoted;
use crate::findings::symptom::{Symptom, SymptomKind};
use crate::walker::{Hop, WhyHop};

pub(super) const EXPLAIN: &[Explain] = rules![
    assumed_path,
    not_handled_here,
    handled_twice_here,
    redeemed_again_here,
    algorithm,
    issuer,
    opened_again,
];
/// Applied last: it says no more than that.
pub(super) const LAST: &[Explain] = rules![not_asked];
pub(super) const WATCH: &[Watch] = rules![not_handled, handled_twice, redeemed_again];

/// Hops to the app with a code, in order.
fn callbacks<'s>(seen: &'s Observed<'_>) -> impl Iterator<Item = &'s Hop> {
    seen.hops().iter().filter(|hop| {
        seen.is_at(hop, Party::APP)
            && query(&hop.request.url, "code").is_some()
            && query(&hop.request.url, "state").is_some()
    })
}

/// The app assumed another URL for its callback than the one the browser opened.
fn assumed_path(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::AppFailed { .. } = symptom.kind else { return None };
    let note = app_note(seen, symptom.hop, "app/redirect-uri-mismatch")?;
    let address = |fact: &str| Url::parse(note.fact(fact)?).ok();
    let (found, expected) = (address("found")?, address("expected")?);
    let there = &seen.hop(symptom.hop)?.request.url;
    let at_expected = there.origin() == expected.origin() && there.path() == expected.path();
    (at_expected && found.origin() == expected.origin() && found.path() != expected.path()).then(|| {
        Finding::new(App::CallbackPathAssumed)
            .symptom(symptom)
            .hop(symptom.hop, format!("the callback came to {}", there.path()))
            .journal(Party::APP, note)
    })
}

/// The app showed a page, and sent no request to Logto.
fn not_handled_here(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::NotSignedIn = symptom.kind else { return None };
    not_handled(seen).filter(|finding| finding.hop == Some(symptom.hop))
}

/// Like [`not_handled_here`], for walks that do not check whether the person is signed in.
fn not_handled(seen: &Observed<'_>) -> Option<Finding> {
    // What an app requests from Logto is known only for the sample app.
    seen.settings.app.as_ref()?;
    let hop = callbacks(seen).find(|hop| {
        hop.why == WhyHop::Redirect
            && hop.response.status == 200
            && hop.is_html()
            && seen.app_asked(hop.number, TOKEN).next().is_none()
    })?;
    let shown = if hop.page().text.is_empty() { "an empty page" } else { "a page" };
    Some(
        Finding::new(App::CallbackNotHandled)
            .at(hop.number)
            .hop(hop.number, format!("the callback is answered with {shown}, and the code is not redeemed")),
    )
}

/// No request came in that redeems the code.
fn not_asked(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::AppFailed { .. } = symptom.kind else { return None };
    let hop = seen.hop(symptom.hop)?;
    was_not_asked(seen, hop).then(|| {
        Finding::new(App::LogtoNotAsked)
            .symptom(symptom)
            .journal(Party::LOGTO, format!("no request with the code came in at {TOKEN}"))
    })
}

/// The app handled one request a second time after it had been completed.
fn twice(seen: &Observed<'_>, hop: &Hop) -> Option<Finding> {
    (hop.response.status >= 400).then_some(())?;
    let asked: Vec<&Entry> = seen.app_asked(hop.number, TOKEN).collect();
    let code = query(&hop.request.url, "code")?;
    let redeemed = asked.iter().filter(|entry| field(entry, "code").is_some_and(|sent| sent == code));
    let (count, done) =
        redeemed.fold((0, false), |(count, done), entry| (count + 1, done || status(entry) == Some(200)));
    let note = app_note(seen, hop.number, NO_SIGN_IN);
    (done && (count > 1 || note.is_some())).then(|| {
        let finding = Finding::new(App::CallbackHandledTwice)
            .at(hop.number)
            .hop(hop.number, format!("the app answers {}", hop.response.status))
            .journal(Party::APP, format!("the code was sent {count} times, and redeemed"));
        note.into_iter().fold(finding, |finding, note| finding.journal(Party::APP, note))
    })
}

fn handled_twice_here(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::AppFailed { .. } = symptom.kind else { return None };
    twice(seen, seen.hop(symptom.hop)?)
}

/// As the person is signed in all the same, the symptom may later be overcome.
fn handled_twice(seen: &Observed<'_>) -> Option<Finding> {
    callbacks(seen).find_map(|hop| twice(seen, hop))
}

/// The code was already redeemed at an earlier hop.
fn again(seen: &Observed<'_>, hop: &Hop) -> Option<Finding> {
    let sent = seen.app_asked(hop.number, TOKEN).find(|entry| {
        status(entry) == Some(400) && answered(entry, "error").as_deref() == Some("invalid_grant")
    })?;
    let code = field(sent, "code")?;
    let first = callbacks(seen).take_while(|earlier| earlier.number < hop.number).find(|earlier| {
        seen.app_asked(earlier.number, TOKEN)
            .any(|entry| status(entry) == Some(200) && field(entry, "code").as_ref() == Some(&code))
    })?;
    Some(
        Finding::new(App::CodeRedeemedAgain)
            .at(hop.number)
            .hop(first.number, "the code was redeemed")
            .hop(hop.number, "the app sends the same code again, and Logto answers 400 invalid_grant"),
    )
}

fn redeemed_again_here(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::AppFailed { .. } = symptom.kind else { return None };
    again(seen, seen.hop(symptom.hop)?)
}

fn redeemed_again(seen: &Observed<'_>) -> Option<Finding> {
    callbacks(seen).find_map(|hop| again(seen, hop))
}

/// The app refuses the ID token because of its algorithm.
fn algorithm(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::AppFailed { .. } = symptom.kind else { return None };
    let note = app_note(seen, symptom.hop, "app/id-token-algorithm")?;
    Some(Finding::new(App::AlgorithmNotTaken).symptom(symptom).journal(Party::APP, note))
}

/// The app refuses the answer because of its issuer, which is that of the discovery document.
fn issuer(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::AppFailed { .. } = symptom.kind else { return None };
    let note = app_note(seen, symptom.hop, "app/issuer-mismatch")?;
    let found = query(&seen.hop(symptom.hop)?.request.url, "iss")?;
    let own = seen.settings.endpoint.as_ref()?.join("oidc").ok()?;
    (*found == *own.as_str()).then(|| {
        Finding::new(App::IssuerOfItsOwn)
            .symptom(symptom)
            .hop(symptom.hop, format!("iss is {}, Logto's own", quoted(&found)))
            .journal(Party::APP, note)
    })
}

/// A URL that was already used, of the app or of Logto's page.
fn opened_again(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let fits = match &symptom.kind {
        SymptomKind::AppFailed { .. } => app_note(seen, symptom.hop, NO_SIGN_IN).is_some(),
        SymptomKind::StateMismatch => true,
        _ => false,
    };
    fits.then_some(())?;
    let (again, earlier) = seen.hop_and_earlier(symptom.hop)?;
    let url = &again.request.url;
    query(url, "state")?;
    let first = earlier.iter().find(|hop| hop.request.url == *url && served(seen, hop))?;
    (again.tab.browser() == first.tab.browser()).then(|| {
        Finding::new(Browser::CallbackOpenedAgain)
            .hop(first.number, "the URL was used")
            .hop(symptom.hop, format!("it is opened again: {symptom}"))
    })
}

/// Whether a callback was used: the app continued, or Logto's page verified its parameters.
fn served(seen: &Observed<'_>, hop: &Hop) -> bool {
    match seen.party(&hop.request.url) {
        Some(Party::APP) => (300..400).contains(&hop.response.status),
        Some(Party::LOGTO) => {
            let code = query(&hop.request.url, "code");
            let sent = |later: &&Hop| {
                let body: Value = serde_json::from_str(&later.request.body).unwrap_or_default();
                later.number > hop.number
                    && later.request.url.path().ends_with("/verify")
                    && later.response.status == 200
                    && body.pointer("/connectorData/code").and_then(Value::as_str) == code.as_deref()
            };
            seen.hops().iter().find(sent).is_some()
        }
        _ => false,
    }
}
