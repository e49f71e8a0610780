//! The device code grant (RFC 8628 §3.4).

use oauth::params::Params;
use serde_json::Value;

use super::TokenError;
use super::granted::{self, Granted};
use crate::shared::Shared;
use crate::store::{Application, DeviceState, Store};

/// Exchanges a device code once the person has decided. Whatever the response is, repeating the
/// exchange revokes everything issued for the code.
pub(super) fn exchange(
    shared: &Shared,
    store: &mut Store,
    application: &Application,
    form: &Params,
) -> Result<Value, TokenError> {
    let given = form
        .first("device_code")
        .filter(|code| !code.is_empty())
        .ok_or(TokenError::Missing("device_code"))?;
    let code = store.device_codes.get(given).cloned().ok_or(TokenError::CodeUnknown)?;
    if code.client != application.id {
        return Err(TokenError::CodeOfOther);
    }
    if code.expires <= shared.now() {
        return Err(TokenError::DeviceCodeExpired);
    }
    if matches!(code.state, DeviceState::Pending | DeviceState::InFlight) {
        return Err(TokenError::Pending);
    }
    if code.used {
        if let DeviceState::Approved(approval) = &code.state {
            store.revoke_grant(&approval.grant);
        }
        return Err(TokenError::CodeUsed);
    }
    if let Some(kept) = store.device_codes.get_mut(given) {
        kept.used = true;
    }
    let approval = match code.state {
        DeviceState::Approved(approval) => approval,
        DeviceState::Refused { error, description } => return Err(TokenError::Refused(error, description)),
        DeviceState::Pending | DeviceState::InFlight => return Err(TokenError::Pending),
    };
    let granted = Granted {
        request: &approval.request,
        grant: &approval.grant,
        account: &approval.account,
        scopes: &approval.scopes,
        session_uid: &approval.session_uid,
        // The nonce of a device authorization request is ignored.
        nonce: None,
        auth_time: approval.auth_time,
        sid: approval.sid.as_deref(),
    };
    granted::is_alive(store, &granted)?;
    granted::tokens(shared, store, application, form, &granted)
}
