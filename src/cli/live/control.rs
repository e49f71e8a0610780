//! The control API of a running stack: that of the mock Hugging Face, and what concerns all parties
//! (`docs/control-api.md`).

use std::time::Duration;

use axum::extract::State;
use axum::response::{IntoResponse, Response, Result};
use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use http::StatusCode;
use http::header::CONTENT_TYPE;
use kit::{Bound, Clock, Route, Running};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::sync::{Mutex, mpsc, oneshot};

use super::description::Description;
use crate::Stack;
use crate::cli::exit::CliError;
use crate::cli::session::format;
use crate::run::{SignInError, TokenError, TokenRequest, session, token};
use crate::stack::{Management, ManagementError};

/// How many accounts one call of the Management API lists.
const PAGE: usize = 100;

/// The other end of the listener: requests that need the stack.
pub(super) struct Control {
    asked: mpsc::UnboundedReceiver<Asked>,
    /// The accounts at Logto before anyone signed in.
    accounts: Vec<String>,
    /// People sign in one after another: Logto refuses one of two browsers in which the same person is new, and findings
    /// have more proof where no other walk is under way.
    turn: Mutex<()>,
}

/// What the handlers share.
#[derive(Clone)]
struct Desk {
    asks: mpsc::UnboundedSender<Asked>,
    description: Bytes,
    clock: Clock,
}

/// A request, and where its answer goes.
struct Asked {
    what: What,
    answer: oneshot::Sender<Response>,
}

enum What {
    Session(String),
    Token(TokenRequest),
    Advance(Duration),
    Reset,
}

impl Control {
    /// Answers on a listener, while [`Control::answer`] runs.
    pub(super) async fn serve(
        stack: &Stack,
        listener: Bound,
        description: &Description,
    ) -> Result<(Self, Running), CliError> {
        let (asks, asked) = mpsc::unbounded_channel();
        let clock = stack.clock().clone();
        let desk = Desk { asks, description: description.json.to_string().into(), clock };
        let table = [
            Route::get("/stack", described),
            Route::post("/stack/session", sign_in),
            Route::post("/stack/token", issue),
            Route::get("/clock", time),
            Route::post("/clock", advance),
            Route::post("/reset", reset),
        ];
        let router = Route::router(table).with_state(desk);
        let router = router.fallback_service(stack.huggingface().control_router());
        let server = listener.serve(kit::steered(router, &[]));
        let accounts = accounts(stack.management()).await?;
        Ok((Self { asked, accounts, turn: Mutex::new(()) }, server))
    }

    /// Answers requests, several at a time, until the stack ends.
    pub(super) async fn answer(mut self, stack: &Stack) -> Result<(), CliError> {
        let mut at_work = FuturesUnordered::new();
        loop {
            tokio::select! {
                Some(Asked { what, answer }) = self.asked.recv() => {
                    let (accounts, turn) = (&self.accounts, &self.turn);
                    // The client may be gone.
                    at_work.push(async move { drop(answer.send(done(stack, accounts, turn, what).await)) });
                }
                Some(()) = at_work.next(), if !at_work.is_empty() => {}
                else => return Ok(()),
            }
        }
    }
}

async fn done(stack: &Stack, accounts: &[String], turn: &Mutex<()>, what: What) -> Response {
    let answered = match what {
        What::Session(username) => {
            let _turn = turn.lock().await;
            let session = session(stack, &username).await;
            session.map(|session| format::json(stack, &username, &session)).map_err(Refusal::from)
        }
        What::Token(asked) => {
            let _turn = turn.lock().await;
            token(stack, &asked).await.map_err(Refusal::from)
        }
        What::Advance(_) if !stack.time().is_embedded() => Err(Refusal::RealClock),
        What::Advance(by) => {
            stack.pass(by).await;
            Ok(now(stack.clock()))
        }
        What::Reset => {
            let _turn = turn.lock().await;
            reset_all(stack, accounts).await.map_err(Refusal::from)
        }
    };
    match answered {
        Ok(Value::Null) => StatusCode::NO_CONTENT.into_response(),
        Ok(body) => answered_with(StatusCode::OK, &body),
        Err(refusal) => refusal.into_response(),
    }
}

