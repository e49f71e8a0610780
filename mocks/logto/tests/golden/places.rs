//! Where strings stand in a response, and what can be read out of a page.

use serde_json::{Value, json};
use url::Url;

use crate::compare::{self, Seen};

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// A page of the double in the way the recording describes pages.
pub(crate) fn described(mut here: Seen, recorded: &Seen) -> Seen {
    let Value::Object(page) = &recorded.body else { return here };
    if !page.get("title").is_some_and(Value::is_string) {
        here.body = json!({ "omitted": true });
        return here;
    }
    let html = here.body.as_str().unwrap_or_default().to_owned();
    // Hidden fields by name, in or outside the form: what the story goes on with.
    let mut described = page.clone();
    let title =
        html.split("<title>").nth(1).and_then(|rest| rest.split("</title>").next()).unwrap_or_default();
    described.insert("title".to_owned(), json!(title));
    let action = html.split("action=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
    if let Some(form) = described.get_mut("forms").and_then(|forms| forms.get_mut(0)) {
        form["action"] = json!(action);
        for field in form["fields"].as_array_mut().into_iter().flatten() {
            let name = text(field, "name").to_owned();
            field["value"] = json!(hidden(&html, &name).unwrap_or_default());
        }
    }
    here.body = Value::Object(described);
    here
}

fn hidden(html: &str, name: &str) -> Option<String> {
    let at = html.find(&format!("name=\"{name}\""))?;
    let start = html[..at].rfind('<')?;
    let element = html[start..].split('>').next()?;
    Some(element.split("value=\"").nth(1)?.split('"').next()?.to_owned())
}

/// The string at a place of a response, as `carry` names places.
pub(crate) fn at(seen: &Seen, place: &str) -> Option<String> {
    let header = |name: &str| {
        seen.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.clone())
    };
    let cookie = |name: &str| {
        seen.headers
            .iter()
            .filter(|(key, _)| key.eq_ignore_ascii_case("set-cookie"))
            .filter_map(|(_, line)| line.split("; ").next()?.split_once('='))
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value.to_owned())
    };
    let body = || serde_json::from_str::<Value>(seen.body.as_str()?).ok();
    let member = |path: &str| {
        let value = body()?;
        // `$.a[0].b` as a JSON pointer.
        let pointer = path.trim_start_matches('$').replace(['.', '['], "/").replace(']', "");
        value.pointer(&pointer)?.as_str().map(ToOwned::to_owned)
    };
    if let Some(name) = place.strip_prefix("header ") {
        return header(name);
    }
    if let Some(name) = place.strip_prefix("location.query.") {
        let location = Url::parse("http://localhost").ok()?.join(&header("location")?).ok()?;
        return location.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    }
    if place == "location.path.last-segment" {
        let location = Url::parse("http://localhost").ok()?.join(&header("location")?).ok()?;
        return location.path_segments()?.next_back().map(ToOwned::to_owned);
    }
    if let Some(path) = place.strip_prefix("json ") {
        return member(path);
    }
    if let Some(rest) = place.strip_prefix("jwt ") {
        let (path, claim) = rest.split_once(' ')?;
        let (_, claims) = compare::claims(&member(path)?)?;
        return claims.get(claim)?.as_str().map(ToOwned::to_owned);
    }
    if let Some(name) = place.strip_prefix("html.input.") {
        return hidden(seen.body.as_str()?, name);
    }
    if place == "set-cookie _interaction uid" {
        let decoded =
            percent_encoding::percent_decode_str(&cookie("_interaction")?).decode_utf8().ok()?.into_owned();
        return serde_json::from_str::<Value>(&decoded).ok()?.get("_legacy")?.as_str().map(ToOwned::to_owned);
    }
    cookie(place.strip_prefix("set-cookie ")?)
}
