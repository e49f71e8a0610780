//! The permission page.

use maud::{Markup, html};
use oauth::Scopes;

use super::layout::page;
use crate::config::{App, Organization, SCOPES, User};

/// `path` is the target of the form: the authorization request itself, or the page for devices with
/// the `user_code` as a hidden field.
pub(crate) fn consent(
    app: &App,
    user: &User,
    scopes: &Scopes,
    orgs: &[&Organization],
    preselected: &[String],
    path: &str,
    user_code: Option<&str>,
) -> Markup {
    let content = html! {
        @if let Some(logo) = &app.logo_url { img class="logo" src=(logo) alt=""; }
        h1 { (app.name) " wants to access your account" }
        p {
            "Signed in as " strong { (user.fullname) } " (" (user.username) ")."
            @if let Some(homepage) = &app.homepage_url {
                " About the app: " a href=(homepage) { (homepage) }
            }
        }
        h2 { "It will be able to" }
        ul {
            @for scope in scopes.iter() { li { (meaning(scope)) " (" code { (scope) } ")" } }
        }
        @if let Some(code) = user_code {
            p {
                "A device that shows the code " strong { (code) } " is requesting access. "
                "Deny the request unless the device is in front of you."
            }
        }
        form method="post" action=(path) {
            @if let Some(code) = user_code { input type="hidden" name="user_code" value=(code); }
            @if !orgs.is_empty() {
                fieldset {
                    legend { "Grant access to organizations" }
                    @for org in orgs {
                        label class="check" {
                            input type="checkbox" name="orgIds" value=(org.sub) checked[preselected.contains(&org.sub)];
                            " " (org.fullname)
                        }
                    }
                }
            }
            button class="primary" type="submit" name="action" value="authorize" { "Authorize" }
            button type="submit" name="action" value="deny" { "Deny" }
        }
    };
    page(&format!("Authorize {}", app.name), &content)
}

fn meaning(scope: &str) -> &str {
    SCOPES.iter().find(|(name, _)| *name == scope).map_or(scope, |(_, meaning)| meaning)
}
