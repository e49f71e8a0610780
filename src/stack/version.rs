//! Which version of Logto runs at an address, as far as it shows without credentials.

use bytes::Bytes;
use http::header::CACHE_CONTROL;
use kit::{Client, SendError};
use mock_logto::{Fact, Version};
use serde_json::Value;
use url::Url;

/// What anyone may ask a Logto.
struct Public {
    discovery: Value,
    page: Value,
    jwks_cached: bool,
}

/// The facts that show there, and whether they hold.
type Sign = (Fact, fn(&Public) -> bool);

/// The newest first. A Logto older than the last of them does not show its version.
const SIGNS: [Sign; 8] = [
    (Fact::TrustedDevices, |seen| {
        lists(&seen.discovery["scopes_supported"], "urn:logto:scope:trusted_devices")
    }),
    (Fact::NoRequestParameter, |seen| seen.discovery.get("request_parameter_supported").is_none()),
    (Fact::UsernamePolicy, |seen| seen.page.get("usernamePolicy").is_some()),
    (Fact::CustomUiCsp, |seen| seen.page.get("customUiCsp").is_some()),
    (Fact::JwksNotCached, |seen| !seen.jwks_cached),
    (Fact::DeviceFlow, |seen| seen.discovery.get("device_authorization_endpoint").is_some()),
    (Fact::SessionsScope, |seen| lists(&seen.discovery["scopes_supported"], "urn:logto:scope:sessions")),
    (Fact::AdaptiveMfaSetting, |seen| seen.page.get("adaptiveMfa").is_some()),
];

/// The first version that is like the one at this address in all that shows; `None` if it shows nothing.
///
/// # Errors
/// If it does not answer.
pub(crate) async fn shown(client: &Client, logto: &Url) -> Result<Option<Version>, SendError> {
    let discovery = asked(client, logto, "/oidc/.well-known/openid-configuration").await?;
    let page = asked(client, logto, "/api/.well-known/sign-in-exp").await?;
    let jwks = asked(client, logto, "/oidc/jwks").await?;
    let read = |answer: &http::Response<Bytes>| serde_json::from_slice(answer.body()).unwrap_or_default();
    let seen = Public {
        discovery: read(&discovery),
        page: read(&page),
        jwks_cached: !jwks.headers().contains_key(CACHE_CONTROL),
    };
    // Any other document lacks members without saying anything.
    if seen.discovery.get("issuer").is_none() {
        return Ok(None);
    }
    let newest = SIGNS.iter().find(|(_, shows)| shows(&seen));
    Ok(newest.map(|(fact, _)| fact.row().since))
}

async fn asked(client: &Client, logto: &Url, path: &str) -> Result<http::Response<Bytes>, SendError> {
    let mut url = logto.clone();
    url.set_path(path);
    let mut request = http::Request::new(Bytes::new());
    *request.uri_mut() = url.as_str().parse().unwrap_or_default();
    client.send(request).await
}

fn lists(list: &Value, item: &str) -> bool {
    list.as_array().is_some_and(|list| list.iter().any(|listed| listed == item))
}

#[cfg(test)]
mod tests {
    use mock_logto::{FACTS, KNOWN};

    use super::*;
    use crate::Stack;

    /// What shows is enough to know whatever a transcript shows of it, too.
    #[tokio::test]
    async fn a_version_is_known_by_what_anyone_may_ask() {
        for version in KNOWN {
            let stack = Stack::builder().logto_version(version).start().await.unwrap();
            let client = Client::builder().build().unwrap();
            let seen = shown(&client, &stack.endpoints().logto).await.unwrap();
            stack.stop().await.unwrap();
            let Some(seen) = seen else {
                assert_eq!(version, KNOWN[0], "only the oldest does not show");
                continue;
            };
            let differ: Vec<_> = FACTS
                .iter()
                .map(|row| row.fact)
                .filter(|fact| seen.has(*fact) != version.has(*fact))
                .collect();
            assert!(differ.is_empty(), "{version} is taken for {seen}: {differ:?}");
        }
    }
}
