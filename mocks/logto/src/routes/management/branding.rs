//! Branding of an application's own pages (contract §14, "Third-party applications"): names, logos
//! and links that its consent page shows.

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use serde_json::{Map, Value};
use url::Url;

use super::applications;
use super::auth::Authorized;
use crate::store::Branding;
use crate::wire::body::{self, object};
use crate::wire::{self, Answer, ApiError, Complaint, Issue, Json};

/// `GET /applications/:id/sign-in-experience`.
pub(super) fn read(shared: Authorized, Path(id): Path<String>) -> Answer {
    let store = shared.store();
    let application = store.application(&id).ok_or_else(|| applications::unknown(&id))?;
    let branding = application.branding.as_ref();
    let unknown = || ApiError::unknown("application_sign_in_experiences", &id);
    Ok(Json(branding.ok_or_else(unknown)?.json(&id)))
}

/// `PUT /applications/:id/sign-in-experience`: 201 the first time, then 200. Absent members are
/// unchanged.
pub(super) fn put(shared: Authorized, Path(id): Path<String>, text: String) -> Answer<Response> {
    let members = object(&text)?;
    checked(&members)?;
    let mut store = shared.store();
    let application = store.application_mut(&id).ok_or_else(|| applications::unknown(&id))?;
    let known: Vec<(String, Value)> = members.into_iter().filter(|(name, _)| Branding::knows(name)).collect();
    let status = match application.branding {
        Some(_) if known.is_empty() => return Err(ApiError::nothing_to_change().into()),
        Some(_) => StatusCode::OK,
        None => StatusCode::CREATED,
    };
    let branding = application.branding.get_or_insert_with(Branding::default);
    known.into_iter().for_each(|(name, value)| branding.set(&name, value));
    Ok(wire::json(status, &branding.json(&id)))
}

fn checked(members: &Map<String, Value>) -> Result<(), ApiError> {
    let empty = Map::new();
    let branding = members.get("branding").and_then(Value::as_object).unwrap_or(&empty);
    let mut issues =
        vec![body::typed(members, &["color"], "object"), body::typed(members, &["branding"], "object")];
    for name in ["logoUrl", "darkLogoUrl", "favicon", "darkFavicon"] {
        issues.extend(url(branding, &["branding", name]));
    }
    issues.push(body::nullable(members, "customCss"));
    for name in ["termsOfUseUrl", "privacyPolicyUrl"] {
        issues.push(body::nullable(members, name));
        issues.extend(url(members, &[name]).filter(|_| members[name] != ""));
    }
    issues.push(body::nullable(members, "displayName"));
    body::without(issues)
}

/// An issue if the text is not a URL.
fn url(members: &Map<String, Value>, path: &[&str]) -> Option<Option<Issue>> {
    let text = members.get(*path.last()?)?.as_str()?;
    Some(Url::parse(text).is_err().then(|| Issue::new(path, Complaint::Url)))
}
