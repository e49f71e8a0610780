//! The control API: what a test may do that no user of the site can.

mod body;
#[cfg(test)]
mod tests;

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use axum::routing::{delete, get, post};
use bytes::Bytes;
use futures_util::stream;
use http::{Method, StatusCode, Uri};
use kit::{Journal, Rule};
use oauth::Params;
use serde::{Deserialize, Serialize};

use self::body::{Refusal, read};
use crate::config::{App, Config, Invalid, Organisation, User};
use crate::{HuggingFace, answer};

/// Everything the control listener answers; see the crate's documentation.
pub(crate) fn router(mock: HuggingFace) -> Router {
    Router::new()
        .route("/users", get(users).post(add_user))
        .route("/users/{username}", delete(remove_user))
        .route("/organisations", get(organisations).post(add_organisation))
        .route("/apps", get(apps).post(add_app))
        .route("/apps/{client_id}", delete(remove_app))
        .route("/sessions", post(sign_in))
        .route("/switches", get(switches).put(set_switches))
        .route("/script", get(script).post(add_rule).delete(clear_script))
        .route("/journal", get(journal).delete(clear_journal))
        .route("/clock", get(clock).post(advance))
        .route("/reset", post(reset))
        .fallback(not_found)
        .method_not_allowed_fallback(not_found)
        .with_state(mock)
}

async fn users(State(mock): State<HuggingFace>) -> Response {
    answer::json(StatusCode::OK, &mock.users())
}

async fn add_user(State(mock): State<HuggingFace>, body: Bytes) -> Response {
    added(&body, |user: User| {
        let organisations = mock.organisations();
        let others = mock.users().into_iter().filter(|own| own.username != user.username);
        let users = others.chain([user.clone()]).collect();
        Config { users, organisations, ..Config::default() }.check()?;
        Ok(mock.add_user(user))
    })
}

async fn remove_user(State(mock): State<HuggingFace>, Path(username): Path<String>) -> Response {
    removed(mock.remove_user(&username), Refusal::NoUser(username))
}

async fn organisations(State(mock): State<HuggingFace>) -> Response {
    answer::json(StatusCode::OK, &mock.organisations())
}

async fn add_organisation(State(mock): State<HuggingFace>, body: Bytes) -> Response {
    added(&body, |organisation: Organisation| {
        organisation.check()?;
        Ok(mock.add_organisation(organisation))
    })
}

async fn apps(State(mock): State<HuggingFace>) -> Response {
    answer::json(StatusCode::OK, &mock.apps())
}

async fn add_app(State(mock): State<HuggingFace>, body: Bytes) -> Response {
    added(&body, |app: App| {
        app.check()?;
        Ok(mock.add_app(app))
    })
}

async fn remove_app(State(mock): State<HuggingFace>, Path(client_id): Path<String>) -> Response {
    removed(mock.remove_app(&client_id), Refusal::NoApp(client_id))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignIn {
    username: String,
}

#[derive(Serialize)]
struct SignedIn {
    token: String,
}

async fn sign_in(State(mock): State<HuggingFace>, body: Bytes) -> Response {
    let signed_in = read::<SignIn>(&body)
        .and_then(|who| mock.sign_in(&who.username).ok_or(Refusal::NoUser(who.username)));
    match signed_in {
        Ok(token) => answer::json(StatusCode::CREATED, &SignedIn { token }),
        Err(refusal) => refusal.answer(),
    }
}

async fn switches(State(mock): State<HuggingFace>) -> Response {
    answer::json(StatusCode::OK, &mock.switches())
}

async fn set_switches(State(mock): State<HuggingFace>, body: Bytes) -> Response {
    match read(&body) {
        Ok(switches) => {
            mock.set_switches(switches);
            answer::json(StatusCode::OK, &mock.switches())
        }
        Err(refusal) => refusal.answer(),
    }
}

async fn script(State(mock): State<HuggingFace>) -> Response {
    answer::json(StatusCode::OK, &mock.context().script.rules())
}

async fn add_rule(State(mock): State<HuggingFace>, body: Bytes) -> Response {
    match read::<Rule>(&body).and_then(body::check_rule) {
        Ok(rule) => {
            mock.context().script.add(rule);
            answer::json(StatusCode::CREATED, &mock.context().script.rules())
        }
        Err(refusal) => refusal.answer(),
    }
}

async fn clear_script(State(mock): State<HuggingFace>) -> Response {
    mock.context().script.clear();
    answer::empty(StatusCode::NO_CONTENT)
}

/// `?since=N` leaves out entries up to number N, `&limit=N` all but the first N of the others.
async fn journal(State(mock): State<HuggingFace>, RawQuery(query): RawQuery) -> Response {
    let query = Params::parse(&query.unwrap_or_default());
    let number = |name, otherwise| match query.first(name) {
        Some(given) => body::number(name, given),
        None => Ok(otherwise),
    };
    match (number("since", 0), number("limit", u64::MAX)) {
        (Ok(since), Ok(limit)) => entries(mock.context().journal.clone(), since, limit),
        (Err(refusal), _) | (_, Err(refusal)) => refusal.answer(),
    }
}

/// The array is written entry by entry, as fast as the client reads it: a journal may hold 64 MiB.
fn entries(journal: Journal, since: u64, limit: u64) -> Response {
    let newest = journal.last_number();
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let numbers =
        std::iter::successors(journal.next_after(since), move |last| journal.next_after(last.number));
    // What comes in meanwhile is for the next question.
    let shown = numbers.take_while(move |entry| entry.number <= newest).take(limit);
    let parts = shown.enumerate().map(|(at, entry)| {
        let comma = if at == 0 { "" } else { "," };
        serde_json::to_string(&entry).map(|entry| format!("{comma}{entry}"))
    });
    let whole = std::iter::once(Ok("[".to_owned())).chain(parts).chain(std::iter::once(Ok("]".to_owned())));
    answer::json_stream(Body::from_stream(stream::iter(whole)))
}

async fn clear_journal(State(mock): State<HuggingFace>) -> Response {
    mock.context().journal.clear();
    answer::empty(StatusCode::NO_CONTENT)
}

#[derive(Serialize)]
struct Now {
    now: String,
}

async fn clock(State(mock): State<HuggingFace>) -> Response {
    answer::json(StatusCode::OK, &Now { now: mock.clock().now().to_string() })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    seconds: u32,
}

async fn advance(State(mock): State<HuggingFace>, body: Bytes) -> Response {
    match read::<Advance>(&body) {
        Ok(by) => {
            mock.clock().advance(Duration::from_secs(by.seconds.into()));
            clock(State(mock)).await
        }
        Err(refusal) => refusal.answer(),
    }
}

async fn reset(State(mock): State<HuggingFace>) -> Response {
    mock.reset();
    answer::empty(StatusCode::NO_CONTENT)
}

async fn not_found(method: Method, uri: Uri) -> Response {
    Refusal::NoRoute(method, uri.path().to_owned()).answer()
}

/// 201 with the thing as it was added, ids and secrets filled in.
fn added<T, F>(body: &Bytes, add: F) -> Response
where
    T: serde::de::DeserializeOwned + Serialize,
    F: FnOnce(T) -> Result<T, Invalid>,
{
    match read(body).and_then(|thing| add(thing).map_err(Refusal::Invalid)) {
        Ok(thing) => answer::json(StatusCode::CREATED, &thing),
        Err(refusal) => refusal.answer(),
    }
}

fn removed(existed: bool, otherwise: Refusal) -> Response {
    if existed { answer::empty(StatusCode::NO_CONTENT) } else { otherwise.answer() }
}
