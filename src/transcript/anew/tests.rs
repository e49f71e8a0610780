//! Values as real libraries made them, two seconds apart or in one second, with the content of one session
//! or of two. Each says how it was made.

use super::*;

/// The two moments: 2026-11-30T12:44:03Z and two seconds later.
const AT: [i64; 2] = [1_796_042_643, 1_796_042_645];

fn one_content(old: &str, new: &str) -> bool {
    let [then, now] = AT.map(|seconds| Timestamp::from_second(seconds).unwrap());
    signed_anew(Dated { value: old, at: then }, Dated { value: new, at: now })
}

/// Values with the content of one session, and one with another's.
fn check(what: &str, same: [&str; 2], other: &str) {
    assert!(one_content(same[0], same[1]), "{what}: it is only signed anew");
    assert!(!one_content(same[0], other), "{what}: the session is another");
    assert!(!one_content(other, same[1]), "{what}: the session is another");
}

/// `base64url(seconds|base64(content)|mac)`: from a running app, Gin with gin-contrib/sessions 1.0.4 (memstore),
/// which signs with gorilla/securecookie 1.1.2. The other value is a second browser's.
#[test]
fn a_time_a_content_and_a_mac_within_base64() {
    check(
        "securecookie",
        [
            "MTc5NjA0MjY0M3xOd3dBTkZWSlRFTkJNa2d5V0ZKQ1ZVRkZWRXhQVmpaUlQxUXpVVkZaUzA5SVdVZEZUa1JUVWpSUlZVdE9VRWMxTlVORVExUldTbEU9fGMCHQ7JtwAUTwh-q8prhkT50IyRXPl0lIEJM8UZRaay",
            "MTc5NjA0MjY0NXxOd3dBTkZWSlRFTkJNa2d5V0ZKQ1ZVRkZWRXhQVmpaUlQxUXpVVkZaUzA5SVdVZEZUa1JUVWpSUlZVdE9VRWMxTlVORVExUldTbEU9fOhDE-DQV3ZtGUY3iMIpHlFtWYHrdrQZTG5XjsomtBmt",
        ],
        "MTc5NjA0MjY0NXxOd3dBTkV0R1NGWkZVMFEzUkVaTlFVNDFWMU5EVEUxRE5sVkJTak5MTTFkU1JqVklTbFV5VXpORlRGbEVSek5QTWxsV1FsZFhRMUU9fNAP0ZI2OchREJS7lPkwTyfm-J3Z_wL5EROtZYCmF9ZW",
    );
}

/// `payload.time.signature`: Flask 3.1.3, `SecureCookieSessionInterface().get_signing_serializer(app)`, with
/// itsdangerous 2.2.0: `{"user": …, "_fresh": true}`, and a longer session, which it compresses.
#[test]
fn a_payload_its_time_in_bytes_and_a_signature() {
    check(
        "itsdangerous",
        [
            "eyJ1c2VyIjoiazN2OXgyIiwiX2ZyZXNoIjp0cnVlfQ.aw1vkw.iCXFV4-J5FivhtWDwPcHGUR_tsk",
            "eyJ1c2VyIjoiazN2OXgyIiwiX2ZyZXNoIjp0cnVlfQ.aw1vlQ.S-QupPIqh8QythpGTJdrVC1pFeo",
        ],
        "eyJ1c2VyIjoidzhxMXo3IiwiX2ZyZXNoIjp0cnVlfQ.aw1vlQ.u_Y2e3s0OJfEr4VC9Bk2YFKQiYc",
    );
    check(
        "itsdangerous, compressed",
        [
            ".eJyrVirJz07NK1ayUkpMSk5JTUvPyMwaZRFiKekolRanFgFDLdu4zLLCSKkWACJXf-U.aw1vkw.Qmm1n0-4tSQ-6z2TAyoVOApvjGU",
            ".eJyrVirJz07NK1ayUkpMSk5JTUvPyMwaZRFiKekolRanFgFDLdu4zLLCSKkWACJXf-U.aw1vlQ.zlWhg-EhbpaF-3MNVgAVL99uqXk",
        ],
        "eyJ1c2VyIjoidzhxMXo3IiwiX2ZyZXNoIjp0cnVlfQ.aw1vlQ.u_Y2e3s0OJfEr4VC9Bk2YFKQiYc",
    );
}

