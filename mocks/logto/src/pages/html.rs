//! HTML of the double.

/// The sign-in page, for every route of the sign-in application.
pub(super) const SIGN_IN: &str = include_str!("sign-in.html");

/// Where a sign-out without a redirect URI ends.
pub(crate) const SIGNED_OUT: &str = "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
    <title>Signed Out</title></head><body><p>You have successfully signed out.</p></body></html>\n";

/// The sign-out page of a signed-in session (contract §1.8): `logout` stands
/// outside the form.
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

/// The page that sends its form by itself where nobody, or somebody else, is
/// signed in.
pub(crate) fn submitting(action: &str, xsrf: &str) -> String {
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
    <input type="hidden" name="xsrf" value="{xsrf}"/>
    <input type="hidden" name="logout" value="yes"/>
  </form>
</body>
</html>
"#
    )
}
