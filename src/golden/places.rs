//! Where strings appear in a response, and what can be read from a page.

use serde_json::{Value, json};
use url::Url;

use super::answers;
use super::story::Response;
use crate::walker::Page;

/// A response of this run with its page described in the way recordings describe pages.
pub(super) fn described(mut here: Response, recorded: &Response) -> Response {
    let Value::Object(page) = &recorded.body else { return here };
    if !page.contains_key("forms") {
        // The sign-in application's own page, whose text is not part of any contract.
        here.body = json!({ "omitted": true });
        return here;
    }
    let Some(text) = here.body.as_str() else { return here };
    // JSON that contains HTML was mistaken for a page when it was recorded: only its length is
    // left.
    here.body = if page["title"].is_null() { json!({ "bytes": text.len() }) } else { description(text) };
    here
}

/// What a reader of the page can tell of it (`tests/golden/README.md`, "Format").
pub(super) fn description(html: &str) -> Value {
    let nowhere: Url = "http://localhost/".parse().expect("a constant URL");
    let page = Page::parse(&nowhere, html);
    let field = |field: &crate::walker::Field| json!({ "name": field.name, "value": field.value, "type": field.kind });
    let forms: Vec<Value> = page
        .forms
        .iter()
        .map(|form| {
            let inside: Vec<Value> = form.fields.iter().filter(|field| !field.outside).map(&field).collect();
            let method = form.method.as_str().to_ascii_lowercase();
            json!({ "id": form.id, "method": method, "action": form.action, "fields": inside })
        })
        .collect();
    let outside: Vec<Value> = page
        .forms
        .iter()
        .flat_map(|form| form.fields.iter().filter(|field| field.outside).map(move |field| (form, field)))
        .map(|(form, outside)| {
            let mut described = field(outside);
            described["form"] = json!(form.id);
            described
        })
        .collect();
    json!({
        "title": (!page.title.is_empty()).then_some(page.title),
        "forms": forms,
        "fields_outside_forms": outside,
        "submits_itself": page.self_submitting.is_some(),
    })
}

/// The string at a place of a response, in the notation of `carry`.
pub(super) fn at(response: &Response, place: &str) -> Option<String> {
    let location = || Url::parse("http://localhost").ok()?.join(&response.header("location")?).ok();
    let cookie = |name: &str| response.cookies().find(|(known, _)| *known == name).map(|(_, value)| value);
    let member = |path: &str| {
        // Converts `$.a[0].b` to a JSON pointer.
        let pointer = path.trim_start_matches('$').replace(['.', '['], "/").replace(']', "");
        response.json()?.pointer(&pointer)?.as_str().map(ToOwned::to_owned)
    };
    if let Some(name) = place.strip_prefix("header ") {
        return response.header(name);
    }
    if let Some(name) = place.strip_prefix("location.query.") {
        return location()?.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    }
    if place == "location.path.last-segment" {
        return location()?.path_segments()?.next_back().map(ToOwned::to_owned);
    }
    if let Some(path) = place.strip_prefix("json ") {
        return member(path);
    }
    if let Some(rest) = place.strip_prefix("jwt ") {
        let (path, claim) = rest.split_once(' ')?;
        let (_, claims) = answers::claims(&member(path)?)?;
        return claims.get(claim)?.as_str().map(ToOwned::to_owned);
    }
    if let Some(name) = place.strip_prefix("html.input.") {
        return hidden(&response.body, name);
    }
    if place == "set-cookie _interaction uid" {
        let decoded = percent_encoding::percent_decode_str(cookie("_interaction")?).decode_utf8().ok()?;
        return serde_json::from_str::<Value>(&decoded).ok()?.get("_legacy")?.as_str().map(ToOwned::to_owned);
    }
    cookie(place.strip_prefix("set-cookie ")?).map(ToOwned::to_owned)
}

/// A field's value, from a page's text or its description.
fn hidden(body: &Value, name: &str) -> Option<String> {
    let page = match body {
        Value::String(html) => &description(html),
        told => told,
    };
    let forms = page.get("forms")?.as_array()?.iter().filter_map(|form| form.get("fields")?.as_array());
    let outside = page.get("fields_outside_forms").and_then(Value::as_array);
    let mut fields = forms.chain(outside).flatten();
    fields.find(|field| field["name"] == name)?.get("value")?.as_str().map(ToOwned::to_owned)
}
