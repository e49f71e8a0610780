//! The secrets that a scenario contains literally. References such as `[HF_CLIENT_SECRET]` do not
//! count.

use serde_json::Value;

use crate::placeholder;
use crate::setup::OAuth2App;
use crate::vocabulary::{free_texts, is_address};

/// The secrets collected so far.
#[derive(Default)]
pub(super) struct Found(pub(super) Vec<String>);

impl Found {
    pub(super) fn text(&mut self, text: Option<&String>) {
        self.0.extend(text.filter(|text| placeholder::names(text).is_empty()).cloned());
    }

    pub(super) fn address(&mut self, address: &str) {
        if is_address(address) || address.starts_with(['/', '[']) {
            let hidden = kit::secret::in_address(address);
            self.0.extend(hidden.into_iter().filter(|text| placeholder::names(text).is_empty()));
        }
    }

    pub(super) fn oauth_app(&mut self, app: &OAuth2App) {
        self.text(app.secret.as_ref());
        app.redirect_uris.iter().flatten().for_each(|uri| self.address(uri));
    }

    /// Adds a member of a connector's configuration, except client ID and scope, which are public.
    pub(super) fn connector(&mut self, name: &str, value: &Value) {
        if !["clientId", "scope"].contains(&name) {
            free_texts(value, &mut self.0);
        }
    }

    /// Adds the secrets in the body of a Management API call.
    pub(super) fn management_call(&mut self, body: Option<&Value>) {
        let config = body.and_then(|body| body.get("config")?.as_object());
        for (name, value) in config.into_iter().flatten() {
            self.connector(name, value);
        }
        // Members with which Management API calls set an account's or an application's credentials.
        for member in ["password", "secret", "value"] {
            let text = body.and_then(|body| body.get(member)?.as_str()).map(ToOwned::to_owned);
            self.text(text.as_ref());
        }
    }
}
