//! A mock of the Hugging Face OAuth 2.0 and OpenID Connect provider, as a
//! library and as the command `mock-huggingface`.
//!
//! As far as it is publicly known, it answers like `https://huggingface.co`, shows the same pages
//! in plain HTML, and records in a journal exactly why it refuses a request: "secret differs from
//! the registered one only by trailing whitespace". Behavior of the real site that is not publicly
//! known is one of the [`Switches`].
//!
//! ```
//! use mock_huggingface::{App, Config, Context, HuggingFace};
//!
//! let context = Context {
//!     origin: "https://huggingface.co".parse().unwrap(),
//!     clock: kit::Clock::system(),
//!     random: kit::Random::from_os(),
//!     journal: kit::Journal::new(),
//!     script: kit::Script::default(),
//!     client: kit::Client::builder().build().unwrap(),
//! };
//! let site = HuggingFace::new(Config::default(), context);
//! let app = site.add_app(App {
//!     name: "Bookstore".to_owned(),
//!     redirect_uris: vec!["http://localhost:3001/callback".to_owned()],
//!     ..App::default()
//! });
//! assert!(app.secret.unwrap().starts_with("oauth_app_secret_"));
//! let router: axum::Router = site.router();
//! # drop(router);
//! ```
//!
//! # The site
//!
//! | route | |
//! |---|---|
//! | `GET /.well-known/openid-configuration` | discovery, byte-equal to the recorded document at `https://huggingface.co` |
//! | `GET`, `POST /oauth/authorize` | the permission page and its form |
//! | `GET /.well-known/oauth-authorization-server` | the same document (RFC 8414) |
//! | `POST /oauth/token` | `authorization_code`, `refresh_token`, `device_code` and `token-exchange` |
//! | `POST /oauth/register` | a client registers itself (RFC 7591) |
//! | `POST /oauth/device` | codes for a device (RFC 8628) |
//! | `GET /oauth/device`, `POST /oauth/device/verify` | the page on which the user enters the code, and its forms |
//! | `GET`, `POST /oauth/userinfo` | claims by scope |
//! | `GET /oauth/jwks` | the key of id_tokens |
//! | `GET /api/whoami-v2` | the account behind an access token |
//! | `GET`, `POST /login`, `POST /logout` | session cookie `token`; no password |
//! | `/settings/applications` | apps and their secrets |
//! | `/settings/connected-applications` | apps that were granted access, and revoking it |
//!
//! Sessions, codes and tokens are kept in memory; of each kind the newest 4096 are kept.
//! A `client_id` that is an `https` URL is fetched as a client ID metadata document.
//!
//! # The control API
//!
//! For a separate listener ([`HuggingFace::control_router`]); requests and responses are JSON,
//! refusals are `{"error": …}`. It is for this machine: it answers only under loopback names
//! ([`HuggingFace::control_router_at`] adds others), rejects pages of another `Origin`, and accepts
//! bodies only as `application/json`.
//!
//! | route | |
//! |---|---|
//! | `GET`, `POST /users` | list; add or replace a [`User`] |
//! | `DELETE /users/{username}`, `DELETE /apps/{client_id}` | remove it, and the permissions it gave or was given |
//! | `GET`, `POST /organizations` | list; add or replace an [`Organization`] |
//! | `GET`, `POST /apps` | list; add or replace an [`App`]; the response has its client id and secret |
//! | `POST /sessions` | `{"username"}` → `{"token"}`, the value of the session cookie |
//! | `GET`, `PUT /switches` | the [`Switches`]; a `PUT` resets omitted ones to their defaults |
//! | `GET`, `POST`, `DELETE /script` | scripted answers, see [`kit::Rule`] |
//! | `GET /journal?since=N&limit=M`, `DELETE /journal` | a [`kit::Entry`] for each request: the first M after number N; the newest 4,096 entries and 64 MiB are kept. Notes (`notes`, and `outcome.fault` if there was no response) are `{"code", "text", "facts"}`, see [`kit::Note`] |
//! | `GET`, `POST /clock` | the mock's time; `{"seconds"}` advances it |
//! | `POST /reset` | restore the initial configuration; the journal is kept |

mod answer;
mod claims;
#[cfg(feature = "cli")]
pub mod cli;
mod config;
mod control;
mod keys;
mod mock;
mod pages;
mod redirect_uris;
mod routes;
mod session;
mod store;
mod tokens;

#[cfg(feature = "cli")]
pub use config::ConfigError;
pub use config::{
    AccessTokenKey, App, AuthorizationServerMetadata, BillingMode, Challenge, ClaimChanges, CodeReuse,
    Config, DevicePolling, Framing, HardwareItem, IdTokenClaims, IdTokenKid, Invalid, InvalidClientStatus,
    JsonTokenRequest, MAX_TOKEN_DURATION_MINUTES, Membership, MetadataDocumentScheme, OmittedRedirectUri,
    Organization, OrganizationsWithoutScope, OutsideAudience, PkcePlain, Plan, PublicAppPkce, RefreshTokens,
    ResourceGroup, RevokedApp, Role, SCOPES, ScopeNotEnabled, SecurityRestriction, Switches,
    TokenCacheControl, TrustedPublisher, UnlistedScope, UnverifiedEmail, User, VerificationUri,
    VerificationUriComplete,
};
pub use mock::{Context, HuggingFace, NoKey};
