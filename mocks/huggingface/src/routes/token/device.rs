//! The device grant (RFC 8628 §3.4).

use oauth::Params;

use super::client::Client;
use super::refusal::Refusal;
use crate::config::{App, DevicePolling, RefreshTokens};
use crate::store::{Device, DeviceDecision, Store};
use crate::tokens::Issue;

/// Seconds that every `slow_down` adds to the interval (RFC 8628 §3.5).
const SLOW_DOWN_SECONDS: i64 = 5;

/// Runs the checks, in order, and uses up the device code.
pub(super) fn redeem(
    store: &mut Store,
    params: &Params,
    client: &Client,
    now: i64,
) -> Result<Issue, Refusal> {
    let given = params.first("device_code").ok_or(Refusal::NoDeviceCode)?;
    let id = client.id().ok_or(Refusal::NoClientId)?;
    let device = check_existence(store, given)?;
    check_owner(&device, id)?;
    let app = store.app(id).ok_or(Refusal::AppGone)?.clone();
    check_proof(client, &app)?;
    let authorization = match &device.decision {
        DeviceDecision::Used => return Err(Refusal::UsedDeviceCode),
        DeviceDecision::Denied => return Err(Refusal::DeviceDenied),
        _ if device.expires_at <= now => return Err(Refusal::ExpiredDeviceCode(now - device.expires_at)),
        DeviceDecision::Pending => return Err(pending(store, given, now)),
        DeviceDecision::Allowed(authorization) => (**authorization).clone(),
    };
    let user = store.user(&authorization.sub).ok_or(Refusal::UserGone)?.clone();

    if let Some(own) = store.devices.get_mut(given) {
        own.decision = DeviceDecision::Used;
    }
    let with_refresh_token = store.switches.refresh_tokens == RefreshTokens::Issued;
    Ok(Issue { authorization, user, app, nonce: None, with_refresh_token })
}

fn check_existence(store: &Store, given: &str) -> Result<Device, Refusal> {
    store.devices.get(given).cloned().ok_or_else(|| {
        Refusal::UnknownDeviceCode(if given.is_empty() {
            "is empty"
        } else if store.devices.values().any(|device| device.user_code == given) {
            "is a user_code, which only the user enters"
        } else if store.devices.get(given.trim()).is_some() {
            "differs from an issued one only by leading or trailing whitespace"
        } else {
            "was never issued"
        })
    })
}

fn check_owner(device: &Device, given: &str) -> Result<(), Refusal> {
    if device.client_id == given {
        return Ok(());
    }
    Err(Refusal::ForeignDeviceCode { owner: device.client_id.clone(), given: given.to_owned() })
}

/// An app with a secret must send it: nothing else authenticates the client that polls.
pub(in crate::routes) fn check_proof(client: &Client, app: &App) -> Result<(), Refusal> {
    if app.public || client.is_proven() {
        Ok(())
    } else {
        Err(Refusal::DeviceWithoutSecret(app.name.clone()))
    }
}

/// Tells the device to wait, and to wait longer if it polls too often.
fn pending(store: &mut Store, device_code: &str, now: i64) -> Refusal {
    let limited = store.switches.device_polling == DevicePolling::SlowDown;
    let Some(device) = store.devices.get_mut(device_code) else {
        return Refusal::Pending;
    };
    let after = device.last_poll.replace(now).map(|last| now - last);
    match after {
        Some(after) if limited && after < device.interval => {
            let interval = device.interval;
            device.interval += SLOW_DOWN_SECONDS;
            Refusal::TooFast { after, interval, next: device.interval }
        }
        _ => Refusal::Pending,
    }
}
