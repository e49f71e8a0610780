//! Username and password, as the page's forms send them (contract §2.1).

use http::Method;
use serde_json::json;

use super::api::granted;
use super::driver::{SigninPage, missing_profile};
use super::outcome::{Arrival, SigninPageError};

impl SigninPage<'_> {
    /// Signs a local user in.
    ///
    /// # Errors
    /// [`SigninPageError`] if there is no response or an answer lacks a member.
    pub(crate) async fn sign_in_with_password(
        &mut self,
        username: &str,
        password: &str,
    ) -> Result<Arrival, SigninPageError> {
        granted!(self.begin("SignIn").await?);
        let body = json!({ "identifier": { "type": "username", "value": username }, "password": password });
        let reply =
            granted!(self.api.call(Method::POST, "api/experience/verification/password", Some(&body)).await?);
        let body = json!({ "verificationId": reply.text("verificationId")? });
        match self.identify(&body).await? {
            Ok(()) => self.submit().await,
            Err((refusal, body)) => Ok(missing_profile(refusal, &body)),
        }
    }

    /// Creates a local user.
    ///
    /// # Errors
    /// [`SigninPageError`] if there is no response.
    pub(crate) async fn register_with_password(
        &mut self,
        username: &str,
        password: &str,
    ) -> Result<Arrival, SigninPageError> {
        granted!(self.begin("Register").await?);
        for (kind, value) in [("username", username), ("password", password)] {
            let body = json!({ "type": kind, "value": value });
            granted!(self.api.call(Method::POST, "api/experience/profile", Some(&body)).await?);
        }
        match self.identify(&json!({})).await? {
            Ok(()) => self.submit().await,
            Err((refusal, body)) => Ok(missing_profile(refusal, &body)),
        }
    }
}
