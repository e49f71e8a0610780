//! The Bookstore: the relying party of Logto's guide "Add Hugging Face sign-in to a Go web app",
//! used as the app under test. Library and command `sample-app`.
//!
//! | route | |
//! |---|---|
//! | `GET /` | shows whether the browser is signed in |
//! | `GET /sign-in` | 307 to Logto |
//! | `GET /callback` | checks the answer, then 307 to `/` |
//! | `GET /sign-out` | revokes the refresh token, then 307 to Logto's sign-out |
//! | `GET /api/session` | `{"authenticated": …, "claims": …}` |
//! | `GET /api/access-token[?resource=…]` | `{"format": "opaque" or "jwt", "scope": …}` of an access token, which is refreshed if the session has none |
//!
//! Its requests are those of Logto's Go SDK, with three differences:
//! * it sends and checks a `nonce` (OIDC Core §3.1.2.1);
//! * it authenticates at the revocation endpoint, which Logto requires of a confidential client
//!   (contract §1.7);
//! * it encodes `Location` correctly.
//!
//! It is also stricter than the SDK where a sign-in could be forged: it checks `state` before
//! anything else in an answer and accepts each state once, it checks `iss` (RFC 9207), it accepts
//! the discovery document only from the endpoint it asked, and it changes the session's id at the
//! sign-in.
//!
//! Defects of other apps are [`Variant`]s; none is on by default.
//!
//! The app validates tokens with its own code, never with that of the mocks: the code that signs a
//! token must not also check it. The tests validate every token with `openidconnect` as well, and
//! both must come to the same verdict.

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
