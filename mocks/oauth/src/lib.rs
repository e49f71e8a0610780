//! Provider-side vocabulary of OAuth 2.0 and OpenID Connect.
//!
//! The mock providers share these types; nothing here does I/O, reads a clock or draws a random
//! number. Every part answers one question that a provider has to ask:
//!
//! | module | question |
//! |---|---|
//! | [`params`] | what was sent, and was a parameter sent twice? |
//! | [`basic`] | who does the `Authorization: Basic` header claim to be? |
//! | [`secret`] | is this the registered secret, and if not, how does it differ? |
//! | [`redirect_uri`] | how does an unregistered URI differ from the registered ones? |
//! | [`look_alike`] | which characters look like another one? |
//! | [`pkce`] | does the verifier belong to the challenge? |
//! | [`Scopes`] | what was requested, and which of it is allowed? |
//! | [`ErrorCode`] | what is the error called on the wire? |
//!
//! ```
//! let scopes = oauth::Scopes::parse("openid profile openid");
//! assert_eq!(scopes.to_string(), "openid profile");
//! assert!(oauth::pkce::verify_s256(
//!     "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
//!     "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
//! ));
//! ```

pub mod basic;
mod error_code;
pub mod look_alike;
pub mod params;
pub mod pkce;
pub mod redirect_uri;
mod scopes;
pub mod secret;

pub use error_code::ErrorCode;
pub use params::Params;
pub use scopes::Scopes;
