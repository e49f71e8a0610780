//! Healthy set-ups: how people deploy Logto and their apps, without a fault.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use url::Url;

use super::draw::Draw;
use super::set_up::{Kind, Options, Part, SetUp};

/// Where Logto and the app are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Public,
    Loopback,
    /// Plain HTTP within an organization.
    Intranet,
}

/// Any date in the past; `createdAt` of everything.
const CREATED: i64 = 1_700_000_000_000;

pub(super) fn healthy(draw: &Draw) -> SetUp {
    let kind = draw.one(&[Kind::Traditional, Kind::Traditional, Kind::Spa, Kind::Native]);
    let place = match draw.below(10) {
        0..=6 => Place::Public,
        7..=8 => Place::Loopback,
        // Browsers have no `crypto.subtle` there (connector-bugs C6), which an app without a server needs.
        _ if kind == Kind::Spa => Place::Public,
        _ => Place::Intranet,
    };
    let domain = draw.one(&[
        "shop.example",
        "acme.io",
        "books.co.uk",
        "bücher.example",
        "xn--bcher-kva.example",
        "例え.jp",
    ]);
    let logto = logto(place, domain, draw);
    let id = match draw.below(5) {
        0 => "hf-production".to_owned(),
        _ => draw.id(12),
    };
    let origin = Url::parse(&logto).unwrap().origin().ascii_serialization();
    let mut set_up = SetUp {
        kind,
        third_party: draw.chance(20),
        factory: draw.one(&[
            "huggingface-universal",
            "huggingface-universal",
            "huggingface-universal",
            "oauth2",
            "oidc",
        ]),
        connector: Value::Null,
        application: Value::Null,
        experience: Value::Null,
        oauth_app: Value::Null,
        callback: format!("{origin}/callback/{id}"),
        options: Options { logto_endpoint: Some(logto), ..Options::default() },
        redirect_uri: String::new(),
        post_sign_out_uri: String::new(),
        given: BTreeSet::new(),
    };
    let wants_email = draw.chance(60);
    set_up.connector = connector(&set_up, &id, wants_email, draw);
    set_up.oauth_app = oauth_app(&set_up, draw);
    set_up.experience = experience(&set_up, wants_email, draw);
    app(&mut set_up, place, domain, wants_email, draw);
    set_up
}

fn logto(place: Place, domain: &str, draw: &Draw) -> String {
    let domain = match place {
        Place::Public => domain,
        _ => "",
    };
    match place {
        Place::Public => match draw.below(6) {
            0 => format!("https://{domain}"),
            1 => format!("https://id.{domain}:8443"),
            2 => format!("https://Login.{domain}/"),
            3 => format!("https://{}.logto.app", draw.id(6)),
            _ => format!("https://auth.{domain}"),
        },
        Place::Loopback => {
            draw.one(&["http://localhost:3001", "http://127.0.0.1:3001", "http://[::1]:3001"]).to_owned()
        }
        Place::Intranet => {
            draw.one(&["http://192.168.1.20:3001", "http://logto.intranet.example:3001"]).to_owned()
        }
    }
}

fn connector(set_up: &SetUp, id: &str, wants_email: bool, draw: &Draw) -> Value {
    let mut config = json!({ "clientId": draw.uuid(), "clientSecret": draw.oauth_app_secret() });
    let scope = if wants_email {
        "openid profile email"
    } else {
        draw.one(&["openid profile", "profile", "openid profile inference-api"])
    };
    // Without one, the connector of Hugging Face asks for `profile` (§2.1).
    if set_up.is_generic() || wants_email || draw.chance(60) {
        config["scope"] = json!(scope);
    }
    let mut target = "huggingface";
    if set_up.is_generic() {
        target = draw.one(&["huggingface", "hf", "hugging_face"]);
        config["authorizationEndpoint"] = json!("https://huggingface.co/oauth/authorize");
        config["tokenEndpoint"] = json!("https://huggingface.co/oauth/token");
        // The default is `client_secret_post`; Hugging Face takes both (its discovery document).
        match draw.below(3) {
            0 => config["tokenEndpointAuthMethod"] = json!("client_secret_basic"),
            1 => config["tokenEndpointAuthMethod"] = json!("client_secret_post"),
            _ => {}
        }
    }
    match set_up.factory {
        "oauth2" => {
            config["userInfoEndpoint"] = json!("https://huggingface.co/oauth/userinfo");
            config["tokenEndpointResponseType"] = json!("json");
            config["profileMap"] =
                json!({ "id": "sub", "name": "name", "avatar": "picture", "email": "email" });
        }
        "oidc" => {
            config["idTokenVerificationConfig"] = json!({ "jwksUri": "https://huggingface.co/oauth/jwks" });
            if draw.chance(60) {
                config["idTokenVerificationConfig"]["issuer"] = json!("https://huggingface.co");
            }
        }
        _ => {}
    }
    let metadata = if set_up.is_generic() {
        json!({ "target": target, "name": { "en": "Hugging Face" } })
    } else {
        json!({})
    };
    json!({
        "id": id,
        "connectorId": set_up.factory,
        "target": target,
        "type": "Social",
        "platform": "Universal",
        "isDemo": false,
        "syncProfile": draw.chance(30),
        "enableTokenStorage": false,
        "metadata": metadata,
        "config": config,
    })
}

