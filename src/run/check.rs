//! Compares what a step expects with what happened.

mod refusal;

use std::path::PathBuf;

use indexmap::IndexMap;
use kit::output::{Form, escaped};
use kit::{Direction, Entry, Note, Party};
use serde_json::{Map, Value};
use url::Url;

use super::action::ActionError;
use super::person::Person;
use crate::counted::counted;
use crate::findings::Missed;
use crate::record::{Recorded, attributed};
use crate::scenario::{Capture, CaptureSource, Question, SessionExpectation, Step, ToAuthorize};
use crate::signin_page::{Arrival, Consent};
use refusal::refused;

/// An expectation that was not met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The file of the step.
    pub path: PathBuf,
    /// The line of the step in that file.
    pub line: u64,
    /// What was expected, and what happened.
    pub what: String,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The file names of an archive are not to be trusted.
        let path = self.path.display().to_string();
        write!(f, "{}:{}: {}", escaped(&path, Form::Line), self.line, self.what)
    }
}

/// Checks all expectations of a step, in a fixed order, then captures its values. `since` is the number of
/// hops before it.
pub(super) async fn expectations(person: &mut Person<'_>, step: &Step, since: usize) -> Vec<Failure> {
    let failure = |what: String| Failure {
        path: step.file.clone(),
        line: step.line,
        what: format!("after `{}`: {what}", step.verb),
    };
    let mut look = Look { person, step, since, session: None };
    match look.all().await {
        Ok(found) => found.into_iter().map(failure).collect(),
        Err(error) => vec![failure(error.to_string())],
    }
}

/// Checks that the last hop got no answer, at the expected address.
pub(super) fn no_answer(person: &Person<'_>, step: &Step) -> Vec<Failure> {
    let Some(expected) = &step.expect.no_answer else { return vec![] };
    let what = match (person.fill(expected), person.walker.hops().last()) {
        (Err(error), _) => error.to_string(),
        (Ok(expected), Some(hop)) if hop.response.fault.is_some() && hop.without_query() == expected => {
            return vec![];
        }
        (Ok(expected), Some(hop)) => {
            let answered = if hop.response.fault.is_some() { "no answer" } else { "an answer" };
            format!("expected no answer at {expected}, but there was {answered} at {}", hop.without_query())
        }
        (Ok(expected), None) => format!("expected no answer at {expected}, but no request was sent"),
    };
    let what = format!("after `{}`: {what}", step.verb);
    vec![Failure { path: step.file.clone(), line: step.line, what }]
}

struct Look<'p, 'a> {
    person: &'p mut Person<'a>,
    step: &'p Step,
    /// The number of hops before this step.
    since: usize,
    /// What the app answered to the session check, requested once.
    session: Option<Value>,
}

impl Look<'_, '_> {
    async fn all(&mut self) -> Result<Vec<String>, ActionError> {
        let mut found = self.outcome()?;
        if self.step.expect.endless_redirects {
            found.push("expected redirects without an end, but the browser arrived at a page".to_owned());
        }
        self.answered(&mut found);
        self.page(&mut found)?;
        self.social_buttons(&mut found).await?;
        self.addresses(&mut found)?;
        self.handed_over(&mut found);
        self.breaks(&mut found);
        self.calls(&mut found);
        self.journal(&mut found)?;
        self.session(&mut found).await?;
        self.signed_in(&mut found).await?;
        for capture in &self.step.capture {
            self.capture(capture).await?;
        }
        Ok(found)
    }

    /// Compares what Logto's page says with what it should say.
    fn outcome(&self) -> Result<Vec<String>, ActionError> {
        let expect = &self.step.expect;
        let missed = |what: &str| vec![format!("expected {what} on Logto's page, but it moved on")];
        Ok(match (&self.person.says, &expect.refused, &expect.asks) {
            (None, None, None) => vec![],
            (Some(says), Some(refusal), _) => refused(says, refusal),
            (Some(says), None, Some(question)) if self.asks(says, question)? => vec![],
            (Some(says), None, Some(_)) => vec![format!("expected a different question; {says}")],
            (Some(says), None, None) => vec![says.to_string()],
            (None, Some(_), _) => missed("a refusal"),
            (None, None, Some(_)) => missed("a question"),
        })
    }

