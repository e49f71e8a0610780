//! `POST /callback/:connector`: a provider that posts its answer is redirected to the same address with the
//! members of the body as query (contract §2.1).

use axum::extract::Path;
use axum::response::Response;
use http::header::{CONTENT_TYPE, LOCATION};
use http::{HeaderMap, HeaderValue, StatusCode};
use kit::Note;
use oauth::params::Params;
use serde_json::{Value, json};

use crate::wire::{self, ApiError, ErrorCode};

pub(super) fn post(Path(connector): Path<String>, headers: HeaderMap, body: String) -> Response {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let members = match kind.split(';').next().unwrap_or_default().trim() {
        "application/x-www-form-urlencoded" => of_form(&body),
        "application/json" => match of_json(&body) {
            Ok(members) => members,
            Err(error) => return error.response("the body is not a JSON object"),
        },
        _ => None,
    };
    let Some(members) = members else { return refused() };
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(members).finish();
    let mut response = wire::text(StatusCode::SEE_OTHER, "See Other");
    if let Ok(location) = HeaderValue::from_str(&format!("/callback/{connector}?{query}")) {
        response.headers_mut().insert(LOCATION, location);
    }
    response
}

/// The parameters, if each is a text: one that is given twice is a list, and one with brackets an object.
fn of_form(body: &str) -> Option<Vec<(String, String)>> {
    let form = Params::parse(body);
    let plain = form.repeated().is_empty() && form.iter().all(|(name, _)| !name.contains('['));
    plain.then(|| form.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}

/// The members, if each is a text.
fn of_json(body: &str) -> Result<Option<Vec<(String, String)>>, ApiError> {
    // A list has the code of this endpoint, not that of the APIs.
    if serde_json::from_str::<Vec<Value>>(body).is_ok() {
        return Ok(None);
    }
    let members = wire::body::object(body)?.into_iter();
    Ok(members.map(|(name, value)| Some((name, value.as_str()?.to_owned()))).collect())
}

fn refused() -> Response {
    let code = ErrorCode::InvalidRequest;
    let body = json!({ "code": code.code(), "message": code.message() });
    let note = Note::new(code.as_str(), "the body is neither a form nor a JSON object of texts");
    kit::note(wire::json(StatusCode::BAD_REQUEST, &body), note)
}
