//! The Bookstore: the relying party of Logto's guide "add Hugging Face sign-in
//! to a Go web app", used as the app under test. Library and command `sample-app`.
//!
//! | route | |
//! |---|---|
//! | `GET /` | says whether somebody is signed in |
//! | `GET /sign-in` | 307 to Logto |
//! | `GET /callback` | checks the answer, then 307 to `/` |
//! | `GET /sign-out` | revokes the refresh token, then 307 to Logto's sign-out |
//! | `GET /api/session` | `{"authenticated": …, "claims": …}` |
//! | `GET /api/access-token[?resource=…]` | `{"format": "opaque" or "jwt", "scope": …}` of an access token, refreshed where there is none |
//!
//! Its requests are those of Logto's Go SDK, with three departures:
//! * a `nonce` is sent and checked (OIDC Core §3.1.2.1);
//! * it authenticates itself at the revocation endpoint, which Logto demands of
//!   a confidential client (contract §1.7);
//! * `Location` is properly encoded.
//!
//! It is also stricter than the SDK where a sign-in could be forged: `state` is
//! looked at before anything else of an answer and is good for one answer, `iss`
//! is checked (RFC 9207), the discovery document must be that of the endpoint
//! asked, and the session's id changes at the sign-in.
//!
//! Defects of other apps are [`Variant`]s, which it has only when told to.
//!
//! Tokens are judged by code of its own, never by that of the mocks: one hand
//! must not write both the signing and the checking. In the tests `openidconnect`
//! judges each of them as well, and must come to the same verdict.

mod access_token;
mod app;
mod callback;
#[cfg(feature = "cli")]
pub mod cli;
mod config;
mod judge;
mod logto;
mod outgoing;
mod page;
mod sealed;
mod session;
#[cfg(test)]
mod signing;
mod storage;
mod tokens;
mod variant;

pub use app::{App, Context};
pub use callback::CallbackError;
pub use config::{
    ClientAuth, Config, ConfigError, CookieOptions, ExpectedIssuer, Options, SameSite, SignOutOptions,
    StorageKind,
};
pub use judge::JudgeError;
pub use judge::refusal::Refusal;
pub use logto::LogtoError;
pub use outgoing::OutgoingError;
pub use storage::{MemoryStorage, Storage};
pub use variant::Variant;
