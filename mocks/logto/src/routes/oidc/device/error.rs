//! Why a code comes to nothing: the page is told by a name in its address.

use crate::routes::oidc::form::WrongContentType;
use crate::store::{DeviceCode, DeviceState};
use crate::wire::ErrorCode;

/// What goes wrong in the browser of the person.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub(in crate::routes::oidc) enum DeviceError {
    #[error("no device page was opened in this session, or its code is confirmed already")]
    NoForm,
    #[error("xsrf is not that of the page")]
    Xsrf,
    #[error(transparent)]
    ContentType(#[from] WrongContentType),
    #[error("`{0}` is given twice")]
    Twice(&'static str),
    #[error("no user code was typed in")]
    NoCode,
    #[error("there is no such user code")]
    NotFound(Option<String>),
    #[error("the code has expired")]
    Expired(Option<String>),
    #[error("the code was used already")]
    AlreadyUsed(Option<String>),
    #[error("the person does not want the device to sign in")]
    Aborted,
    #[error("there is no interaction to go on with")]
    SessionNotFound,
    #[error("refused: {0:?}")]
    Refused(ErrorCode),
}

impl DeviceError {
    /// `error` of the page's address: the names of oidc-provider's classes.
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

/// Whether something may still come of a code, which the person typed or which
/// an interaction is about. `started` is whether the person has confirmed it.
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
