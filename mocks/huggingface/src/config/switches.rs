//! What is not known of the real site.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Declares one switch: its meaning, its values, and which one is the default.
macro_rules! switch {
    ($(#[$doc:meta])+ $name:ident { $(#[$first_doc:meta])+ $first:ident, $($(#[$other_doc:meta])+ $other:ident,)+ }) => {
        $(#[$doc])+
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum $name {
            $(#[$first_doc])+
            #[default]
            $first,
            $($(#[$other_doc])+ $other,)+
        }
    };
}

switch! {
    /// How a token request with a wrong or missing client secret, or an unknown client, is refused.
    InvalidClientStatus {
        /// 401. *Guess.*
        Unauthorized,
        /// 400, the status of every token error that was seen.
        BadRequest,
    }
}

switch! {
    /// What happens when a scope is asked for that the app does not have, or that does not exist.
    /// Known is only that users see "a scope error".
    ScopeNotEnabled {
        /// Back to the app with `error=invalid_scope`. *Guess.*
        Redirect,
        /// A page with status 400.
        Page,
    }
}

switch! {
    /// Headers of token replies.
    TokenCacheControl {
        /// `Cache-Control: no-store`, as RFC 6749 §5.1 wants. *Guess.*
        NoStore,
        /// No header.
        Absent,
    }
}

switch! {
    /// What a second use of an authorization code does, besides being refused.
    CodeReuse {
        /// Nothing. *Guess.*
        Refused,
        /// The tokens of the first use are revoked (RFC 6749 §4.1.2).
        RevokesTokens,
    }
}

switch! {
    /// Whether the authorization code grant gives a refresh token. Reports contradict each other.
    RefreshTokens {
        /// It does. *Guess.*
        Issued,
        /// It does not.
        NotIssued,
    }
}

switch! {
    /// `orgs` of userinfo and whoami when neither `read-memberships` nor an organisation was granted.
    /// The schema requires the member; an integrator found it missing.
    OrganisationsWithoutScope {
        /// Listed, without role and restrictions. *Guess.*
        Listed,
        /// An empty list.
        Empty,
        /// No member at all.
        Missing,
    }
}

switch! {
    /// `kid` in the header of id_tokens and in the key set. Absent in May 2025, reported in 2026.
    IdTokenKid {
        /// The RFC 7638 thumbprint. *Guess.*
        Thumbprint,
        /// Absent in both places.
        Absent,
    }
}

switch! {
    /// Whether `/oauth/jwks` also holds the Ed25519 key of access tokens.
    AccessTokenKey {
        /// It does not. *Guess.*
        Private,
        /// It does.
        Published,
    }
}

switch! {
    /// Whether `code_challenge_method=plain`, which is not advertised, is refused.
    PkcePlain {
        /// Refused with `invalid_request`. *Guess.*
        Refused,
        /// Accepted.
        Accepted,
    }
}

switch! {
    /// Whether an app without a secret has to use PKCE.
    PublicAppPkce {
        /// It has to. *Guess.*
        Required,
        /// A code without a challenge is given, and exchanged for a mere `client_id`.
        Optional,
    }
}

switch! {
    /// What a user with an unverified e-mail address sees. Known is only that such a user cannot
    /// authorise an app.
    UnverifiedEmail {
        /// A page with status 403. *Guess.*
        Page,
        /// Back to the app with `error=access_denied`.
        Redirect,
        /// Nothing special.
        Allowed,
    }
}

switch! {
    /// An authorization request without `redirect_uri`.
    OmittedRedirectUri {
        /// Refused by the page for a bad address. *Guess.*
        Refused,
        /// Accepted when exactly one address is registered (RFC 6749 §3.1.2.3).
        SingleRegistered,
    }
}

switch! {
    /// JSON bodies at the token endpoint, documented for one other grant only.
    JsonTokenRequest {
        /// Read like forms. *Guess.*
        Accepted,
        /// Refused with `invalid_request`.
        Refused,
    }
}

switch! {
    /// What revoking an app under `/settings/connected-applications` does to tokens in use.
    RevokedApp {
        /// They stop working. *Guess.*
        KillsTokens,
        /// They live on; only the permission page comes back.
        KeepsTokens,
    }
}

switch! {
    /// Whether a 401 of a resource carries `WWW-Authenticate`.
    Challenge {
        /// No. *Guess.*
        Absent,
        /// `Bearer error="invalid_token"` (RFC 6750 §3).
        Bearer,
    }
}

switch! {
    /// `profile` and `email` claims of the id_token.
    IdTokenClaims {
        /// By granted scope, as at userinfo. *Guess.*
        ByScope,
        /// Always all of them.
        All,
    }
}

switch! {
    /// `/.well-known/oauth-authorization-server`. Known is only that it answers 200 with metadata.
    AuthorizationServerMetadata {
        /// The document of `/.well-known/openid-configuration`. *Guess.*
        SameDocument,
        /// There is none.
        Absent,
    }
}

switch! {
    /// What a device that polls faster than its interval is told. Clients of the site know
    /// `slow_down`; nobody wrote down that it was sent.
    DevicePolling {
        /// `slow_down`, and the interval grows by 5 s (RFC 8628 §3.5). *Guess.*
        SlowDown,
        /// `authorization_pending`, however fast it polls.
        Unlimited,
    }
}

switch! {
    /// Where a device sends its user.
    VerificationUri {
        /// To this site: the short host cannot be reached from a stack. *Guess.*
        Origin,
        /// To `https://hf.co/oauth/device`, as the real site was seen to do.
        ShortHost,
    }
}

switch! {
    /// `verification_uri_complete` of the device flow (RFC 8628 §3.3.1).
    VerificationUriComplete {
        /// Absent, and the page ignores `?user_code=`: so it was seen in 2026.
        Absent,
        /// Present, and the page fills the code in.
        Present,
    }
}

switch! {
    /// Scopes of a client that registers itself, or names a metadata document, and lists none.
    UnlistedScope {
        /// `openid profile`. *Guess.*
        OpenidProfile,
        /// All that the site has.
        All,
    }
}

switch! {
    /// Which addresses of client ID metadata documents are fetched.
    MetadataDocumentScheme {
        /// `https` only, as the draft demands.
        HttpsOnly,
        /// `http` on loopback too, for documents that a test serves without a certificate.
        HttpOnLoopback,
    }
}

switch! {
    /// What somebody sees who is in none of the organisations that an app is for.
    OutsideAudience {
        /// A page with status 403. *Guess.*
        Page,
        /// Back to the app with `error=access_denied`.
        Redirect,
    }
}

switch! {
    /// Whether the site's pages may be shown in a frame of another page, where a click on
    /// "Authorize" could be stolen. Nothing public tells which headers the real site sends.
    Framing {
        /// They may not: `frame-ancestors 'none'` and `X-Frame-Options: DENY`. *Guess.*
        Refused,
        /// No header says anything of frames.
        Allowed,
    }
}

/// Claims as another provider writes them: over those of the site; null leaves one out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ClaimChanges {
    /// Of ID tokens.
    pub id_token: BTreeMap<String, serde_json::Value>,
    /// Of userinfo.
    pub userinfo: BTreeMap<String, serde_json::Value>,
}

/// Behaviour that nothing public tells about the real site. Every default is a
/// guess, and is marked so at the value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Switches {
    /// Status of `invalid_client`.
    pub invalid_client_status: InvalidClientStatus,
    /// Answer to a scope the app does not have.
    pub scope_not_enabled: ScopeNotEnabled,
    /// Headers of token replies.
    pub token_cache_control: TokenCacheControl,
    /// Seconds until an authorization code expires. Default 300, a *guess*.
    pub code_lifetime_seconds: u32,
    /// Effect of using a code twice.
    pub code_reuse: CodeReuse,
    /// Whether the code grant gives a refresh token.
    pub refresh_tokens: RefreshTokens,
    /// Seconds until a refresh token expires, `null` for never. Default `null`, a *guess*.
    pub refresh_token_lifetime_seconds: Option<u32>,
    /// Organisations without a scope for them.
    pub organisations_without_scope: OrganisationsWithoutScope,
    /// Whether id_tokens name their key.
    pub id_token_kid: IdTokenKid,
    /// Claims of the id_token.
    pub id_token_claims: IdTokenClaims,
    /// Whether the access tokens' key is published.
    pub access_token_key: AccessTokenKey,
    /// Whether PKCE with `plain` is refused.
    pub pkce_plain: PkcePlain,
    /// Whether public apps have to use PKCE.
    pub public_app_pkce: PublicAppPkce,
    /// What users with an unverified address see.
    pub unverified_email: UnverifiedEmail,
    /// Authorization requests without an address to return to.
    pub omitted_redirect_uri: OmittedRedirectUri,
    /// JSON at the token endpoint.
    pub json_token_request: JsonTokenRequest,
    /// Effect of revoking an app.
    pub revoked_app: RevokedApp,
    /// `WWW-Authenticate` of a 401.
    pub challenge: Challenge,
    /// The second discovery document.
    pub authorization_server_metadata: AuthorizationServerMetadata,
    /// Seconds until a device code expires. Default 300, as seen.
    pub device_code_lifetime_seconds: u32,
    /// Seconds between two polls of a device, told as `interval`. Default `null`: not told, as
    /// seen, and 5 (RFC 8628 §3.2).
    pub device_interval_seconds: Option<u32>,
    /// Devices in a hurry.
    pub device_polling: DevicePolling,
    /// Where devices send their users.
    pub verification_uri: VerificationUri,
    /// Whether that address comes with the code in it, too.
    pub verification_uri_complete: VerificationUriComplete,
    /// Scopes of clients that list none.
    pub unlisted_scope: UnlistedScope,
    /// Addresses of metadata documents.
    pub metadata_document_scheme: MetadataDocumentScheme,
    /// Scopes that are not granted although they are asked for and enabled on the app: a picker on
    /// the permission page was announced. Default none, as on the site so far.
    pub withheld_scopes: Vec<String>,
    /// People outside the organisations that an app is for.
    pub outside_audience: OutsideAudience,
    /// Pages in frames.
    pub framing: Framing,
    /// Habits of other providers, for the connectors that can be pointed at any. Default none.
    pub claims: ClaimChanges,
}

impl Default for Switches {
    fn default() -> Self {
        Switches {
            invalid_client_status: InvalidClientStatus::default(),
            scope_not_enabled: ScopeNotEnabled::default(),
            token_cache_control: TokenCacheControl::default(),
            code_lifetime_seconds: 300,
            code_reuse: CodeReuse::default(),
            refresh_tokens: RefreshTokens::default(),
            refresh_token_lifetime_seconds: None,
            organisations_without_scope: OrganisationsWithoutScope::default(),
            id_token_kid: IdTokenKid::default(),
            id_token_claims: IdTokenClaims::default(),
            access_token_key: AccessTokenKey::default(),
            pkce_plain: PkcePlain::default(),
            public_app_pkce: PublicAppPkce::default(),
            unverified_email: UnverifiedEmail::default(),
            omitted_redirect_uri: OmittedRedirectUri::default(),
            json_token_request: JsonTokenRequest::default(),
            revoked_app: RevokedApp::default(),
            challenge: Challenge::default(),
            authorization_server_metadata: AuthorizationServerMetadata::default(),
            device_code_lifetime_seconds: 300,
            device_interval_seconds: None,
            device_polling: DevicePolling::default(),
            verification_uri: VerificationUri::default(),
            verification_uri_complete: VerificationUriComplete::default(),
            unlisted_scope: UnlistedScope::default(),
            metadata_document_scheme: MetadataDocumentScheme::default(),
            withheld_scopes: Vec::new(),
            outside_audience: OutsideAudience::default(),
            framing: Framing::default(),
            claims: ClaimChanges::default(),
        }
    }
}
