//! The verbs, in one table, from which are generated: the members of a step, the JSON Schema, the
//! reference in `docs/scenarios.md`, and every message that names a verb. What a verb does is in
//! `run/verbs.rs`.

use std::fmt::{self, Write as _};
use std::time::Duration;

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::Value;

use super::capture::RawCapture;
use super::change::{AdminCall, HuggingFaceChange, answers_work};
use super::expect::Expect;
use super::secrets::Found;
use crate::document::typed::{Placed, TypeError};
use crate::named::named;
use crate::setup::{AppRestart, NetworkChange};

/// Turns each row into a variant of [`Verb`] and a member of [`RawStep`]. A row has:
///
/// 1. the help, for the reference and the schema,
/// 2. the name and the type of the argument in a file,
/// 3. the variant and the type of its argument, which [`Read`] makes from the one in the file,
/// 4. examples for the reference,
/// 5. how messages that name the step show the argument; by default they do not show it.
macro_rules! verbs {
    ($(
        $(#[doc = $help:literal])+
        $name:ident: $written:ty => $variant:ident($argument:ty),
        $($example:literal)|+ $(, $it:ident => $shown:expr)?;
    )+) => {
        /// An action of the person, or of others in the meantime.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Verb {
            $($(#[doc = $help])+ $variant($argument),)+
        }

        impl Verb {
            /// The names of all verbs, as written in a file.
            pub const NAMES: &'static [&'static str] = &[$(stringify!($name)),+];

            /// Examples and help of each verb.
            const TEXTS: &'static [(&'static [&'static str], &'static str)] =
                &[$((&[$($example),+], concat!($($help),+))),+];

            /// The name as written in the file.
            #[must_use]
            pub fn name(&self) -> &'static str {
                match self {
                    $(Self::$variant(_) => stringify!($name),)+
                }
            }
        }

        impl fmt::Display for Verb {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())?;
                match self {
                    $(Self::$variant(_argument) => {
                        $(let $it = _argument; write!(f, ": {}", $shown)?;)?
                    })+
                }
                Ok(())
            }
        }

        /// One action of the person (exactly one verb), and what is expected after it.
        #[derive(Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(deny_unknown_fields)]
        #[cfg_attr(feature = "schema", schemars(rename = "Step"))]
        pub(super) struct RawStep {
            $($(#[doc = $help])+ $name: Option<$written>,)+
            /// In place of a verb: the steps of a file, relative to this one.
            #[expect(dead_code, reason = "followed in the tree of values, before types are looked at")]
            include: Option<String>,
            /// Values for the included file's parameters.
            #[serde(default)]
            #[expect(dead_code, reason = "filled in in the tree of values, before types are looked at")]
            with: IndexMap<String, Value>,
            /// The browser, counted from 1; one named for the first time is opened. Browsers share
            /// nothing.
            pub(super) browser: Option<Placed<usize>>,
            /// The tab, counted from 1; a tab named for the first time is opened.
            pub(super) tab: Option<Placed<usize>>,
            /// What is expected after every redirect has been followed.
            #[serde(default)]
            pub(super) expect: Expect,
            /// Values that later steps use as `[NAME]`.
            #[serde(default)]
            pub(super) capture: IndexMap<String, Placed<RawCapture>>,
        }

        impl RawStep {
            /// All verbs that the step has.
            fn verbs(&mut self) -> Result<Vec<Verb>, TypeError> {
                let verbs = [$(self.$name.take().map(|written| Ok(Verb::$variant(Read::read(written)?)))),+];
                verbs.into_iter().flatten().collect()
            }
        }
    };
}

