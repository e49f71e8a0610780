//! Builds a transcript from hops and journals.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use kit::{Direction, Entry, Outcome, Party, Request};
use url::Url;

use super::body::{Bodies, Body};
use super::cookies;
use super::masks::Masks;
use super::model::{Exchange, Transcript};
use super::places::{Learner, NamedValues};
use super::policy::{self, At, Then};
use super::roles::Roles;
use super::versions::Terms;
use crate::record::{Origins, Record, Recorded, Tie};
use crate::setup::Mask;
use crate::walker::{Hop, WhyHop};

/// Stands for an unknown sender of a request.
const UNKNOWN: &str = "unknown";
/// Said of an app of your own in front of a real Logto.
const UNSEEN: &str = "the app's calls to Logto were not seen: a real Logto does not show them. `--record-app-calls` records them, for an app that does \
     not compare the address with the issuer";
/// Stands for the page of Logto's sign-in application.
const PAGE: &str = "[page]";

impl Transcript {
    /// Builds the transcript of a walk. `roles` has the values that are known beforehand, `masks` what is
    /// hidden in the app's own messages.
    #[must_use]
    pub(crate) fn of(record: &Record, roles: Roles, masks: &[Mask]) -> Self {
        Self::in_terms(Terms::default(), record, roles, masks)
    }

    /// The same in the terms of another version of Logto.
    #[must_use]
    pub(crate) fn in_terms(terms: Terms, record: &Record, mut roles: Roles, masks: &[Mask]) -> Self {
        let origins = record.origins.clone();
        for (role, origin) in [("APP", &origins.app), ("LOGTO", &origins.logto), ("HF", &origins.huggingface)]
        {
            roles.know(role, &origin.origin().ascii_serialization());
        }
        // A URL with a scheme of an app's own has no origin in text.
        for (role, _, origin) in origins.others.iter().filter(|(.., origin)| origin.origin().is_tuple()) {
            roles.know(role, &origin.origin().ascii_serialization());
        }
        let mut writer = Writer {
            terms,
            roles,
            origins,
            masks: Masks::new(masks),
            named: NamedValues::new(),
            own_app: record.back_channel.is_received(),
            shared: record.back_channel.is_shared(),
            shown_tokens: vec![],
            shown_documents: vec![],
        };
        let hops = record.hops.iter().map(|hop| writer.hop(hop, record.during(hop.number))).collect();
        let unknown = record.not_attributed().filter_map(|recorded| writer.between(&recorded.entry, UNKNOWN));
        let not_attributed = unknown.collect();
        let unused = writer.masks.unused().map(|mask| format!("the mask of {mask} covered nothing"));
        let unseen = (!record.back_channel.is_seen()).then(|| UNSEEN.to_owned());
        let notes = unseen.into_iter().chain(unused).collect();
        let has_app_calls = record.back_channel.is_seen();
        Self { hops, not_attributed, masked: writer.masks.used(), notes, has_app_calls }
    }
}

struct Writer {
    terms: Terms,
    roles: Roles,
    origins: Origins,
    masks: Masks,
    named: NamedValues,
    /// Whether Logto's entries show the calls of an app of your own.
    own_app: bool,
    /// Whether the app's process serves other walks, too.
    shared: bool,
    /// ID tokens whose claims were listed, by role.
    shown_tokens: Vec<String>,
    /// Longer bodies with their path: each is shown once.
    shown_documents: Vec<(String, Vec<String>)>,
}

