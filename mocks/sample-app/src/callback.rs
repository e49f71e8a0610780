//! Checks the answer of the authorization endpoint against the request it belongs to.

use kit::Facts;
use serde::{Deserialize, Serialize};
use serde_json::json;
use url::Url;

kit::reasons! {
    /// Why the answer of the authorization endpoint is rejected.
    #[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
    pub enum CallbackError {
        /// No sign-in was begun in this session, or its answer was already used.
        #[error("no sign-in is in progress in this session")]
        NoSignIn => "app/no-sign-in",
        /// The answer arrived at another address than the redirect URI that was sent.
        #[error("the answer came to {found}, expected {expected}")]
        RedirectUri {
            /// The redirect URI that was sent.
            expected: String,
            /// Where the answer arrived, without its query.
            found: String,
        } => "app/redirect-uri-mismatch",
        /// A parameter occurs more than once (RFC 6749 §3.1).
        #[error("the answer has more than one `{0}`")]
        Repeated(&'static str) => "app/parameter-repeated",
        /// `state` is missing (RFC 6749 §4.1.2).
        #[error("the answer has no state")]
        NoState => "app/state-missing",
        /// `state` differs (RFC 6749 §10.12).
        #[error("the state is not the one that was sent")]
        State => "app/state-mismatch",
        /// `iss` differs (RFC 9207 §2.4).
        #[error("the answer is from the issuer {found}, expected {expected}")]
        Issuer {
            /// The issuer of the discovery document.
            expected: String,
            /// `iss` of the answer.
            found: String,
        } => "app/issuer-mismatch",
        /// `iss` is missing although the discovery document announces it (RFC 9207 §2.4).
        #[error("the answer does not say which issuer it is from")]
        NoIssuer => "app/issuer-missing",
        /// An error answer (RFC 6749 §4.1.2.1).
        #[error("{error}{}", described(.description))]
        Refused {
            /// `error`, as the server sent it.
            error: String,
            /// `error_description`, as the server sent it; may be empty.
            description: String,
        } => "app/error-answer",
        /// The answer has neither `code` nor `error`.
        #[error("the answer has no code")]
        NoCode => "app/code-missing",
    }

    fn facts(&self) -> Facts {
        match self {
            Self::RedirectUri { expected, found } => {
                Facts::from([("expected", json!(expected)), ("found", json!(found))])
            }
            _ => Facts::new(),
        }
    }
}

fn described(description: &str) -> String {
    if description.is_empty() { String::new() } else { format!(": {description}") }
}

/// The values of an authorization request, kept until its answer arrives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SignInSession {
    pub(crate) redirect_uri: String,
    pub(crate) code_verifier: String,
    pub(crate) state: String,
    /// `None` if the request had none.
    pub(crate) nonce: Option<String>,
}

impl SignInSession {
    pub(crate) fn to_text(&self) -> String {
        // A struct of strings always has a JSON form.
        serde_json::to_string(self).unwrap_or_default()
    }

    pub(crate) fn from_text(text: &str) -> Result<Self, CallbackError> {
        serde_json::from_str(text).map_err(|_| CallbackError::NoSignIn)
    }
}

/// The answer as it arrived at the callback.
#[derive(Debug)]
pub(crate) struct Answer {
    arrived_at: String,
    parameters: Vec<(String, String)>,
}

/// One check of an answer.
type Check = fn(&Answer, &SignInSession, &str) -> Result<(), CallbackError>;

/// Checks that the answer belongs to this request. If it does not, the request stays open: another
/// tab, or an attacker, must not be able to end it.
const BELONGS: [Check; 3] = [redirect_uri, each_once, state];
/// Checks that the answer to this request is a success.
const IS_GOOD: [Check; 3] = [issuer, no_error, code];

impl Answer {
    /// `arrived_at` is the callback's address without its query.
    pub(crate) fn new(arrived_at: String, query: &str) -> Self {
        Self { arrived_at, parameters: form_urlencoded::parse(query.as_bytes()).into_owned().collect() }
    }

    /// Whether a query is that of an answer, and not of an ordinary page.
    pub(crate) fn is_one(query: &str) -> bool {
        form_urlencoded::parse(query.as_bytes()).any(|(name, _)| matches!(&*name, "state" | "code" | "error"))
    }

    pub(crate) fn belongs_to(&self, sent: &SignInSession, issuer: &str) -> Result<(), CallbackError> {
        BELONGS.iter().try_for_each(|check| check(self, sent, issuer))
    }

    /// The authorization code, if the answer is a success.
    pub(crate) fn code(&self, sent: &SignInSession, issuer: &str) -> Result<&str, CallbackError> {
        IS_GOOD.iter().try_for_each(|check| check(self, sent, issuer))?;
        self.one("code").ok_or(CallbackError::NoCode)
    }

    /// A server that announces `iss` always sends it (RFC 9207 §2.4).
    pub(crate) fn names_issuer(&self, announced: bool) -> Result<(), CallbackError> {
        if announced && self.one("iss").is_none() { Err(CallbackError::NoIssuer) } else { Ok(()) }
    }

    /// The state that came back.
    pub(crate) fn state(&self) -> Option<&str> {
        self.one("state")
    }