/// `payload:time:signature` with the time in base 62: `signing.dumps(…, salt="….signed_cookies")` of Django 5.2.
#[test]
fn a_payload_its_time_in_base_62_and_a_signature() {
    check(
        "signing.dumps",
        [
            "eyJfYXV0aF91c2VyX2lkIjoiMTciLCJfYXV0aF91c2VyX2hhc2giOiIwZjFlMmQzYzRiNWEifQ:1xY0jj:O1lcaAMMNQi5VKwxj8suLKauZc4VmzrfKrUuE2XpTgA",
            "eyJfYXV0aF91c2VyX2lkIjoiMTciLCJfYXV0aF91c2VyX2hhc2giOiIwZjFlMmQzYzRiNWEifQ:1xY0jl:YbJ2Xbs5HqKDo3NDILsldrqmsC7ZlosAURk7cylMTFE",
        ],
        "eyJfYXV0aF91c2VyX2lkIjoiMTgiLCJfYXV0aF91c2VyX2hhc2giOiI5ZjhlN2Q2YzViNGEifQ:1xY0jl:UwwZ9nmE19DJC2U9Sf5Lk18UhovWJJJXmTWhux6qv-A",
    );
    check(
        "signing.dumps, compressed",
        [
            ".eJyrVopPLC3JiC8tTi2Kz0xRslIyNFfSQRbMSCzOAAobpBmmGqUYJ5skmSYCFRQkgtQmJiUPOaRUCwB0H1kt:1xY0jj:9w7vs5vF9x2cv2RGEuH5i8CoOip77yr7eexSgNuqCGw",
            ".eJyrVopPLC3JiC8tTi2Kz0xRslIyNFfSQRbMSCzOAAobpBmmGqUYJ5skmSYCFRQkgtQmJiUPOaRUCwB0H1kt:1xY0jl:oDB5YPC9SoBuCVm9p7MlvICp7TDFo35vDJ9jPrl1CaI",
        ],
        ".eJyrVopPLC3JiC8tTi2Kz0xRslIytFDSQRbMSCzOAApbplmkmqeYJZsmmSQCFRQkgtQmJiUPOaRUCwCH1llG:1xY0jl:bmI41QCjgsVfB78_94JtGgMM-grydzPs3G4tgRc-pnE",
    );
}

/// `jwt.encode({"sub", "name", "iat", "exp", "jti"}, …, "HS256")` of PyJWT 2.10, for two people.
#[test]
fn a_jwt_is_compared_by_its_lasting_claims() {
    check(
        "a JWT",
        [
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxNyIsIm5hbWUiOiJBZGEgTG92ZWxhY2UiLCJpYXQiOjE3OTYwNDI2NDMsImV4cCI6MTc5ODYzNDY0MywianRpIjoiYTE3OTYwNDI2NDMifQ.p8IMWR08--6DOCBxLSNt6AI08ObbrwaigAly9rHpve0",
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxNyIsIm5hbWUiOiJBZGEgTG92ZWxhY2UiLCJpYXQiOjE3OTYwNDI2NDUsImV4cCI6MTc5ODYzNDY0NSwianRpIjoiYTE3OTYwNDI2NDUifQ.2uEERLqprCb22tp0IonlUwIMeUgqshrGHQK9bftq_aQ",
        ],
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxOCIsIm5hbWUiOiJBZGEgTG92ZWxhY2UiLCJpYXQiOjE3OTYwNDI2NDUsImV4cCI6MTc5ODYzNDY0NSwianRpIjoiYjE3OTYwNDI2NDUifQ.hGdwbShaSMSECNcot67sqqakcx3Kw44LDiTrK8khy8I",
    );
}