    /// Whether Logto's page asks this question.
    fn asks(&self, says: &Arrival, expected: &Question) -> Result<bool, ActionError> {
        Ok(match says {
            Arrival::MissingProfile(asked) => expected.profile.as_ref() == Some(asked),
            Arrival::LinkOrRegister { value, may_register, .. } => {
                expected.whether_to_link.as_ref() == Some(value)
                    && expected.may_create.is_none_or(|may| may == *may_register)
            }
            Arrival::AsksToAgree => expected.to_agree,
            Arrival::AsksToAuthorize(consent) => match &expected.to_authorize {
                Some(expected) => self.asks_to_authorize(consent, expected)?,
                None => false,
            },
            Arrival::Moved
            | Arrival::Refused(_)
            | Arrival::StateMismatch
            | Arrival::SessionNotFound
            | Arrival::SentBack
            | Arrival::NotAccepted { .. } => false,
        })
    }

    fn asks_to_authorize(&self, asked: &Consent, expected: &ToAuthorize) -> Result<bool, ActionError> {
        let resources = expected.resource_scopes.iter().flatten();
        let resources = resources.map(|(resource, scopes)| Ok((self.person.fill(resource)?, scopes.clone())));
        let resources: IndexMap<String, Vec<String>> = resources.collect::<Result<_, ActionError>>()?;
        Ok(expected.application.as_ref().is_none_or(|name| *name == asked.application)
            && expected.user_scopes.as_ref().is_none_or(|scopes| *scopes == asked.user_scopes)
            && (expected.resource_scopes.is_none() || resources == asked.resource_scopes)
            && expected.organizations.as_ref().is_none_or(|names| *names == asked.organizations))
    }

    /// Whether Logto sent the browser, without an error, to the URL that the operating system opens.
    fn handed_over(&self, found: &mut Vec<String>) {
        let Some(expected) = &self.step.expect.hands_over else { return };
        match self.person.stopped() {
            Some(target) => {
                let error = target.query_pairs().find(|(name, _)| name == "error");
                found.extend(error.map(|(_, error)| {
                    format!(
                        "expected that Logto sends the browser to {expected}, but it sent the error {error}"
                    )
                }));
            }
            None => {
                let shown = self.person.walker.current(self.person.tab);
                let at =
                    shown.map_or_else(|_| "no page".to_owned(), |hop| self.by_origin(&hop.without_query()));
                found.push(format!(
                    "expected that Logto sends the browser to {expected}, but the browser is at {at}"
                ));
            }
        }
    }

    /// Compares what the Management API answered with what it should answer.
    fn answered(&self, found: &mut Vec<String>) {
        let Some(answer) = &self.person.answered else { return };
        let Some(expected) = &self.step.expect.answered else {
            if answer.status >= 400 {
                found.push(format!("Logto answered {} {}", answer.status, answer.body));
            }
            return;
        };
        let code = answer.json().get("code").and_then(Value::as_str).map(ToOwned::to_owned);
        if expected.status.is_some_and(|status| status != answer.status)
            || expected.code.is_some() && expected.code != code
            || expected.text.as_ref().is_some_and(|part| !answer.body.contains(part.as_str()))
        {
            found.push(format!(
                "expected a different answer, but Logto gave {} {}",
                answer.status, answer.body
            ));
        }
    }

