//! What the page does when a call fails (`useErrorHandler`, `useSubmitInteractionErrorHandler` of Logto's
//! experience app): a message where it is, a message on the sign-in page, or a page of its own.

use serde_json::{Value, json};

use super::api::Failed;
use super::driver::SigninPage;
use super::outcome::{Arrival, Refusal, SigninPageError};

/// What the page was about when a call failed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Attempt<'a> {
    /// The event of the interaction, which a page that asks for more continues.
    pub(super) event: &'static str,
    /// The connector of an account that is being created.
    pub(super) connector: Option<&'a str>,
    /// Whether another page replaces this one in the history.
    pub(super) replaces: bool,
    /// Whether a message is shown on the sign-in page.
    pub(super) leaves: bool,
}

impl SigninPage<'_> {
    /// A failure for which the page has no handler of its own.
    pub(super) fn stays(&mut self, failed: Failed) -> Result<Arrival, SigninPageError> {
        if failed.code() == Some("user.suspended") {
            self.shows("/account-suspended", &[], None, true)?;
        }
        self.refused(failed.refusal)
    }

    /// A failure of the calls that end an interaction, or of what led to them.
    pub(super) async fn ends(
        &mut self,
        failed: Failed,
        attempt: Attempt<'_>,
    ) -> Result<Arrival, SigninPageError> {
        match failed.code() {
            Some("user.missing_profile") => return self.asks_for_more(failed, attempt),
            Some("user.suggest_mfa") => self.shows("/mfa-onboarding", &[], None, attempt.replaces)?,
            Some("user.missing_mfa" | "session.mfa.suggest_additional_mfa") => {
                self.second_factor("mfa-binding", &failed.body, attempt.replaces)?;
            }
            Some("session.mfa.require_mfa_verification") => {
                self.second_factor("mfa-verification", &failed.body, attempt.replaces)?;
            }
            Some("user.suspended") => return self.stays(failed),
            _ if attempt.leaves => return self.leaves(failed).await,
            _ => {}
        }
        self.refused(failed.refusal)
    }

    /// A failure whose message is shown on the sign-in page. An answer that the page cannot read, or none in
    /// time, leaves it where it is.
    pub(super) async fn leaves(&mut self, failed: Failed) -> Result<Arrival, SigninPageError> {
        if failed.code() == Some("user.suspended") {
            return self.stays(failed);
        }
        if !failed.body.is_null()
            && let Ok(settings) = self.settings().await?
        {
            self.shows_sign_in(&settings, true)?;
        }
        self.refused(failed.refusal)
    }

    /// The page for a second factor: the list, or that of the only one.
    fn second_factor(&mut self, flow: &str, body: &Value, replaces: bool) -> Result<(), SigninPageError> {
        let factors = body.pointer("/data/availableFactors").and_then(Value::as_array);
        let factors: Vec<&str> = factors.into_iter().flatten().filter_map(Value::as_str).collect();
        match factors[..] {
            [] => Ok(()),
            [factor, ..] if factors.len() == 1 || flow == "mfa-verification" => {
                self.shows(&format!("/{flow}/{factor}"), &[], Some(&json!({})), replaces)
            }
            [..] => self.shows(&format!("/{flow}"), &[], Some(&json!({})), replaces),
        }
    }

    /// The page that asks for the first thing that is missing.
    fn asks_for_more(&mut self, failed: Failed, attempt: Attempt<'_>) -> Result<Arrival, SigninPageError> {
        let asked = failed.body.pointer("/data/missingProfile").and_then(Value::as_array);
        let asked: Vec<String> =
            asked.into_iter().flatten().filter_map(|item| Some(item.as_str()?.to_owned())).collect();
        let Some(first) = asked.first() else { return self.refused(failed.refusal) };
        let named = first != "password" && first != "extraProfile";
        let linked = attempt.connector.filter(|_| named);
        let query: Vec<_> = linked.map(|id| ("link_social".to_owned(), id.to_owned())).into_iter().collect();
        let page = if first == "extraProfile" { "extra-profile" } else { first };
        let state = json!({ "interactionEvent": attempt.event });
        self.shows(&format!("/continue/{page}"), &query, Some(&state), attempt.replaces)?;
        Ok(Arrival::MissingProfile(asked))
    }

    /// The refusal, with the page that the person now sees.
    fn refused(&self, refusal: Refusal) -> Result<Arrival, SigninPageError> {
        let at = self.address()?.path().to_owned();
        Ok(Arrival::Refused(Refusal { at, ..refusal }))
    }
}
