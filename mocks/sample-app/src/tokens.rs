//! Access tokens: stored by resource and refreshed when they expire, as the SDK's `GetAccessToken`
//! does.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::access_token::{AccessToken, Issued};
use crate::logto::{LogtoClient, LogtoError, expect_200, item};
use crate::storage::Storage;
use crate::variant::Variant;

/// Key of the access token that is not for a resource.
const NO_RESOURCE: &str = "@";

/// The response to a refresh (RFC 6749 §6).
#[derive(Deserialize)]
struct Rotated {
    refresh_token: Option<String>,
}

impl<S: Storage> LogtoClient<'_, S> {
    /// An access token for a resource: the stored one, or a new one if it has expired or `anew` is
    /// set.
    pub(crate) async fn access_token(
        &self,
        resource: Option<&str>,
        anew: bool,
    ) -> Result<AccessToken, LogtoError> {
        let kept = self.access_tokens().remove(resource.unwrap_or(NO_RESOURCE));
        let token = match kept.filter(|kept| !anew && kept.expires_at > self.outgoing.clock.seconds()) {
            Some(kept) => kept,
            None => self.refresh(resource).await?,
        };
        if self.config.does(Variant::ExpectsJwt) && !token.is_jwt() {
            return Err(LogtoError::NotJwt);
        }
        Ok(token)
    }

    async fn refresh(&self, resource: Option<&str>) -> Result<AccessToken, LogtoError> {
        let refresh_token = self.storage.get(item::REFRESH_TOKEN);
        if refresh_token.is_empty() {
            return Err(LogtoError::NotAuthenticated);
        }
        let provider = self.discover().await?;
        let endpoint = provider.token_endpoint()?;
        let mut fields = vec![("grant_type", "refresh_token"), ("refresh_token", refresh_token.as_str())];
        fields.extend(resource.map(|resource| ("resource", resource)));
        let reply = self.outgoing.post_as(self.config, endpoint, &fields).await?;
        let body = expect_200(endpoint, reply.status, reply.body)?;
        let unreadable = |source| LogtoError::Tokens { url: endpoint.to_string(), source };
        let issued: Issued = serde_json::from_str(&body).map_err(unreadable)?;
        let rotated: Rotated = serde_json::from_str(&body).map_err(unreadable)?;
        if !self.config.does(Variant::LosesRefreshedTokens) {
            self.keep_access_token(resource, AccessToken::new(&issued, &self.outgoing.clock));
            if let Some(rotated) = rotated.refresh_token {
                self.storage.set(item::REFRESH_TOKEN, &rotated);
            }
        }
        Ok(AccessToken::new(&issued, &self.outgoing.clock))
    }

    fn access_tokens(&self) -> BTreeMap<String, AccessToken> {
        serde_json::from_str(&self.storage.get(item::ACCESS_TOKENS)).unwrap_or_default()
    }

    pub(crate) fn keep_access_token(&self, resource: Option<&str>, token: AccessToken) {
        let mut all = self.access_tokens();
        all.insert(resource.unwrap_or(NO_RESOURCE).to_owned(), token);
        // A map of strings and numbers always has a JSON form.
        self.storage.set(item::ACCESS_TOKENS, &serde_json::to_string(&all).unwrap_or_default());
    }
}
