//! The judge of tokens: `openidconnect`, and nothing of ours.

use std::error::Error;
use std::str::FromStr as _;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use kit::{Clock, Reason};
use openidconnect::core::{CoreIdToken, CoreJwsSigningAlgorithm, CoreProviderMetadata};
use openidconnect::{
    ClaimsVerificationError, ClientId, ClientSecret, IdTokenVerifier, JsonWebKeySet, Nonce,
    SignatureVerificationError,
};
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use self::key::Key;
use crate::config::{ClientAuth, Config};
use crate::variant::Variant;

mod key;

/// How many seconds the clocks of app and Logto may differ; the SDK's number.
const LEEWAY: TimeDelta = TimeDelta::seconds(60);

/// A token or a document that is not to be believed.
#[derive(Debug, thiserror::Error)]
pub enum JudgeError {
    /// The discovery document is none (OIDC Discovery §3).
    #[error("the discovery document is not one: {0}")]
    Discovery(serde_json::Error),
    /// The issuer is not the one that was asked (OIDC Discovery §4.3).
    #[error("the discovery document is that of {found}, expected {expected}")]
    Issuer {
        /// Expected.
        expected: String,
        /// In the document.
        found: String,
    },
    /// The discovery document lacks an endpoint.
    #[error("the discovery document has no `{0}`")]
    NoEndpoint(&'static str),
    /// The key set is none (RFC 7517 §5).
    #[error("the key set is not one: {0}")]
    Keys(serde_json::Error),
    /// The ID token is no JWT, or lacks a claim that OIDC Core §2 requires.
    #[error("the ID token is not one: {0}")]
    Token(serde_json::Error),
    /// The ID token fails a check of OIDC Core §3.1.3.7.
    #[error("the ID token is refused: {}", chain(.0))]
    Claims(ClaimsVerificationError),
}

impl Reason for JudgeError {
    fn code(&self) -> &'static str {
        use SignatureVerificationError::{DisallowedAlg, UnsupportedAlg};
        match self {
            Self::Discovery(_) => "app/discovery-malformed",
            Self::Issuer { .. } => "app/discovery-issuer-mismatch",
            Self::NoEndpoint(_) => "app/endpoint-missing",
            Self::Keys(_) => "app/key-set-malformed",
            Self::Token(_) => "app/id-token-malformed",
            Self::Claims(ClaimsVerificationError::SignatureVerification(
                DisallowedAlg(_) | UnsupportedAlg(_),
            )) => "app/id-token-algorithm",
            Self::Claims(_) => "app/id-token-refused",
        }
    }
}

impl JudgeError {
    /// Whether newer keys could help (OIDC Core §10.1.1).
    pub(crate) fn is_unknown_key(&self) -> bool {
        let Self::Claims(ClaimsVerificationError::SignatureVerification(error)) = self else { return false };
        matches!(error, SignatureVerificationError::NoMatchingKey)
    }
}

/// What the app needs of a discovery document.
#[derive(Debug, Clone)]
pub(crate) struct Provider {
    metadata: CoreProviderMetadata,
    further: Further,
}

/// Members that the library's document has no place for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Further {
    revocation_endpoint: Value,
    end_session_endpoint: Value,
    authorization_response_iss_parameter_supported: Value,
}

impl Provider {
    /// Reads a discovery document: of this issuer, where one is expected.
    pub(crate) fn read(body: &str, issuer: Option<&str>) -> Result<Self, JudgeError> {
        let metadata: CoreProviderMetadata = serde_json::from_str(body).map_err(JudgeError::Discovery)?;
        if let Some(issuer) = issuer
            && metadata.issuer().as_str() != issuer
        {
            let (expected, found) = (issuer.to_owned(), metadata.issuer().to_string());
            return Err(JudgeError::Issuer { expected, found });
        }
        let further = serde_json::from_str(body).map_err(JudgeError::Discovery)?;
        Ok(Self { metadata, further })
    }

    pub(crate) fn issuer(&self) -> &str {
        self.metadata.issuer().as_str()
    }

