//! The home page, in the guide's words.

use maud::{DOCTYPE, Markup, html};

/// Plain as in the guide; nothing is loaded from elsewhere.
const STYLE: &str =
    "body{font:16px/1.6 system-ui,sans-serif;max-width:40rem;margin:4rem auto;padding:0 1rem}";

/// The home page. As in the guide, both links are always there.
pub(crate) fn home(signed_in: bool) -> Markup {
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
                div { a href="/sign-in" { "Sign In" } }
                div { a href="/sign-out" { "Sign Out" } }
            }
        }
    }
}
