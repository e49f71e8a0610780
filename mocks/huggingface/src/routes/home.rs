//! `GET /`, and the answer to unknown paths.

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, Method, StatusCode, Uri};
use kit::Note;

use crate::{HuggingFace, answer, pages};

pub(super) fn get(State(mock): State<HuggingFace>, headers: HeaderMap) -> Response {
    let user = mock.signed_in(&headers).map(|(user, _)| user);
    answer::html(StatusCode::OK, pages::home(user.as_ref()))
}

pub(super) async fn not_found(method: Method, uri: Uri) -> Response {
    let page = pages::error(StatusCode::NOT_FOUND, "Sorry, we can't find the page you are looking for.");
    let response = answer::html(StatusCode::NOT_FOUND, page);
    kit::note(
        response,
        Note::new("hf/no-such-path", format!("the mock does not serve {method} {}", uri.path())),
    )
}

pub(super) async fn method_not_allowed(method: Method, uri: Uri) -> Response {
    let response = answer::empty(StatusCode::METHOD_NOT_ALLOWED);
    kit::note(response, Note::new("hf/no-such-method", format!("{} does not accept {method}", uri.path())))
}

#[cfg(test)]
mod tests {
    use crate::routes::testing::Site;

    #[tokio::test]
    async fn notes_unknown_paths_and_methods() {
        let site = Site::new();
        let answer = site.get("/api/models").await;
        assert_eq!(
            (answer.status, answer.notes),
            (404, vec!["the mock does not serve GET /api/models".to_owned()])
        );
        let answer = site.get("/oauth/token").await;
        assert_eq!((answer.status, answer.notes), (405, vec!["/oauth/token does not accept GET".to_owned()]));
    }
}
