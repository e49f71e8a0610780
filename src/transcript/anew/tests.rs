//! Values as real libraries made them, from `tests/cookies.json`, which says how.

use super::*;

/// The two moments: 2026-11-30T12:44:03Z and two seconds later.
const AT: [i64; 2] = [1_796_042_643, 1_796_042_645];

fn one_content(old: &str, new: &str) -> bool {
    let [then, now] = AT.map(|seconds| Timestamp::from_second(seconds).unwrap());
    signed_anew(Dated { value: old, at: then }, Dated { value: new, at: now })
}

/// The cases of one kind, each with how its values were made.
fn cases(kind: &str) -> Vec<Value> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cookies.json");
    let all: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    all[kind].as_array().unwrap().clone()
}

fn values(case: &Value) -> [&str; 2] {
    [0, 1].map(|at| case["values"][at].as_str().unwrap())
}

#[test]
fn a_session_that_is_signed_anew_is_the_same_and_another_one_is_not() {
    let cases = cases("same");
    assert!(cases.len() >= 7);
    for case in cases {
        let ([old, new], other) = (values(&case), case["other"].as_str().unwrap());
        let how = &case["how"];
        assert!(old != new && one_content(old, new), "only signed anew: {how}");
        assert!(!one_content(old, other) && !one_content(other, new), "the session is another: {how}");
    }
}

#[test]
fn a_session_without_a_time_and_one_that_is_encrypted_are_new_ones() {
    let cases = cases("different");
    assert!(cases.len() >= 6);
    for case in cases {
        let [old, new] = values(&case);
        assert!(!one_content(old, new), "{}", case["how"]);
        assert!(!one_content(new, old), "{}", case["how"]);
    }
}

#[test]
fn without_a_content_or_a_time_near_the_response_nothing_is_the_same() {
    let mac = ["p8IMWR08--6DOCBxLSNt6AI08ObbrwaigAly9rHpve0", "2uEERLqprCb22tp0IonlUwIMeUgqshrGHQK9bftq_aQ"];
    let both = |content: &str, times: [i64; 2]| {
        let value = |at: usize| format!("{content}|{}|{}", times[at], mac[at]);
        one_content(&value(0), &value(1))
    };
    let id = "4f9a0c3e8b7d6a51";
    assert!(both(id, AT), "content, time, signature");
    assert!(both(id, AT.map(|time| time * 1000 + 17)), "in milliseconds");
    assert!(both(id, AT.map(|time| time + 14 * 86_400)), "an expiry moves as the responses do");
    assert!(!both(id, [AT[0] + 14 * 86_400, AT[1] + 15 * 86_400]), "another expiry");
    assert!(!both(id, [AT[0] - 7 * 86_400, AT[1]]), "the time of an earlier sign-in");
    assert!(!both(id, [17, 18]), "numbers that do not denote times");
    assert!(one_content(&AT[0].to_string(), &AT[1].to_string()), "the time of the last visit");
    // The random end may be the session itself.
    assert!(!both("v1", AT) && !both("session", AT) && !both("", AT));
    // Without a time, the end may be anything.
    assert!(!one_content(&format!("{id}.{}", mac[0]), &format!("{id}.{}", mac[1])));
    assert!(!one_content(&format!("{id}|{}|short", AT[0]), &format!("{id}|{}|other", AT[1])), "no signature");
}
