//! The home page, worded as in the guide.

use maud::{DOCTYPE, Markup, html};

use crate::config::Config;
use crate::variant::Variant;

/// Plain, as in the guide; the page loads no external resources.
const STYLE: &str =
    "body{font:16px/1.6 system-ui,sans-serif;max-width:40rem;margin:4rem auto;padding:0 1rem}";

/// The home page. As in the guide, both links are always shown.
pub(crate) fn home(signed_in: bool, config: &Config) -> Markup {
    let state = if signed_in {
        "You are logged in to this website! :)"
    } else {
        "You are not logged in to this website. :("
    };
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "Bookstore" }
                style { (maud::PreEscaped(STYLE)) }
            }
            body {
                h1 { "Hello Logto" }
                div { (state) }
                @if config.does(Variant::PostsWith307) {
                    form method="post" action="/sign-in" { button { "Sign In" } }
                } @else {
                    div { a href="/sign-in" { "Sign In" } }
                }
                div { a href="/sign-out" { "Sign Out" } }
            }
        }
    }
}

/// The page that a single-page app shows if its router does not recognize the callback.
pub(crate) fn blank() -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head { meta charset="utf-8"; title { "Bookstore" } }
            body { div id="root" {} }
        }
    }
}
