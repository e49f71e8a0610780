//! Signs a person in on a running stack, for another test suite: what a scenario would do, made for this stack.

use http::Method;
use serde_json::{Map, Value, json};

use super::person::Person;
use super::walk::tell;
use crate::Scenario;
use crate::findings::Finding;
use crate::placeholder::literal;
use crate::scenario::ScenarioError;
use crate::stack::{ManagementError, Stack};
use crate::walker::{CookieRequest, Hop, KeptCookie, Site};

/// The beginning of a page that an error quotes.
const PAGE_BEGIN: usize = 300;

/// A person who is signed in to the app.
#[derive(Debug)]
pub(crate) struct Session {
    /// Everything that the browser keeps, at any party.
    pub(crate) cookies: Vec<KeptCookie>,
    /// The `Cookie` header of a request to the app.
    pub(crate) header: String,
    /// Whether the app showed that the person is signed in; without `[signed_in]` an app of your own cannot show it.
    pub(crate) shown: bool,
}

/// A sign-in that could not be started, or did not come to its end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SignInError {
    #[error("Hugging Face has no account `{username}`; it has {}", known.join(", "))]
    NoAccount { username: String, known: Vec<String> },
    #[error("Logto's Management API: {0}")]
    Management(#[from] ManagementError),
    #[error(transparent)]
    NotSignedIn(#[from] Box<NotSignedIn>),
    #[error("the sign-in cannot be written as a scenario: {0}")]
    Scenario(#[from] ScenarioError),
}

/// Where a sign-in ended instead.
#[derive(Debug, thiserror::Error)]
#[error("{username} is not signed in: {}{}{}",
    failures.join("; "),
    findings.iter().map(|finding| format!("\n{finding}")).collect::<String>(),
    page.as_ref().map(|page| format!("\nlast page: {page}")).unwrap_or_default())]
pub(crate) struct NotSignedIn {
    pub(crate) username: String,
    pub(crate) failures: Vec<String>,
    pub(crate) findings: Vec<Finding>,
    /// What the browser shows.
    pub(crate) page: Option<String>,
}

/// Signs a person in to the app, in a new browser.
pub(crate) async fn session(stack: &Stack, username: &str) -> Result<Session, SignInError> {
    let (start, shown) = match stack.own_app() {
        Some(own) if own.signed_in.is_some() => (own.sign_in_path.clone(), json!({ "signed_in": true })),
        Some(own) => (own.sign_in_path.clone(), json!({})),
        None => ("/sign-in".to_owned(), json!({ "signed_in": true })),
    };
    let application = Application::read(stack).await?;
    let scenario = application.scenario(stack, &start, username, &shown).await?;
    let mut person = Person::new(stack);
    signed_in(&mut person, &scenario, username).await?;
    let app = &stack.endpoints().app;
    let own = [Site::of(app)];
    let tab = person.tab;
    let jar = person.walker.jar(tab);
    let request = CookieRequest { url: app, method: &Method::GET, chain: &own, navigation: true };
    let sent = jar.cookies_for(request).0;
    let header = sent.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
    Ok(Session { cookies: jar.kept(), header, shown: shown.get("signed_in").is_some() })
}

/// Plays the sign-in to its end.
pub(super) async fn signed_in(
    person: &mut Person<'_>,
    scenario: &Scenario,
    username: &str,
) -> Result<(), Box<NotSignedIn>> {
    let told = tell(person, scenario, false).await;
    if told.failures.is_empty() {
        return Ok(());
    }
    // The app may show its settings on an error page.
    let known = person.stack.known();
    let second = known.second_app.iter().map(|second| second.app_secret.clone());
    let secrets: kit::Secrets = [known.app_secret.clone(), known.huggingface_client_secret.clone()]
        .into_iter()
        .chain(second)
        .collect();
    let page = person.walker.current(person.tab).ok().map(described);
    let page = page.map(|page| secrets.hide(&page).into_owned());
    let failures =
        told.failures.into_iter().map(|failure| secrets.hide(&failure.what).into_owned()).collect();
    Err(Box::new(NotSignedIn { username: username.to_owned(), failures, findings: told.findings, page }))
}

fn described(hop: &Hop) -> String {
    let text = if hop.is_html() { hop.page().text.clone() } else { hop.response.body.clone() };
    let begin: String = text.chars().take(PAGE_BEGIN).collect();
    let cut = if text.chars().nth(PAGE_BEGIN).is_some() { "…" } else { "" };
    format!("{} answers {}: {begin}{cut}", hop.without_query(), hop.response.status)
}

/// The app's record in Logto.
pub(super) struct Application {
    record: Value,
}

impl Application {
    pub(super) async fn read(stack: &Stack) -> Result<Self, SignInError> {
        let path = format!("applications/{}", stack.known().app_id);
        Ok(Self { record: stack.management().get(&path).await?.body })
    }

    /// Its first redirect URI, as it is registered: Logto compares texts. One with a wildcard is a pattern.
    pub(super) fn redirect_uri(&self) -> Option<&str> {
        let uris = self.record.pointer("/oidcClientMetadata/redirectUris")?.as_array()?;
        uris.iter().filter_map(Value::as_str).find(|uri| !uri.contains('*'))
    }

    /// Whether its code is public, so that it has no secret.
    pub(super) fn is_public(&self) -> bool {
        matches!(self.record.get("type").and_then(Value::as_str), Some("SPA" | "Native"))
    }

    /// What the person does, beginning at an address; `shown` is expected at the end.
    pub(super) async fn scenario(
        &self,
        stack: &Stack,
        start: &str,
        username: &str,
        shown: &Value,
    ) -> Result<Scenario, SignInError> {
        let known: Vec<String> = stack.huggingface().users().into_iter().map(|user| user.username).collect();
        if !known.iter().any(|known| known == username) {
            return Err(SignInError::NoAccount { username: username.to_owned(), known });
        }
        let connector = stack.management().get(&format!("connectors/{}", stack.known().connector_id)).await?;
        let target = connector.text("target")?;
        let mut steps =
            vec![json!({ "visit": literal(start) }), json!({ "continue_with": literal(&target) })];
        let third_party = self.record.get("isThirdParty").and_then(Value::as_bool) == Some(true);
        if third_party {
            let asked = json!({ "asks": { "to_authorize": {} } });
            steps.push(json!({ "sign_in_as": literal(username), "expect": asked }));
            steps.push(json!({ "choose": "authorize", "expect": shown }));
        } else {
            steps.push(json!({ "sign_in_as": literal(username), "expect": shown }));
        }
        let mut document = Map::new();
        document.insert("description".to_owned(), json!("A person signs in for another test suite."));
        document.insert("steps".to_owned(), json!(steps));
        Ok(Scenario::made(document, "sign-in".as_ref())?)
    }
}
