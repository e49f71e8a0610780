//! `GET /oauth/userinfo` and `POST /oauth/userinfo`

use axum::extract::State;
use axum::response::{Response, Result};
use http::{HeaderMap, StatusCode};

use super::resource::{Refusal, bearer};
use crate::claims::{Changed, UserInfo};
use crate::{HuggingFace, answer};

pub(super) fn get(State(mock): State<HuggingFace>, headers: HeaderMap) -> Result<Response> {
    let body = userinfo(&mock, &headers).map_err(|refusal| refusal.answer(&mock))?;
    let changes = &mock.switches().claims.userinfo;
    Ok(answer::json(StatusCode::OK, &Changed { claims: &body, changes }))
}

fn userinfo(mock: &HuggingFace, headers: &HeaderMap) -> Result<UserInfo, Refusal> {
    let (now, store) = (mock.clock().seconds(), mock.store());
    let token = bearer(&store, headers, now)?;
    let user = store.user(&token.authorization.sub).ok_or(Refusal::NoUser)?;
    Ok(UserInfo::new(&store, user, &token.authorization, mock.origin()))
}

#[cfg(test)]
#[path = "userinfo_tests.rs"]
mod tests;
