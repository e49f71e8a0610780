//! The person at the browser, who follows every redirect and self-submitting page, as a
//! browser would. What a person does is in `verbs.rs`.

use std::collections::BTreeMap;

use kit::Party;
use serde_json::Value;
use url::Url;

use super::action::ActionError;
use crate::findings::{Missed, SeenStep};
use crate::placeholder;
use crate::record::{Arrivals, BackChannel, Origins, Record};
use crate::scenario::{Capture, CaptureSource};
use crate::setup::SignedIn;
use crate::signin_page::{Arrival, SigninPage};
use crate::stack::Stack;
use crate::transcript::Roles;
use crate::walker::{Hop, PAGE_TYPES, TabId, Walker, WhyHop};

/// The media type of a script that reads JSON.
const JSON: &str = "application/json";
/// How many redirects in a row a look at the app follows (Fetch standard).
const REDIRECTS_LIMIT: usize = 20;
/// How many pages in a row may move on by themselves before the walk counts as looping.
pub(super) const MOVES_LIMIT: usize = 40;

/// What Logto's Management API answered.
#[derive(Debug, Clone)]
pub(super) struct Answered {
    pub(super) status: u16,
    pub(super) body: String,
}

impl Answered {
    /// The body as JSON; `null` if it is not JSON.
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

pub(super) struct Person<'a> {
    pub(super) walker: Walker,
    /// The tab that the person is using.
    pub(super) tab: TabId,
    /// The tabs of each browser.
    browsers: Vec<Vec<TabId>>,
    pub(super) stack: &'a Stack,
    /// What Logto's page says if it does not move on.
    pub(super) says: Option<Arrival>,
    /// What the Management API answered in this step.
    pub(super) answered: Option<Answered>,
    /// The number of failed TLS handshakes at Hugging Face before the walk.
    pub(super) failed_handshakes: u64,
    /// When the walk began, by Logto's clock: before its first request to any party.
    pub(super) began_ms: i64,
    /// The number of disturbances by the machine before the walk.
    pub(super) disturbances: usize,
    /// The steps so far, for the findings.
    pub(super) steps: Vec<SeenStep>,
    /// What the last step that looked at something did not find, for the findings.
    pub(super) missed: Vec<Missed>,
    /// Whether the scenario shows a fault: then what its steps look at counts as missed.
    pub(super) shows_fault: bool,
    /// Where the person looked whether an app of your own knows them, and what it showed: the number of each hop.
    pub(super) looks: Vec<(usize, bool)>,
    captured: BTreeMap<String, String>,
    /// Values captured from answers of the Management API; the transcript shows them by role.
    answered_values: Vec<String>,
    /// The passwords that were typed, hidden in the transcript.
    pub(super) passwords: Vec<String>,
    /// Ids of applications that an administrator created during the walk.
    pub(super) applications: Vec<String>,
    /// A redirect URI that the person does not follow: the code in it is for another client.
    pub(super) stops_at: Option<Url>,
}

impl<'a> Person<'a> {
    pub(super) fn new(stack: &'a Stack) -> Self {
        let mut issuer = stack.endpoints().logto_endpoint.clone();
        issuer.set_path("/oidc");
        // The proxy that records has another address than the issuer.
        let at = if stack.records_app_calls() { stack.endpoints().logto.clone() } else { issuer.clone() };
        let walker = Walker::new(stack.browser_client().clone(), stack.clock().clone())
            .watching(stack.journal().clone())
            .expecting_issuer(&at, issuer);
        Self {
            walker,
            tab: TabId::FIRST,
            browsers: vec![vec![TabId::FIRST]],
            stack,
            says: None,
            answered: None,
            failed_handshakes: stack.huggingface_connections().failed_handshakes,
            began_ms: stack.time().at_logto().as_millisecond(),
            disturbances: stack.time().walk_begins(),
            steps: vec![],
            missed: vec![],
            shows_fault: false,
            looks: vec![],
            captured: BTreeMap::new(),
            answered_values: vec![],
            passwords: vec![],
            applications: vec![],
            stops_at: None,
        }
    }

