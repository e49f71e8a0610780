//! Faults of the app's own configuration.

use kit::Random;
use serde_json::{Value, json};

use super::faults::{Fault, SlipKind, Stop, literal, slips};

/// Stands for an app secret in corrupted forms; the stack's own is not known in advance.
const SECRET: &str = "Zr7pQw2nXv5kLm8tYb1cJd4fGh6sAa9e";

pub(super) fn faults(random: &Random) -> Vec<Fault> {
    let mut faults = app_ids(random);
    faults.extend(app_secrets(random));
    faults.extend(others());
    faults
}

/// Corrupted forms that contain the whole value, by its name.
fn around<'n>(random: &Random, name: &'n str) -> impl Iterator<Item = (String, String, SlipKind)> + use<'n> {
    let whole = slips(random, SECRET).into_iter().filter(|slip| slip.value.matches(SECRET).count() == 1);
    whole.map(move |slip| (slip.name, literal(&slip.value).replace(SECRET, name), slip.kind))
}

fn app_ids(random: &Random) -> Vec<Fault> {
    let fault = |name: &str, value: &str| {
        let given = json!({ "app": { "app_id": value } });
        Fault::new(
            format!("app id: {name}"),
            Stop::AppRequest,
            "app id",
            given,
            &["app/app-id-*", "app/identifier-*"],
        )
    };
    let mut faults: Vec<Fault> =
        around(random, "[APP_ID]").map(|(name, value, _)| fault(&name, &value)).collect();
    for other in ["changeme", "k9x2m4c7v1b5n8z3q6w0e"] {
        faults.push(fault(other, other));
    }
    faults.push(fault("the connector's client id", "[HF_CLIENT_ID]"));
    faults
}

fn app_secrets(random: &Random) -> Vec<Fault> {
    let fault = |name: &str, value: &str, causes: &[&'static str]| {
        let given = json!({ "app": { "app_secret": value } });
        Fault::new(format!("app secret: {name}"), Stop::AppCallback, "app secret", given, causes)
    };
    let mut faults: Vec<Fault> = around(random, "[APP_SECRET]")
        .map(|(name, value, kind)| {
            let causes: &[&str] = match kind {
                SlipKind::WhiteSpace => &["app/app-secret-has-whitespace", "app/app-secret-wrong"],
                _ => &["app/app-secret-wrong"],
            };
            fault(&name, &value, causes)
        })
        .collect();
    for other in ["changeme", "Zr7pQw2nXv5kLm8tYb1cJd4fGh6sAa9e"] {
        faults.push(fault(other, other, &["app/app-secret-wrong"]));
    }
    faults.push(fault("the app id", "[APP_ID]", &["app/app-secret-wrong", "app/app-secret-is-*"]));
    faults.push(fault("the OAuth app's", "[HF_CLIENT_SECRET]", &["app/app-secret-wrong"]));
    faults
}

fn others() -> Vec<Fault> {
    let fault = |name: &str, stop: Stop, touches: &'static str, app: Value, causes: &[&'static str]| {
        Fault::new(format!("app: {name}"), stop, touches, json!({ "app": app }), causes)
    };
    let mut faults = Vec::new();
    for path in ["/auth/callback", "/callback/", "/Callback", "/signin-oidc"] {
        let causes = ["application/redirect-uri-*"];
        faults.push(fault(
            &format!("callback {path}"),
            Stop::AppRequest,
            "redirect uri",
            json!({ "callback_path": path }),
            &causes,
        ));
    }
    for path in ["/goodbye", "/signed-out", "//"] {
        let causes = ["application/post-sign-out-uri-*"];
        faults.push(fault(
            &format!("after sign-out {path}"),
            Stop::SignOut,
            "post sign-out",
            json!({ "post_sign_out_path": path }),
            &causes,
        ));
    }
    let cookie = ["app/session-cookie-attributes"];
    for (name, options) in [
        ("SameSite=Strict", json!({ "same_site": "strict" })),
        ("SameSite=None without Secure", json!({ "same_site": "none" })),
        ("another domain", json!({ "domain": "shop.example" })),
        ("another path", json!({ "path": "/shop" })),
        ("ends at once", json!({ "max_age": 0 })),
    ] {
        faults.push(fault(
            &format!("cookie: {name}"),
            Stop::AppCallback,
            "cookie",
            json!({ "cookie": options }),
            &cookie,
        ));
    }
    faults.push(fault(
        "sessions in a cookie",
        Stop::Session,
        "cookie",
        json!({ "storage": "cookie" }),
        &["app/session-cookie-too-large"],
    ));
    // The secret is right, but is not sent, or not unchanged.
    let auth = ["application/type-needs-secret", "app/app-secret-not-*", "app/authentication-*"];
    for method in ["none", "post", "basic_encoded"] {
        faults.push(fault(
            &format!("authentication {method}"),
            Stop::AppCallback,
            "app secret",
            json!({ "client_auth": method }),
            &auth,
        ));
    }
    for (prompt, stop, causes) in [
        // The sign-in works; what it lacks is reported last.
        ("login", Stop::SignOut, ["app/no-refresh-token"]),
        ("select_account", Stop::AppRequest, ["app/prompt-unknown"]),
        ("none", Stop::AppRequest, ["app/silent-sign-in-*"]),
    ] {
        let app = json!({ "prompt": prompt });
        faults.push(fault(&format!("prompt {prompt}"), stop, "prompt", app, &causes));
    }
    let resource = json!({ "resources": ["https://api.shop.example"] });
    faults.push(fault(
        "a resource that is not there",
        Stop::AppRequest,
        "prompt",
        resource,
        &["app/resource-unknown", "application/resource-*"],
    ));
    let endpoint = json!({ "logto_endpoint": "[LOGTO]/oidc", "variants": ["keeps_endpoint_path"] });
    faults.push(fault(
        "endpoint with /oidc",
        Stop::AppRequest,
        "endpoint",
        endpoint,
        &["app/endpoint-path-wrong"],
    ));
    let issuer = json!({ "callback_issuer": "https://authjs.dev" });
    faults.push(fault("issuer of its own", Stop::AppCallback, "issuer", issuer, &["app/issuer-of-its-own"]));
    let target = json!({ "direct_sign_in": "social:hugging-face" });
    faults.push(fault(
        "direct sign-in misspelt",
        Stop::Button,
        "direct",
        target,
        &["app/direct-sign-in-unknown"],
    ));
    faults
}
