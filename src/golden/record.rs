//! Plays a sequence of requests on a Logto, and records it as a story.

use indexmap::IndexMap;
use kit::{Entry, Machine, Outcome};
use serde_json::{Value, json};
use url::Url;

use super::addresses::Addresses;
use super::build::Build;
use super::error::ReplayError;
use super::places::{at, description};
use super::replay::Stage;
use super::story::{Carry, Exchange, Request, Response, Setup, Side, Story};
use super::target::{Site, Target};
use super::values::Values;
use crate::walker::{CookieRequest, Jar};

/// A sequence of requests in which `[NAME]` stands for a value that only a run knows: one of the
/// set-up ([`names`]), or one learned from an earlier response.
#[derive(Debug, Clone)]
pub(super) struct Script {
    /// What is sent to the Management API first.
    pub(super) setup: Setup,
    pub(super) steps: Vec<Step>,
}

/// One request of a script.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Step {
    /// What it is for; in the story, `why`.
    pub(super) name: String,
    pub(super) from: Side,
    pub(super) method: String,
    pub(super) url: String,
    pub(super) query: Vec<(String, String)>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Body,
    /// Names, and the places in the response where their values are.
    pub(super) learn: Vec<(String, String)>,
}

/// The body of a step.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Body {
    Nothing,
    Json(Value),
    Form(Vec<(String, String)>),
}

impl Step {
    /// The request, with its names.
    fn request(&self) -> Request {
        let mut url = self.url.clone();
        if !self.query.is_empty() {
            url = format!("{url}?{}", form(&self.query));
        }
        let (kind, body) = match &self.body {
            Body::Nothing => (None, String::new()),
            Body::Json(value) => (Some("application/json"), value.to_string()),
            Body::Form(fields) => (Some("application/x-www-form-urlencoded"), form(fields)),
        };
        let kind = kind.map(|kind| ("Content-Type".to_owned(), kind.to_owned()));
        let headers = self.headers.iter().cloned().chain(kind).collect();
        Request { method: self.method.clone(), url, headers, body }
    }
}

fn form(fields: &[(String, String)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// The names of a set-up, as in `values` of a story.
fn names(setup: &Setup) -> Vec<String> {
    let fixed = ["LOGTO", "ADMIN", "MGMT_APP_ID", "MGMT_APP_SECRET", "MGMT_TOKEN", "APP_ID", "APP_SECRET"];
    let more = setup.more_applications.iter().map(|more| &more.values_prefix);
    let more = more.flat_map(|prefix| [format!("{prefix}_ID"), format!("{prefix}_SECRET")]);
    let users = (1..=setup.users.len()).map(|number| format!("USER{number}_ID"));
    fixed.iter().map(ToString::to_string).chain(more).chain(users).collect()
}

/// How a name is written in a script.
fn written(name: &str) -> String {
    format!("[{name}]")
}

/// Plays a script, and returns it as a story with this run's values and answers.
///
/// # Errors
/// [`ReplayError`] if it could not be played to its end.
pub(super) async fn record(
    script: &Script,
    target: &Target,
    build: Option<&Build>,
) -> Result<Story, ReplayError> {
    let setup = &script.setup;
    let names = names(setup);
    let symbolic = Story {
        name: String::new(),
        description: String::new(),
        logto_version: String::new(),
        build: build.cloned(),
        values: names.iter().map(|name| (name.clone(), written(name))).collect(),
        setup: setup.clone(),
        derived: vec![],
        carry: vec![],
        exchanges: vec![],
    };
    let site = Site::open(&Machine::real(), target, setup, build).await?;
    let jar = Jar::new(site.clock.clone());
    let mut stage = Stage {
        addresses: Addresses::live(&site.logto, &site.admin),
        site,
        values: Values::default(),
        story: &symbolic,
    };
    stage.set_up(setup).await?;
    let known = |name: &String| (name.clone(), stage.values.here(&written(name)));
    let mut values: IndexMap<String, String> = names.iter().map(known).collect();
    // A public client has no secret, and a set-up without an application no id.
    values.retain(|name, value| !value.is_empty() && *value != written(name));
    let mut recorder = Recorder { known: values.clone(), stage, jar, carry: vec![], exchanges: vec![] };
    for step in &script.steps {
        recorder.play(step).await?;
    }
    let Recorder { stage, carry, exchanges, .. } = recorder;
    stage.site.close().await?;
    let carry = carry.into_iter().filter_map(|carry| used(carry, &exchanges)).collect();
    Ok(Story { values, carry, exchanges, ..symbolic })
}

struct Recorder<'a> {
    stage: Stage<'a>,
    /// What every name stands for at this moment.
    known: IndexMap<String, String>,
    jar: Jar,
    carry: Vec<Carry>,
    exchanges: Vec<Exchange>,
}

impl Recorder<'_> {
    async fn play(&mut self, step: &Step) -> Result<(), ReplayError> {
        let mut values = Values::default();
        self.known.iter().for_each(|(name, value)| values.learn(&written(name), value));
        self.stage.values = values;
        let mut request = step.request();
        request.url = self.stage.values.here(&request.url);
        request.body = self.stage.values.here(&request.body);
        for (name, value) in &mut request.headers {
            *value = self.stage.header(name, value);
        }
        // Nothing can be sent to a place that is not known yet.
        let Some(url) = Url::parse(&request.url).ok().filter(|_| !request.url.contains('[')) else {
            return Ok(());
        };
        let to = if url.host_str() == Some("huggingface.co") { Side::HuggingFace } else { Side::Logto };
        let method = http::Method::from_bytes(request.method.as_bytes()).unwrap_or_default();
        let cookies = CookieRequest { url: &url, method: &method, chain: &[], navigation: true };
        let browser = step.from == Side::Browser && to == Side::Logto;
        if browser {
            let (sent, _) = self.jar.cookies_for(cookies);
            let line: Vec<String> = sent.iter().map(|(name, value)| format!("{name}={value}")).collect();
            if !line.is_empty() {
                request.headers.push(("Cookie".to_owned(), line.join("; ")));
            }
        }
        let n = self.exchanges.len() as u64 + 1;
        let mut exchange = Exchange {
            n,
            from: step.from,
            to,
            why: step.name.clone(),
            during: None,
            pause_before_ms: None,
            request,
            response: Response::default(),
        };
        let before = self.stage.site.journal.last_number();
        let response = self.stage.send(&exchange).await?;
        if browser {
            response.all("set-cookie").for_each(|line| {
                self.jar.set(line, cookies);
            });
        }
        let cookies = response.cookies().map(|(name, _)| (String::new(), format!("set-cookie {name}")));
        let learn: Vec<(String, String)> = step.learn.iter().cloned().chain(cookies).collect();
        for (name, place) in learn {
            if let Some(value) = at(&response, &place).filter(|value| value.len() >= SHORTEST) {
                if !name.is_empty() {
                    self.known.insert(name, value.clone());
                }
                self.carry.push(Carry { value, from: n, place, used_in: vec![] });
            }
        }
        exchange.response = without_page(&url, response);
        self.exchanges.push(exchange);
        // The calls of Logto to a provider that the browser did not ask itself.
        if to == Side::Logto {
            let calls = self.stage.site.journal.since(before);
            for (call, number) in calls.iter().zip(n + 1..) {
                self.exchanges.push(of_logto(call, number, n));
            }
        }
        Ok(())
    }
}