impl Writer {
    fn learner(&mut self, at: Timestamp) -> Learner<'_> {
        Learner {
            roles: &mut self.roles,
            origins: &self.origins,
            masks: &self.masks,
            named: &mut self.named,
            at,
        }
    }

    /// Shows the bodies of a message between the browser and this party.
    fn bodies(&self, at: Timestamp, party: Option<Party>) -> Bodies<'_> {
        Bodies { roles: &self.roles, at, masks: self.masks_of(party), terms: &self.terms }
    }

    fn masks_of(&self, party: Option<Party>) -> Option<&Masks> {
        (party == Some(Party::APP)).then_some(&self.masks)
    }

    /// The URL of a hop. A redirect target is never masked.
    fn url(&self, hop: &Hop, party: Option<Party>) -> String {
        let url = hop.request.url.as_str();
        match self.masks_of(party).filter(|_| hop.why != WhyHop::Redirect) {
            Some(masks) => self.roles.replace(&masks.address(url)),
            None => self.roles.replace(url),
        }
    }

    fn by_role(&self, texts: impl IntoIterator<Item = impl ToString>) -> Vec<String> {
        texts.into_iter().map(|text| self.roles.replace(&text.to_string())).collect()
    }

    fn hop<'r>(&mut self, hop: &Hop, within: impl Iterator<Item = &'r Recorded>) -> Exchange {
        let (request, response) = (&hop.request, &hop.response);
        let (asked, answered) = (Body::read(&request.body), Body::read(&response.body));
        // The other parties' messages meanwhile came before this response.
        self.learner(hop.at).request(&request.url, &asked);
        let mut notes = Vec::new();
        let mut meanwhile = Vec::new();
        for Recorded { entry, tie, .. } in within {
            match entry.party {
                Party::HUGGINGFACE | Party::PROXY if *tie == Some(Tie::Own) => notes.extend(&entry.notes),
                _ => meanwhile.extend(self.between(entry, Party::LOGTO.0)),
            }
        }
        self.learner(hop.at).response(&request.url, response.header("location"), &answered);
        self.learner(hop.at).seen(hop);

        let party = self.origins.party(&request.url);
        let content = self.content(hop, &answered, party);
        let sent: Vec<&str> = request.cookies.iter().map(|(name, _)| name.as_str()).collect();
        let withheld = request.withheld.iter();
        let withheld =
            withheld.map(|cookie| format!("{}: {}", self.roles.replace(&cookie.name), cookie.reason));
        let header = |name: &str| self.header(name, response.header(name));
        Exchange {
            number: Some(hop.number),
            party: Party::BROWSER.to_string(),
            browser: Some(hop.tab.browser()).filter(|browser| *browser > 1),
            tab: Some(hop.tab.number()).filter(|tab| *tab > 1),
            why: Some(why(hop.why)),
            method: request.method.to_string(),
            url: self.url(hop, party),
            headers: self.headers(&request.headers),
            body: self.bodies(hop.at, party).request(&asked, request.url.path()),
            cookies: cookies::with_signatures(&sent, &self.roles, &self.terms),
            withheld: self.terms.withheld(withheld.collect()),
            status: Some(response.status).filter(|_| response.fault.is_none()),
            fault: response.fault.as_ref().map(|fault| self.roles.replace(&fault.to_string())),
            location: header("location"),
            content_type: header("content-type"),
            cache_control: self.cache_control(&request.url, header("cache-control")),
            challenge: header("www-authenticate"),
            set_cookies: cookies::set(
                &response.cookies,
                hop.at,
                &self.roles,
                self.masks_of(party),
                &self.terms,
            ),
            journal: self.by_role(notes),
            violations: self.by_role(hop.violations.iter().map(|broken| &broken.what)),
            content,
            not_compared: false,
            meanwhile,
        }
    }

    /// A request between other parties, if it is shown. `asker` is passed in, since the receiver's journal
    /// does not name the sender.
    fn between(&mut self, entry: &Entry, asker: &str) -> Option<Exchange> {
        let (asker, name) = match entry.direction {
            Direction::Received => (asker, "received"),
            Direction::Sent => (entry.party.0, "sent"),
        };
        let shown = policy::transcript(Some(entry.party), At::Journal, name) == Then::AsItIs;
        shown.then(|| self.entry(entry, asker))
    }

    fn entry(&mut self, entry: &Entry, asker: &str) -> Exchange {
        let url = Url::parse(&entry.request.url).ok();
        let asked = Body::read(&entry.request.body);
        let answered = match &entry.outcome {
            Outcome::Response(response) => Some((response, Body::read(&response.body))),
            _ => None,
        };
        let path = url.as_ref().map_or("", Url::path);
        let not_compared = self.shared
            && entry.party == Party::APP
            && policy::transcript(Some(Party::APP), At::SharedCall, path) == Then::NotCompared;
        // That the secret is another application's has to be seen, but not the secret itself.
        if let Some(secret) = secret(&entry.request).filter(|_| self.own_app && entry.party == Party::APP)
            && self.roles.replace(&secret) == secret
        {
            self.roles.know("APP_SECRET", &secret);
        }
        // What is compared must not depend on what is not.
        if let Some(url) = url.as_ref().filter(|_| !not_compared) {
            self.learner(entry.at).request(url, &asked);
            if let Some((response, body)) = &answered {
                self.learner(entry.at).response(url, response.header("location"), body);
            }
        }
        let mut shown = Exchange {
            party: asker.to_owned(),
            method: entry.request.method.clone(),
            url: self.roles.replace(&entry.request.url),
            headers: self.headers(&entry.request.headers),
            body: self.bodies(entry.at, None).request(&asked, path),
            journal: self.by_role(&entry.notes),
            not_compared,
            ..Exchange::default()
        };
        match (&entry.outcome, &answered) {
            (_, Some((response, body))) => {
                let header = |name: &str| self.header(name, response.header(name));
                shown.status = Some(response.status);
                shown.location = header("location");
                shown.content_type = header("content-type");
                let cache_control = header("cache-control");
                shown.cache_control = match &url {
                    Some(url) => self.cache_control(url, cache_control),
                    None => cache_control,
                };
                shown.challenge = header("www-authenticate");
                let page = url.as_ref().is_some_and(|url| self.origins.party(url) == Some(Party::LOGTO))
                    && header("content-type").is_some_and(|kind| kind.starts_with("text/html"));
                shown.content = match page {
                    true => vec![PAGE.to_owned()],
                    false if not_compared => self.bodies(entry.at, None).response(body, path),
                    false => self.response_body(body, path, entry.at, None),
                };
            }
            (Outcome::Fault(fault), None) => shown.fault = Some(self.roles.replace(&fault.to_string())),
            (_, None) => shown.fault = Some("not answered when the walk ended".to_owned()),
        }
        shown
    }

    /// A header of a response, if it is shown.
    fn header(&self, name: &str, value: Option<&str>) -> Option<String> {
        let shown = policy::transcript(None, At::Header, name) == Then::AsItIs;
        value.filter(|_| shown).map(|value| self.roles.replace(value))
    }

    /// `Cache-Control` of a response from this address.
    fn cache_control(&self, url: &Url, sent: Option<String>) -> Option<String> {
        match self.origins.party(url) {
            Some(Party::LOGTO) => self.terms.cache_control(url.path(), sent),
            _ => sent,
        }
    }

    /// The headers of a request that are shown.
    fn headers(&self, headers: &[(String, String)]) -> Vec<(String, String)> {
        headers
            .iter()
            .map(|(name, value)| (name.to_ascii_lowercase(), value))
            .filter_map(|(name, value)| match policy::transcript(None, At::RequestHeader, &name) {
                Then::Decoded => Some((name, self.authorization(value))),
                Then::AsItIs => Some((name, self.roles.replace(value))),
                _ => None,
            })
            .collect()
    }

    /// Decodes Basic credentials (RFC 7617), so that a mix-up is visible.
    fn authorization(&self, value: &str) -> String {
        match credentials(value) {
            Some((scheme, pair)) => format!("{scheme} {}", visible(&self.roles.replace(&pair))),
            None => self.roles.replace(value),
        }
    }

    /// Whether a hop shows a page of Logto's sign-in application.
    fn is_page_of_logto(&self, hop: &Hop) -> bool {
        let party = self.origins.party(&hop.request.url);
        hop.is_html()
            && hop.response.status == 200
            && policy::transcript(party, At::Path, hop.request.url.path()) == Then::LeftOut
    }

    fn content(&mut self, hop: &Hop, body: &Body<'_>, party: Option<Party>) -> Vec<String> {
        if self.is_page_of_logto(hop) {
            return vec![PAGE.to_owned()];
        }
        if hop.redirect().is_some() {
            // The body only repeats `Location`.
            return vec![];
        }
        if hop.is_html() {
            return self.bodies(hop.at, party).page(hop.page(), hop.response.status);
        }
        self.response_body(body, hop.request.url.path(), hop.at, party)
    }

    /// Lists the claims of an ID token where it first appears.
    fn response_body(
        &mut self,
        body: &Body<'_>,
        path: &str,
        at: Timestamp,
        party: Option<Party>,
    ) -> Vec<String> {
        let mut lines = self.bodies(at, party).response(body, path);
        if lines.len() > policy::limit(At::Body, "repeated") {
            let shown = (path.to_owned(), lines.clone());
            if self.shown_documents.contains(&shown) {
                return vec!["(the same document as before)".to_owned()];
            }
            self.shown_documents.push(shown);
        }
        if let Some((token, claims)) = self.bodies(at, party).id_token(body) {
            let token = self.roles.label(&token).unwrap_or(&token).to_owned();
            if !self.shown_tokens.contains(&token) {
                lines.extend(claims);
                self.shown_tokens.push(token);
            }
        }
        lines
    }
}

