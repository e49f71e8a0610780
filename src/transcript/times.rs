//! Shows times as distances from now, since the times themselves differ in every run.

use jiff::{SignedDuration, Timestamp};
use kit::Party;

use super::policy::{self, At, Then};

/// Numbers from this one on are milliseconds, whatever their name: as seconds they would be past the year
/// 5000.
const MILLISECONDS: i64 = 100_000_000_000;

/// Times further away are not of this walk: a date of birth, the first day of a shop.
const NEAR: SignedDuration = SignedDuration::from_hours(400 * 24);

/// A time in a JSON member as its distance from `at`, if the member holds one.
pub(super) fn member(name: &str, number: &serde_json::Number, at: Timestamp) -> Option<String> {
    let number = number.as_i64()?;
    let seconds = || Some((Timestamp::from_second(number).ok()?, ""));
    let milliseconds = || Some((Timestamp::from_millisecond(number).ok()?, " ms"));
    let (time, unit) = match policy::transcript(None, At::Member, name) {
        Then::Seconds if number >= MILLISECONDS => milliseconds(),
        Then::Seconds => seconds(),
        Then::Milliseconds => {
            // The reading that is nearer to the time of the message, whatever this machine's clock shows.
            let far = |(time, _): &(Timestamp, &str)| time.duration_since(at).unsigned_abs();
            [seconds(), milliseconds()].into_iter().flatten().min_by_key(far)
        }
        _ => None,
    }?;
    Some(relative(time, at, unit))
}

/// A text of an app's JSON that is a date and time near `at`, such as an expiry (ISO 8601, RFC 3339).
pub(super) fn text(text: &str, at: Timestamp) -> Option<String> {
    (policy::transcript(Some(Party::APP), At::TimeText, text) == Then::HttpTime).then_some(())?;
    let time: Timestamp = text.parse().ok()?;
    (time.duration_since(at).abs() <= NEAR).then(|| relative(time, at, ""))
}

fn relative(time: Timestamp, at: Timestamp, unit: &str) -> String {
    match distance(time, at).as_str() {
        "+0d" => format!("[NOW{unit}]"),
        distance => format!("[NOW{distance}{unit}]"),
    }
}

/// The value of a cookie's `expires`: `+14d`, `+1h`, or `1970` for a deletion.
pub(super) fn expires(value: &str, at: Timestamp) -> Option<String> {
    let expires = http(value)?;
    Some(if expires == Timestamp::UNIX_EPOCH { "1970".to_owned() } else { distance(expires, at) })
}

/// A time of HTTP (RFC 9110 §5.6.7).
pub(crate) fn http(value: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::parse(value).ok().map(|zoned| zoned.timestamp())
}

/// Rounded to what people set lifetimes in, since the hop itself takes time.
fn distance(time: Timestamp, at: Timestamp) -> String {
    let duration: SignedDuration = time.duration_since(at);
    let minutes = (duration.as_secs() + 30).div_euclid(60);
    match minutes {
        days if days % (24 * 60) == 0 => format!("{:+}d", days / (24 * 60)),
        hours if hours % 60 == 0 => format!("{:+}h", hours / 60),
        minutes => format!("{minutes:+}min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_795_421_828;

    fn at() -> Timestamp {
        Timestamp::from_second(NOW).unwrap()
    }

    #[test]
    fn lifetimes_are_rounded_to_what_people_set() {
        let expires = |seconds: i64| distance(Timestamp::from_second(NOW + seconds).unwrap(), at());
        assert_eq!(expires(14 * 86_400 - 1), "+14d");
        assert_eq!(expires(3599), "+1h");
        assert_eq!(expires(600), "+10min");
        assert_eq!(expires(-3601), "-1h");
    }

    #[test]
    fn seconds_and_milliseconds_are_told_apart() {
        let shown = |name: &str, number: i64| member(name, &number.into(), at());
        assert_eq!(shown("iat", NOW - 2).unwrap(), "[NOW]");
        assert_eq!(shown("exp", NOW + 3598).unwrap(), "[NOW+1h]");
        assert_eq!(shown("created_at", NOW * 1000 + 464).unwrap(), "[NOW ms]");
        assert_eq!(shown("expires_in", 3600), None);
    }

    #[test]
    fn they_are_told_apart_wherever_the_clock_stands() {
        for now in [10, 44_582_400, NOW, 9_214_646_400] {
            let at = Timestamp::from_second(now).unwrap();
            let shown = |name: &str, number: i64| member(name, &number.into(), at).unwrap();
            assert_eq!(shown("exp", now + 3600), "[NOW+1h]", "{now}");
            assert_eq!(shown("updated_at", now), "[NOW]", "{now}");
            assert_eq!(shown("updated_at", now * 1000 + 7), "[NOW ms]", "{now}");
            assert_eq!(shown("expiresAt", (now + 86_400) * 1000), "[NOW+1d ms]", "{now}");
        }
    }

    #[test]
    fn a_text_is_a_time_if_it_is_near() {
        let shown = |value: &str| text(value, at());
        assert_eq!(shown("2026-12-23T08:17:08.351Z").unwrap(), "[NOW+30d]");
        assert_eq!(shown("2026-11-23T09:17:08+01:00").unwrap(), "[NOW]");
        assert_eq!(shown("1815-12-10T00:00:00Z"), None, "a date of birth");
        assert_eq!(shown("2026-11-23"), None);
    }

    #[test]
    fn a_deletion_is_1970() {
        assert_eq!(expires("Thu, 01 Jan 1970 00:00:00 GMT", at()).unwrap(), "1970");
        assert_eq!(expires("Mon, 07 Dec 2026 08:17:08 GMT", at()).unwrap(), "+14d");
        assert_eq!(expires("soon", at()), None);
    }
}
