//! One story: set up, replay, compare.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use kit::{Bound, Ca, Client, Clock, Direction, Journal, Party, Random};
use mock_logto::{Context, Logto};
use serde_json::Value;
use url::Url;

use crate::compare::{self, Seen};
use crate::places::{at, described};
use crate::provider::Provider;
use crate::values::Values;

type Outcome<T> = Result<T, String>;

struct Stage {
    client: Client,
    logto: Url,
    admin: Url,
    token: String,
    values: Values,
    journal: Journal,
    clock: Clock,
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// Replays a story; the error tells every difference.
pub(crate) async fn replay(file: &Path) -> Outcome<()> {
    let story: Value =
        serde_json::from_str(&std::fs::read_to_string(file).map_err(|error| error.to_string())?)
            .map_err(|error| error.to_string())?;
    let clock = Clock::skipping();
    let journal = Journal::new();
    let ca = Ca::create(&clock, &["huggingface.co"]).map_err(|error| error.to_string())?;
    let none = Vec::new();
    let list =
        |value: &Value, name: &str| value.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let setup = &story["setup"];
    let hub = &setup["huggingface"];
    let router = Provider::router(&list(hub, "users"), &list(hub, "script"), clock.clone());
    let origin = Url::parse("https://huggingface.co").map_err(|error| error.to_string())?;
    let router = kit::journaled(router, journal.clone(), clock.clone(), Party::HUGGINGFACE, origin);
    let bound = Bound::loopback().await.map_err(|error| error.to_string())?;
    let tls = ca.server_config("huggingface.co").map_err(|error| error.to_string())?;
    let mut provider = bound.serve_tls(router.clone(), tls.clone());
    let provider_addr = provider.addr();
    let client = |redirects| {
        Client::builder().trust(&ca).host("huggingface.co", provider_addr).follow_redirects(redirects).build()
    };
    let bind = || async { Bound::loopback().await.map_err(|error| error.to_string()) };
    let (bound, admin) = (bind().await?, bind().await?);
    let local =
        |port: u16| Url::parse(&format!("http://localhost:{port}")).map_err(|error| error.to_string());
    let (logto_url, admin_url) = (local(bound.port())?, local(admin.port())?);
    let logto = Logto::new(Context {
        endpoint: logto_url.clone(),
        admin_endpoint: admin_url.clone(),
        clock: clock.clone(),
        random: Random::from_os(),
        journal: Journal::new(),
        client: client(20).map_err(|error| error.to_string())?,
        authorization_origin: None,
        m2m_secret: None,
    });
    let servers = (bound.serve(logto.router()), admin.serve(logto.router()));
    let mut stage = Stage {
        client: client(0).map_err(|error| error.to_string())?,
        logto: logto_url,
        admin: admin_url,
        token: String::new(),
        values: Values::default(),
        journal,
        clock: clock.clone(),
    };
    stage.set_up(&story, setup, &logto).await?;
    let mut differences = Vec::new();
    for exchange in story["exchanges"].as_array().unwrap_or(&none) {
        if exchange["from"] == "logto" {
            continue;
        }
        if let Some(pause) = exchange.get("pause_before_ms").and_then(Value::as_u64) {
            clock.advance(std::time::Duration::from_millis(pause));
        }
        let unreachable = list(hub, "script").iter().any(|rule| rule["during_exchange"] == exchange["n"]);
        if unreachable {
            provider.shutdown().await.map_err(|error| error.to_string())?;
            differences.extend(stage.exchange(&story, exchange).await?);
            let again = Bound::at(provider_addr).await.map_err(|error| error.to_string())?;
            provider = again.serve_tls(router.clone(), tls.clone());
        } else {
            differences.extend(stage.exchange(&story, exchange).await?);
        }
    }
    differences.extend(stage.calls(&story));
    drop((servers, provider));
    if differences.is_empty() { Ok(()) } else { Err(differences.join("\n")) }
}

impl Stage {
    async fn set_up(&mut self, story: &Value, setup: &Value, logto: &Logto) -> Outcome<()> {
        let recorded = &story["values"];
        let origin = |url: &Url| url.origin().ascii_serialization();
        self.values.learn(text(recorded, "LOGTO"), &origin(&self.logto));
        self.values.learn(text(recorded, "ADMIN"), &origin(&self.admin));
        let (id, secret) = logto.m2m_credentials();
        self.values.learn(text(recorded, "MGMT_APP_SECRET"), &secret);
        let basic = STANDARD.encode(format!("{id}:{secret}"));
        let form = "grant_type=client_credentials&resource=https%3A%2F%2Fdefault.logto.app%2Fapi&scope=all";
        let headers = vec![
            ("authorization".to_owned(), format!("Basic {basic}")),
            ("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned()),
        ];
        let url = format!("{}oidc/token", self.admin);
        let answer = self.send("POST", &url, &headers, form).await?;
        self.token = json_of(&answer)?["access_token"].as_str().unwrap_or_default().to_owned();
        self.values.learn(text(recorded, "MGMT_TOKEN"), &self.token.clone());

        if let Some(application) = setup.get("application").filter(|value| value.is_object()) {
            self.application(recorded, application, "APP_").await?;
            if let Some(patch) = setup.get("application_patch").filter(|value| value.is_object()) {
                let path = format!("applications/{}", self.values.here(text(recorded, "APP_ID")));
                self.manage("PATCH", &path, patch).await?;
            }
        }
        for application in setup.get("more_applications").and_then(Value::as_array).into_iter().flatten() {
            let prefix = format!("{}_", text(application, "values_prefix"));
            let body = application.get("body").unwrap_or(application);
            self.application(recorded, body, &prefix).await?;
        }
        if let Some(connector) = setup.get("connector").filter(|value| value.is_object()) {
            self.manage("POST", "connectors", connector).await?;
        }
        if let Some(patch) = setup.get("sign_in_experience").filter(|value| value.is_object()) {
            self.manage("PATCH", "sign-in-exp", patch).await?;
        }
        for (at, user) in setup.get("users").and_then(Value::as_array).into_iter().flatten().enumerate() {
            let made = self.manage("POST", "users", user).await?;
            let name = format!("USER{}_ID", at + 1);
            self.values.learn(text(recorded, &name), text(&made, "id"));
        }
        Ok(())
    }

    async fn application(&mut self, recorded: &Value, body: &Value, prefix: &str) -> Outcome<()> {
        let made = self.manage("POST", "applications", body).await?;
        let id = text(&made, "id").to_owned();
        self.values.learn(text(recorded, &format!("{prefix}ID")), &id);
        let secrets = self.manage("GET", &format!("applications/{id}/secrets"), &Value::Null).await?;
        let secret = secrets.get(0).map(|secret| text(secret, "value").to_owned()).unwrap_or_default();
        self.values.learn(text(recorded, &format!("{prefix}SECRET")), &secret);
        Ok(())
    }

    async fn manage(&self, method: &str, path: &str, body: &Value) -> Outcome<Value> {
        let headers = vec![
            ("authorization".to_owned(), format!("Bearer {}", self.token)),
            ("content-type".to_owned(), "application/json".to_owned()),
        ];
        let payload = if body.is_null() { String::new() } else { body.to_string() };
        let answer = self.send(method, &format!("{}api/{path}", self.logto), &headers, &payload).await?;
        if answer.status >= 300 {
            return Err(format!("set-up: {method} {path} was answered {} {}", answer.status, answer.body));
        }
        json_of(&answer)
    }

    async fn send(&self, method: &str, url: &str, headers: &[(String, String)], body: &str) -> Outcome<Seen> {
        let mut request = http::Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let request =
            request.body(Bytes::from(body.to_owned())).map_err(|error| format!("{method} {url}: {error}"))?;
        let response = self.client.send(request).await.map_err(|error| error.to_string())?;
        Ok(Seen {
            status: response.status().as_u16(),
            headers: response
                .headers()
                .iter()
                .map(|(name, value)| {
                    (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
                })
                .collect(),
            body: Value::String(String::from_utf8_lossy(response.body()).into_owned()),
        })
    }

    async fn exchange(&mut self, story: &Value, exchange: &Value) -> Outcome<Vec<String>> {
        let (request, response) = (&exchange["request"], &exchange["response"]);
        let mut headers = Vec::new();
        for pair in request["headers"].as_array().into_iter().flatten() {
            let (name, value) = (pair[0].as_str().unwrap_or_default(), pair[1].as_str().unwrap_or_default());
            if ["host", "connection", "content-length"].contains(&name.to_ascii_lowercase().as_str()) {
                continue;
            }
            headers.push((name.to_owned(), self.header(name, value)));
        }
        let body = self.values.here(request["body"].as_str().unwrap_or_default());
        let body = self.in_time(&body, exchange).unwrap_or(body);
        let url = self.values.here(text(request, "url"));
        let here = self.send(text(request, "method"), &url, &headers, &body).await?;
        self.learn(story, exchange, &here);
        if exchange["to"] == "huggingface" {
            return Ok(vec![]);
        }
        let recorded = Seen {
            status: response["status"]
                .as_u64()
                .and_then(|status| u16::try_from(status).ok())
                .unwrap_or_default(),
            headers: response["headers"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|pair| {
                    (
                        pair[0].as_str().unwrap_or_default().to_owned(),
                        pair[1].as_str().unwrap_or_default().to_owned(),
                    )
                })
                .collect(),
            body: response["body"].clone(),
        };
        let here = described(here, &recorded);
        self.learn_dynamic(&recorded, &here);
        let found = compare::differences(&recorded, &here, &self.values);
        let title =
            format!("exchange {} {} {}", exchange["n"], text(request, "method"), text(request, "url"));
        Ok(found.into_iter().map(|difference| format!("{title}: {difference}")).collect())
    }

    /// A body with a time to come, as far ahead of this run's clock as it was
    /// when it was recorded.
    fn in_time(&self, body: &str, exchange: &Value) -> Option<String> {
        let mut body: Value = serde_json::from_str(body).ok()?;
        let made: Value = serde_json::from_str(exchange["response"]["body"].as_str()?).ok()?;
        let ahead = body.get("expiresAt")?.as_i64()? - made.get("createdAt")?.as_i64()?;
        body["expiresAt"] = (self.clock.millis() + ahead).into();
        Some(body.to_string())
    }

    /// A header in terms of this run, inside `Basic` too.
    fn header(&self, name: &str, value: &str) -> String {
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

    /// Takes the strings that later requests repeat from this response.
    fn learn(&mut self, story: &Value, exchange: &Value, here: &Seen) {
        let none = Vec::new();
        let carried = story["carry"].as_array().unwrap_or(&none);
        for carry in carried.iter().filter(|carry| carry["from"] == exchange["n"]) {
            if let Some(found) = at(here, text(carry, "where")) {
                self.values.learn(text(carry, "value"), &found);
            }
        }
        for derived in story.get("derived").and_then(Value::as_array).into_iter().flatten() {
            let base = self.values.here(text(derived, "base"));
            if base != text(derived, "base")
                && let Some(value) = derive(&base, text(derived, "how"))
            {
                self.values.learn(text(derived, "value"), &value);
            }
        }
    }

    /// Takes what is made up anew in every run and stands at the same place of
    /// both responses, also where no later request repeats it. The first
    /// meeting of a value decides; from then on it has to be the same.
    fn learn_dynamic(&mut self, recorded: &Seen, here: &Seen) {
        let lines = |seen: &Seen| -> Vec<(String, String)> {
            seen.headers
                .iter()
                .filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"))
                .filter_map(|(_, line)| line.split("; ").next()?.split_once('='))
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect()
        };
        for ((name, old), (other, new)) in lines(recorded).iter().zip(&lines(here)) {
            if name != other || name.ends_with(".sig") {
                continue;
            }
            if name == "_interaction" {
                let place = "set-cookie _interaction uid";
                if let (Some(old), Some(new)) = (at(recorded, place), at(here, place)) {
                    self.values.learn(&old, &new);
                }
            } else if name != "_logto" {
                self.values.learn(old, new);
            }
        }
        if let (Some(old), Some(new)) = (at(recorded, "header etag"), at(here, "header etag")) {
            self.values.learn(&old, &new);
        }
        if let (Some(old), Some(new)) = (at(recorded, "location.query.code"), at(here, "location.query.code"))
        {
            self.values.learn(&old, &new);
        }
        let body = |seen: &Seen| seen.body.as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
        if let (Some(old), Some(new)) = (body(recorded), body(here)) {
            self.learn_members(&old, &new, "");
        }
        // Pages are described by their forms, whose hidden values are made up.
        if recorded.body.get("forms").is_some() {
            self.learn_members(&recorded.body.clone(), &here.body.clone(), "");
        }
    }

    fn learn_members(&mut self, old: &Value, new: &Value, name: &str) {
        const MADE_UP: [&str; 8] = [
            "id",
            "userId",
            "sub",
            "access_token",
            "refresh_token",
            "verificationId",
            "value",
            "request_uri",
        ];
        match (old, new) {
            (Value::Object(old), Value::Object(new)) => {
                for (name, old) in old {
                    if let Some(new) = new.get(name) {
                        self.learn_members(old, new, name);
                    }
                }
            }
            (Value::Array(old), Value::Array(new)) => {
                old.iter().zip(new).for_each(|(old, new)| self.learn_members(old, new, name));
            }
            (Value::String(old), Value::String(new)) => {
                if let (Some((_, old)), Some((_, new))) = (compare::claims(old), compare::claims(new)) {
                    self.learn_members(&old, &new, "");
                } else if MADE_UP.contains(&name) && old.len() == new.len() && old.len() >= 12 {
                    self.values.learn(old, new);
                }
            }
            _ => {}
        }
    }

    /// The calls of Logto to the provider, against the recorded ones.
    fn calls(&self, story: &Value) -> Vec<String> {
        let show = |method: &str, url: &str, authorization: &str, body: &str| {
            format!("{method} {url} [{authorization}] {body}")
        };
        let recorded: Vec<String> = story["exchanges"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|exchange| exchange["from"] == "logto")
            .map(|exchange| {
                let request = &exchange["request"];
                let headers = request["headers"].as_array();
                let authorization = headers.into_iter().flatten().find(|pair| pair[0] == "authorization");
                let authorization = authorization.and_then(|pair| pair[1].as_str()).unwrap_or_default();
                let body = self.values.here(request["body"].as_str().unwrap_or_default());
                show(text(request, "method"), text(request, "url"), authorization, &body)
            })
            .collect();
        let here: Vec<String> = self
            .journal
            .entries()
            .iter()
            .filter(|entry| {
                entry.direction == Direction::Received && entry.request.header("user-agent") == Some("node")
            })
            .map(|entry| {
                let authorization = entry.request.header("authorization").unwrap_or_default();
                show(&entry.request.method, &entry.request.url, authorization, &entry.request.body)
            })
            .collect();
        if recorded == here {
            return vec![];
        }
        vec![format!("calls to the provider\n    recorded {recorded:#?}\n    here     {here:#?}")]
    }
}

fn json_of(seen: &Seen) -> Outcome<Value> {
    let body = seen.body.as_str().unwrap_or_default();
    serde_json::from_str(body).map_err(|error| format!("{body}: {error}"))
}

/// A string that a request makes out of another one, in the ways the recordings name.
fn derive(base: &str, how: &str) -> Option<String> {
    // "the last 4 characters replaced by AAAA"
    if let Some((_, end)) = how.split_once(" characters replaced by ") {
        return Some(format!("{}{end}", base.get(..base.len().checked_sub(end.len())?)?));
    }
    if how.starts_with("every character of id and secret written as %XX") {
        let (id, secret) = base.split_once(':')?;
        let upper: String = id.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let lower: String = secret.bytes().map(|byte| format!("%{byte:02x}")).collect();
        return Some(format!("{upper}:{lower}"));
    }
    None
}