    /// Switches to a tab of a browser, both counted from 1, opening them if necessary.
    pub(super) fn look_at(&mut self, browser: usize, tab: usize) {
        while self.browsers.len() < browser {
            self.browsers.push(vec![self.walker.open_browser()]);
        }
        let tabs = &mut self.browsers[browser.max(1) - 1];
        while tabs.len() < tab {
            tabs.push(self.walker.open_tab_beside(tabs[0]));
        }
        self.tab = tabs[tab.max(1) - 1];
    }

    /// What the app says about the person, as its own page could request it.
    pub(super) async fn session(&mut self) -> Result<Value, ActionError> {
        let mut url = self.app_here();
        url.set_path("/api/session");
        let hop = self.walker.ask(self.tab, url, JSON).await?;
        let sent = || match (&hop.response.fault, hop.response.header("content-type")) {
            (Some(_), _) => "no answer".to_owned(),
            (None, Some(media_type)) => {
                let media_type = media_type.split(';').next().unwrap_or_default().trim();
                format!("status {}, {media_type}", hop.response.status)
            }
            (None, None) => format!("status {}, no media type", hop.response.status),
        };
        let answer: Option<Value> = hop.json().filter(|_| hop.response.status < 400);
        answer.ok_or_else(|| ActionError::NoSession { sent: sent() })
    }

    /// The origin of the app whose page is shown: the second one, or the one under test.
    fn app_here(&self) -> Url {
        let endpoints = self.stack.endpoints();
        let shown = self.walker.current(self.tab).ok().map(|hop| hop.request.url.origin());
        let second = endpoints.others.iter().find(|other| other.name == "SECOND_APP");
        let second = second.filter(|second| Some(second.origin.origin()) == shown);
        second.map_or(&endpoints.app, |second| &second.origin).clone()
    }

    /// Whether the app shows that the person is signed in, with what it showed.
    pub(super) async fn is_signed_in(&mut self) -> Result<(bool, String), ActionError> {
        let Some(signed_in) = self.stack.own_app().and_then(|app| app.signed_in.clone()) else {
            let session = self.session().await?;
            return Ok((session.get("authenticated") == Some(&Value::Bool(true)), session.to_string()));
        };
        let path = signed_in.path.clone();
        let (app, mut url) = (self.stack.endpoints().app.origin(), self.address(&path)?);
        // A page of the app may send a person who is signed in to another one, but not to another party.
        let mut redirects = 0..REDIRECTS_LIMIT;
        let accept = if signed_in.member.is_some() { JSON } else { PAGE_TYPES };
        let hop = loop {
            let hop = self.walker.ask(self.tab, url.clone(), accept).await?.clone();
            match hop.redirect() {
                Some(Ok(target)) if target.origin() == app => url = target,
                Some(Ok(target)) if target.has_host() => break hop,
                // Such as `javascript:`, which no browser follows.
                Some(_) => {
                    return Err(ActionError::NotShown { path, answer: "a redirect that leads nowhere" });
                }
                _ => break hop,
            }
            if redirects.next().is_none() {
                return Err(ActionError::NotShown { path, answer: "too many redirects" });
            }
        };
        let answered = hop.response.status;
        if answered >= 500 && signed_in.status != Some(answered) {
            return Err(ActionError::NotShown { path, answer: "a server error" });
        }
        let looked = shows(&signed_in, &hop);
        self.looks.push((hop.number, looked.0));
        Ok(looked)
    }

    /// The record of the walk so far.
    pub(super) fn record(&self) -> Record {
        Record::new(self.walker.hops().to_vec(), self.walker.asker(), self.origins(), self.back_channel())
    }

    /// Ends the walk and takes its record: the browser has no hops afterwards.
    pub(super) fn close(&mut self) -> Record {
        let hops = self.walker.take_hops();
        Record::new(hops, self.walker.asker(), self.origins(), self.back_channel())
    }

    /// How this process learns what the app asks Logto.
    fn back_channel(&self) -> BackChannel {
        match self.stack.own_app() {
            None => BackChannel::Told,
            Some(own) if self.stack.time().is_embedded() || self.stack.records_app_calls() => {
                BackChannel::Received(Arrivals {
                    own_tokens: self.stack.management().tokens(),
                    admin_port: self.stack.endpoints().logto_admin.port_or_known_default(),
                    shared: own.shared,
                })
            }
            Some(_) => BackChannel::Unseen,
        }
    }

