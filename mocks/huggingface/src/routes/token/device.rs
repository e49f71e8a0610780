//! The device code grant (RFC 8628 §3.4, §3.5).

use oauth::Params;

use super::client::Client;
use super::refusal::Refusal;
use crate::store::{Device, DeviceState, Store};
use crate::tokens::{Issue, Kind};

/// The checks, in order; then the code is used up.
pub(super) fn redeem(store: &mut Store, params: &Params, client: Client, now: i64) -> Result<Issue, Refusal> {
    let given = params.first("device_code").ok_or(Refusal::NoDeviceCode)?;
    let device = store.devices.get(given).cloned().ok_or(Refusal::UnknownDeviceCode)?;
    check_owner(&device, &client)?;
    let app = store.app(&device.client_id).ok_or(Refusal::AppGone)?.clone();
    if !app.public && !client.is_proven() {
        return Err(Refusal::DeviceWithoutSecret(app.name));
    }
    check_age(&device, now)?;
    let since = device.polled_at.map(|at| now - at);
    let interval = i64::from(store.switches.device_poll_seconds);
    if let Some(own) = store.devices.get_mut(given) {
        own.polled_at = Some(now);
    }
    let authorization = match device.state {
        DeviceState::Allowed(authorization) => authorization,
        DeviceState::Denied => return Err(Refusal::DeviceDenied),
        DeviceState::Used => return Err(Refusal::UsedDeviceCode),
        DeviceState::Pending if since.is_some_and(|since| since < interval) => {
            return Err(Refusal::DeviceTooFast { since: since.unwrap_or_default(), interval });
        }
        DeviceState::Pending => return Err(Refusal::DevicePending),
    };
    let user = store.user(&authorization.sub).ok_or(Refusal::UserGone)?.clone();
    if let Some(own) = store.devices.get_mut(given) {
        own.state = DeviceState::Used;
    }
    Ok(Issue { authorization, user, app, nonce: None, with_refresh_token: true, kind: Kind::Granted })
}

fn check_owner(device: &Device, client: &Client) -> Result<(), Refusal> {
    match client.id() {
        None => Err(Refusal::NoClientOfDevice),
        Some(given) if given != device.client_id => {
            Err(Refusal::ForeignDeviceCode { owner: device.client_id.clone(), given: given.to_owned() })
        }
        Some(_) => Ok(()),
    }
}

fn check_age(device: &Device, now: i64) -> Result<(), Refusal> {
    if device.expires_at <= now { Err(Refusal::ExpiredDeviceCode(now - device.expires_at)) } else { Ok(()) }
}
