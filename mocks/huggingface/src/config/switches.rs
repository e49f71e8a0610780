//! Behavior of the real site that is not publicly known.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Declares switches: of each, its meaning, its values, and the default, which is the first.
macro_rules! switches {
    ($(
        $(#[$doc:meta])+
        $name:ident {
            $(#[$first_doc:meta])+ $first:ident,
            $($(#[$other_doc:meta])+ $other:ident,)+
        }
    )+) => {$(
        $(#[$doc])+
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(rename_all = "snake_case")]
        pub enum $name {
            $(#[$first_doc])+
            #[default]
            $first,
            $($(#[$other_doc])+ $other,)+
        }
    )+};
}

switches! {
    /// Status of the refusal of a token request with a wrong or missing client secret, or an
    /// unknown client.
    InvalidClientStatus {
        /// 401. *Guess.*
        Unauthorized,
        /// 400, the status of every token error that was observed.
        BadRequest,
    }

    /// The answer to a request for a scope that the app does not have, or that does not exist. It
    /// is only known that users see "a scope error".
    ScopeNotEnabled {
        /// Redirect to the app with `error=invalid_scope`. *Guess.*
        Redirect,
        /// A page with status 400.
        Page,
    }

    /// Caching headers of token responses.
    TokenCacheControl {
        /// `Cache-Control: no-store`, as RFC 6749 §5.1 requires. *Guess.*
        NoStore,
        /// No caching header.
        Absent,
    }

    /// What the second use of an authorization code does in addition to being refused.
    CodeReuse {
        /// Nothing else. *Guess.*
        Refused,
        /// The tokens of the first use are revoked (RFC 6749 §4.1.2).
        RevokesTokens,
    }

    /// Whether the authorization code grant issues a refresh token. Reports contradict each other.
    RefreshTokens {
        /// It issues one. *Guess.*
        Issued,
        /// It does not issue one.
        NotIssued,
    }

    /// `orgs` of userinfo and whoami if neither `read-memberships` nor an organization was granted.
    /// The schema requires the member; an integrator reported it missing.
    OrganizationsWithoutScope {
        /// The organizations, without role and restrictions. *Guess.*
        Listed,
        /// An empty list.
        Empty,
        /// The member is omitted.
        Missing,
    }

    /// `kid` in the header of id_tokens and in the key set. Reported absent in May 2025, and
    /// present in 2026.
    IdTokenKid {
        /// The RFC 7638 thumbprint. *Guess.*
        Thumbprint,
        /// Absent in both places.
        Absent,
    }

    /// Whether `/oauth/jwks` also contains the Ed25519 key of access tokens.
    AccessTokenKey {
        /// It does not contain it. *Guess.*
        Private,
        /// It contains it.
        Published,
    }

    /// Whether `code_challenge_method=plain`, which is not advertised, is refused.
    PkcePlain {
        /// Refused with `invalid_request`. *Guess.*
        Refused,
        /// Accepted.
        Accepted,
    }

    /// Whether an app without a secret must use PKCE.
    PublicAppPkce {
        /// It must. *Guess.*
        Required,
        /// A code without a challenge is issued, and redeemed with nothing but the `client_id`.
        Optional,
    }

    /// The answer to a user whose e-mail address is not verified. It is only known that such a user
    /// cannot authorize an app.
    UnverifiedEmail {
        /// A page with status 403. *Guess.*
        Page,
        /// Redirect to the app with `error=access_denied`.
        Redirect,
        /// The user can authorize apps like any other.
        Allowed,
    }

    /// The answer to an authorization request without `redirect_uri`.
    OmittedRedirectUri {
        /// The page for an invalid address. *Guess.*
        Refused,
        /// Accepted if exactly one address is registered (RFC 6749 §3.1.2.3).
        SingleRegistered,
    }

    /// The answer to JSON at the token endpoint, which is documented for another grant only.
    JsonTokenRequest {
        /// Parsed like forms. *Guess.*
        Accepted,
        /// Refused with `invalid_request`.
        Refused,
    }

    /// Effect on existing tokens of revoking an app under `/settings/connected-applications`.
    RevokedApp {
        /// They stop working. *Guess.*
        KillsTokens,
        /// They remain valid; only the permission page is shown again.
        KeepsTokens,
    }

    /// Whether a 401 from a resource has `WWW-Authenticate`.
    Challenge {
        /// It does not. *Guess.*
        Absent,
        /// `Bearer error="invalid_token"` (RFC 6750 §3).
        Bearer,
    }

    /// `profile` and `email` claims of the id_token.
    IdTokenClaims {
        /// By granted scope, as at userinfo. *Guess.*
        ByScope,
        /// Always all of them.
        All,
    }

    /// `/.well-known/oauth-authorization-server`. It is only known that it answers 200 with
    /// metadata.
    AuthorizationServerMetadata {
        /// The document of `/.well-known/openid-configuration`. *Guess.*
        SameDocument,
        /// 404.
        Absent,
    }

    /// The answer to a device that polls faster than its interval. Clients of the site support
    /// `slow_down`; no report says that the site sends it.
    DevicePolling {
        /// `slow_down`, and the interval grows by 5 s (RFC 8628 §3.5). *Guess.*
        SlowDown,
        /// `authorization_pending`, regardless of how fast it polls.
        Unlimited,
    }

    /// The address that a device shows to its user.
    VerificationUri {
        /// This site: the short host is not reachable within a stack. *Guess.*
        Origin,
        /// `https://hf.co/oauth/device`, as observed on the real site.
        ShortHost,
    }

    /// `verification_uri_complete` of the device flow (RFC 8628 §3.3.1).
    VerificationUriComplete {
        /// Absent, and the page ignores `?user_code=`, as observed in 2026.
        Absent,
        /// Present, and the page fills in the code.
        Present,
    }

    /// Scopes of a client that registers itself, or names a metadata document, without listing any.
    UnlistedScope {
        /// `openid profile`. *Guess.*
        OpenidProfile,
        /// All scopes of the site.
        All,
    }

    /// Which client ID metadata documents are fetched, by the scheme of their address.
    MetadataDocumentScheme {
        /// `https` only, as the draft requires.
        HttpsOnly,
        /// `http` on loopback too, for documents that a test serves without a certificate.
        HttpOnLoopback,
    }

    /// The answer to a user who is not a member of any organization that an app is restricted to.
    OutsideAudience {
        /// A page with status 403. *Guess.*
        Page,
        /// Redirect to the app with `error=access_denied`.
        Redirect,
    }

    /// Whether other pages may show the site's pages in a frame, where a click on "Authorize" could
    /// be stolen. It is not publicly known which headers the real site sends.
    Framing {
        /// They may not: `frame-ancestors 'none'` and `X-Frame-Options: DENY`. *Guess.*
        Refused,
        /// No header restricts frames.
        Allowed,
    }
}

/// Claims as another provider sends them, which replace those of the site; null omits one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ClaimChanges {
    /// Changes to the claims of ID tokens.
    pub id_token: BTreeMap<String, serde_json::Value>,
    /// Changes to the claims of userinfo.
    pub userinfo: BTreeMap<String, serde_json::Value>,
}

/// Behavior of the real site that is not publicly known. Every default is a guess, and is marked as
/// one at its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Switches {
    /// Status of `invalid_client`.
    pub invalid_client_status: InvalidClientStatus,
    /// Answer to a scope that the app does not have.
    pub scope_not_enabled: ScopeNotEnabled,
    /// Caching headers of token responses.
    pub token_cache_control: TokenCacheControl,
    /// Seconds until an authorization code expires. Default 300, a *guess*.
    pub code_lifetime_seconds: u32,
    /// Effect of using a code twice.
    pub code_reuse: CodeReuse,
    /// Whether the code grant issues a refresh token.
    pub refresh_tokens: RefreshTokens,
    /// Seconds until a refresh token expires, `null` for never. Default `null`, a *guess*.
    pub refresh_token_lifetime_seconds: Option<u32>,
    /// `orgs` if no scope grants it.
    #[serde(alias = "organisations_without_scope")]
    pub organizations_without_scope: OrganizationsWithoutScope,
    /// Whether id_tokens name their key.
    pub id_token_kid: IdTokenKid,
    /// Claims of the id_token.
    pub id_token_claims: IdTokenClaims,
    /// Whether the access tokens' key is published.
    pub access_token_key: AccessTokenKey,
    /// Whether PKCE with `plain` is refused.
    pub pkce_plain: PkcePlain,
    /// Whether public apps must use PKCE.
    pub public_app_pkce: PublicAppPkce,
    /// Answer to users whose address is not verified.
    pub unverified_email: UnverifiedEmail,
    /// Answer to authorization requests without `redirect_uri`.
    pub omitted_redirect_uri: OmittedRedirectUri,
    /// Answer to JSON at the token endpoint.
    pub json_token_request: JsonTokenRequest,
    /// Effect of revoking an app on its tokens.
    pub revoked_app: RevokedApp,
    /// `WWW-Authenticate` of a 401.
    pub challenge: Challenge,
    /// Whether the second discovery document is served.
    pub authorization_server_metadata: AuthorizationServerMetadata,
    /// Seconds until a device code expires. Default 300, as observed.
    pub device_code_lifetime_seconds: u32,
    /// Seconds between two polls of a device, sent as `interval`. Default `null`: not sent, as
    /// observed, which means 5 (RFC 8628 §3.2).
    pub device_interval_seconds: Option<u32>,
    /// Answer to devices that poll too fast.
    pub device_polling: DevicePolling,
    /// Address that devices show to their users.
    pub verification_uri: VerificationUri,
    /// Whether that address is also sent with the code in it.
    pub verification_uri_complete: VerificationUriComplete,
    /// Scopes of clients that list none.
    pub unlisted_scope: UnlistedScope,
    /// Addresses of metadata documents that are fetched.
    pub metadata_document_scheme: MetadataDocumentScheme,
    /// Scopes that are not granted although the app has and requests them: a scope picker on the
    /// permission page was announced. Default none, as on the site so far.
    pub withheld_scopes: Vec<String>,
    /// Answer to users outside the organizations that an app is restricted to.
    pub outside_audience: OutsideAudience,
    /// Whether other pages may frame the site's pages.
    pub framing: Framing,
    /// Claims of other providers, for the connectors that work with any provider. Default none.
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
            organizations_without_scope: OrganizationsWithoutScope::default(),
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
