//! Compares the error that Logto's page shows with the expected one.

use crate::scenario::ExpectedRefusal;
use crate::signin_page::Arrival;

/// What is wrong with what the page says.
pub(super) fn refused(says: &Arrival, expected: &ExpectedRefusal) -> Vec<String> {
    let of_page = expected.state_mismatch || expected.session_not_found || expected.without_a_word;
    let of_call = expected.status.is_some() || expected.code.is_some();
    let says_part = |texts: &[&str]| {
        expected.message.as_ref().is_none_or(|part| texts.iter().any(|text| text.contains(part.as_str())))
    };
    let is_expected = match says {
        Arrival::Refused(refusal) => {
            !of_page
                && expected.status.is_none_or(|status| status == refusal.status)
                && (expected.code.is_none() || expected.code == refusal.code)
                && says_part(&[&refusal.message, &refusal.shown])
        }
        Arrival::NotAccepted { message, .. } => !of_page && !of_call && says_part(&[message]),
        Arrival::StateMismatch => expected.state_mismatch,
        Arrival::SessionNotFound => expected.session_not_found,
        Arrival::SentBack => expected.without_a_word,
        Arrival::Moved
        | Arrival::LinkOrRegister { .. }
        | Arrival::MissingProfile(_)
        | Arrival::AsksToAgree
        | Arrival::AsksToAuthorize(_) => false,
    };
    if is_expected {
        return vec![];
    }
    let parts = [
        expected.status.map(|status| status.to_string()),
        expected.code.clone(),
        expected.message.as_ref().map(|message| format!("“{message}”")),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    let parts = if parts.is_empty() {
        "a different refusal".to_owned()
    } else {
        format!("the refusal {}", parts.join(" "))
    };
    vec![format!("expected {parts}; {says}")]
}