    /// The values in the traffic that are known beforehand, by role.
    pub(super) fn roles(&self) -> Roles {
        let known = self.stack.known();
        let mut roles = Roles::new();
        let endpoints = self.stack.endpoints();
        let origin = |url: &Url| url.origin().ascii_serialization();
        if self.stack.records_app_calls() {
            // The issuer has Logto's own address, the rest that of the proxy which records.
            roles.know("LOGTO", &origin(&endpoints.logto));
            roles.know_as(&origin(&endpoints.logto), &origin(&endpoints.logto_endpoint));
        }
        for (role, value) in [
            ("APP_ID", &known.app_id),
            ("APP_SECRET", &known.app_secret),
            ("CONNECTOR", &known.connector_id),
            ("HF_CLIENT_ID", &known.huggingface_client_id),
            ("HF_CLIENT_SECRET", &known.huggingface_client_secret),
        ] {
            roles.know(role, value);
        }
        if let Some(second) = &known.second_app {
            roles.know("SECOND_APP_ID", &second.app_id);
            roles.know("SECOND_APP_SECRET", &second.app_secret);
        }
        for id in &self.applications {
            roles.know("APP_ID", id);
        }
        for password in &self.passwords {
            roles.know("PASSWORD", password);
        }
        for value in &self.answered_values {
            roles.know("ANSWER", value);
        }
        roles
    }

    /// The values that are hidden in the walk's headers.
    pub(super) fn secrets(&self) -> Roles {
        let known = self.stack.known();
        let mut secrets = Roles::new();
        secrets.know("APP_SECRET", &known.app_secret);
        if let Some(second) = &known.second_app {
            secrets.know("SECOND_APP_SECRET", &second.app_secret);
        }
        secrets.know("HF_CLIENT_SECRET", &known.huggingface_client_secret);
        for password in &self.passwords {
            secrets.know("PASSWORD", password);
        }
        secrets
    }

    fn origins(&self) -> Origins {
        let endpoints = self.stack.endpoints();
        Origins {
            app: endpoints.app.clone(),
            logto: endpoints.logto.clone(),
            huggingface: endpoints.huggingface.clone(),
            others: endpoints
                .others
                .iter()
                .map(|other| (other.name, other.party, other.origin.clone()))
                .chain(self.stack.plain_huggingface().map(|plain| ("HF", Party::HUGGINGFACE, plain.clone())))
                // An address with the app's own scheme is the app's.
                .chain(self.stops_at.iter().map(|uri| ("APP", Party::APP, uri.clone())))
                .collect(),
        }
    }

    /// Whether an address is the mock's, by its name or in plain HTTP.
    pub(super) fn is_huggingface(&self, url: &Url) -> bool {
        let plain = self.stack.plain_huggingface();
        std::iter::once(&self.stack.endpoints().huggingface)
            .chain(plain)
            .any(|own| own.origin() == url.origin())
    }

