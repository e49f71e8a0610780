//! Pages that causes refer to for further reading.

pub(super) const HF_OAUTH: &str = "https://huggingface.co/docs/hub/oauth";
pub(super) const CONNECTOR: &str = "https://docs.logto.io/integrations/hugging-face";
pub(super) const SOCIAL: &str = "https://docs.logto.io/end-user-flows/sign-up-and-sign-in/social-sign-in";
pub(super) const SIGN_UP: &str = "https://docs.logto.io/end-user-flows/sign-up-and-sign-in/sign-up";
pub(super) const LINKING: &str =
    "https://docs.logto.io/end-user-flows/sign-up-and-sign-in/social-sign-in#social-account-linking";
pub(super) const APPLICATION: &str =
    "https://docs.logto.io/integrate-logto/application-data-structure#redirect-uris";
pub(super) const THIRD_PARTY: &str =
    "https://docs.logto.io/integrate-logto/third-party-applications/permission-management";
pub(super) const GO_GUIDE: &str = "https://docs.logto.io/quick-starts/go";
pub(super) const SIGNING_KEYS: &str = "https://docs.logto.io/developers/signing-keys";
pub(super) const DEPLOYMENT: &str = "https://docs.logto.io/logto-oss/deployment-and-configuration";
pub(super) const SIGN_OUT: &str = "https://docs.logto.io/end-user-flows/sign-out";
pub(super) const USERS: &str = "https://docs.logto.io/user-management/manage-users";
pub(super) const RESOURCES: &str = "https://docs.logto.io/authorization/global-api-resources";
pub(super) const COOKIES: &str =
    "https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Set-Cookie";
pub(super) const OAUTH_CONNECTOR: &str = "https://docs.logto.io/integrations/oauth2";
pub(super) const OIDC_CONNECTOR: &str = "https://docs.logto.io/integrations/oidc";
pub(super) const MANAGEMENT: &str = "https://docs.logto.io/integrate-logto/interact-with-management-api";
pub(super) const MESSAGES: &str = "https://docs.logto.io/connectors/email-connectors";
pub(super) const MFA: &str = "https://docs.logto.io/end-user-flows/mfa";
pub(super) const TERMS: &str = "https://docs.logto.io/end-user-flows/sign-up-and-sign-in";
pub(super) const BLOCKLIST: &str = "https://docs.logto.io/security/blocklist";
pub(super) const HF_STATUS: &str = "https://status.huggingface.co";
pub(super) const HF_LIMITS: &str = "https://huggingface.co/docs/hub/rate-limits";
pub(super) const TIME: &str = "https://man7.org/linux/man-pages/man7/time.7.html";
pub(super) const SSO: &str = "https://docs.logto.io/end-user-flows/enterprise-sso";
pub(super) const AUTH_STATUS: &str = "https://docs.logto.io/end-user-flows/sign-up-and-sign-in";
pub(super) const OPENID: &str = "https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest";