    fn page(&mut self, found: &mut Vec<String>) -> Result<(), ActionError> {
        let expect = &self.step.expect;
        let looked_at = expect.status.is_some()
            || [&expect.at, &expect.title, &expect.text, &expect.no_text].into_iter().any(Option::is_some);
        if !looked_at {
            return Ok(());
        }
        let (walker, tab) = (&self.person.walker, self.person.tab);
        let page = walker.page(tab)?;
        let status = walker.current(tab)?.response.status;
        if let Some(expected) = expect.status.filter(|expected| *expected != status) {
            found.push(format!("expected status {expected}, got {status} from {}", page.url));
        }
        if let Some(expected) = &expect.at
            && self.person.fill(expected)? != page.url.as_str()
        {
            found.push(format!(
                "expected to be at {expected}, but is at {}",
                self.by_origin(page.url.as_str())
            ));
        }
        if let Some(expected) = self.filled(&expect.title)?.filter(|expected| *expected != page.title) {
            found.push(format!(
                "expected the title “{expected}”, but the page at {} has “{}”",
                page.url, page.title
            ));
        }
        if let Some(expected) = self.filled(&expect.text)?.filter(|expected| !page.text.contains(expected)) {
            found.push(format!(
                "expected the text “{expected}”, but the page at {} says “{}”",
                page.url, page.text
            ));
            self.person.missed = vec![Missed::Text(expected)];
        }
        let unwanted = self.filled(&expect.no_text)?;
        if let Some(unwanted) = unwanted.clone().filter(|_| self.person.shows_fault) {
            self.person.missed = vec![Missed::Text(unwanted)];
        }
        if let Some(unwanted) = unwanted.filter(|unwanted| page.text.contains(unwanted)) {
            found.push(format!(
                "expected no text “{unwanted}”, but the page at {} says “{}”",
                page.url, page.text
            ));
        }
        Ok(())
    }

    fn filled(&self, text: &Option<String>) -> Result<Option<String>, ActionError> {
        text.as_ref().map(|text| self.person.fill(text)).transpose()
    }

    async fn social_buttons(&mut self, found: &mut Vec<String>) -> Result<(), ActionError> {
        let Some(expected) = &self.step.expect.social_buttons else { return Ok(()) };
        let shown = self.person.signin_page()?.social_buttons().await?;
        if *expected != shown {
            found.push(format!(
                "expected the social buttons [{}], but Logto's page has [{}]",
                expected.join(", "),
                shown.join(", ")
            ));
        }
        Ok(())
    }

    fn addresses(&self, found: &mut Vec<String>) -> Result<(), ActionError> {
        let expect = &self.step.expect;
        for address in &expect.visited {
            if self.last_hop_to(address)?.is_none() {
                found.push(format!("expected the browser to go to {address}, but it went {}", self.way()));
            }
        }
        for address in &expect.not_visited {
            if let Some((number, _)) = self.last_hop_to(address)? {
                found.push(format!("expected the browser not to go to {address}, but hop {number} did"));
            }
        }
        Ok(())
    }

    /// The addresses of this step, for people.
    fn way(&self) -> String {
        let hops = &self.person.walker.hops()[self.since..];
        let way: Vec<String> = hops.iter().map(|hop| self.by_origin(&hop.without_query())).collect();
        if way.is_empty() { "nowhere".to_owned() } else { format!("to {}", way.join(", ")) }
    }

    /// Number and URL of this step's last hop to an address, ignoring the query.
    fn last_hop_to(&self, address: &str) -> Result<Option<(usize, Url)>, ActionError> {
        let address = self.person.fill(address)?;
        let hops = &self.person.walker.hops()[self.since..];
        let hop = hops.iter().rev().find(|hop| hop.without_query() == address);
        Ok(hop.map(|hop| (hop.number, hop.request.url.clone())))
    }

    /// Checks that the rules for every hop are broken where expected. The walk reports all other violations.
    fn breaks(&self, found: &mut Vec<String>) {
        let hops = &self.person.walker.hops()[self.since..];
        for expected in &self.step.expect.breaks {
            let broken =
                hops.iter().flat_map(|hop| &hop.violations).any(|broken| broken.what.contains(expected));
            if !broken {
                found.push(format!("expected a hop to break the rule “{expected}”, but none did"));
            }
        }
    }

