//! Replays one story: set up, replay, compare.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use kit::Machine;
use serde_json::Value;

use super::addresses::Addresses;
use super::answers;
use super::calls;
use super::difference::Difference;
use super::error::ReplayError;
use super::learn;
use super::places::{at, described};
use super::story::{Exchange, Response, Setup, Side, Story};
use super::target::{Site, Target};
use super::values::{Values, derive};
use crate::stack::Management;

/// Time limit for one answer: Logto itself gives up after 120 s.
const ANSWER: Duration = Duration::from_secs(150);

/// Replays a story and returns every difference.
///
/// # Errors
/// [`ReplayError`] if it could not be replayed to its end.
pub async fn replay(story: &Story, target: &Target) -> Result<Vec<Difference>, ReplayError> {
    replay_on(&Machine::real(), story, target).await
}

/// Like [`replay`], on the clocks of this machine, which a test may adjust.
///
/// # Errors
/// [`ReplayError`] if it could not be replayed to its end.
pub async fn replay_on(
    machine: &Machine,
    story: &Story,
    target: &Target,
) -> Result<Vec<Difference>, ReplayError> {
    let site = Site::open(machine, target, &story.setup, story.build.as_ref()).await?;
    let addresses = Addresses::of(story, &site.logto, &site.admin);
    let mut stage = Stage { site, addresses, values: Values::default(), story };
    let differences = stage.play().await?;
    stage.site.close().await?;
    Ok(differences)
}

/// A Logto, what is known of it, and the story that it is asked.
pub(super) struct Stage<'a> {
    pub(super) site: Site,
    pub(super) addresses: Addresses,
    pub(super) values: Values,
    pub(super) story: &'a Story,
}

