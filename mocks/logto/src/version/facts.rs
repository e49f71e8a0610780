//! The table of facts: what a Logto does differently since a version.
//!
//! `docs/logto-versions.md` is written from it. A source is a commit of Logto or, after `oidc-provider`, of its
//! fork of that library; *seen* lists the versions on whose wire the difference was observed.

use super::Version;

/// A fact: what a version and all later ones do.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// The fact.
    pub fact: Fact,
    /// The first version of which it is true.
    pub since: Version,
    /// What it is about: an endpoint, a field, a cookie.
    pub of: &'static str,
    /// What earlier versions do.
    pub before: &'static str,
    /// What this version and all later ones do.
    pub now: &'static str,
    /// How it is known.
    pub source: &'static str,
    /// A recorded story (`tests/golden`) in which the newer behavior appears.
    pub recording: Option<&'static str>,
}

impl Fact {
    /// What is known about it.
    #[must_use]
    pub fn row(self) -> &'static Row {
        // The table is in the order of the variants.
        &FACTS[self as usize]
    }

    /// Its name, e.g. `suggest-mfa`.
    #[must_use]
    pub fn name(self) -> String {
        let mut name = String::new();
        for letter in format!("{self:?}").chars() {
            if letter.is_ascii_uppercase() && !name.is_empty() {
                name.push('-');
            }
            name.push(letter.to_ascii_lowercase());
        }
        name
    }
}

macro_rules! facts {
    ($($since:expr => { $(
        $fact:ident { of: $of:literal, before: $before:literal, now: $now:literal, source: $source:literal $(, in: $story:literal)? }
    )* })*) => {
        /// What a Logto does differently since some version; [`Fact::row`] says since which.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Fact {
            $($(
                #[doc = concat!($of, ": ", $now)]
                $fact,
            )*)*
        }

        /// All facts, the oldest first.
        pub const FACTS: &[Row] = &[$($(Row {
            fact: Fact::$fact,
            since: $since,
            of: $of,
            before: $before,
            now: $now,
            source: $source,
            recording: facts!(@ $($story)?),
        },)*)*];
    };
    (@) => { None };
    (@ $story:literal) => { Some($story) };
}

