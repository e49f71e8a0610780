//! The pages of the device flow (RFC 8628 §3.3).

use maud::{Markup, html};

use super::layout::page;
use crate::config::{App, User};

/// The page on which the user enters the code that the device shows.
pub(crate) fn device_entry(user: &User, code: &str, error: Option<&str>) -> Markup {
    let content = html! {
        h1 { "Connect a device" }
        @if let Some(error) = error { p class="alert" role="alert" { (error) } }
        p { "Signed in as " strong { (user.fullname) } " (" (user.username) ")." }
        form method="post" action="/oauth/device/verify" {
            label for="user_code" { "Code" }
            input id="user_code" name="user_code" type="text" value=(code) placeholder="XXXX-XXXX"
                autocomplete="off" autocapitalize="characters" spellcheck="false" required;
            p class="hint" { "Enter the code that your device or command line shows." }
            button class="primary" type="submit" { "Continue" }
        }
    };
    page("Connect a device", &content)
}

/// The page after the user's decision.
pub(crate) fn device_done(app: &App, allowed: bool) -> Markup {
    let (title, text) = if allowed {
        ("Device connected", "may access your account now. You can go back to your device.")
    } else {
        ("Request denied", "was not given access. You can close this page.")
    };
    let content = html! {
        h1 { (title) }
        p role="status" { strong { (app.name) } " " (text) }
    };
    page(title, &content)
}
