//! `GET /.well-known/openid-configuration` and `GET /.well-known/oauth-authorization-server`

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use axum::extract::State;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{ETAG, IF_NONE_MATCH};
use http::{HeaderMap, Method, StatusCode, Uri};

use super::home;
use crate::config::AuthorizationServerMetadata;
use crate::{HuggingFace, answer};

/// The document as the real site served it on 2026-08-04: it matches both published digests, the
/// ETag and the SHA-256.
const RECORDED: &str = include_str!("../../data/openid-configuration.json");
const RECORDED_ORIGIN: &str = "https://huggingface.co";

pub(super) fn get(State(mock): State<HuggingFace>, headers: HeaderMap) -> Response {
    let body = RECORDED.replace(RECORDED_ORIGIN, mock.origin());
    let tag = weak_etag(&body);
    let known = headers.get(IF_NONE_MATCH).and_then(|tags| tags.to_str().ok());
    let fresh = known.is_some_and(|tags| tags.split(',').any(|own| own.trim() == tag));
    let mut response = if fresh {
        answer::empty(StatusCode::NOT_MODIFIED)
    } else {
        answer::with_type(StatusCode::OK, "application/json; charset=utf-8", body)
    };
    answer::set(&mut response, ETAG, &tag);
    response
}

/// RFC 8414. It is known that the real site answers; that it sends the same document is a guess.
pub(super) async fn authorization_server(
    State(mock): State<HuggingFace>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    match mock.switches().authorization_server_metadata {
        AuthorizationServerMetadata::SameDocument => get(State(mock), headers),
        AuthorizationServerMetadata::Absent => home::not_found(method, uri).await,
    }
}

/// The ETag that Express generates: the length in hexadecimal and 27 characters of the SHA-1.
fn weak_etag(body: &str) -> String {
    let sha1 = STANDARD.encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, body.as_bytes()));
    format!("W/\"{:x}-{}\"", body.len(), &sha1[..27])
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::digest::{self, digest};

    use crate::routes::testing::Site;

    const PATH: &str = "/.well-known/openid-configuration";
    /// Published by a third party for the real document.
    const ETAG: &str = "W/\"37a-dttZVZA3HSuAYFH2OCoyqXSlr3k\"";
    const SHA256: &str = "fc57107dcf0d8a09890016ea57bdde0ccda12227d49d014fbb48dbf270bae435";

    #[tokio::test]
    async fn is_byte_equal_to_the_recorded_document() {
        let answer = Site::at("https://huggingface.co").get(PATH).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.body.len(), 890);
        let sha256: String = digest(&digest::SHA256, answer.body.as_bytes())
            .as_ref()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(sha256, SHA256);
        assert_eq!(answer.header("etag"), Some(ETAG));
        assert_eq!(answer.header("content-type"), Some("application/json; charset=utf-8"));
    }

    #[tokio::test]
    async fn is_served_for_authorization_servers_too_unless_switched_off() {
        let (site, path) = (Site::new(), "/.well-known/oauth-authorization-server");
        assert_eq!(site.get(path).await.body, site.get(PATH).await.body);
        site.mock.set_switches(crate::Switches {
            authorization_server_metadata: crate::AuthorizationServerMetadata::Absent,
            ..crate::Switches::default()
        });
        assert_eq!(site.get(path).await.status, 404);
    }

    #[tokio::test]
    async fn differs_only_in_the_origin_elsewhere() {
        let site = Site::at("http://localhost:4321");
        let body = site.get(PATH).await.body;
        assert!(body.starts_with(r#"{"issuer":"http://localhost:4321","#), "{body}");
        let recorded = Site::at("https://huggingface.co").get(PATH).await.body;
        assert_eq!(body.replace("http://localhost:4321", "https://huggingface.co"), recorded);
    }

    #[tokio::test]
    async fn answers_304_to_its_own_etag() {
        let site = Site::at("https://huggingface.co");
        let answer = site.send("GET", PATH, &[("if-none-match", ETAG)], "").await;
        assert_eq!((answer.status, answer.body.as_str()), (304, ""));
        let answer = site.send("GET", PATH, &[("if-none-match", "W/\"1-x\"")], "").await;
        assert_eq!((answer.status, answer.body.len()), (200, 890));
    }
}
