//! `POST /logout`. `GET` is not supported, and an app cannot start a sign-out.

use axum::extract::State;
use axum::response::Response;
use http::header::SET_COOKIE;
use http::{HeaderMap, StatusCode};
use kit::Note;

use crate::answer::{self, session_token};
use crate::{HuggingFace, pages};

pub(super) fn post(State(mock): State<HuggingFace>, headers: HeaderMap) -> Response {
    if let Err(refusal) = mock.check_own_form(&headers) {
        let page = pages::error(StatusCode::FORBIDDEN, "This form was not sent by this site.");
        return kit::note(answer::html(StatusCode::FORBIDDEN, page), &refusal);
    }
    let ended = session_token(&headers).is_some_and(|token| mock.store().sessions.remove(token).is_some());
    let mut response = answer::see_other("/");
    let cookie = format!("{}; Max-Age=0", mock.session_cookie(""));
    answer::set(&mut response, SET_COOKIE, &cookie);
    if ended { response } else { kit::note(response, Note::new("hf/not-signed-in", "no user was signed in")) }
}

#[cfg(test)]
mod tests {
    use crate::routes::testing::Site;

    #[tokio::test]
    async fn ends_the_session() {
        let site = Site::new();
        let token = site.mock.sign_in("ada").unwrap();
        assert!(site.get_as("/", &token).await.body.contains("Ada Lovelace"));
        let answer = site.form("/logout", "", Some(&token)).await;
        assert_eq!((answer.status, answer.header("location")), (303, Some("/")));
        assert!(answer.header("set-cookie").unwrap().starts_with("token=; Path=/;"));
        assert!(!site.get_as("/", &token).await.body.contains("Ada Lovelace"));
    }

    #[tokio::test]
    async fn has_no_get() {
        assert_eq!(Site::new().get("/logout").await.status, 404);
    }
}