    /// What Hugging Face received in this step: for this walk, and possibly for another.
    fn received(&self) -> (Vec<Entry>, Vec<Entry>) {
        let walker = &self.person.walker;
        let mut all = walker
            .asker()
            .map(|asker| attributed(walker.hops(), asker.walk(), asker.entries()))
            .unwrap_or_default();
        all.retain(|Recorded { entry, hop, .. }| {
            *hop > self.since && entry.party == Party::HUGGINGFACE && entry.direction == Direction::Received
        });
        let (own, unknown): (Vec<_>, Vec<_>) = all.into_iter().partition(|one| one.tie.is_some());
        let entries = |all: Vec<Recorded>| all.into_iter().map(|one| one.entry).collect();
        (entries(own), entries(unknown))
    }

    fn calls(&self, found: &mut Vec<String>) {
        if self.step.expect.calls.is_empty() {
            return;
        }
        let (entries, unknown) = self.received();
        let calls = |entries: &[Entry], path: &str| {
            entries
                .iter()
                .filter(|entry| Url::parse(&entry.request.url).is_ok_and(|url| url.path() == path))
                .count()
        };
        for (path, expected) in &self.step.expect.calls {
            let (calls, unknown) = (calls(&entries, path), calls(&unknown, path));
            if calls != *expected {
                let more = match unknown {
                    0 => String::new(),
                    _ => format!(", and {unknown} that may have been another walk's"),
                };
                found.push(format!(
                    "expected {} to Hugging Face's {path}, but there were {calls}{more}",
                    counted(*expected, "request")
                ));
            }
        }
    }

    fn journal(&self, found: &mut Vec<String>) -> Result<(), ActionError> {
        if self.step.expect.journal.is_empty() {
            return Ok(());
        }
        let (entries, _) = self.received();
        let notes: Vec<&Note> = entries.iter().flat_map(|entry| &entry.notes).collect();
        for expected in &self.step.expect.journal {
            let expected = self.person.fill(expected)?;
            if !notes.iter().any(|note| note.code == expected || note.to_string().contains(&expected)) {
                let notes: Vec<String> = notes.iter().map(ToString::to_string).collect();
                found.push(format!(
                    "expected the reason “{expected}” in Hugging Face's journal, but it has {notes:?}"
                ));
            }
        }
        Ok(())
    }

    /// The session check: what the app says about the person, as its own page could request it.
    async fn session(&mut self, found: &mut Vec<String>) -> Result<(), ActionError> {
        let Some(expected) = &self.step.expect.session else { return Ok(()) };
        let elsewhere = self.person.stack.own_app().is_some_and(|app| app.signed_in.is_some());
        if elsewhere && *expected == SessionExpectation::None {
            if let Some((true, shown)) = self.is_signed_in(found).await? {
                found.push(format!("expected no signed-in session, but {shown}"));
            }
            return Ok(());
        }
        let answer = match self.ask_session().await {
            // The other expectations can be looked at nevertheless.
            Err(error @ ActionError::NoSession { .. }) => {
                found.push(error.to_string());
                return Ok(());
            }
            answer => answer?,
        };
        let authenticated = answer.get("authenticated").and_then(Value::as_bool);
        let empty = Map::new();
        let claims = answer.get("claims").and_then(Value::as_object).unwrap_or(&empty);
        match (expected, authenticated) {
            (SessionExpectation::None, Some(false)) => {}
            (SessionExpectation::None, _) => {
                found.push(format!("expected no signed-in session, but the app says {answer}"));
            }
            (SessionExpectation::Claims(expected), Some(true)) => {
                self.person.missed.clear();
                for (claim, value) in expected {
                    let expected = match value {
                        Value::String(text) => Value::String(self.person.fill(text)?),
                        other => other.clone(),
                    };
                    let got = claims.get(claim).cloned().unwrap_or_default();
                    if got != expected || self.person.shows_fault {
                        let (name, expected) = (claim.clone(), expected.clone());
                        self.person.missed.push(Missed::Claim { name, expected, got: got.clone() });
                    }
                    if got != expected {
                        let got = claims.get(claim).map_or("nothing".to_owned(), Value::to_string);
                        found.push(format!(
                            "expected the claim `{claim}` to be {expected}, but the app has {got}"
                        ));
                    }
                }
            }
            (SessionExpectation::Claims(_), _) => {
                found.push(format!("expected a signed-in session, but the app says {answer}"));
            }
        }
        Ok(())
    }