impl Stage<'_> {
    async fn play(&mut self) -> Result<Vec<Difference>, ReplayError> {
        self.set_up(&self.story.setup).await?;
        let mut differences = Vec::new();
        // Logto sends its own calls by itself.
        for exchange in self.story.exchanges.iter().filter(|exchange| exchange.from != Side::Logto) {
            if let Some(pause) = exchange.pause_before_ms {
                self.site.clock.sleep(Duration::from_millis(pause)).await;
            }
            let script = &self.story.setup.huggingface.script;
            let unreachable = script.iter().any(|rule| rule["during_exchange"] == exchange.n);
            if unreachable {
                self.site.provider_goes().await?;
            }
            differences.extend(self.exchange(exchange).await?);
            if unreachable {
                self.site.provider_comes_back().await?;
            }
        }
        Ok(differences)
    }

    pub(super) async fn set_up(&mut self, setup: &Setup) -> Result<(), ReplayError> {
        let origin = |url: &url::Url| url.origin().ascii_serialization();
        let management = self.site.management().await?;
        let (logto, admin) = (origin(&self.site.logto), origin(&self.site.admin));
        self.know("LOGTO", &logto);
        self.know("ADMIN", &admin);
        self.addresses.learn(&mut self.values);
        let credentials = self.site.credentials.clone();
        self.know("MGMT_APP_ID", &credentials.id);
        self.know("MGMT_APP_SECRET", &credentials.secret);
        self.know("MGMT_TOKEN", &management.token());
        if let Some(application) = &setup.application {
            let id = self.application(&management, application, "APP").await?;
            if let Some(patch) = &setup.application_patch {
                management.patch(&format!("applications/{id}"), patch).await?;
            }
        }
        for application in &setup.more_applications {
            self.application(&management, &application.body, &application.values_prefix).await?;
        }
        for connector in setup.connector.iter().chain(&setup.more_connectors) {
            management.post("connectors", connector).await?;
        }
        if let Some(patch) = &setup.sign_in_experience {
            management.patch("sign-in-exp", patch).await?;
        }
        for resource in &setup.resources {
            let id = management.post("resources", &resource.body).await?.text("id")?;
            for scope in &resource.scopes {
                management.post(&format!("resources/{id}/scopes"), scope).await?;
            }
        }
        for (at, user) in setup.users.iter().enumerate() {
            let id = management.post("users", user).await?.text("id")?;
            self.know(&format!("USER{}_ID", at + 1), &id);
        }
        Ok(())
    }

    /// Records this run's value for a named value of the recording.
    fn know(&mut self, name: &str, here: &str) {
        if let Some(recorded) = self.story.values.get(name) {
            self.values.learn(recorded, here);
        }
    }

    async fn application(
        &mut self,
        management: &Management,
        body: &Value,
        prefix: &str,
    ) -> Result<String, ReplayError> {
        let made = management.post("applications", body).await?;
        let id = made.text("id")?;
        self.know(&format!("{prefix}_ID"), &id);
        let secrets = management.get(&format!("applications/{id}/secrets")).await?;
        // A public client has only the internal secret.
        let first = secrets.list()?.first().and_then(|secret| secret["value"].as_str());
        let secret = first.or_else(|| made.body["secret"].as_str());
        self.know(&format!("{prefix}_SECRET"), secret.unwrap_or_default());
        Ok(id)
    }

    async fn exchange(&mut self, exchange: &Exchange) -> Result<Vec<Difference>, ReplayError> {
        let before = self.site.journal.last_number();
        let here = self.send(exchange).await?;
        self.learn(exchange, &here);
        // The provider is ours on both sides.
        if exchange.to == Side::HuggingFace {
            return Ok(vec![]);
        }
        let here = described(here, &exchange.response);
        learn::dynamic(&exchange.response, &here, &mut self.values);
        let now = self.site.clock.now();
        let mut found = answers::differences(&exchange.request, &exchange.response, &here, &self.values, now);
        let recorded: Vec<&Exchange> =
            self.story.exchanges.iter().filter(|call| call.during == Some(exchange.n)).collect();
        found.extend(calls::differences(&recorded, &self.site.journal.since(before), &self.values));
        let title = self.title(exchange);
        Ok(found
            .into_iter()
            .map(|(field, recorded, here)| Difference {
                exchange: exchange.n,
                title: title.clone(),
                field,
                recorded,
                here,
            })
            .collect())
    }

    fn title(&self, exchange: &Exchange) -> String {
        let (method, url) = (&exchange.request.method, &exchange.request.url);
        let why = if exchange.why.is_empty() { String::new() } else { format!(" ({})", exchange.why) };
        format!("{method} {url}{why}")
    }

    pub(super) async fn send(&self, exchange: &Exchange) -> Result<Response, ReplayError> {
        let recorded = &exchange.request;
        let (url, host) = self.addresses.here(exchange, &self.values)?;
        let mut request = http::Request::builder().method(&*recorded.method).uri(&url);
        if let Some(host) = host {
            request = request.header("host", host);
        }
        for (name, value) in &recorded.headers {
            // Headers of the connection, not of the story.
            if !["host", "connection", "content-length"].contains(&name.to_ascii_lowercase().as_str()) {
                request = request.header(name, self.header(name, value));
            }
        }
        // Logto distinguishes a body without a length from an empty one.
        if recorded.body.is_empty() && recorded.header("content-length").is_some() {
            request = request.header("content-length", "0");
        }
        let body = self.values.here(&recorded.body);
        let body = self.in_time(&body, exchange).unwrap_or(body);
        let number = exchange.n;
        let request = request
            .body(Bytes::from(body))
            .map_err(|source| ReplayError::Request { exchange: number, source })?;
        let what = format!("the answer to {} {url}", recorded.method);
        let response = kit::within(what, ANSWER, self.site.client.send(request))
            .await
            .map_err(|source| ReplayError::Deadline { exchange: number, source })?
            .map_err(|source| ReplayError::Send { exchange: number, source })?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok(Response {
            status: response.status().as_u16(),
            headers: response
                .headers()
                .iter()
                .map(|(name, value)| (name.to_string(), text(value.as_bytes())))
                .collect(),
            body: Value::String(text(response.body())),
        })
    }

    /// A body with a future time, shifted to be as far ahead of this run's clock as it was ahead of
    /// the clock of the recording.
    fn in_time(&self, body: &str, exchange: &Exchange) -> Option<String> {
        let mut body: Value = serde_json::from_str(body).ok()?;
        let made = exchange.response.json()?;
        let ahead = body.get("expiresAt")?.as_i64()? - made.get("createdAt")?.as_i64()?;
        body["expiresAt"] = (self.site.clock.millis() + ahead).into();
        Some(body.to_string())
    }

    /// A header with this run's values, inside `Basic` too.
    pub(super) fn header(&self, name: &str, value: &str) -> String {
        if name.eq_ignore_ascii_case("authorization")
            && let Some((scheme, encoded)) = value.split_once(' ')
            && scheme.eq_ignore_ascii_case("basic")
            && let Some(decoded) =
                STANDARD.decode(encoded).ok().and_then(|bytes| String::from_utf8(bytes).ok())
        {
            return format!("{scheme} {}", STANDARD.encode(self.values.here(&decoded)));
        }
        self.values.here(value)
    }

    /// Learns the strings that later requests repeat from this response.
    fn learn(&mut self, exchange: &Exchange, here: &Response) {
        for carry in self.story.carry.iter().filter(|carry| carry.from == exchange.n) {
            if let Some(found) = at(here, &carry.place) {
                self.values.learn(&carry.value, &found);
            }
        }
        for derived in &self.story.derived {
            let base = self.values.here(&derived.base);
            if base != derived.base
                && let Some(value) = derive(&base, &derived.how)
            {
                self.values.learn(&derived.value, &value);
            }
        }
    }
}