verbs! {
    /// Types a URL: a path of the app, or an absolute URL such as `"[LOGTO]/sign-in"`.
    visit: String => Visit(String), "visit: /", address => address;

    /// Clicks the link or button with this text.
    click: String => Click(String), "click: Sign In", text => text;

    /// On Logto's sign-in page: clicks the social button of this target. Only a button that the
    /// page shows can be clicked.
    continue_with: String => ContinueWith(String), "continue_with: huggingface", target => target;

    /// At Hugging Face: logs in as this user if asked, and allows access.
    sign_in_as: String => SignInAs(String), "sign_in_as: ada", username => username;

    /// At Hugging Face: logs in as this user if asked, and denies access.
    deny_as: String => DenyAs(String), "deny_as: ada", username => username;

    /// On Logto's sign-in page: creates an account.
    register_with_password: PasswordAccount => RegisterWithPassword(PasswordAccount),
    "register_with_password: { username: alan, password: … }", account => account.username;

    /// On Logto's sign-in page: signs in to an account.
    sign_in_with_password: PasswordAccount => SignInWithPassword(PasswordAccount),
    "sign_in_with_password: { username: alan, password: … }", account => account.username;

    /// Answers Logto's question about an account with the same e-mail address, agrees to the
    /// tenant's terms or refuses them, or clicks a button of the page that asks to authorize a
    /// third-party application.
    choose: Choice => Choose(Choice),
    "choose: link_account" | "choose: create_account" | "choose: agree_to_terms" | "choose: refuse_terms" |
    "choose: authorize" | "choose: cancel", choice => choice;

    /// Fills in what Logto asks a new person for. Logto sends a code to an e-mail address, and the
    /// stack has no mailbox that receives it.
    fill_in: Profile => FillIn(Profile),
    "fill_in: { username: ada_l }" | "fill_in: { password: … }" | "fill_in: { email: ada@example.com }",
    profile => profile.given().first().map_or("nothing", |(kind, _)| kind);

    /// Reloads the page, at the address that it shows.
    reload: Reloaded => Reload(Reloaded), "reload: page";

    /// Goes back to the previous page, which is loaded again: browsers do not cache the pages of a
    /// sign-in. From one of Logto's pages to another that its script showed without a request, it is
    /// not.
    back: Reloaded => Back(Reloaded), "back: page";

    /// The page lets the browser load the target of the link with this text in the background, with
    /// cookies; the browser discards the result.
    prefetch: String => Prefetch(String), "prefetch: Sign Out", text => text;

    /// The browser loses these cookies; `[]` means all.
    lose_cookies: Vec<String> => LoseCookies(Vec<String>), "lose_cookies: [logto-session]",
    names => if names.is_empty() { "all".to_owned() } else { names.join(", ") };

    /// The tab loses its `sessionStorage`, as in-app browsers do; with `all`, the browser also
    /// loses its `localStorage`.
    lose_storage: LostStorage => LoseStorage(LostStorage),
    "lose_storage: session" | "lose_storage: all", lost => lost;

    /// Stops the sample app and starts it again with these settings; what it kept in memory is
    /// lost.
    restart_app: AppRestart => RestartApp(AppRestart), "restart_app: { session_secret, app_secret }";

    /// Lets time pass. The embedded Logto's clock is advanced (that of your own app is not); with a
    /// real Logto this really waits, so more than a minute `needs` the embedded one.
    wait: String => Wait(Duration), "wait: 2h 30m", time => format_args!("{time:?}");

    /// Calls Logto's Management API. The call must succeed, unless `expect.answered` says
    /// otherwise. In a shared tenant, what it creates is deleted afterwards, and what it changes is
    /// restored; what cannot be restored (a rotated key, a deleted object of others) is reported by
    /// the run or by `restore`.
    administer: AdminCall => Administer(AdminCall),
    "administer: { call: PATCH /api/sign-in-exp, body: { … } }", call => call.call;

    /// Changes something at Hugging Face: `app` (fields of the settings page), `refresh_secret`,
    /// `delete_app`, `account`, `delete_account`, `revoke_for`, `switches`, `answers`,
    /// `rotate_id_token_key` (`published`, or `unpublished`: the key set still has the previous
    /// key).
    at_huggingface: Box<HuggingFaceChange> => AtHuggingFace(Box<HuggingFaceChange>),
    "at_huggingface: { refresh_secret: true }", change => change;

    /// Breaks a connection between the parties, or restores it.
    network: NetworkChange => Network(NetworkChange), "network: { app_to_logto: refused }", change => change;
}

impl Verb {
    /// The table of verbs for `docs/scenarios.md`.
    #[must_use]
    pub fn reference() -> String {
        let mut table = "| verb | what happens |\n|---|---|\n".to_owned();
        for (examples, help) in Self::TEXTS {
            // Writing to a `String` cannot fail.
            let _ = writeln!(table, "| `{}` |{help} |", examples.join("` or `"));
        }
        table
    }

    /// Whether it is an action on the page that a tab shows.
    pub(super) fn needs_page(&self) -> bool {
        match self {
            Self::Click(_)
            | Self::ContinueWith(_)
            | Self::SignInAs(_)
            | Self::DenyAs(_)
            | Self::RegisterWithPassword(_)
            | Self::SignInWithPassword(_)
            | Self::Choose(_)
            | Self::FillIn(_)
            | Self::Reload(_)
            | Self::Back(_)
            | Self::Prefetch(_) => true,
            Self::Visit(_)
            | Self::LoseCookies(_)
            | Self::LoseStorage(_)
            | Self::RestartApp(_)
            | Self::Wait(_)
            | Self::Administer(_)
            | Self::AtHuggingFace(_)
            | Self::Network(_) => false,
        }
    }

    /// Checks rules that the type of the argument cannot express.
    fn check(&self) -> Result<(), TypeError> {
        let (message, hint) = match self {
            Self::FillIn(profile) if profile.given().len() != 1 => {
                let hint = "give `username`, `password` or `email`, and the others in separate steps";
                ("`fill_in` takes one thing at a time".to_owned(), hint)
            }
            Self::Administer(call) if call.parts().is_none() => {
                let hint = "write method and path, separated by a space, as in `PATCH /api/sign-in-exp`";
                (format!("`{}` is not a call of the Management API", call.call), hint)
            }
            Self::AtHuggingFace(change) => {
                return answers_work(change.answers.as_deref().unwrap_or_default());
            }
            _ => return Ok(()),
        };
        Err(TypeError::new(message, Some(hint.to_owned())))
    }

