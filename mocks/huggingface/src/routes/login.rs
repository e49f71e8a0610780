//! `GET /login` and `POST /login`: sign-in without a password.

use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use http::header::SET_COOKIE;
use http::{HeaderMap, StatusCode, Uri};
use kit::Note;
use oauth::Params;
use thiserror::Error;

use crate::answer::{self, local_path};
use crate::session::ForeignForm;
use crate::{HuggingFace, pages};

kit::reasons! {
    /// Why a sign-in failed.
    #[derive(Debug, Clone, PartialEq, Eq, Error)]
    enum Refusal {
        #[error(transparent)]
        ForeignForm(#[from] ForeignForm) => code of 0,
        #[error("no username was sent")]
        NoUsername => "hf/username-missing",
        #[error("user `{given}` does not exist; known users: {known}")]
        UnknownUser { given: String, known: String } => "hf/user-unknown",
    }
}

impl Refusal {
    fn status(&self) -> StatusCode {
        match self {
            Refusal::ForeignForm(_) => StatusCode::FORBIDDEN,
            Refusal::NoUsername => StatusCode::BAD_REQUEST,
            Refusal::UnknownUser { .. } => StatusCode::UNAUTHORIZED,
        }
    }

    fn public(&self) -> &'static str {
        match self {
            Refusal::ForeignForm(_) => "This form was not sent by this site.",
            Refusal::NoUsername => "Enter a username.",
            Refusal::UnknownUser { .. } => "This user does not exist.",
        }
    }
}

pub(super) fn get(State(mock): State<HuggingFace>, uri: Uri) -> Response {
    let query = Params::parse(uri.query().unwrap_or_default());
    let (next, notes) = return_path(&query);
    let page = pages::login(&mock.users(), &next, None);
    answer::noted(answer::html(StatusCode::OK, page), notes)
}

pub(super) fn post(State(mock): State<HuggingFace>, headers: HeaderMap, body: Bytes) -> Response {
    let form = Params::parse(&String::from_utf8_lossy(&body));
    let (next, notes) = return_path(&form);
    let response = match sign_in(&mock, &headers, &form) {
        Ok(token) => {
            let mut response = answer::see_other(&next);
            answer::set(&mut response, SET_COOKIE, &mock.session_cookie(&token));
            response
        }
        Err(refusal) => {
            let page = pages::login(&mock.users(), &next, Some(refusal.public()));
            kit::note(answer::html(refusal.status(), page), &refusal)
        }
    };
    answer::noted(response, notes)
}

fn sign_in(mock: &HuggingFace, headers: &HeaderMap, form: &Params) -> Result<String, Refusal> {
    mock.check_own_form(headers)?;
    let username = form.first("username").unwrap_or_default();
    if username.is_empty() {
        return Err(Refusal::NoUsername);
    }
    mock.sign_in(username).ok_or_else(|| {
        let known: Vec<_> = mock.users().into_iter().map(|user| user.username).collect();
        Refusal::UnknownUser { given: username.to_owned(), known: known.join(", ") }
    })
}

/// Where to redirect after the sign-in. The name of the parameter is a guess.
fn return_path(params: &Params) -> (String, Vec<Note>) {
    match params.first("next") {
        None | Some("") => ("/".to_owned(), vec![]),
        Some(next) => match local_path(next) {
            Some(path) => (path.to_owned(), vec![]),
            None => {
                let text = format!("next `{next}` is not a path of this site: ignored");
                ("/".to_owned(), vec![Note::new("hf/next-ignored", text)])
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use crate::routes::testing::Site;
    use crate::{Framing, Switches};

    #[tokio::test]
    async fn shows_the_known_users() {
        let answer = Site::new().get("/login?next=%2Foauth%2Fauthorize%3Fa%3D1").await;
        assert_eq!(answer.status, 200);
        assert!(answer.body.contains("<title>Sign in – Hugging Face (mock)</title>"), "{}", answer.body);
        for part in [r#"value="ada""#, r#"value="grace""#, r#"name="next" value="/oauth/authorize?a=1""#] {
            assert!(answer.body.contains(part), "{part}: {}", answer.body);
        }
    }

    #[tokio::test]
    async fn signs_in_and_returns() {
        let answer = Site::new().form("/login", "username=ada&next=%2Foauth%2Fauthorize%3Fa%3D1", None).await;
        assert_eq!((answer.status, answer.header("location")), (303, Some("/oauth/authorize?a=1")));
        let cookie = answer.header("set-cookie").unwrap();
        assert!(cookie.starts_with("token="), "{cookie}");
        assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax"), "{cookie}");
    }

    #[tokio::test]
    async fn marks_the_cookie_secure_on_https() {
        let answer = Site::at("https://huggingface.co").form("/login", "username=ada", None).await;
        assert!(answer.header("set-cookie").unwrap().ends_with("; SameSite=Lax; Secure"));
    }

    #[tokio::test]
    async fn the_cookie_of_plain_http_is_not_secure_whatever_the_origin() {
        let site = Site::at("https://huggingface.co");
        let sent = async |path: &str, body: &str| {
            let router = site.mock.plain_router();
            let answer = site.send_to(router, "POST", path, &[], body).await;
            answer.header("set-cookie").unwrap().to_owned()
        };
        let cookie = sent("/login", "username=ada").await;
        assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax"), "{cookie}");
        assert!(!sent("/logout", "").await.contains("Secure"));
        // The other handle to the same mock is not affected.
        let answer = site.form("/login", "username=ada", None).await;
        assert!(answer.header("set-cookie").unwrap().ends_with("; Secure"));
    }

    #[tokio::test]
    async fn pages_are_not_framed_unless_the_switch_allows_it() {
        let site = Site::new();
        let headers = async |path: &str| {
            let answer = site.get(path).await;
            ["content-security-policy", "x-frame-options"]
                .map(|name| answer.header(name).map(ToOwned::to_owned))
        };
        let refused = [Some("frame-ancestors 'none'".to_owned()), Some("DENY".to_owned())];
        for page in ["/", "/login", "/nothing", "/oauth/authorize"] {
            assert_eq!(headers(page).await, refused, "{page}");
        }
        assert_eq!(headers("/oauth/jwks").await, [None, None]);
        site.mock.set_switches(Switches { framing: Framing::Allowed, ..Switches::default() });
        assert_eq!(headers("/login").await, [None, None]);
    }

    #[tokio::test]
    async fn refuses_unknown_users_and_lists_the_known_ones() {
        let answer = Site::new().form("/login", "username=Ada", None).await;
        assert_eq!((answer.status, answer.header("set-cookie")), (401, None));
        assert_eq!(answer.notes, ["user `Ada` does not exist; known users: ada, grace"]);
    }

    #[tokio::test]
    async fn goes_nowhere_else() {
        let answer = Site::new().form("/login", "username=ada&next=%2F%2Fevil.example", None).await;
        assert_eq!(answer.header("location"), Some("/"));
        assert_eq!(answer.notes, ["next `//evil.example` is not a path of this site: ignored"]);
    }

    #[tokio::test]
    async fn refuses_a_form_of_another_site() {
        let site = Site::new();
        let headers = [("origin", "https://evil.example"), ("host", "localhost:4000")];
        let answer = site.send("POST", "/login", &headers, "username=ada").await;
        assert_eq!((answer.status, answer.header("set-cookie")), (403, None));
        assert_eq!(answer.notes, ["form was submitted by `https://evil.example`, not by this site"]);
    }
}
