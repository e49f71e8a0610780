//! Levers of the sample app, and of its surroundings, beyond its plain configuration: what other
//! apps and SDKs do. Each row says where it is known from: a section of `docs/logto-contract.md`, a
//! `source` of a scenario, or a public report.

use serde_json::{Value, json};

use super::faults::{Fault, Stop};

struct Row {
    name: &'static str,
    cites: &'static str,
    stop: Stop,
    touches: &'static str,
    given: Value,
    causes: &'static [&'static str],
}

pub(super) fn faults() -> Vec<Fault> {
    let rows = [requests(), callbacks(), sessions(), around(), sign_outs()];
    rows.into_iter()
        .flatten()
        .map(|row| {
            let name = format!("app: {} ({})", row.name, row.cites);
            Fault::new(name, row.stop, row.touches, row.given, row.causes)
        })
        .collect()
}

/// What Logto refuses, or never gets.
fn requests() -> Vec<Row> {
    let public = |kind: &str| json!({ "application": { "type": kind }, "app": { "client_auth": "none", "pkce": false } });
    let row = |name, cites, touches, given, causes| Row {
        name,
        cites,
        stop: Stop::AppRequest,
        touches,
        given,
        causes,
    };
    vec![
        row("no PKCE, single-page", "§1.3", "app secret", public("SPA"), &["app/pkce-missing"]),
        row("no PKCE, native", "§1.3", "app secret", public("Native"), &["app/pkce-missing"]),
        row(
            "a nonce without openid",
            "§1.3; logto#5753",
            "app scopes",
            json!({ "app": { "reserved_scopes": false, "scopes": ["profile"] } }),
            &["app/nonce-without-openid"],
        ),
        row(
            "a nonce without any scope",
            "§1.3",
            "app scopes",
            json!({ "app": { "reserved_scopes": false, "scopes": [] } }),
            &["app/nonce-without-openid"],
        ),
        row(
            "a request that is unescaped",
            "D25; logto-io/go core/sign_in.go",
            "redirect uri",
            json!({
                "application": { "redirect_uris": ["[APP]/callback?theme=dark&lang=en"] },
                "app": { "callback_query": "theme=dark&lang=en", "variants": ["unescapes_request"] },
            }),
            &["app/request-not-encoded"],
        ),
        row(
            "an endpoint that ends in a slash",
            "D2; ghostfolio#6413",
            "endpoint",
            json!({ "app": { "variants": ["concatenates_endpoint"] } }),
            &["app/endpoint-trailing-slash"],
        ),
        row(
            "Logto by its internal name",
            "C5; auth0/express-jwt#297",
            "endpoint",
            json!({ "app": { "logto_endpoint": "[LOGTO_INTERNAL]", "issuer": "as_discovered" } }),
            &["app/logto-endpoint-internal"],
        ),
        row(
            "Logto out of its reach",
            "C5",
            "endpoint",
            json!({ "network": { "app_to_logto": "refused" } }),
            &["network/app-cannot-reach-logto"],
        ),
        // Logto ignores it, and the sign-in works.
        Row {
            name: "identifiers",
            cites: "D26; logto-io/go core/constants.go",
            stop: Stop::SignOut,
            touches: "extra parameters",
            given: json!({ "app": { "extra_parameters": { "identifiers": "username" } } }),
            causes: &["app/identifier-misspelt"],
        },
    ]
}

