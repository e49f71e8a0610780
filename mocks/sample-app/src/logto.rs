//! The Logto client: sign-in, callback and sign-out, as in the Go SDK.

use std::sync::{Mutex, OnceLock, PoisonError};

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kit::{Facts, Random};
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use crate::access_token::{AccessToken, Issued};
use crate::callback::{Answer, CallbackError, SignInSession};
use crate::config::{ClientAuth, Config, ExpectedIssuer};
use crate::judge::{self, JudgeError, Provider};
use crate::outgoing::{Outgoing, OutgoingError};
use crate::storage::Storage;
use crate::variant::{self, Variant};

/// Keys of the storage, as in the SDK.
pub(crate) mod item {
    pub(crate) const SIGN_IN: &str = "logto_sign_in_session";
    pub(crate) const REFRESH_TOKEN: &str = "logto_refresh_token";
    pub(crate) const ID_TOKEN: &str = "logto_id_token";
    pub(crate) const ACCESS_TOKENS: &str = "logto_access_token_map";
}

kit::reasons! {
    /// Why a request to Logto, or its answer, failed.
    #[derive(Debug, thiserror::Error)]
    pub enum LogtoError {
        /// No answer arrived.
        #[error(transparent)]
        Outgoing(#[from] OutgoingError) => code of 0,
        /// A document or a token is rejected.
        #[error(transparent)]
        Judge(#[from] JudgeError) => code of 0,
        /// The answer of the authorization endpoint is rejected.
        #[error(transparent)]
        Callback(#[from] CallbackError) => code of 0,
        /// Logto answered with an error.
        #[error("{url} answered {status}: {body}")]
        Refused {
            /// The URL of the request.
            url: String,
            /// The status of the answer.
            status: u16,
            /// The body of the answer.
            body: String,
        } => "app/refused-by-logto",
        /// The answer is not a token response (RFC 6749 §5.1, OIDC Core §3.1.3.3).
        #[error("{url} did not answer with a token response: {source}")]
        Tokens {
            /// The URL of the request.
            url: String,
            /// The error of the parser.
            source: serde_json::Error,
        } => "app/token-response-malformed",
        /// The ID token lacks a claim that the app requires.
        #[error("the ID token has no `{0}`, which the app requires")]
        MissingClaim(String) => "app/claim-missing",
        /// The session has neither an access token nor a refresh token.
        #[error("not authenticated: the session has no refresh token")]
        NotAuthenticated => "app/not-authenticated",
        /// The access token is not a JWT (RFC 9068), but the app requires one.
        #[error("token format is invalid: the access token is not a JWT")]
        NotJwt => "app/access-token-not-jwt",
    }

    fn facts(&self) -> Facts {
        match self {
            Self::Callback(error) => error.facts(),
            Self::MissingClaim(claim) => Facts::from([("claim", json!(claim))]),
            _ => Facts::new(),
        }
    }
}

/// A token response (OIDC Core §3.1.3.3).
struct Tokens {
    access: Issued,
    id_token: String,
    refresh_token: Option<String>,
}

impl Tokens {
    fn read(body: &str) -> Result<Self, serde_json::Error> {
        #[derive(Deserialize)]
        struct Others {
            id_token: String,
            refresh_token: Option<String>,
        }
        let Others { id_token, refresh_token } = serde_json::from_str(body)?;
        Ok(Self { access: serde_json::from_str(body)?, id_token, refresh_token })
    }
}

/// The result of a sign-out: where to redirect the browser.
#[derive(Debug)]
pub(crate) struct SignOut {
    pub(crate) address: String,
    /// Why the refresh token was not revoked, if it was not.
    pub(crate) not_revoked: Option<LogtoError>,
}

/// The Logto client of one request: the configuration and the session's storage.
#[derive(Debug)]
pub(crate) struct LogtoClient<'a, S> {
    pub(crate) config: &'a Config,
    pub(crate) outgoing: &'a Outgoing,
    pub(crate) random: &'a Random,
    pub(crate) storage: &'a S,
    /// Held while a state is looked up and removed: of two simultaneous callbacks only one may
    /// succeed.
    pub(crate) states: &'a Mutex<()>,
    /// The key set of an app that reads it only once.
    pub(crate) kept_keys: &'a OnceLock<String>,
}

impl<S: Storage> LogtoClient<'_, S> {
    /// The claims of the ID token as JSON text, if the session is signed in.
    pub(crate) fn claims(&self) -> Option<String> {
        judge::claims(&self.storage.get(item::ID_TOKEN))
    }

    /// Starts a sign-in and returns the address of the authorization request.
    pub(crate) async fn sign_in(&self) -> Result<String, LogtoError> {
        let provider = self.discover().await?;
        // 64 bytes, as in the SDK; RFC 7636 §4.1 allows 43 to 128 characters.
        let options = &self.config.options;
        let sent = SignInSession {
            redirect_uri: self.config.redirect_uri(),
            code_verifier: self.random.base64url(64),
            state: self.random.base64url(64),
            nonce: options.nonce.then(|| self.random.base64url(32)),
        };
        let url = self.authorization_request(provider.authorization_endpoint(), &sent);
        self.storage.set(&self.sign_in_item(&sent.state), &sent.to_text());
        let unescapes = self.config.does(Variant::UnescapesRequest);
        Ok(if unescapes { variant::unescaped(url.as_str()) } else { url.into() })
    }

    /// The item of the session that keeps the sign-in with this state.
    fn sign_in_item(&self, state: &str) -> String {
        if self.config.does(Variant::PilesUpSignIns) {
            format!("{}_{state}", item::SIGN_IN)
        } else {
            item::SIGN_IN.to_owned()
        }
    }

    fn authorization_request(&self, endpoint: &Url, sent: &SignInSession) -> Url {
        let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, sent.code_verifier.as_bytes()));
        let (scope, options) = (self.config.scope(), &self.config.options);
        let mut parameters = vec![
            ("client_id", self.config.app_id.as_str()),
            ("redirect_uri", &sent.redirect_uri),
            ("response_type", "code"),
            ("state", &sent.state),
        ];
        parameters.extend(sent.nonce.iter().map(|nonce| ("nonce", nonce.as_str())));
        if options.pkce {
            parameters.extend([("code_challenge", challenge.as_str()), ("code_challenge_method", "S256")]);
        }
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
        // Go's `url.Values` encode parameters in the order of their names.
        parameters.sort_by_key(|(name, _)| *name);
        let mut url = endpoint.clone();
        url.query_pairs_mut().extend_pairs(parameters);
        url
    }

    /// Completes a sign-in: checks the answer, redeems the code, validates the token.
    pub(crate) async fn handle_callback(&self, answer: &Answer) -> Result<(), LogtoError> {
        let expected = self.config.issuer();
        let sent = self.use_up_state(answer, &expected)?;
        let options = &self.config.options;
        let issuer = match (&options.callback_issuer, options.issuer) {
            (Some(own), _) => own.clone(),
            (None, ExpectedIssuer::OfEndpoint) => expected,
            (None, ExpectedIssuer::AsDiscovered) => self.discover().await?.issuer().to_owned(),
        };
        let code = answer.code(&sent, &issuer)?;
        let provider = self.discover().await?;
        answer.names_issuer(provider.names_itself())?;
        let tokens = self.exchange(provider.token_endpoint()?, code, &sent).await?;
        self.check_id_token(&provider, &tokens.id_token, sent.nonce.as_deref()).await?;
        self.check_claims(&tokens.id_token)?;
        self.keep(&tokens);
        Ok(())
    }

    /// The request that this answer belongs to. Removes it, so that a second answer to it is
    /// refused.
    fn use_up_state(&self, answer: &Answer, issuer: &str) -> Result<SignInSession, CallbackError> {
        let _alone = self.states.lock().unwrap_or_else(PoisonError::into_inner);
        let item = self.sign_in_item(answer.state().unwrap_or_default());
        let sent = SignInSession::from_text(&self.storage.get(&item))?;
        answer.belongs_to(&sent, issuer)?;
        if !self.config.does(Variant::KeepsSignInSession) {
            self.storage.set(&item, "");
        }
        Ok(sent)
    }

    /// The token request (RFC 6749 §4.1.3, RFC 7636 §4.5).
    async fn exchange(&self, endpoint: &Url, code: &str, sent: &SignInSession) -> Result<Tokens, LogtoError> {
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", sent.redirect_uri.as_str()),
        ];
        if self.config.options.pkce {
            fields.push(("code_verifier", &sent.code_verifier));
        }
        let reply = self.outgoing.post_as(self.config, endpoint, &fields).await?;
        let body = expect_200(endpoint, reply.status, reply.body)?;
        Tokens::read(&body).map_err(|source| LogtoError::Tokens { url: endpoint.to_string(), source })
    }

    /// Logto may have rotated its keys since the set was read (OIDC Core §10.1.1).
    async fn check_id_token(
        &self,
        provider: &Provider,
        token: &str,
        nonce: Option<&str>,
    ) -> Result<(), LogtoError> {
        match self.judge_once(provider, token, nonce).await {
            Err(LogtoError::Judge(error)) if error.is_unknown_key() && !self.config.options.keeps_keys => {
                self.judge_once(provider, token, nonce).await
            }
            judged => judged,
        }
    }

    async fn judge_once(
        &self,
        provider: &Provider,
        token: &str,
        nonce: Option<&str>,
    ) -> Result<(), LogtoError> {
        let keys = match self.kept_keys.get() {
            Some(keys) => keys.clone(),
            None => self.fetch(provider.jwks_uri()).await?,
        };
        if self.config.options.keeps_keys {
            // If two requests read the key set at once, the first one is kept.
            self.kept_keys.get_or_init(|| keys.clone());
        }
        Ok(provider.judge(token, &keys, self.config, nonce, &self.outgoing.clock)?)
    }

    /// Checks the claims that the app requires; null counts as missing.
    fn check_claims(&self, token: &str) -> Result<(), LogtoError> {
        let claims: Value =
            judge::claims(token).and_then(|claims| serde_json::from_str(&claims).ok()).unwrap_or_default();
        let mut required = self.config.options.required_claims.iter();
        match required.find(|claim| claims.get(claim.as_str()).is_none_or(Value::is_null)) {
            Some(missing) => Err(LogtoError::MissingClaim(missing.clone())),
            None => Ok(()),
        }
    }

    fn keep(&self, tokens: &Tokens) {
        self.storage.set(item::ID_TOKEN, &tokens.id_token);
        self.storage.set(item::ACCESS_TOKENS, "");
        self.keep_access_token(None, AccessToken::new(&tokens.access, &self.outgoing.clock));
        self.storage.set(item::REFRESH_TOKEN, tokens.refresh_token.as_deref().unwrap_or_default());
    }

    /// Signs out: removes the tokens, revokes the refresh token, and returns the address of Logto's
    /// sign-out (OIDC RP-Initiated Logout §2).
    pub(crate) async fn sign_out(&self) -> Result<SignOut, LogtoError> {
        let (refresh_token, id_token) =
            (self.storage.get(item::REFRESH_TOKEN), self.storage.get(item::ID_TOKEN));
        for key in [item::ACCESS_TOKENS, item::REFRESH_TOKEN, item::ID_TOKEN] {
            self.storage.set(key, "");
        }
        if self.config.options.sign_out.local_only {
            return Ok(SignOut { address: self.config.post_logout_redirect_uri(), not_revoked: None });
        }
        let provider = self.discover().await?;
        let not_revoked = if refresh_token.is_empty() {
            None
        } else {
            // As in the SDK, the sign-out continues even if the revocation fails.
            self.revoke(&provider, &refresh_token).await.err()
        };
        let address = self.sign_out_request(provider.end_session_endpoint()?, &id_token);
        Ok(SignOut { address, not_revoked })
    }

    fn sign_out_request(&self, mut endpoint: Url, id_token: &str) -> String {
        let options = &self.config.options.sign_out;
        let hint: String = id_token.chars().take(options.hint_length.unwrap_or(usize::MAX)).collect();
        let after = self.config.post_logout_redirect_uri();
        let parameters = [
            ("id_token_hint", if options.id_token_hint { hint.as_str() } else { "" }),
            ("client_id", options.client_id.as_ref().unwrap_or(&self.config.app_id)),
            ("post_logout_redirect_uri", after.as_str()),
        ];
        endpoint
            .query_pairs_mut()
            .extend_pairs(parameters.into_iter().filter(|(_, value)| !value.is_empty()));
        endpoint.into()
    }

    /// Revocation (RFC 7009 §2.1).
    async fn revoke(&self, provider: &Provider, token: &str) -> Result<(), LogtoError> {
        let endpoint = provider.revocation_endpoint()?;
        let options = &self.config.options;
        let auth = if options.sign_out.revokes_as_public { ClientAuth::None } else { options.client_auth };
        let reply = self.outgoing.post_with(auth, self.config, &endpoint, &[("token", token)]).await?;
        expect_200(&endpoint, reply.status, reply.body)?;
        Ok(())
    }

    /// Reads the discovery document; like the SDK, it keeps no copy.
    pub(crate) async fn discover(&self) -> Result<Provider, LogtoError> {
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

pub(crate) fn expect_200(url: &Url, status: u16, body: String) -> Result<String, LogtoError> {
    if status == 200 { Ok(body) } else { Err(LogtoError::Refused { url: url.to_string(), status, body }) }
}
