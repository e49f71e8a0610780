//! Changes to an otherwise ordinary answer.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::response::Response as HttpResponse;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, LOCATION};
use http::{HeaderValue, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use url::Url;

/// Changes to the members of a JSON object.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct MemberChange {
    /// Members to set to these values, whether or not they exist.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub set: Map<String, Value>,
    /// Members to remove.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remove: Vec<String>,
}

/// Changes to the query parameters of a URL.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ParameterChange {
    /// Parameters to set to these values, whether or not they exist.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub set: BTreeMap<String, String>,
    /// Parameters to append, even if they already exist.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub add: BTreeMap<String, String>,
    /// Parameters to remove.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remove: Vec<String>,
}

impl MemberChange {
    /// Whether it changes nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.set.is_empty() && self.remove.is_empty()
    }

    /// Applies the changes to the members.
    pub fn apply(&self, members: &mut Map<String, Value>) {
        members.retain(|name, _| !self.remove.contains(name));
        for (name, value) in &self.set {
            // At its previous position, if it had one.
            members.insert(name.clone(), value.clone());
        }
    }
}

impl ParameterChange {
    /// Applies the changes to the parameters.
    pub fn apply(&self, url: &mut Url) {
        let mut parameters: Vec<(String, String)> = url
            .query_pairs()
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .filter(|(name, _)| !self.remove.contains(name))
            .collect();
        for (name, value) in &self.set {
            match parameters.iter_mut().find(|(known, _)| known == name) {
                Some((_, there)) => there.clone_from(value),
                None => parameters.push((name.clone(), value.clone())),
            }
        }
        parameters.extend(self.add.clone());
        if parameters.is_empty() {
            url.set_query(None);
        } else {
            url.query_pairs_mut().clear().extend_pairs(parameters);
        }
    }
}

/// Changes the JSON body of a response; `Err` says why that is impossible.
pub(crate) async fn change_body(
    response: HttpResponse,
    change: &MemberChange,
) -> (HttpResponse, Result<(), &'static str>) {
    let (mut parts, body) = response.into_parts();
    // The mocks' bodies are complete when they leave the handler.
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    let Ok(Value::Object(mut members)) = serde_json::from_slice(&body) else {
        return (HttpResponse::from_parts(parts, Body::from(body)), Err("its body is not a JSON object"));
    };
    change.apply(&mut members);
    parts.headers.remove(CONTENT_LENGTH);
    let body = Body::from(Value::Object(members).to_string());
    (HttpResponse::from_parts(parts, body), Ok(()))
}

/// Changes the target of a redirect; `Err` says why that is impossible.
pub(crate) fn change_location(
    response: &mut HttpResponse,
    change: &ParameterChange,
) -> Result<(), &'static str> {
    let mut url = location(response)?;
    change.apply(&mut url);
    let value = HeaderValue::try_from(url.as_str()).map_err(|_| "the URL cannot be sent")?;
    response.headers_mut().insert(LOCATION, value);
    Ok(())
}

/// Replaces a redirect by a page that posts its parameters by itself; `Err` says why that is
/// impossible.
pub(crate) fn as_form(response: &mut HttpResponse) -> Result<(), &'static str> {
    let mut url = location(response)?;
    let fields: String = url
        .query_pairs()
        .map(|(name, value)| {
            format!(r#"<input type="hidden" name="{}" value="{}"/>"#, escaped(&name), escaped(&value))
        })
        .collect();
    url.set_query(None);
    let page = format!(
        "<!DOCTYPE html><html><head><title>Submit This Form</title></head>\
         <body onload=\"document.forms[0].submit()\"><form method=\"post\" action=\"{}\">{fields}</form></body></html>",
        escaped(url.as_str())
    );
    response.headers_mut().remove(LOCATION);
    response.headers_mut().remove(CONTENT_LENGTH);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    *response.status_mut() = StatusCode::OK;
    *response.body_mut() = Body::from(page);
    Ok(())
}

fn location(response: &HttpResponse) -> Result<Url, &'static str> {
    let location = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
    location.and_then(|text| Url::parse(text).ok()).ok_or("its target is not an absolute URL")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn members_are_set_in_their_place_and_removed() {
        let Value::Object(mut members) = json!({ "a": 1, "b": 2, "c": 3 }) else { panic!("an object") };
        let change: MemberChange =
            serde_json::from_value(json!({ "set": { "a": null, "d": "x" }, "remove": ["b"] })).unwrap();
        change.apply(&mut members);
        assert_eq!(Value::Object(members).to_string(), r#"{"a":null,"c":3,"d":"x"}"#);
    }

    #[test]
    fn parameters_are_set_doubled_and_removed() {
        let changed = |change: Value| {
            let mut url = Url::parse("http://localhost/callback?code=1&state=a%20b").unwrap();
            serde_json::from_value::<ParameterChange>(change).unwrap().apply(&mut url);
            url.to_string()
        };
        let callback = "http://localhost/callback";
        assert_eq!(changed(json!({ "set": { "state": "x" } })), format!("{callback}?code=1&state=x"));
        assert_eq!(
            changed(json!({ "add": { "state": "x" } })),
            format!("{callback}?code=1&state=a+b&state=x")
        );
        assert_eq!(changed(json!({ "remove": ["state"] })), format!("{callback}?code=1"));
        assert_eq!(changed(json!({ "remove": ["state", "code"] })), callback);
    }
}
