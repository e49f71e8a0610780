//! A parsed `User-Agent`, as the audit log shows it (`userAgentParsed`). Knows the engines of
//! current browsers; of anything else it shows only the whole text.

use serde_json::{Map, Value, json};

/// The text and its parts.
pub(super) fn parsed(text: &str) -> Value {
    let version = |name: &str| {
        let rest = text.split(&format!("{name}/")).nth(1)?;
        Some(rest.split(|c: char| !c.is_ascii_digit() && c != '.').next()?.to_owned())
    };
    // In this order, because every browser claims to be those after it.
    let browser = ["Edg", "OPR", "Chrome", "Firefox", "Version"]
        .into_iter()
        .find_map(|name| Some((name, version(name)?)));
    let (browser, engine) = match browser {
        Some((name, version)) => {
            let (shown, engine) = match name {
                "Edg" => ("Edge", "Blink"),
                "OPR" => ("Opera", "Blink"),
                "Firefox" => ("Firefox", "Gecko"),
                "Version" => ("Safari", "WebKit"),
                _ => ("Chrome", "Blink"),
            };
            (named(shown, Some(&version)), named(engine, Some(&version)))
        }
        None => (json!({}), json!({})),
    };
    let os = ["Windows", "Mac OS X", "Android", "Linux"].into_iter().find(|name| text.contains(name));
    let os = os.map_or_else(|| json!({}), |name| json!({ "name": name.replace("Mac OS X", "macOS") }));
    let amd64 = ["x86_64", "Win64", "x64"].iter().any(|name| text.contains(name));
    let cpu = if amd64 { json!({ "architecture": "amd64" }) } else { json!({}) };
    json!({ "ua": text, "browser": browser, "device": {}, "engine": engine, "os": os, "cpu": cpu })
}

fn named(name: &str, version: Option<&str>) -> Value {
    let mut named = Map::new();
    named.insert("name".to_owned(), json!(name));
    if let Some(version) = version {
        named.insert("version".to_owned(), json!(version));
        if !["Blink", "Gecko", "WebKit"].contains(&name) {
            named.insert("major".to_owned(), json!(version.split('.').next().unwrap_or_default()));
        }
    }
    Value::Object(named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distinguishes_chromium_from_a_program() {
        let text = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";
        let chrome = parsed(text);
        assert_eq!(chrome["browser"], json!({ "name": "Chrome", "version": "142.0.0.0", "major": "142" }));
        assert_eq!(chrome["engine"], json!({ "name": "Blink", "version": "142.0.0.0" }));
        assert_eq!(
            (&chrome["os"]["name"], &chrome["cpu"]["architecture"]),
            (&json!("Linux"), &json!("amd64"))
        );
        assert_eq!(parsed("curl/8.0")["browser"], json!({}));
    }
}
