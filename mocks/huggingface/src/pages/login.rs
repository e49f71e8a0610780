//! The login page.

use maud::{Markup, html};

use super::layout::page;
use crate::config::User;

/// `next` is where the browser goes once signed in.
pub(crate) fn login(users: &[User], next: &str, error: Option<&str>) -> Markup {
    let content = html! {
        h1 { "Log In" }
        @if let Some(error) = error { p class="alert" role="alert" { (error) } }
        @if !users.is_empty() {
            form method="post" action="/login" aria-label="Known users" {
                input type="hidden" name="next" value=(next);
                @for user in users {
                    button class="user" type="submit" name="username" value=(user.username) {
                        (user.fullname) " (" (user.username) ")"
                    }
                }
            }
        }
        form method="post" action="/login" aria-label="Username" {
            input type="hidden" name="next" value=(next);
            label for="username" { "Username" }
            input id="username" name="username" type="text" autocomplete="username" autocapitalize="none" required;
            p class="hint" { "No password is needed." }
            button class="primary" type="submit" { "Log In" }
        }
    };
    page("Sign in", &content)
}
