//! Rules about how an app handles the tokens that Logto issues to it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use kit::{Direction, Entry, Party};
use serde_json::Value;

use crate::findings::causes::App;
use crate::findings::endpoints::logto::TOKEN;
use crate::findings::finding::Finding;
use crate::findings::observed::{Observed, answered, body, is};
use crate::findings::rule::{Explain, rules};
use crate::findings::symptom::{Symptom, SymptomKind};
use crate::transcript::times;

pub(super) const EXPLAIN: &[Explain] = rules![clock_differs, keeps_old_keys];

/// Clock difference, in seconds, that the strictest of Logto's SDKs (Go) tolerates.
const LEEWAY: i64 = 60;
const JWKS: &str = "/oidc/jwks";

/// Header and claims of the ID token that the app received during a hop, and the exchange that
/// returned it.
fn id_token<'s>(seen: &'s Observed<'_>, hop: usize) -> Option<(&'s Entry, Value, Value)> {
    let given = seen.app_asked(hop, TOKEN).last()?;
    let token = answered(given, "id_token")?;
    let decoded = |part: Option<&str>| -> Option<Value> {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part?).ok()?).ok()
    };
    let mut parts = token.split('.');
    Some((given, decoded(parts.next())?, decoded(parts.next())?))
}

/// The token was issued at another time than the app's clock showed when it arrived.
fn clock_differs(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::AppFailed { .. } = symptom.kind else { return None };
    let (given, _, claims) = id_token(seen, symptom.hop)?;
    let issued = claims.get("iat")?.as_i64()?;
    let ahead = arrived(seen, symptom, given)?.as_second() - issued;
    // The app itself says that the time of issue is the problem.
    let said = seen.hop(symptom.hop)?.response.body.as_str();
    let about = ["issued", "iat", "clock"].iter().any(|word| said.contains(word));
    (about && ahead.abs() > LEEWAY).then(|| {
        let how = if ahead > 0 { "ahead of" } else { "behind" };
        Finding::new(App::ClockDiffers).symptom(symptom).journal(
            Party::APP,
            format!(
                "the ID token was issued at {issued}, and the app's clock was {} seconds {how} that",
                ahead.abs()
            ),
        )
    })
}

/// When the token arrived, by the app's clock: Logto's entry of the call of an app of your own has
/// Logto's time, and the app's answer its own.
fn arrived(seen: &Observed<'_>, symptom: &Symptom, given: &Entry) -> Option<Timestamp> {
    match seen.record.back_channel.is_received() {
        true => times::http(seen.hop(symptom.hop)?.response.header("date")?),
        false => Some(given.at),
    }
}

/// The token names a key that is not in any key set the app has read, and the app did not fetch a
/// new one.
fn keeps_old_keys(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::AppFailed { .. } = symptom.kind else { return None };
    let (given, header, _) = id_token(seen, symptom.hop)?;
    let kid = header.get("kid")?.as_str()?;
    let kept = seen.record.entries().rfind(|entry| is(entry, Party::APP, Direction::Sent, JWKS))?;
    // Keys fetched after the token arrived would be the newest.
    let newest = kept.number < given.number
        && seen.record.not_attributed().all(|maybe| maybe.entry.number < kept.number);
    (newest && !keys_of(kept)?.iter().any(|known| known == kid)).then(|| {
        Finding::new(App::KeepsOldKeys)
            .symptom(symptom)
            .journal(
                Party::APP,
                "the ID token names a key that was not in the key set the app read last".to_owned(),
            )
            .journal(Party::APP, format!("{} was last asked before that sign-in", kept.request.url))
    })
}

fn keys_of(entry: &Entry) -> Option<Vec<String>> {
    let set = body(entry)?;
    let keys = set.get("keys")?.as_array()?;
    Some(keys.iter().filter_map(|key| Some(key.get("kid")?.as_str()?.to_owned())).collect())
}
