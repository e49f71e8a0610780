//! What a Logto says where versions differ: asked of the double, and once of a real Logto of each version. It leaves the
//! tenant as it was.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use logto_testkit::stack::Credentials;
use serde_json::{Value, json};
use url::Url;

/// What was asked, and what was said, without what is new each time.
pub(super) type Observed = BTreeMap<String, Value>;

const PATTERN: &str = "http://*.app.example/callback";

struct Asker {
    client: kit::Client,
    endpoint: Url,
    management: String,
}

struct Said {
    status: u16,
    headers: http::HeaderMap,
    body: String,
}

impl Said {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    fn short(&self) -> Value {
        match self.json() {
            Value::Null => json!([self.status, self.body]),
            body => json!([self.status, body]),
        }
    }

    /// The names of the members.
    fn members(&self) -> Value {
        json!(self.json().as_object().map(|members| members.keys().cloned().collect::<Vec<_>>()))
    }

    fn cookies(&self) -> Vec<&str> {
        let lines = self.headers.get_all("set-cookie").iter().filter_map(|line| line.to_str().ok());
        lines.filter_map(|line| line.split(';').next()).collect()
    }
}

impl Asker {
    async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Said {
        let url = format!("{}{path}", self.endpoint.as_str().trim_end_matches('/'));
        let mut request = http::Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Bytes::from(body.to_owned())).unwrap();
        let answer = self.client.send(request).await.unwrap();
        let (parts, body) = answer.into_parts();
        let body =
            String::from_utf8_lossy(&body).replace(self.endpoint.as_str().trim_end_matches('/'), "[LOGTO]");
        Said { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    async fn api(&self, method: &str, path: &str, body: Value) -> Said {
        let token = format!("Bearer {}", self.management);
        let mut headers = vec![("authorization", token.as_str())];
        let body = if body.is_null() { String::new() } else { body.to_string() };
        if !body.is_empty() {
            headers.push(("content-type", "application/json"));
        }
        self.ask(method, &format!("/api{path}"), &headers, &body).await
    }

    async fn get(&self, path: &str) -> Said {
        self.ask("GET", path, &[], "").await
    }

    async fn made(&self, path: &str, body: Value) -> String {
        let made = self.api("POST", path, body).await;
        made.json()["id"].as_str().unwrap_or_else(|| panic!("{path}: {}", made.body)).to_owned()
    }
}

async fn token(client: &kit::Client, admin: &Url, credentials: &Credentials) -> String {
    let pair = STANDARD.encode(format!("{}:{}", credentials.id, credentials.secret));
    let form = "grant_type=client_credentials&resource=https%3A%2F%2Fdefault.logto.app%2Fapi&scope=all";
    let request = http::Request::post(format!("{admin}oidc/token"))
        .header("authorization", format!("Basic {pair}"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Bytes::from(form))
        .unwrap();
    let answer: Value = serde_json::from_slice(client.send(request).await.unwrap().body()).unwrap();
    answer["access_token"].as_str().unwrap().to_owned()
}

/// Asks everything.
pub(super) async fn all(endpoint: &Url, admin: &Url, credentials: &Credentials) -> Observed {
    let client = kit::Client::builder().follow_redirects(0).build().unwrap();
    let management = token(&client, admin, credentials).await;
    let asker = Asker { client, endpoint: endpoint.clone(), management };
    let mut seen = Observed::new();
    documents(&asker, &mut seen).await;
    management_api(&asker, &mut seen).await;
    sign_in(&asker, &mut seen).await;
    seen
}

async fn documents(asker: &Asker, seen: &mut Observed) {
    let mut saw = |what: &str, said: Value| drop(seen.insert(what.to_owned(), said));
    let discovery = asker.get("/oidc/.well-known/openid-configuration").await;
    saw("discovery", discovery.json());
    saw("discovery: members", discovery.members());
    saw("jwks: cache-control", json!(asker.get("/oidc/jwks").await.header("cache-control")));
    saw("server metadata", json!(asker.get("/oidc/.well-known/oauth-authorization-server").await.status));
    saw("page data: members", asker.get("/api/.well-known/sign-in-exp").await.members());
    let me = asker.get("/oidc/me").await;
    saw("userinfo without a token", me.short());
    let challenge = me.header("www-authenticate").map(|text| text.contains("error="));
    saw("userinfo without a token: error in the challenge", json!(challenge));
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let device = asker.ask("POST", "/oidc/device/auth", &form, "client_id=x").await;
    saw("device flow", device.short());
    let json = [("content-type", "application/json")];
    let body = r#"{"interactionEvent":"SignIn"}"#;
    saw("experience without a cookie", asker.ask("PUT", "/api/experience", &json, body).await.short());
}

async fn management_api(asker: &Asker, seen: &mut Observed) {
    let mut saw = |what: &str, said: Value| drop(seen.insert(what.to_owned(), said));
    let made = asker.api("POST", "/applications", json!({ "name": "m", "type": "MachineToMachine" })).await;
    saw("application: members", made.members());
    let made = made.json();
    let secret = made["secret"].as_str().map(|secret| (secret.split(':').next(), secret.len()));
    saw("application: start and length of the secret", json!(secret));
    let id = made["id"].as_str().unwrap();
    let role = |name: &str| json!({ "name": name, "description": "d", "type": "MachineToMachine" });
    let roles = [
        asker.made("/roles", role("of versions 1")).await,
        asker.made("/roles", role("of versions 2")).await,
    ];
    let path = format!("/applications/{id}/roles");
    let given = |said: Said| {
        let text = said.body.replace(&roles[0], "[1]").replace(&roles[1], "[2]");
        Said { body: text, ..said }.short()
    };
    saw("a role", given(asker.api("POST", &path, json!({ "roleIds": [roles[0]] })).await));
    saw("a role again", given(asker.api("POST", &path, json!({ "roleIds": [roles[0]] })).await));
    saw("a role twice", given(asker.api("POST", &path, json!({ "roleIds": [roles[1], roles[1]] })).await));
    let page = asker.api("GET", "/roles?page=2&page_size=1", Value::Null).await;
    let links = page
        .headers
        .get_all("link")
        .iter()
        .filter_map(|line| line.to_str().ok())
        .collect::<Vec<_>>()
        .join(",");
    let relations: Vec<&str> =
        links.split("rel=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    saw("links of a page", json!(relations));
    let keys = asker.api("GET", "/configs/oidc/private-keys", Value::Null).await.json();
    saw("private key: members", json!(keys[0].as_object().unwrap().keys().collect::<Vec<_>>()));
    let deleted = asker.api("DELETE", "/configs/oidc/private-keys/none", Value::Null).await;
    saw("an unknown key is deleted", deleted.short());
    let user = asker.api("POST", "/users", json!({ "username": "of_versions" })).await;
    saw("user: members", user.members());
    asker.api("DELETE", &format!("/users/{}", user.json()["id"].as_str().unwrap()), Value::Null).await;
    let scopes = json!({ "name": "t", "type": "Traditional", "isThirdParty": true,
        "oidcClientMetadata": { "redirectUris": ["http://a.example/"], "postLogoutRedirectUris": [] } });
    let third = asker.made("/applications", scopes).await;
    let path = format!("/applications/{third}/user-consent-scopes");
    saw("unknown user scope", asker.api("POST", &path, json!({ "userScopes": ["x"] })).await.short());
    asker.api("DELETE", &format!("/applications/{third}"), Value::Null).await;
    let secrets = asker.api("GET", &format!("/applications/{id}/secrets"), Value::Null).await.json();
    let pair = STANDARD.encode(format!("{id}:{}", secrets[0]["value"].as_str().unwrap()));
    let basic = format!("Basic {pair}");
    let headers = [("authorization", basic.as_str()), ("content-type", "application/x-www-form-urlencoded")];
    for endpoint in ["introspection", "revocation"] {
        let form = format!("token={}", asker.management);
        let said = asker.ask("POST", &format!("/oidc/token/{endpoint}"), &headers, &form).await;
        saw(&format!("{endpoint} of a JWT"), said.short());
    }
    asker.api("DELETE", &format!("/applications/{id}"), Value::Null).await;
    for role in roles {
        asker.api("DELETE", &format!("/roles/{role}"), Value::Null).await;
    }
}

async fn sign_in(asker: &Asker, seen: &mut Observed) {
    let mut saw = |what: &str, said: Value| drop(seen.insert(what.to_owned(), said));
    let uris = json!({ "redirectUris": [PATTERN], "postLogoutRedirectUris": [] });
    let id = asker
        .made("/applications", json!({ "name": "w", "type": "Traditional", "oidcClientMetadata": uris }))
        .await;
    let asked = |uri: &str, more: &str| {
        let uri: String = form_urlencoded::byte_serialize(uri.as_bytes()).collect();
        format!("/oidc/auth?client_id={id}&response_type=code&scope=openid&redirect_uri={uri}{more}")
    };
    let went = |said: &Said| {
        let to = said.header("location").map(|to| to.replace(&id, "[APP]"));
        let to = to.map(|to| to.split("&iss=").next().unwrap_or_default().to_owned());
        json!([said.status, to, said.json().get("error_description")])
    };
    saw("a pattern as an address", went(&asker.get(&asked(PATTERN, "")).await));
    let fitting = asker.get(&asked("http://a.app.example/callback", "")).await;
    saw("an address that fits a pattern", went(&fitting));
    asker
        .api(
            "PATCH",
            &format!("/applications/{id}"),
            json!({ "oidcClientMetadata": {
        "redirectUris": ["http://a.app.example/callback"], "postLogoutRedirectUris": [] } }),
        )
        .await;
    let challenge = format!("&code_challenge={}", "x".repeat(43));
    let method = asker.get(&asked("http://a.app.example/callback", &challenge)).await;
    saw("a challenge without a method", went(&method));
    let begun = asker.get(&asked("http://a.app.example/callback", "")).await;
    let cookies = begun.cookies();
    let value = |name: &str| cookies.iter().find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    let interaction = value("_interaction").unwrap();
    saw("begin of _interaction", json!(interaction.chars().take(2).collect::<String>()));
    saw("length of an interaction's id", json!(value("_interaction_resume").map(str::len)));
    let names: Vec<&str> = cookies.iter().filter_map(|pair| pair.split('=').next()).collect();
    saw("cookies", json!(names));
    let cookie = cookies.join("; ");
    let headers = [("cookie", cookie.as_str()), ("content-type", "application/json")];
    let register = r#"{"interactionEvent":"Register"}"#;
    asker.ask("PUT", "/api/experience", &headers, register).await;
    saw(
        "interaction: members",
        asker.ask("GET", "/api/experience/interaction", &headers, "").await.members(),
    );
    let profile = json!({ "type": "username", "value": "a".repeat(130) }).to_string();
    saw("a long username", asker.ask("POST", "/api/experience/profile", &headers, &profile).await.short());
    let after = asker.ask("GET", "/api/experience/interaction", &headers, "").await;
    saw("after a long username", json!([after.status, after.json().get("code")]));
    asker.api("DELETE", &format!("/applications/{id}"), Value::Null).await;
}
