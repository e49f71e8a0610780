//! Compares the requests that Logto sent to the provider with the recorded ones.

use kit::Entry;

use super::answers;
use super::story::Exchange;
use super::values::Values;
use crate::transcript::policy::{self, At, Then};

/// A body whose client assertion is replaced by its claims: its signature and random values are not
/// compared, its lifetime is.
fn readable(body: &str) -> String {
    let parameters = body.split('&').map(|parameter| {
        let assertion = parameter.strip_prefix("client_assertion=").and_then(answers::claims);
        let Some((header, mut claims)) = assertion else { return parameter.to_owned() };
        let lifetime = claims["exp"].as_i64().zip(claims["iat"].as_i64());
        claims["lifetime"] = lifetime.map(|(end, start)| end - start).into();
        for (name, value) in claims.as_object_mut().into_iter().flatten() {
            if matches!(policy::story(At::Claim, name), Then::Masked(_) | Then::Seconds | Then::Milliseconds)
            {
                *value = true.into();
            }
        }
        format!("client_assertion={header}{claims}")
    });
    parameters.collect::<Vec<_>>().join("&")
}

/// Fields that differ, as name, recorded value and value here.
pub(super) fn differences(
    recorded: &[&Exchange],
    here: &[Entry],
    values: &Values,
) -> Vec<(String, String, String)> {
    let mut found = Vec::new();
    if recorded.len() != here.len() {
        let recorded: Vec<String> = recorded
            .iter()
            .map(|call| values.here(&format!("{} {}", call.request.method, call.request.url)))
            .collect();
        let here: Vec<String> =
            here.iter().map(|call| format!("{} {}", call.request.method, call.request.url)).collect();
        found.push(("calls".to_owned(), recorded.join("\n"), here.join("\n")));
        return found;
    }
    for (at, (recorded, here)) in recorded.iter().zip(here).enumerate() {
        let mut check = |field: &str, expected: String, got: String| {
            if expected != got {
                found.push((format!("call {} {field}", at + 1), expected, got));
            }
        };
        let (request, seen) = (&recorded.request, &here.request);
        check("method", request.method.clone(), seen.method.clone());
        check("url", values.here(&request.url), seen.url.clone());
        let compared = policy::rows().filter(|row| row.at == At::RequestHeader && row.story == Then::AsItIs);
        for name in compared.map(|row| row.name) {
            let absent = || "(absent)".to_owned();
            let expected = request.header(name).map_or_else(absent, |value| values.here(value));
            check(name, expected, seen.header(name).map_or_else(absent, ToOwned::to_owned));
        }
        check("body", readable(&values.here(&request.body)), readable(&seen.body));
    }
    found
}
