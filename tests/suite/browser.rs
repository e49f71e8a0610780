//! A browser that sends any request to Logto, and two at once, which the walker cannot.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::Method;
use http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE};
use kit::Client;
use logto_testkit::Stack;
use serde_json::{Value, json};
use url::Url;

/// The example of RFC 7636 appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A request that is ready to be sent.
pub(crate) type Request = http::Request<Bytes>;

/// An answer, as far as a test is about it.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) location: Option<String>,
    pub(crate) body: Value,
    cookies: Vec<String>,
}

impl Answer {
    pub(crate) fn member(&self, name: &str) -> Option<&str> {
        self.body.get(name)?.as_str()
    }

    /// `303 /consent`, `400 session.not_found`, `303 app?code`, `200`.
    pub(crate) fn told(&self) -> String {
        let code = self.member("code").or_else(|| self.member("error"));
        let to = self.location.as_deref().map(place);
        [Some(self.status.to_string()), to.or_else(|| code.map(ToOwned::to_owned))]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// A query parameter of its `Location`.
    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        let (_, query) = self.location.as_deref()?.split_once('?')?;
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }
}

/// Where a `Location` leads: its path without ids, and the parameters for the app.
fn place(location: &str) -> String {
    let (path, query) = location.split_once('?').unwrap_or((location, ""));
    let path = path.split_once("://").map_or(path, |(_, rest)| rest.find('/').map_or("/", |at| &rest[at..]));
    let told: Vec<String> = form_urlencoded::parse(query.as_bytes())
        .filter_map(|(name, value)| match &*name {
            "code" => Some("code".to_owned()),
            "error" => Some(value.into_owned()),
            _ => None,
        })
        .collect();
    let path = if path.starts_with("/oidc/auth/") { "/oidc/auth/…" } else { path };
    [path.to_owned(), told.join(" ")].join(" ").trim_end().to_owned()
}

/// The page's call to have a code verified.
pub(crate) struct Verify {
    pub(crate) request: Request,
    /// The verification id, which the next calls need.
    pub(crate) id: Value,
}

/// A browser with its cookies, and the app's own calls.
#[derive(Debug, Clone)]
pub(crate) struct Browser {
    client: Client,
    logto: Url,
    app: Url,
    app_id: String,
    /// Of a confidential client.
    app_secret: Option<String>,
    scope: &'static str,
    /// By path and name.
    cookies: BTreeMap<(String, String), String>,
}

impl Browser {
    pub(crate) fn new(stack: &Stack) -> Self {
        let (endpoints, known) = (stack.endpoints(), stack.known());
        let public = known.app_secret == "this-application-has-no-secret";
        Self {
            client: stack.browser_client().clone(),
            logto: endpoints.logto.clone(),
            app: endpoints.app.clone(),
            app_id: known.app_id.clone(),
            app_secret: (!public).then(|| known.app_secret.clone()),
            scope: "openid offline_access profile",
            cookies: BTreeMap::new(),
        }
    }

    pub(crate) fn asking(self, scope: &'static str) -> Self {
        Self { scope, ..self }
    }

    /// A request to Logto with the current cookies.
    pub(crate) fn request(&self, method: Method, address: &str, body: Option<Value>) -> Request {
        let url = self.logto.join(address).unwrap();
        let mut request = http::Request::builder().method(method).uri(url.as_str());
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .filter(|((path, _), _)| url.path().starts_with(path.as_str()))
            .map(|((_, name), value)| format!("{name}={value}"))
            .collect();
        if !cookies.is_empty() {
            request = request.header(COOKIE, cookies.join("; "));
        }
        if url.path().starts_with("/api/") {
            request = request.header("logto-app-id", &self.app_id);
        }
        match body {
            None => request.body(Bytes::new()),
            Some(body) => {
                request.header(CONTENT_TYPE, "application/json").body(Bytes::from(body.to_string()))
            }
        }
        .unwrap()
    }

    pub(crate) fn get(&self, address: &str) -> Request {
        self.request(Method::GET, address, None)
    }

    pub(crate) fn post(&self, address: &str, body: Value) -> Request {
        self.request(Method::POST, address, Some(body))
    }