    pub(super) fn signin_page(&mut self) -> Result<SigninPage<'_>, ActionError> {
        // The origin of the page itself: Logto may have been opened by any of its names.
        let mut shown = self.walker.address(self.tab)?.clone();
        let logto = if self.is_logto(&shown) {
            shown.set_path("/");
            shown.set_query(None);
            shown.set_fragment(None);
            shown
        } else {
            self.stack.endpoints().logto.clone()
        };
        Ok(SigninPage::open(&mut self.walker, self.tab, &logto, self.stack.random())?)
    }

    fn is_logto(&self, url: &Url) -> bool {
        let endpoints = self.stack.endpoints();
        let others = endpoints.others.iter().filter(|other| other.party == Party::LOGTO);
        let mut origins = std::iter::once(&endpoints.logto).chain(others.map(|other| &other.origin));
        origins.any(|origin| origin.origin() == url.origin())
    }

    /// Remembers what the page says, unless it has moved on. Returns whether it has.
    pub(super) fn arrived(&mut self, arrival: Arrival) -> bool {
        let moved = arrival == Arrival::Moved;
        self.says = Some(arrival).filter(|_| !moved);
        moved
    }

    /// Replaces the names in a text of the scenario by their values.
    pub(super) fn fill(&self, text: &str) -> Result<String, ActionError> {
        let names = self.stack.names();
        let value = |name: &str| names.get(name).or_else(|| self.captured.get(name).map(String::as_str));
        let known = || names.all().into_iter().chain(self.captured.keys().cloned()).collect();
        Ok(placeholder::fill(text, value, known)?)
    }

    pub(super) fn capture(&mut self, capture: &Capture, value: String) {
        if matches!(capture.source, CaptureSource::Answer(_)) {
            self.answered_values.push(value.clone());
        }
        self.captured.insert(capture.name.clone(), value);
    }

    /// Resolves an absolute address or a path of the app.
    pub(super) fn address(&self, text: &str) -> Result<Url, ActionError> {
        let text = self.fill(text)?;
        self.stack.endpoints().app.join(&text).map_err(|_| ActionError::Address(text))
    }

    /// Takes note of a redirect URI that the operating system opens.
    pub(super) fn stops_at(&mut self, uri: Option<&str>) {
        let uri = uri.and_then(|uri| Url::parse(&self.fill(uri).ok()?).ok());
        self.stops_at = uri.or_else(|| self.stops_at.take());
    }

    /// The redirect to [`Person::stops_at`], once it has arrived.
    pub(super) fn stopped(&self) -> Option<Url> {
        let stop = self.stops_at.as_ref()?;
        let target = self.walker.current(self.tab).ok()?.redirect()?.ok()?;
        // Not by `Url::origin`: one with a scheme of an app's own is different from itself.
        let place = |url: &Url| (url.scheme().to_owned(), url.authority().to_owned(), url.path().to_owned());
        (place(&target) == place(stop)).then_some(target)
    }

    /// Follows everything that moves on by itself: redirects, pages that submit their own
    /// form, and Logto's page when the provider sends the person back.
    pub(super) async fn settle(&mut self) -> Result<(), ActionError> {
        for _ in 0..MOVES_LIMIT {
            if self.says.is_some() || self.stopped().is_some() {
                return Ok(());
            }
            if self.walker.follow(self.tab).await?.is_some() {
                continue;
            }
            let hop = self.walker.current(self.tab)?;
            if !hop.is_html() {
                return Ok(());
            }
            let at_logto = self.is_logto(&hop.request.url);
            if at_logto
                && hop.response.status == 200
                && let Some(arrival) = self.signin_page()?.arrive().await?
            {
                self.arrived(arrival);
                continue;
            }
            let page = self.walker.page(self.tab)?;
            let Some(form) = page.self_submitting.and_then(|at| page.forms.get(at)) else { return Ok(()) };
            self.walker.submit(self.tab, form, None, WhyHop::SelfSubmitting).await?;
        }
        Err(ActionError::Circle(MOVES_LIMIT))
    }
}

/// Whether an answer of the app shows that the person is signed in, and what it shows.
pub(crate) fn shows(signed_in: &SignedIn, hop: &Hop) -> (bool, String) {
    let SignedIn { path, text, status, member } = signed_in;
    let answered = hop.response.status;
    let shown = |what: &str| format!("{path} answers {answered}, {what}");
    if let Some(text) = text {
        let has =
            if hop.is_html() { hop.page().text.contains(text) } else { hop.response.body.contains(text) };
        return (has, shown(&format!("{} the text “{text}”", if has { "with" } else { "without" })));
    }
    if let Some(status) = status {
        return (answered == *status, shown(&format!("and {status} would show it")));
    }
    let member = member.as_deref().unwrap_or_default();
    let Some(json) = hop.json() else { return (false, shown("which is not JSON")) };
    match member.split('.').try_fold(&json, |value, name| value.get(name)) {
        Some(value) => {
            let has = !matches!(value, Value::Null | Value::Bool(false));
            (has, shown(&format!("with {value} at `{member}`")))
        }
        None => (false, shown(&format!("without `{member}`"))),
    }
}
