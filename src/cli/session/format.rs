//! Cookies as other programs read them.

use serde_json::{Value, json};

use crate::Stack;
use crate::run::Session;
use crate::walker::{KeptCookie, SameSite};

/// Our own form, which the control API answers with.
pub(crate) fn json(stack: &Stack, username: &str, session: &Session) -> Value {
    json!({
        "person": username,
        "app": stack.endpoints().app.origin().ascii_serialization(),
        "signed_in_shown": session.shown,
        "cookie_header": session.header,
        "cookies": session.cookies.iter().map(cookie).collect::<Vec<_>>(),
    })
}

fn cookie(kept: &KeptCookie) -> Value {
    let same_site = match kept.same_site {
        SameSite::Strict => "Strict",
        SameSite::Lax => "Lax",
        SameSite::None => "None",
    };
    json!({
        "name": kept.name,
        "value": kept.value,
        // With a dot, hosts below the domain get it, too, as in Playwright and in cookies.txt.
        "domain": format!("{}{}", if kept.below { "." } else { "" }, kept.domain),
        "path": kept.path,
        // Seconds since 1970; -1 for a cookie that ends with the browser.
        "expires": kept.expires.map_or(-1, jiff::Timestamp::as_second),
        "httpOnly": kept.http_only,
        "secure": kept.secure,
        "sameSite": same_site,
    })
}

/// A `storageState` of Playwright: <https://playwright.dev/docs/api/class-browsercontext#browser-context-storage-state>.
/// The walker's pages run no script, so they leave nothing in the local storage.
pub(super) fn playwright(session: &Value) -> Value {
    json!({ "cookies": session["cookies"], "origins": [] })
}

/// A Netscape cookie file, as `curl --cookie` reads it (<https://curl.se/docs/http-cookies.html>).
pub(super) fn cookies_txt(session: &Value) -> String {
    let mut text = "# Netscape HTTP Cookie File\n".to_owned();
    for cookie in session["cookies"].as_array().into_iter().flatten() {
        let member = |name: &str| cookie[name].as_str().unwrap_or_default();
        let flag = |set: bool| if set { "TRUE" } else { "FALSE" };
        let fields = [
            format!("{}{}", if cookie["httpOnly"] == true { "#HttpOnly_" } else { "" }, member("domain")),
            flag(member("domain").starts_with('.')).to_owned(),
            member("path").to_owned(),
            flag(cookie["secure"] == true).to_owned(),
            cookie["expires"].as_i64().unwrap_or(0).max(0).to_string(),
            member("name").to_owned(),
            member("value").to_owned(),
        ];
        text += &fields.join("\t");
        text.push('\n');
    }
    text
}
