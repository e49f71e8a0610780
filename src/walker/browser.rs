//! The browser itself.

mod history;
mod outgoing;
mod prefetch;
mod profile;

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::time::Duration;

use bytes::Bytes;
use http::Method;
use kit::{Asker, Client, ClientEnd, Clock, Journal, Stopwatch};
use serde_json::Value;
use url::Url;

use history::Entry;
use outgoing::Outgoing;
pub(crate) use outgoing::PAGE_TYPES;
use profile::Profile;

use super::error::{REDIRECT_LIMIT, WalkError};
use super::hop::{Hop, HopRequest, HopResponse, SetCookie, WhyDropped, WhyHop, WhyWithheld, Withheld};
use super::jar::CookieRequest;
use super::page::{Form, Page, Submit};
use super::rules::Rules;
use super::site::Site;
use super::tab::TabId;
use super::violation::Rule;

/// How long one hop may take. A Logto that retries a request to Hugging Face needs seconds;
/// one that obeys a long `Retry-After`, up to two minutes (contract §6).
const HOP_LIMIT: Duration = Duration::from_secs(130);

/// From where a request comes, and how long it may take.
struct Context {
    /// The sites that are involved: the initiator, and each redirect.
    chain: Vec<Site>,
    /// Whether a script calls another origin than its own.
    foreign: bool,
    /// When a script gives its call up, by the browser's clock.
    limit: Option<Duration>,
}

impl Context {
    fn of(chain: Vec<Site>) -> Self {
        Self { chain, foreign: false, limit: None }
    }
}

#[derive(Debug, Default)]
struct Tab {
    /// The hop whose response is shown.
    document: Option<usize>,
    /// `sessionStorage`, by origin.
    storage: BTreeMap<(String, String), String>,
    /// Sites of the current navigation: its initiator, and each redirect.
    chain: Vec<Site>,
    redirects: usize,
    /// The pages shown so far; `entry` is the index of the current one.
    history: Vec<Entry>,
    entry: usize,
    /// What the script of the document keeps in memory: lost with the document.
    memory: BTreeMap<&'static str, String>,
    /// Whether the current navigation adds an entry to the history.
    fresh: bool,
    /// Index of the browser whose cookies the tab uses.
    browser: usize,
}

/// A browser without a screen: a cookie jar, tabs, and every hop it made. Further
/// browsers, each with a jar of its own, make hops in the same list
/// ([`Walker::open_browser`]).
///
/// It follows nothing by itself: [`Walker::follow`] takes one redirect,
/// [`Walker::submit`] submits one form.
#[derive(Debug)]
pub struct Walker {
    client: Client,
    clock: Clock,
    profiles: Vec<Profile>,
    tabs: Vec<Tab>,
    hops: Vec<Hop>,
    asker: Option<Asker>,
    rules: Rules,
    deadline: Duration,
}

impl Walker {
    /// A fresh browser with one tab. `client` must not follow redirects.
    #[must_use]
    pub fn new(client: Client, clock: Clock) -> Self {
        let profiles = vec![Profile::new(&clock)];
        Self {
            client,
            clock,
            profiles,
            tabs: vec![Tab::default()],
            hops: vec![],
            asker: None,
            rules: Rules::default(),
            deadline: HOP_LIMIT,
        }
    }

    /// Announces every hop to this journal, so that its entries can be attributed.
    #[must_use]
    pub fn watching(mut self, journal: Journal) -> Self {
        self.asker = Some(Asker::new(journal));
        self
    }

    /// How long one hop may take, in real time; 130 seconds by default.
    #[must_use]
    pub fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Turns the check of a rule off, for walks that test breaking it.
    #[must_use]
    pub fn without(mut self, rule: Rule) -> Self {
        self.rules.switch_off(rule);
        self
    }

    /// Authorization responses from the origin of `at` must name this issuer in
    /// `iss` (RFC 9207), as Logto promises in its metadata (contract §1.1).
    #[must_use]
    pub fn expecting_issuer(mut self, at: &Url, issuer: Url) -> Self {
        self.rules.expect_issuer(at, issuer);
        self
    }

    /// Every hop so far.
    #[must_use]
    pub fn hops(&self) -> &[Hop] {
        &self.hops
    }

    /// Takes every hop so far, when the walk is over.
    pub(crate) fn take_hops(&mut self) -> Vec<Hop> {
        std::mem::take(&mut self.hops)
    }

