//! Looks of an application's own pages (contract §14, "Third-party
//! applications"): names, logos and links that its consent page shows.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use serde_json::{Map, Value};
use url::Url;

use super::applications;
use super::auth::Authorized;
use crate::shared::Shared;
use crate::store::Branding;
use crate::wire::body::{self, object};
use crate::wire::{self, ApiError, Complaint, Issue};

/// `GET /applications/:id/sign-in-experience`.
pub(super) async fn read(
    _: Authorized,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
) -> Response {
    let store = shared.store();
    let Some(application) = store.application(&id) else { return applications::unknown(&id).into() };
    match &application.branding {
        Some(branding) => wire::json(StatusCode::OK, &branding.json(&id)),
        None => {
            let text = format!("The application_sign_in_experiences with ID `{id}` does not exist.");
            ApiError::new(404, "entity.not_exists_with_id", text).into()
        }
    }
}

/// `PUT /applications/:id/sign-in-experience`: 201 the first time, then 200.
/// Members that are not given stay.
pub(super) async fn put(
    _: Authorized,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    body: String,
) -> Response {
    let members = match object(&body).and_then(|members| checked(&members).map(|()| members)) {
        Ok(members) => members,
        Err(error) => return error.into(),
    };
    let mut store = shared.store();
    let Some(application) = store.applications.iter_mut().find(|known| known.id == id) else {
        return applications::unknown(&id).into();
    };
    let known: Vec<(String, Value)> = members.into_iter().filter(|(name, _)| Branding::knows(name)).collect();
    let status = match application.branding {
        Some(_) if known.is_empty() => return ApiError::nothing_to_change().into(),
        Some(_) => StatusCode::OK,
        None => StatusCode::CREATED,
    };
    let branding = application.branding.get_or_insert_with(Branding::default);
    known.into_iter().for_each(|(name, value)| branding.set(&name, value));
    wire::json(status, &branding.json(&id))
}

fn checked(members: &Map<String, Value>) -> Result<(), ApiError> {
    let empty = Map::new();
    let branding = members.get("branding").and_then(Value::as_object).unwrap_or(&empty);
    let mut issues =
        vec![body::typed(members, &["color"], "object"), body::typed(members, &["branding"], "object")];
    for name in ["logoUrl", "darkLogoUrl", "favicon", "darkFavicon"] {
        issues.extend(url(branding, &["branding", name]));
    }
    issues.push(nullable(members, "customCss"));
    for name in ["termsOfUseUrl", "privacyPolicyUrl"] {
        issues.push(nullable(members, name));
        issues.extend(url(members, &[name]).filter(|_| members[name] != ""));
    }
    issues.push(nullable(members, "displayName"));
    body::without(issues)
}

fn nullable(members: &Map<String, Value>, name: &str) -> Option<Issue> {
    body::typed(members, &[name], "string").filter(|_| members[name] != Value::Null)
}

/// A text that is no URL.
fn url(members: &Map<String, Value>, path: &[&str]) -> Option<Option<Issue>> {
    let text = members.get(*path.last()?)?.as_str()?;
    Some(Url::parse(text).is_err().then(|| Issue::new(path, Complaint::Url)))
}
