//! The token exchange grant (RFC 8693), in the two forms that the site documents: an app of an
//! organization acts for one of its members, or a CI job authenticates with a token of its provider
//! ("Trusted Publishers").

mod ci;
mod member;
#[cfg(test)]
mod tests;

use oauth::Params;

use super::client::Client;
use super::refusal::Refusal;
use crate::HuggingFace;
use crate::tokens::TokenReply;

/// RFC 8693 §3.
const ID_TOKEN: &str = "urn:ietf:params:oauth:token-type:id_token";
/// The site's own token type: the subject token is an e-mail address.
const USER_EMAIL: &str = "urn:huggingface:token-type:user-email";

/// `subject_token` and its type are present (RFC 8693 §2.1); the type determines the form.
pub(super) async fn redeem(
    mock: &HuggingFace,
    params: &Params,
    client: &Client,
) -> Result<TokenReply, Refusal> {
    let kind = params.first("subject_token_type").ok_or(Refusal::NoSubjectTokenType)?;
    let subject = params.first("subject_token").filter(|token| !token.is_empty());
    let subject = subject.ok_or(Refusal::NoSubjectToken)?;
    match kind {
        USER_EMAIL => member::redeem(mock, params, client, subject).await,
        ID_TOKEN => ci::redeem(mock, params, subject).await,
        other => Err(Refusal::SubjectTokenType(other.to_owned())),
    }
}