/// Scheme and content of Basic credentials.
fn credentials(value: &str) -> Option<(&str, String)> {
    let (scheme, encoded) =
        value.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"))?;
    Some((scheme, String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?))
}

/// The secret with which an app authenticates itself (RFC 6749 §2.3.1).
fn secret(request: &Request) -> Option<String> {
    let pair = request.header("authorization").and_then(credentials).map(|(_, pair)| pair);
    let basic = pair.and_then(|pair| Some(pair.split_once(':')?.1.to_owned()));
    let in_form = || {
        let mut fields = form_urlencoded::parse(request.body.as_bytes());
        fields.find(|(name, _)| name == "client_secret").map(|(_, value)| value.into_owned())
    };
    basic.or_else(in_form)
}

/// Replaces invisible characters by their pictures: a newline by `␊`, a space at the
/// end by `␠`.
pub(super) fn visible(text: &str) -> String {
    let picture = |c: char| match c {
        '\u{0}'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c)).unwrap_or(c),
        '\u{7f}' => '␡',
        other => other,
    };
    let seen = text.trim_end_matches(' ');
    seen.chars().map(picture).chain(std::iter::repeat_n('␠', text.len() - seen.len())).collect()
}

fn why(why: WhyHop) -> &'static str {
    match why {
        WhyHop::Typed => "typed",
        WhyHop::Link => "link",
        WhyHop::Form => "form",
        WhyHop::SelfSubmitting => "auto-form",
        WhyHop::Redirect => "redirect",
        WhyHop::Script => "script",
        WhyHop::Call => "call",
        WhyHop::Reload => "reload",
        WhyHop::Back => "back",
        WhyHop::Prefetch => "prefetch",
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
