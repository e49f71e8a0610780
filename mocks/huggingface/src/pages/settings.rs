//! The pages under `/settings`.

use maud::{Markup, html};

use super::layout::{page, wide_page};
use crate::answer::path_segment;
use crate::config::{App, MAX_TOKEN_DURATION_MINUTES, SCOPES};
use crate::store::Grant;

/// The app that the form shows, and what was wrong with the last attempt.
pub(crate) struct AppForm<'a> {
    pub(crate) app: &'a App,
    pub(crate) error: Option<String>,
}

fn path(app: &App) -> String {
    format!("/settings/applications/{}", path_segment(&app.client_id))
}

/// The list of all apps.
pub(crate) fn applications(apps: &[App]) -> Markup {
    let content = html! {
        h1 { "OAuth applications" }
        @if apps.is_empty() { p { "There are no apps yet." } } @else {
            table {
                thead { tr { th scope="col" { "Name" } th scope="col" { "Client ID" } th scope="col" { "Kind" } } }
                tbody {
                    @for app in apps {
                        tr {
                            td { a href=(path(app)) { (app.name) } }
                            td { code { (app.client_id) } }
                            td { @if app.public { "public" } @else { "with a secret" } }
                        }
                    }
                }
            }
        }
        p { a class="button" href="/settings/applications/new" { "Create a new app" } }
        p { a href="/settings/connected-applications" { "Connected applications" } }
    };
    wide_page("OAuth applications", &content)
}

/// The form for a new app.
pub(crate) fn new_application(form: &AppForm<'_>) -> Markup {
    let content = html! {
        h1 { "Create a new OAuth application" }
        (fields(form, "/settings/applications/new", "Create", true))
    };
    page("New application", &content)
}

/// The page of one app: its credentials, its fields, and its actions.
pub(crate) fn application(form: &AppForm<'_>) -> Markup {
    let app = form.app;
    let path = path(app);
    let content = html! {
        h1 { (app.name) }
        h2 { "Client ID" }
        p { code id="client-id" { (app.client_id) } }
        h2 { "App secret" }
        @match &app.secret {
            Some(secret) => {
                p { code id="client-secret" { (secret) } }
                form method="post" action={ (path) "/secret" } { button type="submit" { "Create a new secret" } }
                form method="post" action={ (path) "/secret/delete" } { button type="submit" { "Delete the secret" } }
                p class="hint" { "Without a secret the app is public, and must use PKCE." }
            }
            None => {
                p { "This app is public: it has no secret." }
                form method="post" action={ (path) "/secret" } { button type="submit" { "Create a secret" } }
            }
        }
        h2 { "Settings" }
        (fields(form, &path, "Save", false))
        form method="post" action={ (path) "/delete" } { button type="submit" { "Delete the app" } }
        p { a href="/settings/applications" { "All applications" } }
    };
    page(&app.name, &content)
}

fn fields(form: &AppForm<'_>, action: &str, submit: &str, new: bool) -> Markup {
    let app = form.app;
    html! {
        @if let Some(error) = &form.error { p class="alert" role="alert" { (error) } }
        form method="post" action=(action) {
            label for="name" { "Application name" }
            input id="name" name="name" type="text" value=(app.name) required;
            label for="homepage_url" { "Homepage URL" }
            input id="homepage_url" name="homepage_url" type="url" value=(app.homepage_url.as_deref().unwrap_or_default());
            label for="logo_url" { "Logo URL" }
            input id="logo_url" name="logo_url" type="url" value=(app.logo_url.as_deref().unwrap_or_default());
            label for="redirect_uris" { "Redirect URIs, one per line" }
            textarea id="redirect_uris" name="redirect_uris" spellcheck="false" { (app.redirect_uris.join("\n")) }
            fieldset {
                legend { "Scopes" }
                @for (scope, meaning) in SCOPES {
                    label class="check" {
                        input type="checkbox" name="scopes" value=(scope) checked[app.scopes.contains(scope)];
                        " " code { (scope) } " – " (meaning)
                    }
                }
            }
            label for="token_duration_minutes" { "Token duration in minutes" }
            input id="token_duration_minutes" name="token_duration_minutes" type="number" min="1"
                max=(MAX_TOKEN_DURATION_MINUTES) value=(app.token_duration_minutes);
            @if new {
                label class="check" {
                    input type="checkbox" name="public" value="true" checked[app.public];
                    " Public app: no secret"
                }
            }
            button class="primary" type="submit" { (submit) }
        }
    }
}

/// The apps that a user permitted, one row for each set of scopes.
pub(crate) fn connected(grants: &[(Grant, String)]) -> Markup {
    let content = html! {
        h1 { "Connected applications" }
        @if grants.is_empty() { p { "No app has access to your account." } } @else {
            table {
                thead {
                    tr {
                        th scope="col" { "App" } th scope="col" { "Scopes" } th scope="col" { "Since" }
                        th scope="col" { "Access" }
                    }
                }
                tbody {
                    @for (grant, name) in grants {
                        tr {
                            td { (name) }
                            td { (grant.scopes) }
                            td { (grant.given_at.strftime("%Y-%m-%d %H:%M UTC").to_string()) }
                            td {
                                form method="post" action={ "/settings/connected-applications/" (path_segment(&grant.client_id)) "/revoke" } {
                                    button type="submit" aria-label={ "Revoke access of " (name) } { "Revoke" }
                                }
                            }
                        }
                    }
                }
            }
        }
        p { a href="/settings/applications" { "OAuth applications" } }
    };
    wide_page("Connected applications", &content)
}