/// Why the control API of the stack refuses a request.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error("the body is invalid: {0}")]
    Body(serde_json::Error),
    #[error("Logto is a real one, and so is its clock: the time of this stack cannot be moved")]
    RealClock,
    #[error("the stack ends")]
    Ends,
    #[error(transparent)]
    SignIn(#[from] SignInError),
    #[error(transparent)]
    Token(#[from] TokenError),
    #[error("the accounts at Logto could not be removed: {0}")]
    Accounts(#[from] ManagementError),
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = match &self {
            Self::Body(_) | Self::RealClock | Self::SignIn(SignInError::NoAccount { .. }) => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            Self::Token(
                TokenError::SignIn(SignInError::NoAccount { .. })
                | TokenError::NoRedirectUri
                | TokenError::NoResource { .. }
                | TokenError::NothingToCreate,
            ) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Ends => StatusCode::SERVICE_UNAVAILABLE,
            // Another party did not answer as it should.
            Self::SignIn(_) | Self::Token(_) | Self::Accounts(_) => StatusCode::BAD_GATEWAY,
        };
        // Another process prints it, which does not know the secrets of this one.
        let error = self.to_string();
        answered_with(status, &json!({ "error": kit::secret::hide(&error) }))
    }
}

fn answered_with(status: StatusCode, body: &Value) -> Response {
    (status, [(CONTENT_TYPE, "application/json; charset=utf-8")], body.to_string()).into_response()
}

fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(Refusal::Body)
}

impl Desk {
    async fn ask(&self, what: What) -> Result<Response> {
        let (answer, answered) = oneshot::channel();
        self.asks.send(Asked { what, answer }).map_err(|_| Refusal::Ends)?;
        Ok(answered.await.map_err(|_| Refusal::Ends)?)
    }
}

fn described(State(desk): State<Desk>) -> Response {
    ([(CONTENT_TYPE, "application/json; charset=utf-8")], desk.description.clone()).into_response()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SessionBody {
    r#as: String,
}

async fn sign_in(State(desk): State<Desk>, body: Bytes) -> Result<Response> {
    let SessionBody { r#as: username } = read(&body)?;
    desk.ask(What::Session(username)).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenBody {
    r#as: String,
    #[serde(default)]
    resource: Option<String>,
    /// Separated by spaces, as in OAuth.
    #[serde(default)]
    scope: String,
    #[serde(default)]
    create_resource: bool,
}

async fn issue(State(desk): State<Desk>, body: Bytes) -> Result<Response> {
    let TokenBody { r#as: username, resource, scope, create_resource } = read(&body)?;
    let scopes = scope.split_whitespace().map(ToOwned::to_owned).collect();
    desk.ask(What::Token(TokenRequest { username, resource, scopes, create: create_resource })).await
}

fn now(clock: &Clock) -> Value {
    json!({ "now": clock.now().to_string() })
}

fn time(State(desk): State<Desk>) -> Response {
    answered_with(StatusCode::OK, &now(&desk.clock))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    seconds: u32,
}

async fn advance(State(desk): State<Desk>, body: Bytes) -> Result<Response> {
    let Advance { seconds } = read(&body)?;
    desk.ask(What::Advance(Duration::from_secs(seconds.into()))).await
}

async fn reset(State(desk): State<Desk>) -> Result<Response> {
    desk.ask(What::Reset).await
}

/// Everyone is new again: Hugging Face as it was when the stack was ready, and no account at the embedded Logto but
/// those of the set-up. A real Logto gets its tenant back when the stack ends.
async fn reset_all(stack: &Stack, accounts_before: &[String]) -> Result<Value, ManagementError> {
    stack.huggingface().reset();
    if stack.time().is_embedded() {
        for id in accounts(stack.management()).await? {
            if !accounts_before.contains(&id) {
                stack.management().delete(&format!("users/{id}")).await?;
            }
        }
    }
    Ok(Value::Null)
}

/// The ids of all accounts at Logto.
async fn accounts(management: &Management) -> Result<Vec<String>, ManagementError> {
    let mut all = Vec::new();
    for page in 1.. {
        let answer = management.get(&format!("users?page={page}&page_size={PAGE}")).await?;
        let users = answer.list()?;
        all.extend(users.iter().filter_map(|user| user.get("id")?.as_str().map(ToOwned::to_owned)));
        if users.len() < PAGE {
            break;
        }
    }
    Ok(all)
}