    pub(crate) fn authorization_endpoint(&self) -> &Url {
        self.metadata.authorization_endpoint().url()
    }

    pub(crate) fn token_endpoint(&self) -> Result<&Url, JudgeError> {
        self.metadata
            .token_endpoint()
            .map(openidconnect::TokenUrl::url)
            .ok_or(JudgeError::NoEndpoint("token_endpoint"))
    }

    pub(crate) fn jwks_uri(&self) -> &Url {
        self.metadata.jwks_uri().url()
    }

    /// RFC 8414 §2.
    pub(crate) fn revocation_endpoint(&self) -> Result<Url, JudgeError> {
        endpoint("revocation_endpoint", &self.further.revocation_endpoint)
    }

    /// OIDC RP-Initiated Logout §2.1.
    pub(crate) fn end_session_endpoint(&self) -> Result<Url, JudgeError> {
        endpoint("end_session_endpoint", &self.further.end_session_endpoint)
    }

    /// Whether every answer names its issuer (RFC 9207 §3).
    pub(crate) fn names_itself(&self) -> bool {
        self.further.authorization_response_iss_parameter_supported == true
    }

    /// Verifies an ID token with the provider's keys.
    pub(crate) fn judge(
        &self,
        token: &str,
        keys: &str,
        config: &Config,
        nonce: &str,
        clock: &Clock,
    ) -> Result<(), JudgeError> {
        let keys: JsonWebKeySet<Key> = serde_json::from_str(keys).map_err(JudgeError::Keys)?;
        let (id, issuer) = (ClientId::new(config.app_id.clone()), self.metadata.issuer().clone());
        let verifier = match config.options.client_auth {
            ClientAuth::None => IdTokenVerifier::new_public_client(id, issuer, keys),
            ClientAuth::Basic | ClientAuth::BasicEncoded | ClientAuth::Post => {
                let secret = ClientSecret::new(config.app_secret.clone());
                IdTokenVerifier::new_confidential_client(id, secret, issuer, keys)
            }
        };
        let now = DateTime::from_timestamp(clock.seconds(), 0).unwrap_or_default();
        let algorithms = if config.does(Variant::ExpectsRs256) {
            vec![CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256]
        } else {
            // The library's own default is RS256 only; Logto signs with ES384 (contract §1.2).
            self.metadata.id_token_signing_alg_values_supported().clone()
        };
        let verifier = verifier
            .set_allowed_algs(algorithms)
            .set_issue_time_verifier_fn(move |issued| check_issue_time(issued, now))
            .set_time_fn(move || now);
        let parsed = CoreIdToken::from_str(token).map_err(JudgeError::Token)?;
        parsed.claims(&verifier, &Nonce::new(nonce.to_owned())).map_err(JudgeError::Claims)?;
        Ok(())
    }
}

fn endpoint(name: &'static str, member: &Value) -> Result<Url, JudgeError> {
    member.as_str().and_then(|text| text.parse().ok()).ok_or(JudgeError::NoEndpoint(name))
}

/// The SDK takes a token that was made within a minute.
fn check_issue_time(issued: DateTime<Utc>, now: DateTime<Utc>) -> Result<(), String> {
    let age = now - issued;
    let how = if age > LEEWAY {
        "ago"
    } else if age < -LEEWAY {
        "in the future"
    } else {
        return Ok(());
    };
    // By how much is a matter of the second in which somebody asks.
    let leeway = LEEWAY.num_seconds();
    Err(format!("issued more than {leeway} seconds {how}; do the clocks of app and Logto differ?"))
}

/// The claims of an ID token that was verified, as JSON text: the library keeps
/// no claims it does not know, and forgets their order.
pub(crate) fn claims(token: &str) -> Option<String> {
    let bytes = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    String::from_utf8(bytes).ok()
}

/// An error with its causes: the library's own text is only the outermost.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let more = inner.to_string();
        if !text.contains(&more) {
            text += &format!(": {more}");
        }
        cause = inner.source();
    }
    text
}
