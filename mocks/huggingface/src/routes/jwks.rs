//! `GET /oauth/jwks`

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde::Serialize;

use crate::config::{AccessTokenKey, IdTokenKid};
use crate::keys::{self, Jwk, KeyError};
use crate::{HuggingFace, answer};

#[derive(Serialize)]
struct KeySet {
    keys: Vec<Jwk>,
}

pub(super) async fn get(State(mock): State<HuggingFace>) -> Response {
    match key_set(&mock).await {
        Ok(keys) => answer::json(StatusCode::OK, &keys),
        Err(error) => kit::note(answer::empty(StatusCode::INTERNAL_SERVER_ERROR), &error),
    }
}

async fn key_set(mock: &HuggingFace) -> Result<KeySet, KeyError> {
    let switches = mock.switches();
    // Bound first, so that the lock is not held while the key is generated.
    let rotated = mock.store().rotated_key.clone().filter(|rotated| rotated.published);
    let key = match rotated {
        Some(rotated) => rotated.key,
        None => keys::rsa().await?,
    };
    let mut keys = vec![key.jwk().clone()];
    if switches.id_token_kid == IdTokenKid::Absent {
        keys[0].kid = None;
    }
    if switches.access_token_key == AccessTokenKey::Published {
        keys.push(mock.access_token_key()?.jwk().clone());
    }
    Ok(KeySet { keys })
}

#[cfg(test)]
mod tests {
    use crate::config::{AccessTokenKey, IdTokenKid, Switches};
    use crate::routes::testing::Site;

    #[tokio::test]
    async fn publishes_one_rsa_2048_key_for_rs256() {
        let keys = Site::new().get("/oauth/jwks").await.json();
        assert_eq!(keys["keys"].as_array().unwrap().len(), 1);
        let key = &keys["keys"][0];
        assert_eq!(
            (key["kty"].as_str(), key["alg"].as_str(), key["use"].as_str()),
            (Some("RSA"), Some("RS256"), Some("sig"))
        );
        assert_eq!(key["n"].as_str().unwrap().len(), 342, "256 bytes");
        assert_eq!(key["kid"].as_str().unwrap().len(), 43, "a thumbprint");
        assert!(key.get("d").is_none(), "nothing private");
    }

    #[tokio::test]
    async fn a_rotated_key_is_published_or_not() {
        let site = Site::new();
        let kid = async || site.get("/oauth/jwks").await.json()["keys"][0]["kid"].clone();
        let before = kid().await;
        site.mock.rotate_id_token_key(false).await.unwrap();
        assert_eq!(kid().await, before);
        site.mock.rotate_id_token_key(true).await.unwrap();
        assert_ne!(kid().await, before);
    }

    #[tokio::test]
    async fn switches_change_kid_and_number() {
        let site = Site::new();
        site.mock.set_switches(Switches {
            id_token_kid: IdTokenKid::Absent,
            access_token_key: AccessTokenKey::Published,
            ..Switches::default()
        });
        let keys = site.get("/oauth/jwks").await.json();
        assert!(keys["keys"][0].get("kid").is_none());
        assert_eq!(keys["keys"][1]["crv"], "Ed25519");
    }
}
