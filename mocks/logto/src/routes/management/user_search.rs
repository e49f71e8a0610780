//! `GET /users`: pages and searches (contract §4, "Users").

use axum::response::Response;
use serde_json::json;

use super::auth::Authorized;
use super::pagination::Page;
use super::search::{Fields, Search, SearchError};
use crate::store::User;
use crate::wire::{Answer, Code, NotImplemented, refusals};

refusals! {
    /// Why no list is returned.
    enum ListError {
        #[error("{0}")]
        Invalid(why: String) => Code::RequestInvalidInput.about(&[why]).with_data(json!({})),
        #[error("{0}")]
        NotDone(_: SearchError) => NotImplemented,
    }
}

const FIELDS: Fields = &[
    ("id", "id"),
    ("primaryEmail", "primary_email"),
    ("primaryPhone", "primary_phone"),
    ("username", "username"),
    ("name", "name"),
];

/// Newest first, with the total number in `Total-Number` and the pages in `Link`.
pub(super) fn list(shared: Authorized, page: Page) -> Answer<Response> {
    let search = Search::of(&page.params, FIELDS).map_err(|error| match error {
        SearchError::Invalid(why) => ListError::Invalid(why),
        SearchError::Mode => ListError::NotDone(error),
    })?;
    let wanted = |user: &&User| {
        let held = [
            Some(&user.id),
            user.primary_email.as_ref(),
            user.primary_phone.as_ref(),
            user.username.as_ref(),
            user.name.as_ref(),
        ];
        search.finds(FIELDS, &held.map(|held| held.map(String::as_str)))
    };
    let store = shared.store();
    let found: Vec<&User> = store.users.iter().filter(wanted).collect();
    Ok(page.answer(&shared, found.iter().map(|user| user.json(store.version))))
}
