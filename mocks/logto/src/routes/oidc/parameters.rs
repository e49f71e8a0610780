//! The parameters of an authorization request, as the provider assembles them.

use oauth::params::Params;

use super::refusal::Refusal;
use crate::wire::ErrorCode;

/// Supported parameters, in the order in which the provider goes through them (`oidc-provider` 9.11.3,
/// `lib/consts/param_list.js`, then Logto's `ExtraParamsKey`); others are ignored. `resource`, which may
/// be repeated (RFC 8707 §2), is not among them.
const NAMES: [&str; 27] = [
    "acr_values",
    "claims_locales",
    "client_id",
    "code_challenge",
    "code_challenge_method",
    "display",
    "id_token_hint",
    "login_hint",
    "max_age",
    "nonce",
    "prompt",
    "redirect_uri",
    "registration",
    "request",
    "request_uri",
    "response_mode",
    "response_type",
    "scope",
    "state",
    "ui_locales",
    "interaction_mode",
    "first_screen",
    "direct_sign_in",
    "organization_id",
    "identifier",
    "one_time_token",
    "google_one_tap_credential",
];

/// Those that a device does not have.
const NOT_OF_DEVICES: [&str; 7] = [
    "response_type",
    "response_mode",
    "code_challenge_method",
    "code_challenge",
    "state",
    "redirect_uri",
    "prompt",
];

/// The parameters with a value, and the names of those that are given twice: these count as absent.
/// Two values are two, even if one is empty.
#[derive(Debug)]
pub(super) struct Assembled {
    pub(super) params: Params,
    twice: Vec<&'static str>,
}

impl Assembled {
    /// Of a request in a browser, or of a pushed one.
    pub(super) fn of(sent: &Params) -> Self {
        Self::among(sent, |_| true)
    }

    /// Of a device.
    pub(super) fn of_device(sent: &Params) -> Self {
        Self::among(sent, |name| !NOT_OF_DEVICES.contains(&name))
    }

    fn among(sent: &Params, supported: impl Fn(&str) -> bool) -> Self {
        let repeated = sent.repeated();
        let names = NAMES.into_iter().filter(|name| supported(name));
        let (twice, once): (Vec<_>, Vec<_>) = names.partition(|name| repeated.contains(name));
        let single = once.into_iter().filter_map(|name| Some((name, sent.first(name)?)));
        let resources: Vec<&str> = sent.all("resource").collect();
        // A single empty value counts as absent; several are split at commas.
        let resources = if resources == [""] { vec![] } else { resources };
        let resources = resources.into_iter().map(|value| ("resource", value));
        let params = single.filter(|(_, value)| !value.is_empty()).chain(resources).collect();
        Self { params, twice }
    }

    /// The first check: no parameter is given twice.
    pub(super) fn once(&self) -> Result<(), Refusal> {
        if self.twice.is_empty() { Ok(()) } else { Err(Refusal::Twice(self.twice.clone())) }
    }

    /// Request objects (OIDC Core §6). Only the authorization endpoint takes the address of a pushed request.
    pub(super) fn no_request_object(&self, takes_address: bool) -> Result<(), Refusal> {
        let given = |name: &str| self.params.first(name).is_some();
        if given("request") {
            return Err(Refusal::NotSupported("request", ErrorCode::RequestNotSupported));
        }
        if given("request_uri") && !takes_address {
            return Err(Refusal::NotSupported("request_uri", ErrorCode::RequestUriNotSupported));
        }
        Ok(())
    }
}

/// Names as JavaScript's `Intl.ListFormat` joins them in English.
pub(super) fn listed(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("'{name}'")).collect();
    match quoted.as_slice() {
        [first, second] => format!("{first} and {second}"),
        [before @ .., last] if !before.is_empty() => format!("{}, and {last}", before.join(", ")),
        _ => quoted.concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_listed_as_in_english() {
        assert_eq!(listed(&["a"]), "'a'");
        assert_eq!(listed(&["a", "b"]), "'a' and 'b'");
        assert_eq!(listed(&["a", "b", "c"]), "'a', 'b', and 'c'");
    }
}
