//! OpenID Connect Back-Channel Logout 1.0: Logto tells the applications of a session that it ends.

use std::time::Duration;

use bytes::Bytes;
use futures_util::future::join_all;
use http::header::{ACCEPT, ACCEPT_ENCODING, ACCEPT_LANGUAGE, CONTENT_TYPE, USER_AGENT};
use serde_json::{Map, Value, json};
use url::{Host, Url};

use crate::shared::Shared;
use crate::store::{Session, Store};

/// What one application is told.
#[derive(Debug)]
pub(super) struct Notice {
    uri: String,
    token: String,
}

/// The limit of every call of the provider (`oidc-provider` 9.11.3, `lib/helpers/fetch_request.js`).
const ANSWER: Duration = Duration::from_millis(2500);

/// Lifetime of a logout token, in seconds (`lib/models/id_token.js`).
const LIFETIME: i64 = 120;

/// The notices for the applications of a session: for all of them, or only for one that leaves it.
pub(super) fn notices(shared: &Shared, store: &Store, session: &Session, only: Option<&str>) -> Vec<Notice> {
    let left = session.authorizations.iter().filter(|(id, _)| only.is_none_or(|only| only == id.as_str()));
    let told = left.filter_map(|(id, authorization)| {
        let application = store.application(id)?;
        let uri = application.back_channel_logout_uri()?.to_owned();
        let sid = application.wants_sid().then_some(authorization.sid.as_str());
        Some(Notice { uri, token: logout_token(shared, id, session.account.as_deref(), sid) })
    });
    told.collect()
}

/// A logout token (Back-Channel Logout §2.4), its members in the provider's order.
fn logout_token(shared: &Shared, client: &str, account: Option<&str>, sid: Option<&str>) -> String {
    let now = shared.now();
    let mut claims = Map::new();
    let mut set = |name: &str, value: Value| drop(claims.insert(name.to_owned(), value));
    if let Some(account) = account {
        set("sub", json!(account));
    }
    set("events", json!({ "http://schemas.openid.net/event/backchannel-logout": {} }));
    set("jti", json!(shared.opaque()));
    if let Some(sid) = sid {
        set("sid", json!(sid));
    }
    set("aud", json!(client));
    set("exp", json!(now + LIFETIME));
    set("iat", json!(now));
    set("iss", json!(shared.issuer()));
    shared.sign(Some("logout+jwt"), &Value::Object(claims))
}

/// Sends them all at once, and waits. The sign-out goes on whatever comes of them; the result is what
/// failed.
pub(super) async fn send(shared: &Shared, notices: Vec<Notice>) -> Vec<String> {
    join_all(notices.iter().map(|notice| post(shared, notice)))
        .await
        .into_iter()
        .filter_map(Result::err)
        .collect()
}

async fn post(shared: &Shared, Notice { uri, token }: &Notice) -> Result<(), String> {
    let failed = |why: String| format!("no back-channel logout at {uri}: {why}");
    let url = Url::parse(uri).map_err(|error| failed(error.to_string()))?;
    if !shared.context.ssrf_protection_disabled && is_special_use(&url) {
        return Err(failed(
            "by default Logto does not connect to a loopback or private address; start it with \
             OIDC_PROVIDER_SSRF_PROTECTION_DISABLED=true"
                .to_owned(),
        ));
    }
    let body = form_urlencoded::Serializer::new(String::new()).append_pair("logout_token", token).finish();
    // The headers that Node's `fetch` adds; the provider makes the user agent empty.
    let request = http::Request::post(url.as_str())
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(USER_AGENT, "")
        .header(ACCEPT, "*/*")
        .header(ACCEPT_LANGUAGE, "*")
        .header("sec-fetch-mode", "cors")
        .header(ACCEPT_ENCODING, "gzip, deflate")
        .body(Bytes::from(body))
        .map_err(|error| failed(error.to_string()))?;
    let sent = shared.context.client.send_without_redirects(request);
    let what = format!("the answer to the back-channel logout at {uri}");
    match shared.context.clock.timeout(&what, ANSWER, sent).await {
        Err(elapsed) => Err(failed(elapsed.to_string())),
        Ok(Err(error)) => Err(failed(error.to_string())),
        Ok(Ok(answer)) => match answer.status().as_u16() {
            200 | 204 => Ok(()),
            status => Err(failed(format!("the answer is {status}, not 200"))),
        },
    }
}

/// Whether the host is an address of special use. The provider looks at the address to which it connected;
/// the double reaches a name only if a stack says where it is, so a name other than this machine's own is
/// taken for a public one.
fn is_special_use(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => {
            ip.is_loopback()
                || ip.is_private()
                || ip.is_link_local()
                || ip.is_unspecified()
                || ip.octets()[0] >= 240
        }
        Some(Host::Ipv6(ip)) => {
            ip.is_loopback() || ip.is_unspecified() || ip.is_unique_local() || ip.is_unicast_link_local()
        }
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}
