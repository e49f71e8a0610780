//! The Logto client: sign-in, callback and sign-out as the Go SDK does them.

use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kit::Random;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::callback::{Answer, CallbackError, SignInSession};
use crate::config::{Config, ExpectedIssuer};
use crate::judge::{self, JudgeError, Provider};
use crate::outgoing::{Outgoing, OutgoingError};
use crate::storage::Storage;

/// Keys of the storage; the SDK's.
mod item {
    pub(super) const SIGN_IN: &str = "logto_sign_in_session";
    pub(super) const REFRESH_TOKEN: &str = "logto_refresh_token";
    pub(super) const ID_TOKEN: &str = "logto_id_token";
    pub(super) const ACCESS_TOKENS: &str = "logto_access_token_map";
}

/// Key of the access token that is for no resource, in [`item::ACCESS_TOKENS`].
const NO_RESOURCE: &str = "@";

/// Logto could not be used.
#[derive(Debug, thiserror::Error)]
pub enum LogtoError {
    /// No answer.
    #[error(transparent)]
    Outgoing(#[from] OutgoingError),
    /// A document or a token that is not to be believed.
    #[error(transparent)]
    Judge(#[from] JudgeError),
    /// The answer of the authorization endpoint is not one to go on with.
    #[error(transparent)]
    Callback(#[from] CallbackError),
    /// An error answer.
    #[error("{url} answered {status}: {body}")]
    Refused {
        /// Who.
        url: String,
        /// The status.
        status: u16,
        /// The body.
        body: String,
    },
    /// An answer that is no token response (RFC 6749 §5.1, OIDC Core §3.1.3.3).
    #[error("{url} gave no token response: {source}")]
    Tokens {
        /// Who.
        url: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
}

/// A token response (OIDC Core §3.1.3.3).
#[derive(Deserialize)]
struct Tokens {
    access_token: String,
    id_token: String,
    refresh_token: Option<String>,
    #[serde(default)]
    scope: String,
    #[serde(default)]
    expires_in: i64,
}

/// An access token as it is stored.
#[derive(Serialize)]
struct AccessToken<'a> {
    token: &'a str,
    scope: &'a str,
    #[serde(rename = "expiresAt")]
    expires_at: i64,
}

/// Where a sign-out goes on.
#[derive(Debug)]
pub(crate) struct SignOut {
    pub(crate) url: Url,
    /// Why the refresh token still works, if it does.
    pub(crate) not_revoked: Option<LogtoError>,
}

/// The Logto client of one request: configuration, and the session's storage.
#[derive(Debug)]
pub(crate) struct LogtoClient<'a, S> {
    pub(crate) config: &'a Config,
    pub(crate) outgoing: &'a Outgoing,
    pub(crate) random: &'a Random,
    pub(crate) storage: &'a S,
    /// Held while a state is looked up and used up: of two callbacks at once
    /// only one may go on.
    pub(crate) states: &'a Mutex<()>,
    /// The key set of an app that keeps it.
    pub(crate) kept_keys: &'a OnceLock<String>,
}

impl<S: Storage> LogtoClient<'_, S> {
    /// The claims of the ID token as JSON text, when somebody is signed in.
    pub(crate) fn claims(&self) -> Option<String> {
        judge::claims(&self.storage.get(item::ID_TOKEN))
    }

    /// Begins a sign-in: the address of the authorization request.
    pub(crate) async fn sign_in(&self) -> Result<Url, LogtoError> {
        let provider = self.discover().await?;
        // 64 bytes as the SDK takes; RFC 7636 §4.1 allows 43 to 128 characters.
        let sent = SignInSession {
            redirect_uri: self.config.redirect_uri(),
            code_verifier: self.random.base64url(64),
            state: self.random.base64url(64),
            nonce: self.random.base64url(32),
        };
        let url = self.authorization_request(provider.authorization_endpoint(), &sent);
        self.storage.set(item::SIGN_IN, &sent.to_text());
        Ok(url)
    }

    fn authorization_request(&self, endpoint: &Url, sent: &SignInSession) -> Url {
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&sent.code_verifier));
        let (scope, options) = (self.config.scope(), &self.config.options);
        let mut parameters = vec![
            ("client_id", self.config.app_id.as_str()),
            ("redirect_uri", &sent.redirect_uri),
            ("response_type", "code"),
            ("state", &sent.state),
            ("nonce", &sent.nonce),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        parameters.extend(self.config.resources().into_iter().map(|resource| ("resource", resource)));
        let optional = [
            ("scope", Some(&scope)),
            ("prompt", Some(&options.prompt)),
            ("direct_sign_in", options.direct_sign_in.as_ref()),
            ("first_screen", options.first_screen.as_ref()),
        ];
        for (name, value) in optional {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                parameters.push((name, value));
            }
        }
        parameters
            .extend(options.extra_parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        // Go's `url.Values` are encoded in the order of their names.
        parameters.sort_by_key(|(name, _)| *name);
        let mut url = endpoint.clone();
        url.query_pairs_mut().extend_pairs(parameters);
        url
    }