    fn one(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// The SDK compares the address of the callback with the redirect URI. They differ when the app is
/// visited under another name than it is configured for.
fn redirect_uri(answer: &Answer, sent: &SignInSession, _: &str) -> Result<(), CallbackError> {
    // Logto appends its parameters to an existing query.
    let expected = sent.redirect_uri.split(['?', '#']).next().unwrap_or_default();
    let asked = as_browsers_ask(expected);
    if [Some(expected), asked.as_deref()].contains(&Some(answer.arrived_at.as_str())) {
        return Ok(());
    }
    let (expected, found) = (sent.redirect_uri.clone(), answer.arrived_at.clone());
    Err(CallbackError::RedirectUri { expected, found })
}

/// A URI in its normal form, without the user name and password that stay in the browser.
fn as_browsers_ask(uri: &str) -> Option<String> {
    let mut url = Url::parse(uri).ok()?;
    url.set_username("").ok()?;
    url.set_password(None).ok()?;
    Some(url.into())
}

/// RFC 6749 §3.1: no parameter occurs more than once.
fn each_once(answer: &Answer, _: &SignInSession, _: &str) -> Result<(), CallbackError> {
    let times = |name: &str| answer.parameters.iter().filter(|(key, _)| key == name).count();
    ["state", "iss", "error", "code"]
        .into_iter()
        .find(|name| times(name) > 1)
        .map_or(Ok(()), |name| Err(CallbackError::Repeated(name)))
}

/// RFC 6749 §10.12: the state is the one that the app sent.
fn state(answer: &Answer, sent: &SignInSession, _: &str) -> Result<(), CallbackError> {
    match answer.one("state") {
        None => Err(CallbackError::NoState),
        Some(state) if state == sent.state => Ok(()),
        Some(_) => Err(CallbackError::State),
    }
}

/// RFC 9207 §2.4: the answer is from the server that the app asked.
fn issuer(answer: &Answer, _: &SignInSession, expected: &str) -> Result<(), CallbackError> {
    match answer.one("iss") {
        Some(found) if found != expected => {
            Err(CallbackError::Issuer { expected: expected.to_owned(), found: found.to_owned() })
        }
        _ => Ok(()),
    }
}

/// RFC 6749 §4.1.2.1: the answer does not report an error.
fn no_error(answer: &Answer, _: &SignInSession, _: &str) -> Result<(), CallbackError> {
    let Some(error) = answer.one("error") else { return Ok(()) };
    let description = answer.one("error_description").unwrap_or_default().to_owned();
    Err(CallbackError::Refused { error: error.to_owned(), description })
}

/// RFC 6749 §4.1.2: the answer has a code.
fn code(answer: &Answer, _: &SignInSession, _: &str) -> Result<(), CallbackError> {
    if answer.one("code").unwrap_or_default().is_empty() { Err(CallbackError::NoCode) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISSUER: &str = "http://localhost:3001/oidc";

    fn judge(query: &str) -> Result<String, CallbackError> {
        let sent = SignInSession {
            redirect_uri: "http://localhost:3000/callback".to_owned(),
            code_verifier: "v".to_owned(),
            state: "s+1".to_owned(),
            nonce: Some("n".to_owned()),
        };
        let sent = SignInSession::from_text(&sent.to_text()).unwrap();
        let answer = Answer::new("http://localhost:3000/callback".to_owned(), query);
        answer.belongs_to(&sent, ISSUER)?;
        answer.code(&sent, ISSUER).map(ToOwned::to_owned)
    }

    #[test]
    fn takes_the_code_of_a_good_answer() {
        assert_eq!(
            judge("code=c%2B&state=s%2B1&iss=http%3A%2F%2Flocalhost%3A3001%2Foidc"),
            Ok("c+".to_owned())
        );
        assert_eq!(judge("code=c&state=s%2B1"), Ok("c".to_owned()));
    }

    #[test]
    fn the_state_is_checked_before_anything_an_attacker_could_write() {
        assert_eq!(judge("error=access_denied&error_description=call+0800"), Err(CallbackError::NoState));
        assert_eq!(judge("error=access_denied&state=x"), Err(CallbackError::State));
        assert_eq!(judge("code=c&state=s+1"), Err(CallbackError::State), "a plus is a space");
        assert_eq!(judge("code=c&state=s%2B1&state=x"), Err(CallbackError::Repeated("state")));
    }

    #[test]
    fn an_error_is_shown_with_its_description() {
        let told = |query: &str| judge(query).unwrap_err().to_string();
        assert_eq!(told("error=access_denied&state=s%2B1"), "access_denied");
        assert_eq!(told("error=a&error_description=b%20c&state=s%2B1"), "a: b c");
        assert!(told("error=a&state=s%2B1&iss=http%3A%2F%2Fevil").contains("http://evil"));
    }

    #[test]
    fn refuses_an_answer_without_a_code_and_one_with_two() {
        assert_eq!(judge("state=s%2B1"), Err(CallbackError::NoCode));
        assert_eq!(judge("code=&state=s%2B1"), Err(CallbackError::NoCode));
        assert_eq!(judge("code=a&code=b&state=s%2B1"), Err(CallbackError::Repeated("code")));
    }
}