    /// What announces the hops to the journal.
    pub(crate) fn asker(&self) -> Option<&Asker> {
        self.asker.as_ref()
    }

    /// The hop whose response the tab shows.
    ///
    /// # Errors
    /// [`WalkError::NoPage`] before the first visit.
    pub fn current(&self, tab: TabId) -> Result<&Hop, WalkError> {
        self.tabs[tab.at].document.map(|at| &self.hops[at]).ok_or(WalkError::NoPage(tab))
    }

    /// The page the tab shows, at the address that its script has given it.
    ///
    /// # Errors
    /// [`WalkError::NoPage`] before the first visit.
    pub fn page(&self, tab: TabId) -> Result<Page, WalkError> {
        Ok(Page { url: self.address(tab)?.clone(), ..self.current(tab)?.page().clone() })
    }

    /// A value in the tab's `sessionStorage` for an origin.
    #[must_use]
    pub fn stored(&self, tab: TabId, origin: &Url, name: &str) -> Option<&str> {
        self.tabs[tab.at].storage.get(&(origin_of(origin), name.to_owned())).map(String::as_str)
    }

    /// Puts a value into the tab's `sessionStorage`.
    pub fn store(&mut self, tab: TabId, origin: &Url, name: &str, value: &str) {
        self.tabs[tab.at].storage.insert((origin_of(origin), name.to_owned()), value.to_owned());
    }

    /// Removes a value from the tab's `sessionStorage`.
    pub fn forget(&mut self, tab: TabId, origin: &Url, name: &str) -> Option<String> {
        self.tabs[tab.at].storage.remove(&(origin_of(origin), name.to_owned()))
    }

    /// The person types an address. No site initiates this, so every cookie may be sent.
    ///
    /// # Errors
    /// [`WalkError`] if no response arrives.
    pub async fn visit(&mut self, tab: TabId, url: Url) -> Result<&Hop, WalkError> {
        self.begin(tab, None, true);
        self.navigate(tab, WhyHop::Typed, Outgoing::get(url)).await
    }

    /// The person clicks a link of the page, or its script moves on
    /// ([`WhyHop::Script`]).
    ///
    /// # Errors
    /// [`WalkError`] if no response arrives.
    pub async fn go(&mut self, tab: TabId, href: &str, why: WhyHop) -> Result<&Hop, WalkError> {
        let from = self.address(tab)?.clone();
        let url = from.join(href).map_err(|_| WalkError::BadAddress(href.to_owned()))?;
        self.begin(tab, Some(&from), true);
        self.navigate(tab, why, Outgoing::get(url)).await
    }

    /// Follows the redirect that the tab is at; `None` if it is not at one.
    ///
    /// # Errors
    /// [`WalkError`] if its `Location` is invalid or no response arrives.
    pub async fn follow(&mut self, tab: TabId) -> Result<Option<&Hop>, WalkError> {
        let hop = self.current(tab)?;
        let url = match hop.redirect() {
            None => return Ok(None),
            Some(Ok(url)) => url,
            Some(Err(location)) => return Err(WalkError::BadLocation { hop: hop.number, location }),
        };
        if self.tabs[tab.at].redirects == REDIRECT_LIMIT {
            return Err(WalkError::TooManyRedirects { hop: hop.number, url });
        }
        // 307 and 308 keep method and body, the others turn a POST into a GET (RFC 9110 §15.4).
        let keeps = matches!(hop.response.status, 307 | 308)
            || !(hop.request.method == Method::POST || hop.response.status == 303);
        let next = if keeps {
            // A form that is redirected to another origin has an opaque origin (Fetch standard).
            let crosses = url.origin() != hop.request.url.origin();
            let kept = |(name, value): &(String, String)| match name.as_str() {
                "content-type" => Some((name.clone(), value.clone())),
                "origin" => Some((name.clone(), if crosses { "null".to_owned() } else { value.clone() })),
                _ => None,
            };
            let (method, body) = (hop.request.method.clone(), hop.request.body.clone());
            Outgoing { method, url, headers: hop.request.headers.iter().filter_map(kept).collect(), body }
        } else {
            Outgoing::get(url)
        };
        let site = Site::of(&hop.request.url);
        let state = &mut self.tabs[tab.at];
        state.redirects += 1;
        state.chain.push(site);
        self.navigate(tab, WhyHop::Redirect, next).await.map(Some)
    }