    /// Ends a sign-in: checks the answer, exchanges the code, judges the token.
    pub(crate) async fn handle_callback(&self, answer: &Answer) -> Result<(), LogtoError> {
        let expected = self.config.issuer();
        let sent = self.use_up_state(answer, &expected)?;
        let issuer = match self.config.options.issuer {
            ExpectedIssuer::OfEndpoint => expected,
            ExpectedIssuer::AsDiscovered => self.discover().await?.issuer().to_owned(),
        };
        let code = answer.code(&sent, &issuer)?;
        let provider = self.discover().await?;
        answer.names_issuer(provider.names_itself())?;
        let tokens = self.exchange(provider.token_endpoint()?, code, &sent).await?;
        self.check_id_token(&provider, &tokens.id_token, &sent.nonce).await?;
        self.keep(&tokens);
        Ok(())
    }

    /// The request that this answer belongs to. It is used up by that: a second
    /// answer to it is refused.
    fn use_up_state(&self, answer: &Answer, issuer: &str) -> Result<SignInSession, CallbackError> {
        let _alone = self.states.lock().unwrap_or_else(PoisonError::into_inner);
        let sent = SignInSession::from_text(&self.storage.get(item::SIGN_IN))?;
        answer.belongs_to(&sent, issuer)?;
        self.storage.set(item::SIGN_IN, "");
        Ok(sent)
    }

    /// The token request (RFC 6749 §4.1.3, RFC 7636 §4.5).
    async fn exchange(&self, endpoint: &Url, code: &str, sent: &SignInSession) -> Result<Tokens, LogtoError> {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &sent.redirect_uri),
            ("code_verifier", &sent.code_verifier),
        ];
        let reply = self.outgoing.post_as(self.config, endpoint, &fields).await?;
        let body = expect_200(endpoint, reply.status, reply.body)?;
        serde_json::from_str(&body).map_err(|source| LogtoError::Tokens { url: endpoint.to_string(), source })
    }

    /// Logto may have changed its keys since the set was read (OIDC Core §10.1.1).
    async fn check_id_token(&self, provider: &Provider, token: &str, nonce: &str) -> Result<(), LogtoError> {
        match self.judge_once(provider, token, nonce).await {
            Err(LogtoError::Judge(error)) if error.is_unknown_key() && !self.config.options.keeps_keys => {
                self.judge_once(provider, token, nonce).await
            }
            judged => judged,
        }
    }

    async fn judge_once(&self, provider: &Provider, token: &str, nonce: &str) -> Result<(), LogtoError> {
        let keys = match self.kept_keys.get() {
            Some(keys) => keys.clone(),
            None => self.fetch(provider.jwks_uri()).await?,
        };
        if self.config.options.keeps_keys {
            // Of two that read it at once, the first counts.
            self.kept_keys.get_or_init(|| keys.clone());
        }
        Ok(provider.judge(token, &keys, self.config, nonce, &self.outgoing.clock)?)
    }

    fn keep(&self, tokens: &Tokens) {
        let access_token = AccessToken {
            token: &tokens.access_token,
            scope: &tokens.scope,
            expires_at: self.outgoing.clock.seconds().saturating_add(tokens.expires_in),
        };
        // A map of texts and a number has no value that JSON lacks.
        let map = serde_json::to_string(&BTreeMap::from([(NO_RESOURCE, access_token)])).unwrap_or_default();
        self.storage.set(item::ID_TOKEN, &tokens.id_token);
        self.storage.set(item::REFRESH_TOKEN, tokens.refresh_token.as_deref().unwrap_or_default());
        self.storage.set(item::ACCESS_TOKENS, &map);
    }

    /// Signs out: forgets the tokens, revokes the refresh token, and gives the
    /// address of Logto's sign-out (OIDC RP-Initiated Logout §2).
    pub(crate) async fn sign_out(&self) -> Result<SignOut, LogtoError> {
        let refresh_token = self.storage.get(item::REFRESH_TOKEN);
        for key in [item::ACCESS_TOKENS, item::REFRESH_TOKEN, item::ID_TOKEN] {
            self.storage.set(key, "");
        }
        let provider = self.discover().await?;
        let not_revoked = if refresh_token.is_empty() {
            None
        } else {
            // As in the SDK, a sign-out goes on whatever the revocation answers.
            self.revoke(&provider, &refresh_token).await.err()
        };
        let mut url = provider.end_session_endpoint()?;
        url.query_pairs_mut()
            .append_pair("client_id", &self.config.app_id)
            .append_pair("post_logout_redirect_uri", &self.config.post_logout_redirect_uri());
        Ok(SignOut { url, not_revoked })
    }

    /// Revocation (RFC 7009 §2.1).
    async fn revoke(&self, provider: &Provider, token: &str) -> Result<(), LogtoError> {
        let endpoint = provider.revocation_endpoint()?;
        let reply = self.outgoing.post_as(self.config, &endpoint, &[("token", token)]).await?;
        expect_200(&endpoint, reply.status, reply.body)?;
        Ok(())
    }

    /// The SDK reads the discovery document whenever it needs it, and keeps none.
    async fn discover(&self) -> Result<Provider, LogtoError> {
        let body = self.fetch(&self.config.discovery()).await?;
        let issuer = match self.config.options.issuer {
            ExpectedIssuer::OfEndpoint => Some(self.config.issuer()),
            ExpectedIssuer::AsDiscovered => None,
        };
        Ok(Provider::read(&body, issuer.as_deref())?)
    }

    async fn fetch(&self, url: &Url) -> Result<String, LogtoError> {
        let reply = self.outgoing.get(url).await?;
        expect_200(url, reply.status, reply.body)
    }
}

fn expect_200(url: &Url, status: u16, body: String) -> Result<String, LogtoError> {
    if status == 200 { Ok(body) } else { Err(LogtoError::Refused { url: url.to_string(), status, body }) }
}