/// By the format's documentation: base64 of JSON with an expiry in ISO 8601, `--`, and a hexadecimal digest, all
/// percent-encoded (Rails, `cookies.signed`).
#[test]
fn a_document_and_a_digest_after_two_hyphens() {
    use base64::engine::general_purpose::STANDARD;
    let signed = |message: &str, seconds: i64, digest: &str| {
        let expires = Timestamp::from_second(seconds + 14 * 86_400).unwrap();
        let json = format!(r#"{{"_rails":{{"message":"{message}","exp":"{expires}","pur":"cookie.user"}}}}"#);
        format!("{}--{digest}", STANDARD.encode(json)).replace('=', "%3D").replace('+', "%2B")
    };
    let one = signed("IjE3Ig==", AT[0], "1f0c3d2e5b4a69788796a5b4c3d2e1f00f1e2d3c");
    let again = signed("IjE3Ig==", AT[1], "9a8b7c6d5e4f30211203f4e5d6c7b8a99b8a7c6d");
    let other = signed("IjE4Ig==", AT[1], "0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d");
    check("signed cookies", [&one, &again], &other);
}

/// `s:<id>.<mac>`, percent-encoded: from two browsers of a running app with express-session 1.19.0. There is no
/// time in it, so another value is another session.
#[test]
fn an_id_and_its_mac_are_another_session_if_they_differ() {
    assert!(!one_content(
        "s%3Ame1lZWF3Gfb0E7rvW5gssiBo4WFBB2Bs.eP3h1d9VTr8XjNAAfyW9KigtDa5ZymSusXcHsuhY2lU",
        "s%3ALLGCNKlYWYLknR8_5eE0xVnFVr9YT_Ll.zH3jnUsVSSY4LC%2F8%2FQ5agc4N0XtI0hD21f6BLhJTrSc",
    ));
    // A hexadecimal id (Tomcat, PHP), and a UUID.
    assert!(!one_content("0B8A6C1D2E3F405162738495A6B7C8D9", "9D8C7B6A594837261504F3E2D1C0B8A0"));
    assert!(!one_content("8f14e45f-ceea-467f-a0e6-7b1cdeadbeef", "9f14e45f-ceea-467f-a0e6-7b1cdeadbeef"));
}

/// What is encrypted with a new nonce shows nothing: `<ciphertext>.<nonce>` in base64, a JWE with its constant
/// header, and base64 of `{"iv", "value", "mac", "tag"}`.
#[test]
fn what_is_encrypted_is_a_new_value_each_time() {
    for [old, new] in [
        [
            "rzFdsuWrQSx3nCjOScsN9QuLZcL8HxCCON6eOMylz%2FlLfG5fE6SihXVSB0PIJGvr.2viVAIf1xcOgpiEa",
            "Wp%2BF7nYfVh%2BQBQ0zAlLBpmfZI1YkV1%2BEf%2BuSKtcE4Zl8Z4vZ1lP8xvuyc9NZ.BlFo5vm8HXoNScWa",
        ],
        [
            "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2Q0JDLUhTNTEyIn0..k3J0c9vX2mQ1bZ8w.Yp7GmNs4JaXeUo9iKqBtC1.Tz5Rw0LhVbQ2f8xk1cD3",
            "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2Q0JDLUhTNTEyIn0..W0pF4sYxL9nHdR2a.hV6uEoTq3ZcJ8yMwBgKiX7.Q1nVd4SyLr8PkF0bGm6j",
        ],
        [
            "eyJpdiI6IkpKZFZ1UT09IiwidmFsdWUiOiJhYmNkIiwibWFjIjoiMDEyMyIsInRhZyI6IiJ9",
            "eyJpdiI6Ik5OaFp5Zz09IiwidmFsdWUiOiJlZmdoIiwibWFjIjoiNDU2NyIsInRhZyI6IiJ9",
        ],
    ] {
        assert!(!one_content(old, new), "{old}");
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
    assert!(!both(id, [17, 18]), "numbers that are no times");
    assert!(one_content(&AT[0].to_string(), &AT[1].to_string()), "the time of the last visit");
    // The random end may be the session itself.
    assert!(!both("v1", AT) && !both("session", AT) && !both("", AT));
    // Without a time, the end may be anything.
    assert!(!one_content(&format!("{id}.{}", mac[0]), &format!("{id}.{}", mac[1])));
    assert!(!one_content(&format!("{id}|{}|short", AT[0]), &format!("{id}|{}|other", AT[1])), "no signature");
}
