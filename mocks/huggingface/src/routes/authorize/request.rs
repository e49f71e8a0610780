//! The checks of an authorization request, in their order.

use kit::Note;
use oauth::redirect_uri::Differences;
use oauth::{Params, Scopes, pkce};
use url::Url;

use super::refusal::{Back, Refusal, Rejected};
use crate::config::{App, OmittedRedirectUri, PkcePlain, PublicAppPkce, User, is_scope};
use crate::redirect_uris;
use crate::routes::client_id_hint::ClientIdHint;
use crate::store::{Challenge, Grant, Store};

/// A request that passed all checks.
#[derive(Debug)]
pub(super) struct AuthorizationRequest {
    pub(super) app: App,
    /// The address as it was sent, for the token request.
    pub(super) redirect_uri: String,
    pub(super) redirect_uri_sent: bool,
    pub(super) redirect_to: Url,
    pub(super) scopes: Scopes,
    pub(super) state: Option<String>,
    pub(super) nonce: Option<String>,
    pub(super) challenge: Option<Challenge>,
    pub(super) prompt: Prompt,
    /// Ids of the organizations that the app asks for.
    pub(super) org_ids: Vec<String>,
    /// Notes for the journal.
    pub(super) notes: Vec<Note>,
}

/// Values of `prompt` (OpenID Connect Core §3.1.2.1). The real site advertises none; `consent` and
/// `none` were observed to work, `login` is a guess.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Prompt {
    pub(super) none: bool,
    pub(super) login: bool,
    pub(super) consent: bool,
}

impl AuthorizationRequest {
    /// Runs the checks, in order. A refusal is a page until the redirect URI is validated, and a
    /// redirect afterwards.
    pub(super) fn check(query: &Params, store: &Store) -> Result<AuthorizationRequest, Rejected> {
        let app = check_client(query, store).map_err(Rejected::page)?;
        let (redirect_uri, redirect_uri_sent) =
            check_redirect_uri(query, &app, store).map_err(Rejected::page)?;
        let redirect_to = check_redirect_url(&redirect_uri).map_err(Rejected::page)?;

        let state = query.first("state").map(ToOwned::to_owned);
        let mut notes = Vec::new();
        let mut rest = || -> Result<_, Refusal> {
            check_repetition(query)?;
            check_response_type(query, &mut notes)?;
            check_response_mode(query)?;
            let scopes = check_scope(query, &app, &mut notes)?;
            let prompt = check_prompt(query, &mut notes)?;
            let challenge = check_challenge(query, &app, store)?;
            Ok((scopes, prompt, challenge))
        };
        match rest() {
            Ok((scopes, prompt, challenge)) => Ok(AuthorizationRequest {
                redirect_uri,
                redirect_uri_sent,
                redirect_to,
                scopes,
                state,
                nonce: query.first("nonce").map(ToOwned::to_owned),
                challenge,
                prompt,
                org_ids: org_ids(query, store, &mut notes),
                app,
                notes,
            }),
            Err(refusal) => {
                Err(Rejected { refusal, back: Some(Box::new(Back { redirect_to, state })), notes })
            }
        }
    }

    /// Refuses this request, although it is valid in itself.
    pub(super) fn rejected(&self, refusal: Refusal) -> Rejected {
        let back = Back { redirect_to: self.redirect_to.clone(), state: self.state.clone() };
        Rejected { refusal, back: Some(Box::new(back)), notes: self.notes.clone() }
    }

    /// Drops organizations that the user is not a member of: they cannot be granted.
    pub(super) fn keep_organizations_of(&mut self, user: &User, store: &Store) {
        let own: Vec<_> = store.organizations_of(user).map(|org| org.sub.clone()).collect();
        let (kept, others) = std::mem::take(&mut self.org_ids).into_iter().partition(|id| own.contains(id));
        self.org_ids = kept;
        let others: Vec<String> = others;
        let note = |id| {
            let text = format!("orgIds names `{id}`, an organization that `{}` is not in", user.username);
            Note::new("hf/org-id-of-others", text)
        };
        self.notes.extend(others.into_iter().map(note));
    }

    /// Whether the permission page is shown although the permission was already given.
    pub(super) fn asks_again(&self, grant: &Grant) -> bool {
        self.prompt.consent || self.org_ids.iter().any(|org| !grant.orgs.contains(org))
    }
}

/// `client_id` names a registered app (RFC 6749 §2.2).
fn check_client(query: &Params, store: &Store) -> Result<App, Refusal> {
    let given = query.one("client_id").map_err(Refusal::TwoAddresses)?.ok_or(Refusal::NoClientId)?;
    if let Some(app) = store.app(given) {
        return Ok(app.clone());
    }
    Err(Refusal::UnknownClientId { given: given.to_owned(), hint: ClientIdHint::of(given, store) })
}

/// `redirect_uri` is registered for the app (RFC 6749 §3.1.2.3).
fn check_redirect_uri(query: &Params, app: &App, store: &Store) -> Result<(String, bool), Refusal> {
    match query.one("redirect_uri").map_err(Refusal::TwoAddresses)? {
        Some(given) if redirect_uris::is_registered(&app.redirect_uris, given) => {
            Ok((given.to_owned(), true))
        }
        Some(given) => Err(Refusal::RedirectUriNotRegistered(Differences::of(&app.redirect_uris, given))),
        None => match (store.switches.omitted_redirect_uri, app.redirect_uris.as_slice()) {
            (OmittedRedirectUri::SingleRegistered, [only]) => Ok((only.clone(), false)),
            _ => Err(Refusal::NoRedirectUri),
        },
    }
}