/// Shorter strings are not generated, and may be part of any word.
const SHORTEST: usize = 9;

/// A response in the form of recordings, with what can be told of its page.
fn without_page(url: &Url, mut response: Response) -> Response {
    let html = response.header("content-type").is_some_and(|kind| kind.starts_with("text/html"));
    let Some(text) = response.body.as_str().filter(|_| html) else { return response };
    // Logto answers every other path with its sign-in application (contract §2.3).
    let own = ["/oidc/", "/api/", "/assets/"].iter().any(|start| url.path().starts_with(start));
    let mut told = if own { description(text) } else { json!({}) };
    // A text without a title is not a page, but the body of a redirect.
    if own && told["title"].is_null() || response.status / 100 == 3 {
        return response;
    }
    told["omitted"] = json!(true);
    told["bytes"] = json!(text.len());
    response.body = told;
    response
}

/// A call that the provider received from Logto.
fn of_logto(call: &Entry, n: u64, during: u64) -> Exchange {
    let response = match &call.outcome {
        Outcome::Response(response) => Response {
            status: response.status,
            headers: response.headers.clone(),
            body: Value::String(response.body.clone()),
        },
        Outcome::Pending | Outcome::Fault(_) => Response::default(),
    };
    let kit::Request { method, url, headers, body } = call.request.clone();
    Exchange {
        n,
        from: Side::Logto,
        to: Side::HuggingFace,
        why: String::new(),
        during: Some(during),
        pause_before_ms: None,
        request: Request { method, url, headers, body },
        response,
    }
}

/// The carried string, if a later request repeats it.
fn used(mut carry: Carry, exchanges: &[Exchange]) -> Option<Carry> {
    let encoded: String = form_urlencoded::byte_serialize(carry.value.as_bytes()).collect();
    let repeats = |text: &str| text.contains(&carry.value) || text.contains(&encoded);
    let later = exchanges.iter().filter(|exchange| exchange.n > carry.from && exchange.from != Side::Logto);
    let using = later.filter(|exchange| {
        let Request { url, headers, body, .. } = &exchange.request;
        repeats(url) || repeats(body) || headers.iter().any(|(_, value)| repeats(value))
    });
    carry.used_in = using.map(|exchange| exchange.n).collect();
    (!carry.used_in.is_empty()).then_some(carry)
}
