//! The metadata of a connector of a standard: target, name and logos.

use serde_json::{Map, Value, json};

use crate::store::column;
use crate::wire::{Complaint, Issue, body};

/// The known members, in the order in which they are shown.
const MEMBERS: [&str; 4] = ["target", "name", "logo", "logoDark"];

/// Languages of a name; upper and lower case do not matter.
const LANGUAGES: &str = "af-ZA am-ET ar ar-AR as-IN az-AZ be-BY bg-BG bn-IN br-FR bs-BA ca-ES cb-IQ co-FR cs cs-CZ cx-PH \
    cy-GB da-DK de de-DE el-GR en en-GB en-US eo-EO es es-ES et-EE eu-ES fa-IR ff-NG fi fi-FI fo-FO \
    fr fr-CA fr-FR fy-NL ga-IE gl-ES gn-PY gu-IN ha-NG he-IL hi-IN hr-HR ht-HT hu-HU hy-AM id-ID \
    ik-US is-IS it it-IT iu-CA ja ja-JP ja-KS jv-ID ka-GE kk-KZ km-KH kn-IN ko ko-KR ku-TR ky-KG \
    lo-LA lt-LT lv-LV mg-MG mk-MK ml-IN mn-MN mr-IN ms-MY mt-MT my-MM nb-NO ne-NP nl nl-BE nl-NL \
    nn-NO or-IN pa-IN pl-PL ps-AF pt pt-BR pt-PT ro-RO ru ru-RU rw-RW sc-IT si-LK sk-SK sl-SI sn-ZW \
    sq-AL sr-RS sv sv-SE sw-KE sy-SY sz-PL ta-IN te-IN tg-TJ th th-TH tl-PH tr tr-TR tt-RU tz-MA \
    uk-UA ur-PK uz-UZ vi-VN zh zh-CN zh-HK zh-MO zh-TW zz-TR";

/// Zod's complaints about the `metadata` of a connector, which is optional.
pub(crate) fn check(members: &Map<String, Value>) -> Vec<Option<Issue>> {
    let Some(metadata) = members.get("metadata").and_then(Value::as_object) else {
        return vec![body::typed(members, &["metadata"], "object")];
    };
    let mut issues = vec![body::typed(metadata, &["metadata", "target"], "string")];
    if let Some(name) = metadata.get("name") {
        issues.extend(check_name(metadata, name));
    }
    issues.push(body::typed(metadata, &["metadata", "logo"], "string"));
    let dark = metadata.get("logoDark").is_some_and(|logo| !logo.is_null());
    issues.push(dark.then(|| body::typed(metadata, &["metadata", "logoDark"], "string")).flatten());
    issues
}

/// Whether Logto knows the language, regardless of case.
pub(crate) fn is_language(tag: &str) -> bool {
    LANGUAGES.split(' ').any(|language| language.eq_ignore_ascii_case(tag))
}

/// An object of texts by language that must have an English one. Zod checks it twice, and complains
/// twice about what is wrong both times.
fn check_name(metadata: &Map<String, Value>, name: &Value) -> Vec<Option<Issue>> {
    const PATH: [&str; 2] = ["metadata", "name"];
    let Some(texts) = name.as_object() else {
        let issue = body::typed(metadata, &PATH, "object");
        return vec![issue.clone(), issue];
    };
    let mut issues = vec![body::needed(texts, &["metadata", "name", "en"], "string")];
    issues.extend(texts.keys().map(|key| body::typed(texts, &["metadata", "name", key], "string")));
    let known = |key: &String| is_language(key);
    if issues.iter().all(Option::is_none) && !texts.keys().all(known) {
        issues.push(Some(Issue::new(&PATH, Complaint::Custom)));
    }
    issues
}

/// Metadata as it is shown: known members, English names first.
pub(super) fn shown(metadata: &Map<String, Value>) -> Map<String, Value> {
    let members = MEMBERS.iter().filter_map(|member| metadata.get_key_value(*member));
    members.map(|(member, value)| (member.clone(), english_first(value))).collect()
}

fn english_first(value: &Value) -> Value {
    let Value::Object(texts) = column(value) else { return value.clone() };
    let mut shown = Map::new();
    shown.insert("en".to_owned(), texts.get("en").cloned().unwrap_or_default());
    shown.extend(texts.into_iter().filter(|(language, _)| language != "en"));
    Value::Object(shown)
}

/// What is stored of a configuration or of metadata: no empty strings, lists or objects, no nulls,
/// at any depth, in the order of a JSON column (contract §11). Custom parameters are sent in that
/// order, too.
pub(crate) fn kept(members: &Map<String, Value>) -> Map<String, Value> {
    match column(&Value::Object(without_empty(members))) {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

fn without_empty(members: &Map<String, Value>) -> Map<String, Value> {
    let kept = members.iter().map(|(name, value)| (name.clone(), cleaned(value)));
    kept.filter(|(_, value)| !is_empty(value)).collect()
}

fn cleaned(value: &Value) -> Value {
    match value {
        Value::Object(members) => Value::Object(without_empty(members)),
        Value::Array(items) => items.iter().map(cleaned).filter(|item| !is_empty(item)).collect(),
        other => other.clone(),
    }
}

fn is_empty(value: &Value) -> bool {
    *value == json!("") || *value == json!([]) || *value == json!({}) || value.is_null()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(metadata: Value) -> Vec<String> {
        let members = json!({ "metadata": metadata });
        let issues = check(members.as_object().unwrap());
        issues.into_iter().flatten().map(|issue| issue.place()).collect()
    }

    #[test]
    fn a_name_is_english_and_in_known_languages() {
        assert_eq!(places(json!({ "name": { "en": "x", "DE-de": "y" } })), [""; 0]);
        assert_eq!(places(json!({ "name": { "de": "y" } })), ["metadata.name.en"]);
        assert_eq!(places(json!({ "name": { "en": "x", "tlh": "y" } })), ["metadata.name"]);
        assert_eq!(places(json!({ "name": { "en": 5 } })), ["metadata.name.en", "metadata.name.en"]);
        assert_eq!(places(json!({ "name": "x" })), ["metadata.name", "metadata.name"]);
    }

    #[test]
    fn only_the_dark_logo_may_be_null() {
        assert_eq!(places(json!({ "logo": null, "logoDark": null, "odd": 1 })), ["metadata.logo"]);
    }

    #[test]
    fn what_is_empty_is_dropped_at_every_depth() {
        let members = json!({ "a": "", "b": { "c": [null, "", {}] }, "d": [0, false], "e": { "f": " " } });
        let kept = kept(members.as_object().unwrap());
        assert_eq!(Value::Object(kept), json!({ "d": [0, false], "e": { "f": " " } }));
    }

    #[test]
    fn shorter_names_come_first_in_what_is_kept() {
        let members = json!({ "state": 1, "zz": 2, "aa": 3 });
        let names: Vec<_> = kept(members.as_object().unwrap()).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["aa", "zz", "state"]);
    }
}