fn oauth_app(set_up: &SetUp, draw: &Draw) -> Value {
    let mut uris = vec![set_up.callback.clone()];
    let other = Url::parse("https://auth.staging.example/callback/").unwrap();
    if draw.chance(30) {
        uris.insert(draw.below(2), other.join(&draw.id(12)).unwrap().into());
    }
    if draw.chance(15) && set_up.callback.starts_with("http://localhost:") {
        // Ports of loopback addresses do not count (hub-docs `docs/hub/oauth.md`).
        uris[0] = uris[0].replacen(":3001", ":8080", 1);
    }
    let mut scopes = vec!["openid", "profile", "email", "inference-api"];
    if draw.chance(30) {
        scopes.extend(["read-repos", "jobs"]);
    }
    let mut app = json!({
        "client_id": set_up.text("clientId"),
        "secret": set_up.text("clientSecret"),
        "redirect_uris": uris,
        "scopes": scopes,
    });
    if draw.chance(20) {
        app["public"] = json!(false);
        app["token_duration_minutes"] = json!(480);
    }
    app
}

fn experience(set_up: &SetUp, wants_email: bool, draw: &Draw) -> Value {
    let target = set_up.connector["target"].as_str().unwrap();
    let mut targets = vec![target];
    if draw.chance(30) {
        targets.insert(draw.below(2), draw.one(&["google", "github"]));
    }
    let nothing = json!({ "identifiers": [], "password": false, "verify": false });
    let (sign_up, social) = match draw.below(6) {
        // Hugging Face gives it where the connector asks for it (connector-bugs B12).
        0 if wants_email => {
            (json!({ "identifiers": ["email"], "password": false, "verify": true }), json!({}))
        }
        1 => (
            json!({ "identifiers": ["username"], "password": true, "verify": false }),
            json!({ "skipRequiredIdentifiers": true }),
        ),
        2 => (nothing, json!({ "automaticAccountLinking": true })),
        _ => (nothing, json!({})),
    };
    let mut experience = json!({
        "tenantId": "default",
        "id": "default",
        "color": { "primaryColor": "#5D34F2", "isDarkModeEnabled": false, "darkPrimaryColor": "#7958FF" },
        "branding": {},
        "languageInfo": { "autoDetect": true, "fallbackLanguage": "en" },
        "termsOfUseUrl": null,
        "privacyPolicyUrl": null,
        "agreeToTermsPolicy": "Automatic",
        "signIn": { "methods": [] },
        "signUp": sign_up,
        "socialSignIn": social,
        "socialSignInConnectorTargets": targets,
        "signInMode": "SignInAndRegister",
    });
    if draw.chance(20) {
        experience["termsOfUseUrl"] = json!("https://shop.example/terms");
        experience["agreeToTermsPolicy"] =
            json!(draw.one(&["Manual", "ManualRegistrationOnly", "Automatic"]));
    }
    experience
}

fn app(set_up: &mut SetUp, place: Place, domain: &str, wants_email: bool, draw: &Draw) {
    let id = draw.id(21);
    let origin = match place {
        Place::Public => match draw.below(4) {
            0 => format!("https://{domain}"),
            1 => format!("https://app.{domain}:8443"),
            2 => format!("https://www.{}.example", draw.id(8)),
            _ => format!("https://shop.{domain}"),
        },
        Place::Loopback => {
            draw.one(&["http://localhost:3000", "http://127.0.0.1:5173", "http://localhost:8080"]).to_owned()
        }
        Place::Intranet => draw.one(&["http://192.168.1.20:8080", "http://shop.intranet.example"]).to_owned(),
    };
    let (registered, sent) = redirect_uris(set_up, &origin, draw);
    let (post_registered, post_sent) = post_sign_out_uris(set_up, &origin, &sent, draw);
    let mut scopes: Vec<&str> = Vec::new();
    if wants_email && draw.chance(60) {
        scopes.push("email");
    }
    if draw.chance(20) {
        scopes.push(draw.one(&["custom_data", "identities", "roles"]));
    }
    let secret = draw.app_secret();
    let mut secrets = Vec::new();
    if set_up.kind == Kind::Traditional {
        secrets.push(json!({ "applicationId": id, "name": "Default secret", "value": secret, "createdAt": CREATED, "expiresAt": null }));
        set_up.options.app_secret = Some(secret);
        if draw.chance(20) {
            // One that was replaced in time.
            secrets.push(json!({ "applicationId": id, "name": "Old", "value": draw.app_secret(), "createdAt": CREATED, "expiresAt": CREATED + 1 }));
            set_up.given.insert(Part::AppSecret);
        }
    }
    let metadata = match draw.below(4) {
        0 => json!({ "alwaysIssueRefreshToken": true, "refreshTokenTtlInDays": 30 }),
        1 => json!({ "idTokenTtl": 3600, "rotateRefreshToken": true }),
        _ => json!({}),
    };
    set_up.application = json!({
        "tenantId": "default",
        "id": id,
        "name": "Shop",
        "description": null,
        "type": set_up.kind.name(),
        "oidcClientMetadata": { "redirectUris": registered, "postLogoutRedirectUris": post_registered },
        "customClientMetadata": metadata,
        "protectedAppMetadata": null,
        "customData": {},
        "isThirdParty": set_up.third_party,
        "appLevelAccessControlEnabled": false,
        "createdAt": CREATED,
        "isAdmin": false,
        "secrets": secrets,
    });
    if set_up.third_party {
        let permitted: Vec<&str> = ["profile"].into_iter().chain(scopes.iter().copied()).collect();
        set_up.application["userConsentScopes"] = json!({
            "userScopes": permitted, "resourceScopes": [], "organizationScopes": [], "organizationResourceScopes": [],
        });
    }
    // Nobody opens a native application by its address.
    let opened =
        (set_up.kind != Kind::Native).then(|| Url::parse(&sent).unwrap().origin().ascii_serialization());
    set_up.options.app_url = opened;
    set_up.options.app_id = Some(id);
    set_up.options.redirect_uri = Some(sent.clone());
    set_up.options.post_sign_out_uri = Some(post_sent.clone());
    set_up.options.app_scopes = scopes.into_iter().map(str::to_owned).collect();
    set_up.redirect_uri = sent;
    set_up.post_sign_out_uri = post_sent;
}