/// What the app does with its callback.
fn callbacks() -> Vec<Row> {
    let row = |name, cites, touches, given, causes| Row {
        name,
        cites,
        stop: Stop::AppCallback,
        touches,
        given,
        causes,
    };
    vec![
        row(
            "no scope, and no nonce",
            "§1.3 (access_denied at the end)",
            "app scopes",
            json!({ "app": { "reserved_scopes": false, "nonce": false, "scopes": [] } }),
            &["app/openid-scope-missing"],
        ),
        row(
            "another path than its own",
            "D4; js#968, #701",
            "redirect uri",
            json!({
                "application": { "redirect_uris": ["[APP]/api/auth/callback"] },
                "app": { "callback_path": "/api/auth/callback", "variants": ["assumes_callback_path"] },
            }),
            &["app/callback-path-assumed"],
        ),
        row(
            "a callback with a query",
            "D6; logto-io/js isSignInRedirected",
            "redirect uri",
            json!({
                "application": { "redirect_uris": ["[APP]/callback?theme=dark"] },
                "app": { "callback_query": "theme=dark", "variants": ["ignores_other_callbacks"] },
            }),
            &["app/callback-not-handled"],
        ),
        row(
            "handled twice",
            "D16; js#476, #520",
            "callback",
            json!({ "app": { "variants": ["handles_callback_twice"] } }),
            &["app/callback-handled-twice"],
        ),
        row(
            "handled twice, and redeemed twice",
            "D16, D17; §1.6 (a replay revokes)",
            "callback",
            json!({ "app": { "variants": ["handles_callback_twice", "keeps_sign_in_session"] } }),
            &["app/callback-handled-twice", "app/code-redeemed-again"],
        ),
        row(
            "RS256 only",
            "§1.2; D30; typebot#1955, logto#4910",
            "algorithm",
            json!({ "app": { "variants": ["expects_rs256"] } }),
            &["app/algorithm-not-taken"],
        ),
        row(
            "a claim that it does not ask for",
            "§1.6; D31; logto#2545",
            "app scopes",
            json!({ "app": { "required_claims": ["email"], "scopes": [] } }),
            &["app/scope-not-asked"],
        ),
        row(
            "a claim that the connector does not ask for",
            "§1.6; LibreChat#3098",
            "scopes",
            json!({ "connector": { "scope": "openid profile" }, "app": { "required_claims": ["email"] } }),
            &["connector/email-scope-missing"],
        ),
    ]
}

fn sessions() -> Vec<Row> {
    let row = |name, cites, given, causes| Row {
        name,
        cites,
        stop: Stop::AppCallback,
        touches: "cookie",
        given: json!({ "app": given }),
        causes,
    };
    let overwritten: &[&str] = &["app/session-cookie-overwritten"];
    vec![
        row("two replicas", "D10; goth#615, logto#6831", json!({ "replicas": 2 }), &["app/sessions-lost"]),
        row("a cookie _interaction", "§8; C7", json!({ "cookie": { "name": "_interaction" } }), overwritten),
        row("a cookie _session", "§8; C7", json!({ "cookie": { "name": "_session" } }), overwritten),
        row(
            "round and round",
            "gradio#13634",
            json!({ "variants": ["protects_home"], "cookie": { "path": "/callback" } }),
            &["app/redirect-loop", "app/session-cookie-attributes"],
        ),
    ]
}

/// Clocks.
fn around() -> Vec<Row> {
    let row = |name, clocks: Value| Row {
        name,
        cites: "C12; js#583, kotlin#273",
        stop: Stop::AppCallback,
        touches: "clock",
        given: json!({ "clocks": clocks }),
        causes: &["app/clock-differs"],
    };
    vec![
        row("a clock that is ahead", json!({ "app": "+80s" })),
        row("a clock that is behind", json!({ "app": "-80s" })),
        row("a clock that is far ahead", json!({ "app": "+400s" })),
        row("Logto's clock is ahead", json!({ "logto": "+5m 20s" })),
    ]
}

fn sign_outs() -> Vec<Row> {
    let row = |name, cites, app: Value, causes| Row {
        name,
        cites,
        stop: Stop::SignOut,
        touches: "post sign-out",
        given: json!({ "app": app }),
        causes,
    };
    let hint: &[&str] = &["app/id-token-hint-refused"];
    vec![
        row(
            "sign-out without a client id",
            "§1.8; E3",
            json!({ "sign_out": { "client_id": "" } }),
            &["app/sign-out-without-client-id"],
        ),
        row(
            "a hint cut in its claims",
            "§1.8; E6",
            json!({ "sign_out": { "id_token_hint": true, "hint_length": 200 } }),
            hint,
        ),
        row(
            "a hint cut in its signature",
            "§1.8; E6",
            json!({ "sign_out": { "id_token_hint": true, "hint_length": 620 } }),
            hint,
        ),
        row(
            "another app's id beside the hint",
            "§1.8; E6",
            json!({ "sign_out": { "id_token_hint": true, "client_id": "an0ther0app0of0the0house" } }),
            hint,
        ),
        row(
            "a refresh token that stays",
            "§1.7; E9; logto-io/go core/revoke.go",
            json!({ "sign_out": { "revokes_as_public": true } }),
            &["app/refresh-token-not-revoked"],
        ),
        row(
            "a home page that begins a sign-in",
            "E11; angularx-social-login#300",
            json!({ "variants": ["protects_home"] }),
            &["app/landing-page-protected"],
        ),
    ]
}
