//! Endpoints that several rules look for, by their paths.

/// Of Hugging Face.
pub(super) mod huggingface {
    /// The path of the authorization endpoint.
    pub(in crate::findings) const AUTHORIZE: &str = "/oauth/authorize";
    /// The path of the token endpoint.
    pub(in crate::findings) const TOKEN: &str = "/oauth/token";
    /// The path of the userinfo endpoint.
    pub(in crate::findings) const USERINFO: &str = "/oauth/userinfo";
}

/// Of Logto.
pub(super) mod logto {
    /// Logto's token endpoint (contract §1).
    pub(in crate::findings) const TOKEN: &str = "/oidc/token";
}