    /// Submits a form of the page, with the button that was clicked.
    ///
    /// # Errors
    /// [`WalkError`] if no response arrives.
    pub async fn submit(
        &mut self,
        tab: TabId,
        form: &Form,
        button: Option<&Submit>,
        why: WhyHop,
    ) -> Result<&Hop, WalkError> {
        let from = self.address(tab)?.clone();
        let action = button.and_then(|button| button.action.as_deref()).unwrap_or(&form.action);
        let target = if action.is_empty() { Ok(from.clone()) } else { from.join(action) };
        let mut url = target.map_err(|_| WalkError::BadAddress(action.to_owned()))?;
        let fields = form.fields.iter().map(|field| (field.name.as_str(), field.value.as_str()));
        let clicked = button.and_then(|button| button.field.as_ref());
        let clicked = clicked.map(|(name, value)| (name.as_str(), value.as_str()));
        let encoded =
            form_urlencoded::Serializer::new(String::new()).extend_pairs(fields.chain(clicked)).finish();
        let outgoing = if form.method == Method::POST {
            let headers = vec![
                ("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned()),
                ("origin".to_owned(), origin_of(&from)),
            ];
            Outgoing { method: Method::POST, url, headers, body: encoded }
        } else {
            url.set_query(Some(&encoded));
            Outgoing::get(url)
        };
        // A form submitted before the person did anything replaces its page in the history.
        self.begin(tab, Some(&from), why != WhyHop::SelfSubmitting);
        self.navigate(tab, why, outgoing).await
    }

    /// The page's script makes a call and reads the answer; the address bar does not
    /// change, and a redirect is not followed. As with `fetch` by default, cookies go
    /// only to the page's own origin. An answer that takes longer than `limit` by the browser's
    /// clock is given up.
    ///
    /// # Errors
    /// [`WalkError`] if no response arrives, or none in time.
    pub async fn call(
        &mut self,
        tab: TabId,
        method: Method,
        url: Url,
        headers: &[(&str, &str)],
        json: Option<&Value>,
        limit: Option<Duration>,
    ) -> Result<&Hop, WalkError> {
        let from = self.current(tab)?.request.url.clone();
        let mut all: Vec<(String, String)> =
            headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        if !method.is_safe() {
            all.push(("origin".to_owned(), origin_of(&from)));
        }
        if json.is_some() {
            all.push(("content-type".to_owned(), "application/json".to_owned()));
        }
        let body = json.map(ToString::to_string).unwrap_or_default();
        let outgoing = Outgoing { method, url, headers: all, body };
        let foreign = from.origin() != outgoing.url.origin();
        let context = Context { chain: vec![Site::of(&from)], foreign, limit };
        let at = self.send(tab, WhyHop::Call, outgoing, context).await?;
        Ok(&self.hops[at])
    }

    /// The script of a page at the URL's origin, open beside the tab, gets the URL, with the browser's cookies, and takes
    /// what `accept` says.
    ///
    /// # Errors
    /// [`WalkError`] if no response arrives.
    pub async fn ask(&mut self, tab: TabId, url: Url, accept: &str) -> Result<&Hop, WalkError> {
        let headers = vec![("accept".to_owned(), accept.to_owned())];
        let chain = vec![Site::of(&url)];
        let outgoing = Outgoing { method: Method::GET, url, headers, body: String::new() };
        let at = self.send(tab, WhyHop::Call, outgoing, Context::of(chain)).await?;
        Ok(&self.hops[at])
    }

    fn begin(&mut self, tab: TabId, from: Option<&Url>, fresh: bool) {
        let state = &mut self.tabs[tab.at];
        state.redirects = 0;
        state.fresh = fresh;
        state.chain = from.map(Site::of).into_iter().collect();
    }

    async fn navigate(&mut self, tab: TabId, why: WhyHop, outgoing: Outgoing) -> Result<&Hop, WalkError> {
        let chain = self.tabs[tab.at].chain.clone();
        let at = self.send(tab, why, outgoing, Context::of(chain)).await?;
        // 204 and 205 leave the page as it is (HTML standard, navigation).
        if !matches!(self.hops[at].response.status, 204 | 205) {
            let address = self.hops[at].request.url.clone();
            self.tabs[tab.at].shows(at, address, matches!(why, WhyHop::Reload | WhyHop::Back));
        }
        Ok(&self.hops[at])
    }

    async fn send(
        &mut self,
        tab: TabId,
        why: WhyHop,
        out: Outgoing,
        context: Context,
    ) -> Result<usize, WalkError> {
        let Context { chain, foreign, limit } = context;
        if !matches!(out.url.scheme(), "http" | "https") {
            return Err(WalkError::BadAddress(out.url.to_string()));
        }
        let navigation = !matches!(why, WhyHop::Call | WhyHop::Prefetch);
        let context = CookieRequest { url: &out.url, method: &out.method, chain: &chain, navigation };
        let (mut cookies, mut withheld) = self.profiles[tab.browser].jar.cookies_for(context);
        if foreign {
            let kept = cookies.drain(..).map(|(name, _)| Withheld { name, reason: WhyWithheld::ForeignCall });
            withheld.extend(kept);
        }
        let request =
            out.wire(&cookies, navigation).map_err(|_| WalkError::BadAddress(out.url.to_string()))?;
        let number = self.hops.len() + 1;
        let (began, stopwatch) = (self.clock.now(), Stopwatch::start());
        self.asker.iter().for_each(|asker| asker.asks(number));
        let what = format!("hop {number}, {} {}", out.method, out.url);
        let answer = match kit::within(what, self.deadline, self.client.send(request)).await {
            Ok(Ok(response)) => {
                let over = response.extensions().get::<ClientEnd>().copied();
                self.asker.iter().for_each(|asker| asker.answered(over, out.url.as_str()));
                let took = self.clock.now().duration_since(began).unsigned_abs();
                match limit.filter(|limit| took > *limit) {
                    Some(after) => Err(WalkError::GivenUp { hop: number, after }),
                    None => Ok(self.receive(tab, &response, context, foreign)),
                }
            }
            Ok(Err(error)) => Err(WalkError::from(error)),
            Err(error) => Err(WalkError::from(error)),
        };
        let (response, failed) = match answer {
            Ok(response) => (response, None),
            Err(error) => (HopResponse::missing(error.to_string()), Some(error)),
        };
        let mut hop = Hop {
            number,
            tab,
            why,
            began,
            took: stopwatch.elapsed(),
            at: self.clock.now(),
            request: HopRequest {
                method: out.method,
                url: out.url,
                headers: out.headers,
                body: out.body,
                cookies,
                withheld,
            },
            response,
            violations: vec![],
            parsed: OnceLock::new(),
        };
        hop.violations = self.rules.check(&hop, &self.hops);
        self.recall(&hop);
        self.hops.push(hop);
        match failed {
            None => Ok(self.hops.len() - 1),
            Some(error) => Err(error),
        }
    }

    /// Reuses an earlier page with the same body instead of parsing it again: Logto answers
    /// with its sign-in application several times in a walk.
    fn recall(&self, hop: &Hop) {
        let known = |earlier: &&Hop| earlier.response.body == hop.response.body;
        let page = self.hops.iter().filter(known).find_map(|earlier| earlier.parsed.get());
        if let Some(page) = page {
            // A new hop has no parsed page yet.
            let _ = hop.parsed.set(Page { url: hop.request.url.clone(), ..page.clone() });
        }
    }

    fn receive(
        &mut self,
        tab: TabId,
        response: &http::Response<Bytes>,
        context: CookieRequest<'_>,
        foreign: bool,
    ) -> HopResponse {
        let headers: Vec<(String, String)> = response
            .headers()
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), text(value.as_bytes())))
            .collect();
        let lines = headers.iter().filter(|(name, _)| name == "set-cookie");
        let jar = &mut self.profiles[tab.browser].jar;
        let cookies = lines
            .map(|(_, line)| {
                if foreign {
                    SetCookie::dropped(line, WhyDropped::ForeignCall)
                } else {
                    jar.set(line, context)
                }
            })
            .collect();
        HopResponse {
            status: response.status().as_u16(),
            fault: None,
            headers,
            body: text(response.body()),
            cookies,
        }
    }
}

/// Bytes that are not UTF-8 are replaced.
fn text(bytes: &[u8]) -> String {
    // Nearly everything is UTF-8, and the strict check is several times faster.
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => String::from_utf8_lossy(bytes).into_owned(),
    }
}

fn origin_of(url: &Url) -> String {
    url.origin().ascii_serialization()
}

#[cfg(test)]
mod tests;