    fn form(&self, address: &str, fields: &[(&str, &str)], authorized: bool) -> Request {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields);
        let mut request = self.request(Method::POST, address, None);
        let headers = request.headers_mut();
        headers.insert(CONTENT_TYPE, "application/x-www-form-urlencoded".parse().unwrap());
        if authorized {
            headers.remove(COOKIE);
            match &self.app_secret {
                Some(secret) => {
                    let basic = STANDARD.encode(format!("{}:{secret}", self.app_id));
                    headers.insert(AUTHORIZATION, format!("Basic {basic}").parse().unwrap());
                }
                None => {
                    form.append_pair("client_id", &self.app_id);
                }
            }
        }
        *request.body_mut() = Bytes::from(form.finish());
        request
    }

    /// Sends, and keeps the cookies of the answer.
    pub(crate) async fn send(&mut self, request: Request) -> Answer {
        let answer = self.ask(request).await;
        self.keep(&answer);
        answer
    }

    /// Sends, and leaves the cookies of the answer to [`Browser::keep`].
    pub(crate) async fn ask(&self, request: Request) -> Answer {
        let what = format!("{} {}", request.method(), request.uri());
        let sent = self.client.send_without_redirects(request);
        let limit = std::time::Duration::from_secs(30);
        let response = kit::within("an answer of Logto", limit, sent).await.unwrap();
        let response = response.unwrap_or_else(|error| panic!("{what}: {error}"));
        let text = |name: &str| Some(response.headers().get(name)?.to_str().ok()?.to_owned());
        Answer {
            status: response.status().as_u16(),
            location: text("location"),
            body: serde_json::from_slice(response.body())
                .unwrap_or_else(|_| json!({ "page": String::from_utf8_lossy(response.body()) })),
            cookies: response
                .headers()
                .get_all("set-cookie")
                .iter()
                .filter_map(|line| Some(line.to_str().ok()?.to_owned()))
                .collect(),
        }
    }

    pub(crate) fn keep(&mut self, answer: &Answer) {
        for line in &answer.cookies {
            let (pair, attributes) = line.split_once(';').unwrap_or((line, ""));
            let (name, value) = pair.split_once('=').unwrap();
            let path =
                attributes.split(';').find_map(|part| part.trim().strip_prefix("path=")).unwrap_or("/");
            let key = (path.to_owned(), name.to_owned());
            if attributes.contains("1970") {
                self.cookies.remove(&key);
            } else {
                self.cookies.insert(key, value.to_owned());
            }
        }
    }

    fn authorization(&self, more: &[(&str, &str)]) -> String {
        let redirect_uri = self.app.join("/callback").unwrap();
        let mut query = form_urlencoded::Serializer::new(String::new());
        query
            .append_pair("client_id", &self.app_id)
            .append_pair("redirect_uri", redirect_uri.as_str())
            .append_pair("response_type", "code")
            .append_pair("code_challenge", CHALLENGE)
            .append_pair("code_challenge_method", "S256")
            .extend_pairs(more);
        format!("/oidc/auth?{}", query.finish())
    }

    /// Opens the sign-in page, and starts an interaction there.
    pub(crate) async fn begins(&mut self, event: &str) {
        let asked = [("scope", self.scope), ("prompt", "login consent")];
        let opened = self.send(self.get(&self.authorization(&asked))).await;
        assert_eq!(opened.told(), "303 /sign-in", "{opened:?}");
        let started = self.send(self.starts(event)).await;
        assert_eq!(started.status, 204, "{started:?}");
    }

    pub(crate) fn starts(&self, event: &str) -> Request {
        self.request(Method::PUT, "/api/experience", Some(json!({ "interactionEvent": event })))
    }

    /// Signs in with a password, and does not submit that yet.
    pub(crate) async fn is_identified(&mut self, username: &str, password: &str) {
        self.begins("SignIn").await;
        let account =
            json!({ "identifier": { "type": "username", "value": username }, "password": password });
        let verified = self.send(self.post("/api/experience/verification/password", account)).await;
        let id = verified.member("verificationId").unwrap_or_else(|| panic!("{verified:?}"));
        let verification = json!({ "verificationId": id });
        let identified = self.send(self.post("/api/experience/identification", verification)).await;
        assert_eq!(identified.status, 204, "{identified:?}");
    }

    /// Signs in; returns the address at which the page continues.
    pub(crate) async fn signs_in(&mut self, username: &str, password: &str) -> String {
        self.is_identified(username, password).await;
        self.submits().await
    }

    /// Goes to Hugging Face and comes back with a code, which is not verified yet.
    pub(crate) async fn comes_back_from_huggingface(&mut self, stack: &Stack, username: &str) -> Verify {
        let connector = &stack.known().connector_id;
        let callback = self.logto.join(&format!("/callback/{connector}")).unwrap();
        let path = format!("/api/experience/verification/social/{connector}");
        let asked = json!({ "state": "a-state-of-the-page", "redirectUri": callback });
        let begun = self.send(self.post(&format!("{path}/authorization-uri"), asked)).await;
        let id = begun.member("verificationId").unwrap_or_else(|| panic!("{begun:?}"));
        let login = stack.endpoints().huggingface.join("/login").unwrap();
        let login = self.form(login.as_str(), &[("username", username), ("password", "any")], false);
        let login = self.send(login).await;
        assert_eq!(login.status, 303, "{login:?}");
        let allow = self.form(begun.member("authorizationUri").unwrap(), &[("action", "authorize")], false);
        let back = self.send(allow).await;
        let data = json!({
            "code": back.parameter("code").unwrap_or_else(|| panic!("{back:?}")),
            "state": back.parameter("state"),
            "redirectUri": callback,
        });
        let verify = json!({ "connectorData": data, "verificationId": id });
        let request = self.post(&format!("{path}/verify"), verify);
        Verify { request, id: json!({ "verificationId": id }) }
    }

    /// Ends the interaction; returns the address at which the page continues.
    pub(crate) async fn submits(&mut self) -> String {
        let submitted = self.send(self.post("/api/experience/submit", json!({}))).await;
        submitted.member("redirectTo").unwrap_or_else(|| panic!("{submitted:?}")).to_owned()
    }

    /// Continues up to the consent, without requesting it yet.
    pub(crate) async fn comes_to_consent(&mut self, on: &str) -> String {
        let consent = self.send(self.get(on)).await;
        assert_eq!(consent.told(), "303 /consent", "{consent:?}");
        consent.location.unwrap()
    }

    /// Consents, as the page of Logto does for a first-party application.
    pub(crate) async fn consents(&mut self, consent: &str) -> String {
        let allowed = self.send(self.get(consent)).await;
        assert_eq!(allowed.status, 302, "{allowed:?}");
        allowed.location.unwrap()
    }

    /// Signs in; returns the code.
    pub(crate) async fn code(&mut self, username: &str, password: &str) -> String {
        let on = self.signs_in(username, password).await;
        let consent = self.comes_to_consent(&on).await;
        let back = self.consents(&consent).await;
        let answer = self.send(self.get(&back)).await;
        answer.parameter("code").unwrap_or_else(|| panic!("{answer:?}"))
    }

    /// Whether the browser is signed in at Logto.
    pub(crate) async fn session(&mut self) -> String {
        let silent = [("scope", "openid"), ("prompt", "none")];
        match self.send(self.get(&self.authorization(&silent))).await.told().as_str() {
            "303 /callback code" => "signed in".to_owned(),
            "303 /callback login_required" => "signed out".to_owned(),
            other => other.to_owned(),
        }
    }

    pub(crate) fn redeems(&self, code: &str) -> Request {
        let redirect_uri = self.app.join("/callback").unwrap();
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", redirect_uri.as_str()),
            ("code_verifier", VERIFIER),
        ];
        self.form("/oidc/token", &fields, true)
    }

    pub(crate) fn refreshes(&self, token: &str) -> Request {
        self.form("/oidc/token", &[("grant_type", "refresh_token"), ("refresh_token", token)], true)
    }

    pub(crate) fn revokes(&self, token: &str) -> Request {
        self.form("/oidc/token/revocation", &[("token", token)], true)
    }

    pub(crate) fn userinfo(&self, token: &str) -> Request {
        let mut request = self.get("/oidc/me");
        let headers = request.headers_mut();
        headers.remove(COOKIE);
        headers.insert(AUTHORIZATION, format!("Bearer {token}").parse().unwrap());
        request
    }

    /// Starts a sign-out; returns the form of its page, not sent yet.
    pub(crate) async fn begins_sign_out(&mut self) -> Request {
        let address = format!("/oidc/session/end?client_id={}", self.app_id);
        let page = self.send(self.get(&address)).await;
        let html = page.member("page").unwrap_or_default();
        let secret = html.split_once("name=\"xsrf\" value=\"").map(|(_, rest)| rest);
        let secret = secret.and_then(|rest| rest.split_once('"')).map(|(secret, _)| secret);
        let secret = secret.unwrap_or_else(|| panic!("{page:?}"));
        self.form("/oidc/session/end/confirm", &[("xsrf", secret), ("logout", "yes")], false)
    }
}
