//! Why a code is refused: the page learns it from a name in its address.

use crate::routes::oidc::form::WrongContentType;
use crate::store::{DeviceCode, DeviceState};
use crate::wire::ErrorCode;

/// Errors of the device flow in the person's browser.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub(in crate::routes::oidc) enum DeviceError {
    #[error("no device page was opened in this session, or its code was already confirmed")]
    NoForm,
    #[error("xsrf is not that of the page")]
    Xsrf,
    #[error(transparent)]
    ContentType(#[from] WrongContentType),
    #[error("`{0}` is given twice")]
    Twice(&'static str),
    #[error("no user code was entered")]
    NoCode,
    #[error("the user code does not exist")]
    NotFound(Option<String>),
    #[error("the code has expired")]
    Expired(Option<String>),
    #[error("the code was already used")]
    AlreadyUsed(Option<String>),
    #[error("the person denied the device")]
    Aborted,
    #[error("no interaction is left to continue")]
    SessionNotFound,
    #[error("refused: {0:?}")]
    Refused(ErrorCode),
}

impl DeviceError {
    /// `error` of the page's address: the class names of oidc-provider.
    pub(super) fn name(&self) -> String {
        let name = match self {
            Self::NoForm | Self::Xsrf | Self::ContentType(_) | Self::Twice(_) => "InvalidRequest",
            Self::NoCode => "NoCodeError",
            Self::NotFound(_) => "NotFoundError",
            Self::Expired(_) => "ExpiredError",
            Self::AlreadyUsed(_) => "AlreadyUsedError",
            Self::Aborted | Self::Refused(ErrorCode::AccessDenied) => "AbortedError",
            Self::SessionNotFound => "SessionNotFound",
            Self::Refused(code) => return capitalised(code.as_str()),
        };
        name.to_owned()
    }

    /// The code to show again in the field.
    pub(super) fn input_code(&self) -> Option<&str> {
        match self {
            Self::NotFound(code) | Self::Expired(code) | Self::AlreadyUsed(code) => code.as_deref(),
            _ => None,
        }
    }
}

/// `invalid_target` as `InvalidTarget`.
fn capitalised(code: &str) -> String {
    code.split('_')
        .flat_map(|word| {
            let mut letters = word.chars();
            letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters)
        })
        .collect()
}

/// Checks that a code, which the person entered or an interaction is about, can still be approved.
/// `started` is whether the person has confirmed it.
pub(super) fn usable<'a>(
    found: Option<&'a DeviceCode>,
    typed: Option<&str>,
    started: bool,
    now: i64,
) -> Result<&'a DeviceCode, DeviceError> {
    let typed = || typed.map(ToOwned::to_owned);
    let code = found.ok_or_else(|| DeviceError::NotFound(typed()))?;
    if code.expires <= now {
        return Err(DeviceError::Expired(typed()));
    }
    match code.state {
        DeviceState::Pending => Ok(code),
        DeviceState::InFlight if started => Ok(code),
        DeviceState::InFlight | DeviceState::Refused { .. } | DeviceState::Approved(_) => {
            Err(DeviceError::AlreadyUsed(typed()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_have_the_names_of_oidc_providers_classes() {
        assert_eq!(DeviceError::Refused(ErrorCode::InvalidTarget).name(), "InvalidTarget");
        assert_eq!(DeviceError::Refused(ErrorCode::InvalidGrant).name(), "InvalidGrant");
        assert_eq!(DeviceError::Refused(ErrorCode::AccessDenied).name(), "AbortedError");
    }
}