fn check_redirect_url(uri: &str) -> Result<Url, Refusal> {
    Url::parse(uri).map_err(|_| Refusal::RedirectUriNotAUrl(uri.to_owned()))
}

/// No parameter occurs twice (RFC 6749 §3.1), except those that are lists.
fn check_repetition(query: &Params) -> Result<(), Refusal> {
    for name in query.repeated() {
        if !matches!(name, "orgIds" | "resource") {
            query.one(name)?;
        }
    }
    Ok(())
}

/// `response_type` is `code`; the site's own examples omit it (RFC 6749 §3.1.1).
fn check_response_type(query: &Params, notes: &mut Vec<Note>) -> Result<(), Refusal> {
    match query.first("response_type") {
        Some("code") => Ok(()),
        None => {
            notes.push(Note::new("hf/response-type-missing", "response_type is missing: assuming code"));
            Ok(())
        }
        Some(other) => Err(Refusal::ResponseType(other.to_owned())),
    }
}

/// `response_mode` is `query`, the only one that is advertised.
fn check_response_mode(query: &Params) -> Result<(), Refusal> {
    match query.first("response_mode") {
        None | Some("query") => Ok(()),
        Some(other) => Err(Refusal::ResponseMode(other.to_owned())),
    }
}

/// `scope` contains scopes of the app; if it is absent, all of them are requested.
fn check_scope(query: &Params, app: &App, notes: &mut Vec<Note>) -> Result<Scopes, Refusal> {
    let asked = Scopes::parse(query.first("scope").unwrap_or_default());
    if asked.is_empty() {
        let text = format!("scope is missing: using the app's own: {}", app.scopes);
        notes.push(Note::new("hf/scope-missing", text));
        return Ok(app.scopes.clone());
    }
    for scope in asked.iter() {
        if !is_scope(scope) {
            return Err(Refusal::UnknownScope(scope.to_owned()));
        }
        if !app.scopes.contains(scope) {
            return Err(Refusal::ScopeNotEnabled { scope: scope.to_owned(), app: app.name.clone() });
        }
    }
    Ok(asked)
}

/// `prompt` (OpenID Connect Core §3.1.2.1): `none` must be the only value; values that the site
/// does not know are ignored.
fn check_prompt(query: &Params, notes: &mut Vec<Note>) -> Result<Prompt, Refusal> {
    let given = query.first("prompt").unwrap_or_default();
    let mut prompt = Prompt::default();
    for value in given.split_ascii_whitespace() {
        match value {
            "none" => prompt.none = true,
            "login" => prompt.login = true,
            "consent" => prompt.consent = true,
            other => {
                notes.push(Note::new("hf/prompt-ignored", format!("prompt `{other}` has no effect")));
            }
        }
    }
    if prompt.none && given.split_ascii_whitespace().count() > 1 {
        return Err(Refusal::PromptNoneWithOthers(given.to_owned()));
    }
    Ok(prompt)
}

/// PKCE (RFC 7636 §4.3): S256, well-formed, and required for an app without a secret.
fn check_challenge(query: &Params, app: &App, store: &Store) -> Result<Option<Challenge>, Refusal> {
    let method = query.first("code_challenge_method");
    let Some(challenge) = query.first("code_challenge") else {
        if method.is_some() {
            return Err(Refusal::MethodWithoutChallenge);
        }
        if app.public && store.switches.public_app_pkce == PublicAppPkce::Required {
            return Err(Refusal::ChallengeRequired(app.name.clone()));
        }
        return Ok(None);
    };
    pkce::check_challenge(challenge).map_err(Refusal::Challenge)?;
    let plain = |how| match store.switches.pkce_plain {
        PkcePlain::Refused => Err(Refusal::PlainChallenge(how)),
        PkcePlain::Accepted => Ok(Some(Challenge::Plain(challenge.to_owned()))),
    };
    match method {
        Some("S256") => Ok(Some(Challenge::S256(challenge.to_owned()))),
        Some("plain") => plain(""),
        None => plain(" because it was omitted (RFC 7636 §4.3)"),
        Some(other) => Err(Refusal::ChallengeMethod(other.to_owned())),
    }
}

/// `orgIds`: ids of organizations, repeated or comma-separated.
fn org_ids(query: &Params, store: &Store, notes: &mut Vec<Note>) -> Vec<String> {
    if query.first("org_ids").is_some() {
        notes.push(Note::new(
            "hf/parameter-unknown",
            "`org_ids` is ignored; the parameter is called `orgIds`",
        ));
    }
    let ids = query.all("orgIds").flat_map(|ids| ids.split(',')).map(str::trim).filter(|id| !id.is_empty());
    let (known, unknown): (Vec<_>, Vec<_>) =
        ids.map(ToOwned::to_owned).partition(|id| store.organizations.iter().any(|org| org.sub == *id));
    for id in unknown {
        let by_name = store.organization_named(&id).map_or("", |_| ": it is a name; send the id instead");
        let text = format!("orgIds has an unknown organization id `{id}`{by_name}");
        notes.push(Note::new("hf/org-id-unknown", text));
    }
    known
}
