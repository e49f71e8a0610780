//! The pages, as plain HTML forms that work without scripts.

mod consent;
mod device;
mod layout;
mod login;
mod settings;

use http::StatusCode;
use maud::{Markup, html};

pub(crate) use consent::consent;
pub(crate) use device::{device_done, device_entry};
pub(crate) use login::login;
pub(crate) use settings::{AppForm, application, applications, connected, new_application};

use crate::config::User;
use layout::page;

/// The home page.
pub(crate) fn home(user: Option<&User>) -> Markup {
    let content = html! {
        h1 { "Hugging Face (mock)" }
        @if let Some(user) = user {
            p { "You are signed in as " strong { (user.fullname) } " (" (user.username) ")." }
            ul {
                li { a href="/settings/applications" { "OAuth applications" } }
                li { a href="/settings/connected-applications" { "Connected applications" } }
            }
            form method="post" action="/logout" { button type="submit" { "Sign Out" } }
        } @else {
            p { "You are not signed in." }
            p { a class="button" href="/login" { "Log In" } }
        }
    };
    page("Home", &content)
}

/// An error page: the status as its heading, and one sentence.
pub(crate) fn error(status: StatusCode, text: &str) -> Markup {
    let content = html! {
        h1 { (status.as_u16()) }
        p role="alert" { (text) }
    };
    page(status.as_str(), &content)
}
