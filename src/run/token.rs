//! Gets an access token for a person, as an app with the application's credentials would: authorization code, PKCE,
//! and the API resource in both requests (RFC 6749 §4.1, RFC 7636, RFC 8707; contract §1.3).

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use serde_json::{Value, json};
use url::Url;

use super::person::Person;
use super::sign_in::{Application, SignInError, signed_in};
use crate::stack::{ManagementError, Stack, StepError};
use crate::vocabulary::is_user_scope;

/// How long Logto may take to exchange a code.
const LIMIT: std::time::Duration = std::time::Duration::from_secs(30);

/// What an access token is asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct TokenRequest {
    /// The username at Hugging Face.
    pub(crate) username: String,
    /// The indicator of an API resource; without one, the token is opaque.
    pub(crate) resource: Option<String>,
    /// Scopes besides `openid`.
    pub(crate) scopes: Vec<String>,
    /// Whether to create the resource, its scopes, and a role with them for the person.
    pub(crate) create: bool,
}

/// No token was issued.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TokenError {
    #[error(transparent)]
    SignIn(#[from] SignInError),
    #[error("the app has no redirect URI in Logto to which a code could be sent")]
    NoRedirectUri,
    #[error(
        "Logto has no API resource `{indicator}`{}; create it with --create-resource, or with `resources` in a scenario's `given`",
        if known.is_empty() { String::new() } else { format!(", only {}", known.join(", ")) }
    )]
    NoResource { indicator: String, known: Vec<String> },
    #[error("--create-resource creates an API resource: pass --resource URL")]
    NothingToCreate,
    #[error("Logto sends no code, but the error `{error}`: {description}")]
    Refused { error: String, description: String },
    #[error("Logto answers the exchange of the code with {status} {body}")]
    NoToken { status: u16, body: String },
    #[error(
        "Logto grants {username} {}, without `{}`: give them a role with these scopes, or pass --create-resource \
         (`create_resource` in a request)",
        if granted.is_empty() { "no scope".to_owned() } else { format!("`{granted}`") },
        missing.join(" ")
    )]
    NotGranted { username: String, granted: String, missing: Vec<String> },
    #[error(transparent)]
    Send(#[from] kit::SendError),
    #[error(transparent)]
    Deadline(#[from] kit::DeadlineExceeded),
    #[error(transparent)]
    Administer(#[from] StepError),
    #[error("Logto answers {call} with {status} {body}")]
    NotCreated { call: String, status: u16, body: String },
}

impl From<ManagementError> for TokenError {
    fn from(error: ManagementError) -> Self {
        Self::SignIn(error.into())
    }
}

/// Signs the person in, in a new browser, and returns Logto's token response (RFC 6749 §5.1).
pub(crate) async fn token(stack: &Stack, asked: &TokenRequest) -> Result<Value, TokenError> {
    let resource = match &asked.resource {
        Some(indicator) => Some(Resource::of(stack, indicator, asked.create).await?),
        None if asked.create => return Err(TokenError::NothingToCreate),
        None => None,
    };
    if let Some(resource) = resource.as_ref().filter(|_| asked.create) {
        resource.create_scopes(stack, &asked.scopes).await?;
    }
    let response = issued(stack, asked).await?;
    let missing = not_granted(&response, asked);
    if missing.is_empty() {
        return Ok(response);
    }
    let Some(resource) = resource.filter(|_| asked.create) else {
        let granted = text(&response, "scope");
        return Err(TokenError::NotGranted { username: asked.username.clone(), granted, missing });
    };
    // The account exists now. A token has the scopes of the roles at the time of the sign-in.
    resource.give(stack, &asked.scopes, &subject(&response)).await?;
    let response = issued(stack, asked).await?;
    let missing = not_granted(&response, asked);
    if missing.is_empty() {
        return Ok(response);
    }
    let granted = text(&response, "scope");
    Err(TokenError::NotGranted { username: asked.username.clone(), granted, missing })
}

fn text(response: &Value, member: &str) -> String {
    response.get(member).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// The scopes that were asked for and are not in the response. A response without `scope` grants all (RFC 6749 §5.1).
fn not_granted(response: &Value, asked: &TokenRequest) -> Vec<String> {
    let Some(granted) = response.get("scope").and_then(Value::as_str) else { return vec![] };
    let granted: Vec<&str> = granted.split(' ').collect();
    let about_person = |scope: &str| asked.resource.is_some() && is_user_scope(scope);
    asked
        .scopes
        .iter()
        .filter(|scope| !granted.contains(&scope.as_str()) && !about_person(scope))
        .cloned()
        .collect()
}

/// The person's id in Logto, from the ID token that came with the access token over a direct connection.
fn subject(response: &Value) -> String {
    let id_token = text(response, "id_token");
    let claims = id_token.split('.').nth(1).and_then(|part| URL_SAFE_NO_PAD.decode(part).ok());
    let claims: Value = claims.and_then(|claims| serde_json::from_slice(&claims).ok()).unwrap_or_default();
    text(&claims, "sub")
}

/// One sign-in and one exchange.
async fn issued(stack: &Stack, asked: &TokenRequest) -> Result<Value, TokenError> {
    let application = Application::read(stack).await?;
    let redirect_uri = application.redirect_uri().ok_or(TokenError::NoRedirectUri)?;
    let stops_at = Url::parse(redirect_uri).map_err(|_| TokenError::NoRedirectUri)?;
    let (state, verifier) = (stack.random().hex(16), stack.random().hex(32));
    let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()));
    let scopes: Vec<&str> =
        std::iter::once("openid").chain(asked.scopes.iter().map(String::as_str)).collect();
    let mut start = at_logto(stack, "oidc/auth");
    start.query_pairs_mut().extend_pairs([
        ("client_id", stack.known().app_id.as_str()),
        ("redirect_uri", redirect_uri),
        ("response_type", "code"),
        ("scope", &scopes.join(" ")),
        ("state", &state),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
        // As SDKs of Logto send it; without it, `offline_access` has no effect.
        ("prompt", "consent"),
    ]);
    start.query_pairs_mut().extend_pairs(asked.resource.iter().map(|resource| ("resource", resource)));
    let scenario = application.scenario(stack, start.as_str(), &asked.username, &json!({})).await?;
    let mut person = Person::new(stack);
    person.stops_at = Some(stops_at);
    let ended = signed_in(&mut person, &scenario, &asked.username).await;
    let Some(answer) = person.stopped() else {
        let not_signed_in = ended.err().map(SignInError::from);
        let description = "the sign-in ended elsewhere".to_owned();
        return Err(not_signed_in
            .map_or(TokenError::Refused { error: "none".to_owned(), description }, TokenError::from));
    };
    let answered =
        |name: &str| answer.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    let Some(code) = answered("code").filter(|_| answered("state").as_ref() == Some(&state)) else {
        let error = answered("error").unwrap_or_else(|| "none".to_owned());
        return Err(TokenError::Refused {
            error,
            description: answered("error_description").unwrap_or_default(),
        });
    };
    exchanged(stack, asked, application.is_public(), [&code, redirect_uri, &verifier]).await
}

async fn exchanged(
    stack: &Stack,
    asked: &TokenRequest,
    is_public: bool,
    [code, redirect_uri, verifier]: [&str; 3],
) -> Result<Value, TokenError> {
    let known = stack.known();
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs([
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", redirect_uri),
        ("code_verifier", verifier),
    ]);
    form.extend_pairs(asked.resource.iter().map(|resource| ("resource", resource)));
    let url = at_logto(stack, "oidc/token");
    let mut request =
        http::Request::post(url.as_str()).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    if is_public {
        form.append_pair("client_id", &known.app_id);
    } else {
        let basic = STANDARD.encode(format!("{}:{}", known.app_id, known.app_secret));
        request = request.header(AUTHORIZATION, format!("Basic {basic}"));
    }
    let request =
        request.body(Bytes::from(form.finish())).map_err(|_| kit::SendError::Url { url: url.to_string() })?;
    let answer =
        kit::within("an access token of Logto", LIMIT, stack.browser_client().send(request)).await??;
    let (status, body) = (answer.status().as_u16(), String::from_utf8_lossy(answer.body()).into_owned());
    let response: Value = serde_json::from_str(&body).unwrap_or_default();
    if status == 200 && response.get("access_token").is_some_and(Value::is_string) {
        Ok(response)
    } else {
        Err(TokenError::NoToken { status, body })
    }
}

fn at_logto(stack: &Stack, path: &str) -> Url {
    let mut url = stack.endpoints().logto.clone();
    url.set_path(path);
    url
}

/// An API resource in Logto.
struct Resource {
    id: String,
    indicator: String,
}

impl Resource {
    async fn of(stack: &Stack, indicator: &str, create: bool) -> Result<Self, TokenError> {
        let all = stack.management().get("resources").await?;
        let indicators = all.list()?.iter().filter_map(|resource| resource.get("indicator")?.as_str());
        let known: Vec<String> = indicators.map(ToOwned::to_owned).collect();
        let same = |resource: &&Value| resource.get("indicator").and_then(Value::as_str) == Some(indicator);
        let id = match all.list()?.iter().find(same) {
            Some(found) => text(found, "id"),
            // Logto knows these in every tenant, without an entry.
            None if indicator.starts_with("urn:logto:") => String::new(),
            None if create => {
                let body = json!({ "name": indicator, "indicator": indicator });
                text(&created(stack, "resources", &body).await?, "id")
            }
            None => return Err(TokenError::NoResource { indicator: indicator.to_owned(), known }),
        };
        Ok(Self { id, indicator: indicator.to_owned() })
    }

    fn scopes_path(&self) -> String {
        format!("resources/{}/scopes", self.id)
    }

    async fn scopes(&self, stack: &Stack) -> Result<Vec<Value>, TokenError> {
        Ok(stack.management().get(&self.scopes_path()).await?.list()?.clone())
    }

    async fn create_scopes(&self, stack: &Stack, scopes: &[String]) -> Result<(), TokenError> {
        let there = self.scopes(stack).await?;
        let there: Vec<String> = there.iter().map(|scope| text(scope, "name")).collect();
        for scope in scopes.iter().filter(|scope| !there.contains(scope) && !is_user_scope(scope)) {
            created(stack, &self.scopes_path(), &json!({ "name": scope })).await?;
        }
        Ok(())
    }

    /// Gives a person a role of their own with these scopes.
    async fn give(&self, stack: &Stack, scopes: &[String], user: &str) -> Result<(), TokenError> {
        let there = self.scopes(stack).await?;
        let wanted = there.iter().filter(|scope| scopes.contains(&text(scope, "name")));
        let ids: Vec<String> = wanted.map(|scope| text(scope, "id")).collect();
        let name = format!("logto-testkit {} {}", stack.random().hex(8), self.indicator);
        let name: String = name.chars().take(128).collect();
        let body = json!({ "name": name, "description": name, "type": "User", "scopeIds": ids });
        let role = text(&created(stack, "roles", &body).await?, "id");
        created(stack, &format!("users/{user}/roles"), &json!({ "roleIds": [role] })).await?;
        Ok(())
    }
}

/// Creates something; in a tenant of others it is removed when the stack ends.
async fn created(stack: &Stack, path: &str, body: &Value) -> Result<Value, TokenError> {
    let (status, answer) = stack.administer(http::Method::POST, path, Some(body)).await?;
    if status >= 300 {
        let call = format!("POST /api/{path}");
        return Err(TokenError::NotCreated { call, status, body: answer });
    }
    Ok(serde_json::from_str(&answer).unwrap_or_default())
}
