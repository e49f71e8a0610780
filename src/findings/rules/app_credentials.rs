//! What is wrong with the app's ID and secret themselves.

use oauth::secret::{Difference, difference, is_white_space};
use serde_json::Value;

use crate::findings::causes::App;
use crate::findings::observed::Observed;
use crate::findings::shown::{quoted, shown_secret};

/// Why Logto does not know the ID that the app sent, and the ID for evidence.
pub(super) fn unknown_id(seen: &Observed<'_>, sent: &str) -> (App, String) {
    let id = seen.settings.application.get("id").and_then(Value::as_str);
    let secret = seen.settings.app.as_ref().map(|app| app.app_secret.trim());
    let is_secret =
        seen.settings.app_secrets.iter().any(|known| known == sent.trim()) || is_like_secret(sent.trim());
    let bare: String = sent.chars().filter(|c| !is_white_space(*c)).collect();
    if is_secret && id.is_some() && id == secret {
        (App::AppIdAndSecretSwapped, shown_secret(sent))
    } else if bare != sent && id == Some(bare.as_str()) {
        (App::AppIdHasWhitespace, quoted(sent))
    } else {
        (App::AppIdUnknown, if is_secret { shown_secret(sent) } else { quoted(sent) })
    }
}

/// Logto's secrets have 32 letters and digits, its IDs 21 (contract §0).
fn is_like_secret(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Why Logto refuses the app's secret, as far as the secret shows it.
pub(super) fn refused_secret(known: &[String], sent: &str) -> App {
    let differs = |by: Difference| known.iter().any(|known| difference(known, sent, None) == by);
    if sent.trim_matches(is_white_space) != sent || differs(Difference::InnerWhiteSpace) {
        App::AppSecretHasWhitespace
    } else if differs(Difference::PercentEncoded) {
        App::AppSecretPercentEncoded
    } else {
        App::AppSecretWrong
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_tells_what_was_done_to_it() {
        let known = ["abc+def/gh".to_owned()];
        for (sent, cause) in [
            ("abc%2Bdef%2Fgh", App::AppSecretPercentEncoded),
            ("abc+def/gh\n", App::AppSecretHasWhitespace),
            ("abc+def\u{200b}/gh", App::AppSecretHasWhitespace),
            ("abc", App::AppSecretWrong),
        ] {
            assert_eq!(refused_secret(&known, sent), cause, "{sent}");
        }
    }
}