/// What is registered, and what the app sends.
fn redirect_uris(set_up: &mut SetUp, origin: &str, draw: &Draw) -> (Vec<String>, String) {
    let paths = [
        "/callback",
        "/callback",
        "/callback",
        "/api/auth/callback/logto",
        "/signin-logto",
        "/Account/Callback",
        "/oauth2/callback/logto",
        "/my%20app/callback",
        "/callback?tenant=a",
        "",
        "/",
    ];
    let native = [
        "com.shop.app://callback",
        "io.logto.shop://oauth/callback",
        "shop-app://callback",
        "http://127.0.0.1:53682/callback",
        "http://localhost:8400/",
    ];
    let mut sent = if set_up.kind == Kind::Native && draw.chance(70) {
        draw.one(&native).to_owned()
    } else {
        format!("{origin}{}", draw.one(&paths))
    };
    let mut registered = sent.clone();
    let public = sent.starts_with("https://") && !sent.contains(":8443");
    // Parsed addresses are compared, and stars match (§1.3, §14; recorded in `oidc/redirect-uri-matching`).
    match draw.below(12) {
        0 if public => registered = registered.replacen(origin, &shouted(origin), 1),
        1 if public => registered = registered.replacen(origin, &format!("{origin}:443"), 1),
        2 if public && origin.is_ascii() && origin.matches('.').count() > 1 => {
            let (_, rest) = origin.trim_start_matches("https://").split_once('.').unwrap();
            registered = registered.replacen(origin, &format!("https://*.{rest}"), 1);
            set_up.given.insert(Part::RedirectUri);
        }
        // How Logto compares a star with a host beyond ASCII is not recorded.
        3 if public && origin.is_ascii() && sent.ends_with("/callback") => {
            registered = format!("{origin}/*");
            set_up.given.insert(Part::RedirectUri);
        }
        4 if set_up.kind == Kind::Native && sent.starts_with("http://127.0.0.1:53682") => {
            // The port of a loopback address does not count for native applications (§14).
            sent = sent.replacen(":53682", ":60123", 1);
            set_up.given.insert(Part::RedirectUri);
        }
        _ => {}
    }
    let mut all = vec![registered];
    if draw.chance(30) {
        if draw.chance(40) {
            all.insert(0, "https://old.shop-elsewhere.example/callback".to_owned());
            set_up.given.insert(Part::RedirectUri);
        } else {
            all.push("https://old.shop-elsewhere.example/callback".to_owned());
        }
    }
    (all, sent)
}

fn post_sign_out_uris(
    set_up: &mut SetUp,
    origin: &str,
    redirect_uri: &str,
    draw: &Draw,
) -> (Vec<String>, String) {
    let sent = if redirect_uri.starts_with("http") {
        match draw.below(6) {
            0 => origin.to_owned(),
            1 => format!("{origin}/signed-out"),
            2 => "https://www.shop-elsewhere.example/goodbye".to_owned(),
            3 => format!("{origin}/?signed-out=1"),
            _ => format!("{origin}/"),
        }
    } else {
        let (scheme, _) = redirect_uri.split_once(':').unwrap();
        format!("{scheme}://signed-out")
    };
    let mut all = vec![sent.clone()];
    if draw.chance(25) {
        all.insert(0, "https://old.shop-elsewhere.example/".to_owned());
        set_up.given.insert(Part::PostUri);
    }
    (all, sent)
}

/// The host with a capital letter, which a browser writes small.
fn shouted(origin: &str) -> String {
    let host = origin.trim_start_matches("https://");
    let mut letters = host.chars();
    let first = letters.next().unwrap().to_uppercase().to_string();
    format!("https://{first}{}", letters.as_str())
}
