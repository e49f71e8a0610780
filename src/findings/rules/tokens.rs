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
use crate::findings::seen::{page_shown, shown_text};
use crate::findings::shown::{quoted, without_secrets};
use crate::findings::symptom::{Symptom, SymptomKind};
use crate::findings::text::Place;
use crate::findings::unknown::{QUOTED, secrets};
use crate::transcript::times;

pub(super) const EXPLAIN: &[Explain] = rules![clock_differs, algorithm, keeps_old_keys];

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
    matches!(symptom.kind, SymptomKind::AppFailed { .. } | SymptomKind::NotSignedIn).then_some(())?;
    let (given, _, claims) = id_token(seen, symptom.hop)?;
    let issued = claims.get("iat")?.as_i64()?;
    let ahead = arrived(seen, symptom, given)?.as_second() - issued;
    // The app itself says that the time of issue is the problem.
    let said = page_shown(seen, seen.hop(symptom.hop)?).response.body.as_str();
    let about = ["issued", "iat", "clock", "in the future", "nbf"].iter().any(|word| said.contains(word));
    (about && ahead.abs() > LEEWAY).then(|| {
        let how = if ahead > 0 { "ahead of" } else { "behind" };
        let finding = Finding::new(App::ClockDiffers).symptom(symptom).journal(
            Party::APP,
            format!(
                "the ID token was issued at {issued}, and the app's clock was {} seconds {how} that",
                ahead.abs()
            ),
        );
        match seen.settings.clock_ahead {
            moved if moved.abs() > LEEWAY => finding.placed(Some(Place::AppDeployment)).setting(
                "the stack's clock, which was moved,",
                format!("{moved} seconds ahead of this machine's"),
            ),
            _ => finding,
        }
    })
}

/// An app of your own says that the algorithm is the problem, and names the one with which Logto signed.
fn algorithm(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    matches!(symptom.kind, SymptomKind::AppFailed { .. } | SymptomKind::NotSignedIn).then_some(())?;
    seen.record.back_channel.is_received().then_some(())?;
    let (_, header, _) = id_token(seen, symptom.hop)?;
    let used = header.get("alg")?.as_str()?;
    let page = page_shown(seen, seen.hop(symptom.hop)?);
    let mut lines = std::iter::once(shown_text(page)).chain(seen.settings.app_output.lines());
    let about = |line: &&str| line.contains(used) && line.to_lowercase().contains("alg");
    let line: String = lines.rfind(about)?.chars().take(QUOTED).collect();
    Some(
        Finding::new(App::AlgorithmNotTaken)
            .symptom(symptom)
            .journal(Party::APP, format!("the ID token is signed with {used}"))
            .journal(Party::APP, format!("the app says {}", quoted(&without_secrets(&line, &secrets(seen))))),
    )
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