    /// What the app shows of the person, wherever it shows it.
    async fn signed_in(&mut self, found: &mut Vec<String>) -> Result<(), ActionError> {
        let Some(expected) = self.step.expect.signed_in else { return Ok(()) };
        if let Some((is, shown)) = self.is_signed_in(found).await?
            && is != expected
        {
            let not = if expected { "" } else { "not " };
            found.push(format!("expected the person {not}to be signed in, but {shown}"));
        }
        Ok(())
    }

    /// `None` if the app does not show it, which is a failure of its own.
    async fn is_signed_in(&mut self, found: &mut Vec<String>) -> Result<Option<(bool, String)>, ActionError> {
        match self.person.is_signed_in().await {
            Err(error @ (ActionError::NotShown { .. } | ActionError::NoSession { .. })) => {
                found.push(error.to_string());
                Ok(None)
            }
            shown => shown.map(Some),
        }
    }

    async fn ask_session(&mut self) -> Result<Value, ActionError> {
        if let Some(answer) = &self.session {
            return Ok(answer.clone());
        }
        let answer = self.person.session().await?;
        self.session = Some(answer.clone());
        Ok(answer)
    }

    async fn capture(&mut self, capture: &Capture) -> Result<(), ActionError> {
        let missing = |what: String| ActionError::NotCaptured { name: capture.name.clone(), what };
        let value = match &capture.source {
            CaptureSource::Address(address) => {
                let (_, url) = self
                    .last_hop_to(address)?
                    .ok_or_else(|| missing(format!("the browser did not go to {address}")))?;
                url.to_string()
            }
            CaptureSource::Claim(claim) => {
                let answer = self.ask_session().await?;
                match answer.get("claims").and_then(|claims| claims.get(claim)) {
                    Some(Value::String(text)) => text.clone(),
                    Some(other) if !other.is_null() => other.to_string(),
                    _ => return Err(missing(format!("the app has no claim `{claim}`"))),
                }
            }
            CaptureSource::Answer(pointer) => {
                let answer = self.person.answered.as_ref().map(super::person::Answered::json);
                match answer.as_ref().and_then(|answer| answer.pointer(pointer)) {
                    Some(Value::String(text)) => text.clone(),
                    Some(other) if !other.is_null() => other.to_string(),
                    _ => return Err(missing(format!("the answer has nothing at {pointer}"))),
                }
            }
            CaptureSource::Link(text) => {
                let page = self.person.walker.page(self.person.tab)?;
                let link = page.links.iter().find(|link| link.text == *text);
                let link =
                    link.ok_or_else(|| missing(format!("{} does not show a link “{text}”", page.url)))?;
                let address = page.url.join(&link.href);
                address.map_err(|_| missing(format!("the link “{text}” leads nowhere")))?.to_string()
            }
        };
        self.person.capture(capture, value);
        Ok(())
    }

    /// Replaces the origin of an address by its name.
    fn by_origin(&self, address: &str) -> String {
        let endpoints = self.person.stack.endpoints();
        let named =
            [("[APP]", &endpoints.app), ("[LOGTO]", &endpoints.logto), ("[HF]", &endpoints.huggingface)];
        let others: Vec<(String, &Url)> =
            endpoints.others.iter().map(|other| (format!("[{}]", other.name), &other.origin)).collect();
        let others = others.iter().map(|(name, origin)| (name.as_str(), *origin));
        let replaced = named.into_iter().chain(others).find_map(|(name, origin)| {
            let rest = address.strip_prefix(origin.as_str().trim_end_matches('/'))?;
            Some(format!("{name}{rest}"))
        });
        replaced.unwrap_or_else(|| address.to_owned())
    }
}
