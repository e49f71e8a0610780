//! The control API: what a test can do but a user of the site cannot.

mod body;
#[cfg(test)]
mod tests;

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::response::{Response, Result};
use bytes::Bytes;
use futures_util::stream;
use http::{Method, StatusCode, Uri};
use kit::{Journal, Route};
use oauth::Params;
use serde::{Deserialize, Serialize};

use self::body::{Refusal, read};
use crate::config::{App, Config, Organization, User};
use crate::{HuggingFace, answer};

/// The routes of the control listener; see the crate's documentation.
pub(crate) fn router(mock: HuggingFace) -> Router {
    let table = [
        Route::get("/users", users),
        Route::post("/users", add_user),
        Route::delete("/users/{username}", remove_user),
        Route::get("/organizations", organizations),
        Route::post("/organizations", add_organization),
        // The path in the spelling of earlier versions.
        Route::get("/organisations", organizations),
        Route::post("/organisations", add_organization),
        Route::get("/apps", apps),
        Route::post("/apps", add_app),
        Route::delete("/apps/{client_id}", remove_app),
        Route::post("/sessions", sign_in),
        Route::get("/switches", switches),
        Route::put("/switches", set_switches),
        Route::get("/script", script),
        Route::post("/script", add_rule),
        Route::delete("/script", clear_script),
        Route::get("/journal", journal),
        Route::delete("/journal", clear_journal),
        Route::get("/clock", clock),
        Route::post("/clock", advance),
        Route::post("/reset", reset),
    ];
    Route::router(table).fallback(not_found).method_not_allowed_fallback(not_found).with_state(mock)
}

fn users(State(mock): State<HuggingFace>) -> Response {
    answer::json(StatusCode::OK, &mock.users())
}

fn add_user(State(mock): State<HuggingFace>, body: Bytes) -> Result<Response> {
    let user: User = read(&body)?;
    let others = mock.users().into_iter().filter(|own| own.username != user.username);
    let users = others.chain([user.clone()]).collect();
    Config { users, organizations: mock.organizations(), ..Config::default() }
        .check()
        .map_err(Refusal::from)?;
    Ok(answer::json(StatusCode::CREATED, &mock.add_user(user)))
}

fn remove_user(State(mock): State<HuggingFace>, Path(username): Path<String>) -> Result<Response> {
    removed(mock.remove_user(&username), Refusal::NoUser(username))
}

fn organizations(State(mock): State<HuggingFace>) -> Response {
    answer::json(StatusCode::OK, &mock.organizations())
}

fn add_organization(State(mock): State<HuggingFace>, body: Bytes) -> Result<Response> {
    let organization: Organization = read(&body)?;
    organization.check().map_err(Refusal::from)?;
    Ok(answer::json(StatusCode::CREATED, &mock.add_organization(organization)))
}

fn apps(State(mock): State<HuggingFace>) -> Response {
    answer::json(StatusCode::OK, &mock.apps())
}

fn add_app(State(mock): State<HuggingFace>, body: Bytes) -> Result<Response> {
    let app: App = read(&body)?;
    app.check().map_err(Refusal::from)?;
    Ok(answer::json(StatusCode::CREATED, &mock.add_app(app)))
}

fn remove_app(State(mock): State<HuggingFace>, Path(client_id): Path<String>) -> Result<Response> {
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

fn sign_in(State(mock): State<HuggingFace>, body: Bytes) -> Result<Response> {
    let SignIn { username } = read(&body)?;
    let token = mock.sign_in(&username).ok_or(Refusal::NoUser(username))?;
    Ok(answer::json(StatusCode::CREATED, &SignedIn { token }))
}

fn switches(State(mock): State<HuggingFace>) -> Response {
    answer::json(StatusCode::OK, &mock.switches())
}

fn set_switches(State(mock): State<HuggingFace>, body: Bytes) -> Result<Response> {
    mock.set_switches(read(&body)?);
    Ok(answer::json(StatusCode::OK, &mock.switches()))
}

fn script(State(mock): State<HuggingFace>) -> Response {
    answer::json(StatusCode::OK, &mock.context().script.rules())
}

fn add_rule(State(mock): State<HuggingFace>, body: Bytes) -> Result<Response> {
    mock.context().script.add(body::check_rule(read(&body)?)?);
    Ok(answer::json(StatusCode::CREATED, &mock.context().script.rules()))
}

fn clear_script(State(mock): State<HuggingFace>) -> Response {
    mock.context().script.clear();
    answer::empty(StatusCode::NO_CONTENT)
}

/// `?since=N` skips entries up to number N, `&limit=N` returns only the first N of the rest.
fn journal(State(mock): State<HuggingFace>, RawQuery(query): RawQuery) -> Result<Response> {
    let query = Params::parse(&query.unwrap_or_default());
    let number = |name, otherwise| query.first(name).map_or(Ok(otherwise), |given| body::number(name, given));
    let (since, limit) = (number("since", 0)?, number("limit", u64::MAX)?);
    Ok(entries(mock.context().journal.clone(), since, limit))
}

/// Writes the array entry by entry, as fast as the client reads it: a journal may hold 64 MiB.
fn entries(journal: Journal, since: u64, limit: u64) -> Response {
    let newest = journal.last_number();
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let numbers =
        std::iter::successors(journal.next_after(since), move |last| journal.next_after(last.number));
    // Entries added meanwhile are left to the next request.
    let shown = numbers.take_while(move |entry| entry.number <= newest).take(limit);
    let parts = shown.enumerate().map(|(at, entry)| {
        let comma = if at == 0 { "" } else { "," };
        serde_json::to_string(&entry).map(|entry| format!("{comma}{entry}"))
    });
    let whole = std::iter::once(Ok("[".to_owned())).chain(parts).chain(std::iter::once(Ok("]".to_owned())));
    answer::json_stream(Body::from_stream(stream::iter(whole)))
}

fn clear_journal(State(mock): State<HuggingFace>) -> Response {
    mock.context().journal.clear();
    answer::empty(StatusCode::NO_CONTENT)
}

#[derive(Serialize)]
struct Now {
    now: String,
}

fn clock(State(mock): State<HuggingFace>) -> Response {
    answer::json(StatusCode::OK, &Now { now: mock.clock().now().to_string() })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    seconds: u32,
}

async fn advance(State(mock): State<HuggingFace>, body: Bytes) -> Result<Response> {
    let Advance { seconds } = read(&body)?;
    mock.clock().advance(Duration::from_secs(seconds.into()));
    Ok(clock(State(mock)))
}

fn reset(State(mock): State<HuggingFace>) -> Response {
    mock.reset();
    answer::empty(StatusCode::NO_CONTENT)
}

async fn not_found(method: Method, uri: Uri) -> Refusal {
    Refusal::NoRoute(method, uri.path().to_owned())
}

fn removed(existed: bool, otherwise: Refusal) -> Result<Response> {
    if existed { Ok(answer::empty(StatusCode::NO_CONTENT)) } else { Err(otherwise.into()) }
}