    #[cfg(test)]
    pub(super) fn examples() -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
        Self::NAMES.iter().zip(Self::TEXTS).map(|(name, (examples, _))| (*name, *examples))
    }

    /// Adds the secrets in its argument.
    pub(super) fn secrets(&self, found: &mut Found) {
        match self {
            Self::RegisterWithPassword(account) | Self::SignInWithPassword(account) => {
                found.text(Some(&account.password));
            }
            Self::FillIn(profile) => found.text(profile.password.as_ref()),
            Self::Visit(address) => found.address(address),
            Self::RestartApp(restart) => {
                found.text(restart.app_secret.as_ref());
                found.text(restart.session_secret.as_ref());
            }
            Self::Administer(call) => found.management_call(call.body.as_ref()),
            Self::AtHuggingFace(change) => change.app.iter().for_each(|app| found.oauth_app(app)),
            Self::Click(_)
            | Self::ContinueWith(_)
            | Self::SignInAs(_)
            | Self::DenyAs(_)
            | Self::Choose(_)
            | Self::Reload(_)
            | Self::Back(_)
            | Self::Prefetch(_)
            | Self::LoseCookies(_)
            | Self::LoseStorage(_)
            | Self::Wait(_)
            | Self::Network(_) => {}
        }
    }
}

impl RawStep {
    /// The single verb of the step.
    pub(super) fn verb(&mut self) -> Result<Verb, TypeError> {
        let one = || Some(format!("a step has exactly one of: {}", Verb::NAMES.join(", ")));
        let mut verbs = self.verbs()?;
        match (verbs.pop(), verbs.pop()) {
            (Some(verb), None) => verb.check().map(|()| verb),
            (None, _) => Err(TypeError::new("this step has no verb".to_owned(), one())),
            (Some(second), Some(first)) => {
                let message = format!("this step has two verbs, `{}` and `{}`", first.name(), second.name());
                Err(TypeError::new(message, one()))
            }
        }
    }
}

/// Converts a verb's argument from its form in the file.
trait Read<T> {
    fn read(self) -> Result<T, TypeError>;
}

impl<T> Read<T> for T {
    fn read(self) -> Result<T, TypeError> {
        Ok(self)
    }
}

impl Read<Duration> for String {
    fn read(self) -> Result<Duration, TypeError> {
        let wrong = || {
            let hint = Some("write a duration such as `90s`, `2h 30m` or `15 days`".to_owned());
            TypeError::new(format!("`{self}` is not a duration"), hint)
        };
        // Days of 24 hours: changes to daylight saving time do not matter here.
        let span: jiff::Span = self.parse().map_err(|_| wrong())?;
        let length = span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).map_err(|_| wrong())?;
        Duration::try_from(length).map_err(|_| wrong())
    }
}

/// Username and password, entered on Logto's page.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PasswordAccount {
    /// The account's username.
    pub username: String,
    /// The account's password.
    pub password: String,
}

/// What Logto may ask a new person for; exactly one at a time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The username to choose.
    pub username: Option<String>,
    /// The password to choose.
    pub password: Option<String>,
    /// An e-mail address; Logto sends a code there.
    pub email: Option<String>,
}

impl Profile {
    /// What is filled in, as kind and value.
    #[must_use]
    pub fn given(&self) -> Vec<(&'static str, &str)> {
        [("username", &self.username), ("password", &self.password), ("email", &self.email)]
            .into_iter()
            .filter_map(|(kind, value)| Some((kind, value.as_deref()?)))
            .collect()
    }
}

named! {
    /// The answers to “an account with this e-mail exists”, to the terms of use, and to the request of
    /// a third-party application.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename_all = "snake_case")]
    pub enum Choice {
        /// Sign in to that account from now on.
        LinkAccount => "link_account",
        /// Create a separate account.
        CreateAccount => "create_account",
        /// Agree to the terms.
        AgreeToTerms => "agree_to_terms",
        /// Do not agree to them: the page stays, or shows the sign-in page again.
        RefuseTerms => "refuse_terms",
        /// Authorize the third-party application.
        Authorize => "authorize",
        /// Do not authorize it: the browser goes to the application's redirect URI, without a code
        /// or an error.
        Cancel => "cancel",
    }
}

/// What is reloaded, or gone back to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Reloaded {
    /// The page of the tab, or the previous one.
    Page,
}

named! {
    /// Which browser storage is lost.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename_all = "snake_case")]
    pub enum LostStorage {
        /// `sessionStorage` of the tab, as in-app browsers do.
        Session => "session",
        /// Also the browser's `localStorage`.
        All => "all",
    }
}
