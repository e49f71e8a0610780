//! Validates documents and tokens. Signatures are verified with `jsonwebtoken`, which the mocks
//! also sign with. The tests therefore validate every token with `openidconnect` as well, which
//! shares no code with it, and both must agree (`second`).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kit::{Clock, Reason};
use serde::Deserialize;
use serde::de::Error as _;
use serde_json::Value;
use url::Url;

use self::expected::Expected;
use self::refusal::Refusal;
use crate::config::{ClientAuth, Config};
use crate::variant::Variant;

mod expected;
mod id_token;
mod keys;
pub(crate) mod refusal;
#[cfg(test)]
mod second;
#[cfg(test)]
mod tests;

/// Why a token or a document is rejected.
#[derive(Debug, thiserror::Error)]
pub enum JudgeError {
    /// The discovery document is invalid (OIDC Discovery §3).
    #[error("the discovery document is invalid: {0}")]
    Discovery(serde_json::Error),
    /// The discovery document is not from the issuer that was asked (OIDC Discovery §4.3).
    #[error("the discovery document is from the issuer {found}, expected {expected}")]
    Issuer {
        /// The issuer that was asked.
        expected: String,
        /// `issuer` of the document.
        found: String,
    },
    /// The discovery document lacks an endpoint; the field names its member.
    #[error("the discovery document has no `{0}`")]
    NoEndpoint(&'static str),
    /// The key set is invalid (RFC 7517 §5).
    #[error("the key set is invalid: {0}")]
    Keys(serde_json::Error),
    /// The ID token is not a JWT, or lacks a claim that OIDC Core §2 requires.
    #[error("the ID token is malformed: {0}")]
    Token(serde_json::Error),
    /// The ID token fails a check of OIDC Core §3.1.3.7.
    #[error("the ID token is refused: {0}")]
    Claims(Refusal),
}

impl Reason for JudgeError {
    fn code(&self) -> &'static str {
        match self {
            Self::Discovery(_) => "app/discovery-malformed",
            Self::Issuer { .. } => "app/discovery-issuer-mismatch",
            Self::NoEndpoint(_) => "app/endpoint-missing",
            Self::Keys(_) => "app/key-set-malformed",
            Self::Token(_) => "app/id-token-malformed",
            Self::Claims(Refusal::DisallowedAlgorithm(_) | Refusal::UnsupportedAlgorithm(_)) => {
                "app/id-token-algorithm"
            }
            Self::Claims(_) => "app/id-token-refused",
        }
    }
}

impl JudgeError {
    /// Whether reading the key set again could help (OIDC Core §10.1.1).
    pub(crate) fn is_unknown_key(&self) -> bool {
        matches!(self, Self::Claims(Refusal::NoMatchingKey))
    }
}

/// The members of a discovery document that the app uses.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Provider {
    issuer: String,
    authorization_endpoint: Url,
    token_endpoint: Option<Url>,
    jwks_uri: Url,
    // Required like the others, but not used here.
    #[serde(rename = "response_types_supported")]
    _response_types: Vec<Value>,
    #[serde(rename = "subject_types_supported")]
    _subject_types: Vec<Value>,
    id_token_signing_alg_values_supported: Vec<String>,
    #[serde(default)]
    revocation_endpoint: Value,
    #[serde(default)]
    end_session_endpoint: Value,
    #[serde(default)]
    authorization_response_iss_parameter_supported: Value,
}

impl Provider {
    /// Parses a discovery document and checks its issuer, if one is expected.
    pub(crate) fn read(body: &str, issuer: Option<&str>) -> Result<Self, JudgeError> {
        let provider: Self = serde_json::from_str(body).map_err(JudgeError::Discovery)?;
        let no_url = |error| JudgeError::Discovery(serde_json::Error::custom(format!("issuer: {error}")));
        Url::parse(&provider.issuer).map_err(no_url)?;
        if let Some(issuer) = issuer
            && provider.issuer != issuer
        {
            return Err(JudgeError::Issuer { expected: issuer.to_owned(), found: provider.issuer });
        }
        Ok(provider)
    }

    pub(crate) fn issuer(&self) -> &str {
        &self.issuer
    }

    pub(crate) fn authorization_endpoint(&self) -> &Url {
        &self.authorization_endpoint
    }

    pub(crate) fn token_endpoint(&self) -> Result<&Url, JudgeError> {
        self.token_endpoint.as_ref().ok_or(JudgeError::NoEndpoint("token_endpoint"))
    }

    pub(crate) fn jwks_uri(&self) -> &Url {
        &self.jwks_uri
    }

    /// RFC 8414 §2.
    pub(crate) fn revocation_endpoint(&self) -> Result<Url, JudgeError> {
        endpoint("revocation_endpoint", &self.revocation_endpoint)
    }

    /// OIDC RP-Initiated Logout §2.1.
    pub(crate) fn end_session_endpoint(&self) -> Result<Url, JudgeError> {
        endpoint("end_session_endpoint", &self.end_session_endpoint)
    }

    /// Whether every answer names its issuer (RFC 9207 §3).
    pub(crate) fn names_itself(&self) -> bool {
        self.authorization_response_iss_parameter_supported == true
    }

    /// Validates an ID token with the provider's keys.
    pub(crate) fn judge(
        &self,
        token: &str,
        keys: &str,
        config: &Config,
        nonce: Option<&str>,
        clock: &Clock,
    ) -> Result<(), JudgeError> {
        let rs256 = ["RS256".to_owned()];
        let expected = Expected {
            issuer: &self.issuer,
            algorithms: if config.does(Variant::ExpectsRs256) {
                &rs256
            } else {
                // RS256 is only the default; Logto signs with ES384 (contract §1.2).
                &self.id_token_signing_alg_values_supported
            },
            app_id: &config.app_id,
            app_secret: match config.options.client_auth {
                ClientAuth::None => None,
                ClientAuth::Basic | ClientAuth::BasicEncoded | ClientAuth::Post => Some(&config.app_secret),
            },
            nonce,
            now: clock.seconds(),
        };
        let verdict = id_token::judge(token, keys, &expected);
        #[cfg(test)]
        {
            let second = second::judge(token, keys, &expected);
            assert_eq!(
                verdict.is_ok(),
                second.is_ok(),
                "the judges differ: {verdict:?}, {second:?}: {token}"
            );
        }
        verdict
    }
}

fn endpoint(name: &'static str, member: &Value) -> Result<Url, JudgeError> {
    member.as_str().and_then(|text| text.parse().ok()).ok_or(JudgeError::NoEndpoint(name))
}

/// The claims of a verified ID token, as JSON text.
pub(crate) fn claims(token: &str) -> Option<String> {
    let bytes = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    String::from_utf8(bytes).ok()
}
