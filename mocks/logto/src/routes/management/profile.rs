//! The member `profile` of users in request bodies.

use serde_json::{Map, Value};

use crate::store::PROFILE;
use crate::wire::{Issue, body};

/// Members of an address.
const ADDRESS: [&str; 6] = ["formatted", "streetAddress", "locality", "region", "postalCode", "country"];

/// The issues of the member `profile`.
pub(super) fn issues(members: &Map<String, Value>) -> Vec<Option<Issue>> {
    let mut issues = vec![body::typed(members, &["profile"], "object")];
    let Some(profile) = members.get("profile").and_then(Value::as_object) else { return issues };
    for name in PROFILE {
        let expected = if name == "address" { "object" } else { "string" };
        issues.push(body::typed(profile, &["profile", name], expected));
    }
    if let Some(address) = profile.get("address").and_then(Value::as_object) {
        issues.extend(ADDRESS.map(|name| body::typed(address, &["profile", "address", name], "string")));
    }
    issues
}
