//! HTML of the double.

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
