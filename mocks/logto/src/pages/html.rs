//! HTML of the double.

use std::fmt::Write as _;

use serde_json::Value;

/// The sign-in page, for every route of the sign-in application.
pub(super) const SIGN_IN: &str = include_str!("sign-in.html");

/// What stands in the page for the settings (`ssrPlaceholder` of `@logto/schemas`).
const SETTINGS: &str = "\"__LOGTO_SSR__\"";

/// The sign-in page with the settings for its script, in the form of `koaExperienceSsr`.
pub(super) fn sign_in(settings: &Value) -> String {
    let json = settings.to_string();
    let mut safe = String::with_capacity(json.len());
    for char in json.chars() {
        match char {
            // What could end the script, or a string in older ones.
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                // Writing to a `String` cannot fail.
                let _ = write!(safe, "\\u{:04x}", u32::from(char));
            }
            char => safe.push(char),
        }
    }
    SIGN_IN.replacen(SETTINGS, &format!("Object.freeze({safe})"), 1)
}

/// The page for a device's user code, and for the outcome.
pub(super) const DEVICE: &str = include_str!("device.html");

/// The page after a sign-out without a redirect URI.
pub(crate) const SIGNED_OUT: &str = "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
    <title>Sign Out</title></head><body><p>You have successfully signed out.</p></body></html>\n";

/// The sign-out page of a signed-in session (contract §1.8): `logout` is outside the form.
pub(crate) fn sign_out(action: &str, xsrf: &str) -> String {
    format!(
        r#"<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="UTF-8">
  <meta name="viewport" content="width=device-width, initial-scale=1.0">
  <title>Sign Out</title>
</head>
<body onload="document.getElementById('op.logoutForm').submit();">
  <form id="op.logoutForm" method="post" action="{action}"><input type="hidden" name="xsrf" value="{xsrf}"/></form>
  <input type="hidden" form="op.logoutForm" value="yes" name="logout" />
</body>
</html>
"#
    )
}

/// A page that submits its form by itself: to an application that wants its answer posted, and to
/// the sign-out if another person, or no one, is signed in.
pub(crate) fn submitting(action: &str, fields: &[(&str, &str)]) -> String {
    let inputs: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!(r#"<input type="hidden" name="{name}" value="{}"/>"#, escaped(value)))
        .collect();
    let (action, inputs) = (escaped(action), inputs.join("\n    "));
    format!(
        r#"<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="UTF-8">
  <title>Submitting Callback</title>
  <script>
    document.addEventListener('DOMContentLoaded', function () {{ document.forms[0].submit() }});
  </script>
</head>
<body>
  <form method="post" action="{action}">
    {inputs}
    <noscript>
      Your browser does not run JavaScript.<br/>
      <button autofocus type="submit">Continue</button>
    </noscript>
  </form>
</body>
</html>
"#
    )
}

/// Escapes text for a quoted attribute.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn settings_cannot_end_the_script() {
        let page = sign_in(&json!({ "customCss": "</script><b>&\u{2028}" }));
        let form = r#"window.logtoSsr = Object.freeze({"customCss":"\u003c/script\u003e\u003cb\u003e\u0026\u2028"});"#;
        assert!(page.contains(form), "{page}");
    }
}
