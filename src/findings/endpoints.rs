//! Endpoints that several rules look for, by path.

/// Hugging Face's endpoints.
pub(super) mod huggingface {
    /// Path of the authorization endpoint.
    pub(in crate::findings) const AUTHORIZE: &str = "/oauth/authorize";
    /// Path of the token endpoint.
    pub(in crate::findings) const TOKEN: &str = "/oauth/token";
    /// Path of the userinfo endpoint.
    pub(in crate::findings) const USERINFO: &str = "/oauth/userinfo";
}

/// Paths of Logto's endpoints.
pub(super) mod logto {
    /// Path of the token endpoint (contract §1).
    pub(in crate::findings) const TOKEN: &str = "/oidc/token";
}
