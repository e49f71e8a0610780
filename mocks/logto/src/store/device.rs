//! Codes of the device flow (RFC 8628).

use oauth::Scopes;
use oauth::params::Params;

use crate::routes::oidc::AuthorizationRequest;
use crate::wire::ErrorCode;

/// A device code, and the user code that belongs to it.
#[derive(Debug, Clone)]
pub(crate) struct DeviceCode {
    pub(crate) client: String,
    /// The device authorization request.
    pub(crate) params: Params,
    /// Capital letters only, the form in which codes are compared.
    pub(crate) user_code: String,
    pub(crate) state: DeviceState,
    /// Whether the device has received a response other than "pending".
    pub(crate) used: bool,
    pub(crate) expires: i64,
}

/// The progress of the person.
#[derive(Debug, Clone)]
pub(crate) enum DeviceState {
    /// The code is not confirmed yet.
    Pending,
    /// The person confirmed the code, and must sign in or consent.
    InFlight,
    /// The request failed or was denied.
    Refused { error: ErrorCode, description: Option<String> },
    /// The device may get its tokens.
    Approved(Box<Approval>),
}

/// What the person allowed the device.
#[derive(Debug, Clone)]
pub(crate) struct Approval {
    pub(crate) request: AuthorizationRequest,
    pub(crate) grant: String,
    pub(crate) account: String,
    pub(crate) scopes: Scopes,
    pub(crate) session_uid: String,
    /// Set only if the request asked for it (contract §1.6).
    pub(crate) auth_time: Option<i64>,
    pub(crate) sid: Option<String>,
}