facts! {
    Version::release(1, 35, 0) => {
        LongValueTold {
            of: "name of more than 128 characters",
            before: "500 without a code",
            now: "422 `entity.value_too_long`",
            source: "ed2098d3b9; seen 1.34.0, 1.37.1",
            in: "social/too-long-name"
        }
    }
    Version::release(1, 36, 0) => {
        RedirectUriPatterns {
            of: "redirect URIs with `*`",
            before: "stored, and compared literally",
            now: "match one label of a host, or a part of a path",
            source: "ce65b07964; seen 1.34.0, 1.37.1",
            in: "oidc/redirect-uri-matching"
        }
        AdaptiveMfaSetting {
            of: "sign-in experience, members `adaptiveMfa` and `passkeySignIn`",
            before: "absent",
            now: "present",
            source: "columns of 1.36.0",
            in: "management/sign-in-experience"
        }
    }
    Version::release(1, 37, 0) => {
        SessionsScope {
            of: "scope `urn:logto:scope:sessions`",
            before: "unknown",
            now: "supported",
            source: "c29834ae60",
            in: "oidc/discovery-and-jwks"
        }
    }
    Version::release(1, 38, 0) => {
        DeviceFlow {
            of: "device flow: `/oidc/device…`, its metadata and grant type",
            before: "absent",
            now: "present",
            source: "7cee48bd97",
            in: "oidc/discovery-and-jwks"
        }
        SuggestMfa {
            of: "MFA that a person may skip, at submit",
            before: "422 `user.missing_mfa` with `skippable`",
            now: "422 `user.suggest_mfa`",
            source: "f901ad9d1f; seen 1.37.1, 1.42.0"
        }
        SignInContext {
            of: "`GET /api/experience/interaction`, member `signInContext`",
            before: "absent",
            now: "present",
            source: "behind a switch for development until then; seen 1.37.1, 1.42.0",
            in: "experience/odd-calls"
        }
    }
    Version::release(1, 39, 0) => {
        JwksNotCached {
            of: "`GET /oidc/jwks`, `Cache-Control`",
            before: "absent",
            now: "`no-cache, max-age=0, must-revalidate`",
            source: "91ef13db81; seen 1.37.1, 1.39.0",
            in: "oidc/discovery-and-jwks"
        }
        KeyStatus {
            of: "`/api/configs/oidc/private-keys`: `status`, `rotationGracePeriod`",
            before: "absent, ignored",
            now: "present, a new key may sign later",
            source: "99c399a208, a323c34553; seen 1.37.1, 1.39.0"
        }
        RotationAtOnce {
            of: "rotated keys of cookies and tokens",
            before: "no effect on the running process",
            now: "in force at once",
            source: "seen 1.38.0, 1.39.0"
        }
        SignUpFields {
            of: "sign-in experience, member `signUpProfileFields`; its page's data, `customProfileFieldCatalog`",
            before: "absent",
            now: "present",
            source: "columns of 1.39.0; seen 1.34.0, 1.41.0",
            in: "management/sign-in-experience"
        }
    }
    Version::release(1, 40, 0) => {
        AccessControlMember {
            of: "application JSON, member `appLevelAccessControlEnabled`",
            before: "absent",
            now: "present",
            source: "b92d584bc8; seen 1.37.1, 1.41.0",
            in: "management/roles"
        }
        LastLinkAfterPrev {
            of: "`Link` of a page, order",
            before: "first, last, prev, next",
            now: "first, prev, last, next",
            source: "cc0d703356; seen 1.37.1, 1.42.0",
            in: "management/audit-log"
        }
        CustomUiCsp {
            of: "sign-in experience, member `customUiCsp`",
            before: "absent",
            now: "present",
            source: "columns of 1.40.0",
            in: "management/sign-in-experience"
        }
    }
    Version::release(1, 41, 0) => {
        RolesAnswer {
            of: "`POST /api/applications/:id/roles`",
            before: "201 `Created`; a role that it has: 422 `application.role_exists`",
            now: "201 `{roleIds, addedRoleIds}`; a role that it has is skipped",
            source: "a923dcbdc8; seen 1.34.0, 1.37.1, 1.41.0",
            in: "management/roles"
        }
        PreferredUsername {
            of: "claim `preferred_username`",
            before: "absent unless in the profile",
            now: "falls back to the username",
            source: "67b99bba85; seen 1.37.1, 1.41.0"
        }
        UsernameLimit {
            of: "username of more than 128 characters at sign-up",
            before: "204, and then 404 `session.interaction_not_found`",
            now: "422 `user.username_too_long`",
            source: "67b99bba85; seen 1.37.1, 1.42.0",
            in: "experience/odd-calls"
        }
        UsernamePolicy {
            of: "sign-in experience, members `usernamePolicy`, `passwordExpiration`, `verificationCodePolicy`",
            before: "absent",
            now: "present",
            source: "columns of 1.41.0",
            in: "management/sign-in-experience"
        }
    }
    Version::release(1, 42, 0) => {
        EncodedInteractions {
            of: "cookie `_interaction`",
            before: "raw JSON",
            now: "percent-encoded JSON",
            source: "7b1ba44fda; seen 1.34.0, 1.41.0, 1.42.0",
            in: "social/first-sign-in"
        }
        SignedLogtoCookie {
            of: "cookie `_logto`",
            before: "without a signature",
            now: "signed, with `_logto.sig`",
            source: "7b1ba44fda; seen 1.34.0, 1.41.0, 1.42.0",
            in: "social/first-sign-in"
        }
        NoTokenType {
            of: "header of ID tokens, `typ`",
            before: "`JWT`",
            now: "absent",
            source: "7b1ba44fda; seen 1.34.0, 1.41.0, 1.42.0",
            in: "social/first-sign-in"
        }
        NoTokenHash {
            of: "claims of ID tokens, `at_hash`",
            before: "half of the access token's SHA-384",
            now: "absent",
            source: "7b1ba44fda; seen 1.34.0, 1.41.0, 1.42.0",
            in: "social/first-sign-in"
        }
        LongUids {
            of: "ids of interactions",
            before: "21 characters",
            now: "43 characters",
            source: "7b1ba44fda; seen 1.37.1, 1.42.0",
            in: "social/first-sign-in"
        }
        NoTokenUnauthorized {
            of: "`/oidc/me` without a token",
            before: "400 `invalid_request`",
            now: "401 `invalid_token`",
            source: "oidc-provider b958a6a3 lib/helpers/oidc_context.js; seen 1.37.1, 1.42.0",
            in: "oidc/userinfo-errors"
        }
        PatternNotAnAddress {
            of: "`redirect_uri` that is itself a registered pattern",
            before: "accepted",
            now: "400 `invalid_redirect_uri`",
            source: "seen 1.37.1, 1.42.0"
        }
        ShortChallengeText {
            of: "`code_challenge` without a method, text",
            before: "plain code_challenge_method fallback disabled, code_challenge_method must be provided",
            now: "code_challenge_method must be provided",
            source: "oidc-provider b958a6a3 lib/actions/authorization/check_pkce.js; seen 1.37.1, 1.42.0",
            in: "oidc/scopes-by-role"
        }
        NamesInteractionCookie {
            of: "Experience API without `_interaction`, text",
            before: "interaction session not found",
            now: "interaction session id cookie not found",
            source: "oidc-provider b958a6a3 lib/provider.js; seen 1.34.0, 1.41.0, 1.42.0"
        }
        JwtsRefused {
            of: "introspection or revocation of a JWT",
            before: "200, `{\"active\":false}`",
            now: "400 `unsupported_token_type`",
            source: "7b1ba44fda; seen 1.41.0, 1.42.0",
            in: "oidc/introspection-and-revocation"
        }
        NamesRevokingClient {
            of: "revocation of another application's token, text",
            before: "this token does not belong to you",
            now: "client is not authorized to revoke the presented token",
            source: "oidc-provider b958a6a3 lib/actions/revocation.js",
            in: "oidc/introspection-and-revocation"
        }
        ServerMetadata {
            of: "`GET /oidc/.well-known/oauth-authorization-server`",
            before: "404",
            now: "200",
            source: "7b1ba44fda; seen 1.37.1, 1.41.0, 1.42.0"
        }
        NoRequestParameter {
            of: "discovery, `request_parameter_supported`",
            before: "false",
            now: "absent",
            source: "oidc-provider b958a6a3 lib/actions/discovery.js; seen 1.37.1, 1.41.0, 1.42.0",
            in: "oidc/discovery-and-jwks"
        }
        Ed25519 {
            of: "discovery, `Ed25519` among the algorithms of client authentication",
            before: "absent",
            now: "present",
            source: "seen 1.37.1, 1.41.0, 1.42.0",
            in: "oidc/discovery-and-jwks"
        }
        HiddenSecret {
            of: "application JSON, member `secret`",
            before: "`#internal:` and 32 characters",
            now: "absent",
            source: "a1e0f2b680; seen 1.41.0, 1.42.0",
            in: "management/roles"
        }
        EmailAllowlist {
            of: "`emailBlocklistPolicy.customAllowlist`",
            before: "ignored: the sign-in goes through",
            now: "in force",
            source: "65264d7777; seen 1.41.0, 1.42.0"
        }
        HiddenBlocklist {
            of: "`GET /api/.well-known/sign-in-exp`, member `emailBlocklistPolicy`",
            before: "present",
            now: "absent",
            source: "ea3ede3502; seen 1.41.0, 1.42.0",
            in: "management/sign-in-experience"
        }
    }
    super::MASTER => {
        CimdClientId {
            of: "user JSON, member `cimdClientId`",
            before: "absent",
            now: "present",
            source: "ab85c44c7e; seen 1.42.0, 1fbc5544",
            in: "management/users"
        }
        TrustedDevices {
            of: "scope `urn:logto:scope:trusted_devices`",
            before: "unknown",
            now: "supported",
            source: "24324f9b6a; seen 1.42.0, 1fbc5544",
            in: "oidc/discovery-and-jwks"
        }
        SuspendedRefused {
            of: "person suspended between submit and resume, and later",
            before: "goes on to `/consent`, and gets tokens",
            now: "`error=invalid_grant` to the application",
            source: "fafc8cd9f3; seen 1.42.0, 1fbc5544"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_where_their_facts_look_for_them() {
        for (at, row) in FACTS.iter().enumerate() {
            assert_eq!(row.fact as usize, at);
            assert!(super::super::KNOWN[0] < row.since, "{}: true of every version", row.of);
        }
        assert!(FACTS.is_sorted_by_key(|row| row.since), "the oldest first");
    }

    #[test]
    fn a_fact_has_the_name_of_its_files() {
        assert_eq!(Fact::SuggestMfa.name(), "suggest-mfa");
        assert_eq!(Fact::Ed25519.name(), "ed25519");
    }

    #[test]
    fn a_cited_recording_exists() {
        let stories = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden");
        for story in FACTS.iter().filter_map(|row| row.recording) {
            assert!(stories.join(story).with_extension("json").is_file(), "{story}");
        }
    }
}
