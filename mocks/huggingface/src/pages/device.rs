//! The pages of the device flow.

use maud::{Markup, html};
use oauth::Scopes;

use super::consent::meaning;
use super::layout::page;
use crate::config::{App, User};

/// Where the person types the code that their device shows.
pub(crate) fn device_code(error: Option<&str>) -> Markup {
    let content = html! {
        h1 { "Connect a device" }
        p { "Enter the code that your device shows." }
        @if let Some(error) = error { p class="alert" role="alert" { (error) } }
        form method="post" action="/oauth/device/verify" {
            label for="user_code" { "Code" }
            input id="user_code" name="user_code" type="text" autocomplete="off" autocapitalize="characters"
                placeholder="XXXX-XXXX" required;
            button class="primary" type="submit" { "Continue" }
        }
    };
    page("Connect a device", &content)
}

/// Whether the device may: asked for every device anew.
pub(crate) fn device_consent(app: &App, user: &User, scopes: &Scopes, user_code: &str) -> Markup {
    let content = html! {
        h1 { (app.name) " wants to access your account" }
        p { "Signed in as " strong { (user.fullname) } " (" (user.username) "). The code is " code { (user_code) } "." }
        h2 { "It will be able to" }
        ul { @for scope in scopes.iter() { li { (meaning(scope)) " (" code { (scope) } ")" } } }
        form method="post" action="/oauth/device/verify" {
            input type="hidden" name="user_code" value=(user_code);
            button class="primary" type="submit" name="action" value="authorize" { "Authorize" }
            button type="submit" name="action" value="deny" { "Deny" }
        }
    };
    page(&format!("Authorize {}", app.name), &content)
}

/// The end of it, for the person; the device finds out by itself.
pub(crate) fn device_done(allowed: bool) -> Markup {
    let content = html! {
        @if allowed {
            h1 { "Device connected" }
            p { "You can close this page and go back to your device." }
        } @else {
            h1 { "Device denied" }
            p { "Nothing was granted." }
        }
    };
    page("Connect a device", &content)
}
