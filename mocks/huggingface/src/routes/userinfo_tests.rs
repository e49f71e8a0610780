use crate::config::{
    BillingMode, Challenge, ClaimChanges, HardwareItem, OrganizationsWithoutScope, Plan, Role,
};
use crate::routes::testing::{Site, form, shop};
use crate::{Config, Membership, Organization, Switches, User};

fn rich() -> Site {
    let acme = Organization {
        username: "acme".into(),
        fullname: "Acme, Inc.".into(),
        plan: Some(Plan::Enterprise),
        can_pay: true,
        billing_mode: Some(BillingMode::Prepaid),
        ..Organization::default()
    };
    let ada = User {
        sub: "62f264b9f3c90f4b6514a269".into(),
        username: "ada".into(),
        fullname: "Ada Lovelace".into(),
        email: Some("ada@example.com".into()),
        picture: Some("https://cdn.example/ada.png".into()),
        website: Some("https://ada.example".into()),
        is_pro: true,
        can_pay: true,
        billing_mode: Some(BillingMode::Postpaid),
        hardware: vec![HardwareItem {
            sku: ["GPU".into(), "NVIDIA".into(), "H100".into()],
            mem: 80,
            num: 1,
            is_primary: true,
        }],
        orgs: vec![Membership { org: "acme".into(), role: Role::Admin, ..Membership::default() }],
        ..User::default()
    };
    let config =
        Config { users: vec![ada], organizations: vec![acme], apps: vec![shop()], ..Config::default() };
    Site::with("https://huggingface.co", config)
}

async fn keys(site: &Site, scope: &str) -> Vec<String> {
    let token = site.access_token(scope).await;
    let body = site.with_bearer("/oauth/userinfo", &token).await.json();
    body.as_object().unwrap().keys().cloned().collect()
}

#[tokio::test]
async fn sends_claims_by_scope_in_the_order_of_the_schema() {
    let site = rich();
    assert_eq!(keys(&site, "openid").await, ["sub", "isPro", "orgs"]);
    let profile = ["name", "preferred_username", "profile", "picture", "website"];
    let mut expected = vec!["sub"];
    expected.extend(profile);
    expected.extend(["hardwareItems", "isPro", "orgs"]);
    assert_eq!(keys(&site, "profile").await, expected);
    assert_eq!(keys(&site, "email").await, ["sub", "email", "email_verified", "isPro", "orgs"]);
    let mut expected = vec!["sub"];
    expected.extend(profile);
    expected.extend(["email", "email_verified", "hardwareItems", "isPro", "canPay", "billingMode", "orgs"]);
    assert_eq!(keys(&site, "openid profile email read-billing").await, expected);
}

#[tokio::test]
async fn values_are_those_of_the_user() {
    let site = rich();
    let token = site.access_token("openid profile email").await;
    let body = site.with_bearer("/oauth/userinfo", &token).await.body;
    let start = concat!(
        r#"{"sub":"62f264b9f3c90f4b6514a269","name":"Ada Lovelace","preferred_username":"ada","#,
        r#""profile":"https://huggingface.co/ada","picture":"https://cdn.example/ada.png","#,
        r#""website":"https://ada.example","email":"ada@example.com","email_verified":true,"#,
        r#""hardwareItems":[{"sku":["GPU","NVIDIA","H100"],"mem":80,"num":1,"isPrimary":true}],"isPro":true,"#,
        r#""orgs":[{"sub":""#,
    );
    assert!(body.starts_with(start), "{body}");
}

#[tokio::test]
async fn users_without_a_picture_get_one() {
    let site = Site::at("https://huggingface.co");
    let token = site.access_token("profile").await;
    let body = site.with_bearer("/oauth/userinfo", &token).await.json();
    let picture = body["picture"].as_str().unwrap();
    assert!(picture.starts_with("https://huggingface.co/avatars/") && picture.ends_with(".svg"), "{picture}");
    let answer = site.get(picture.strip_prefix("https://huggingface.co").unwrap()).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("image/svg+xml")));
    assert!(body.get("website").is_none(), "only if set");
}

#[tokio::test]
async fn organizations_show_the_role_by_scope() {
    let site = rich();
    let token = site.access_token("openid").await;
    let org = site.with_bearer("/oauth/userinfo", &token).await.json()["orgs"][0].clone();
    let keys: Vec<_> = org.as_object().unwrap().keys().cloned().collect();
    assert_eq!(keys, ["sub", "name", "picture", "preferred_username", "plan"]);
    let token = site.access_token("openid read-memberships").await;
    let org = site.with_bearer("/oauth/userinfo", &token).await.json()["orgs"][0].clone();
    assert_eq!((org["roleInOrg"].as_str(), org["plan"].as_str()), (Some("admin"), Some("enterprise")));
    assert!(org.get("securityRestrictions").is_none(), "the organization itself was not granted");
}

#[tokio::test]
async fn a_granted_organization_shows_more() {
    let site = rich();
    let acme = site.mock.organizations()[0].sub.clone();
    let code = site.code("openid read-billing", &[("orgIds", &acme)]).await;
    let token = site.exchange(&code).await.json()["access_token"].as_str().unwrap().to_owned();
    let org = site.with_bearer("/oauth/userinfo", &token).await.json()["orgs"][0].clone();
    assert_eq!(org["roleInOrg"], "admin");
    assert_eq!((org["canPay"].as_bool(), org["billingMode"].as_str()), (Some(true), Some("prepaid")));
    let token = site.access_token("openid read-billing read-memberships").await;
    let ungranted = site.with_bearer("/oauth/userinfo", &token).await.json()["orgs"][0].clone();
    assert!(ungranted.get("canPay").is_none() && ungranted.get("billingMode").is_none(), "{ungranted}");
    assert_eq!(org["securityRestrictions"], serde_json::json!([]));
}

#[tokio::test]
async fn switches_hide_organizations() {
    let site = rich();
    let token = site.access_token("openid").await;
    let set = |value| {
        site.mock.set_switches(Switches { organizations_without_scope: value, ..Switches::default() });
    };
    set(OrganizationsWithoutScope::Empty);
    let body = site.with_bearer("/oauth/userinfo", &token).await.json();
    assert_eq!(body["orgs"], serde_json::json!([]));
    set(OrganizationsWithoutScope::Missing);
    assert!(site.with_bearer("/oauth/userinfo", &token).await.json().get("orgs").is_none());
}

#[tokio::test]
async fn accepts_post_and_any_case_of_the_scheme() {
    let site = Site::new();
    let token = site.access_token("openid").await;
    for scheme in ["bearer", "Bearer", "BEARER"] {
        let header = format!("{scheme} {token}");
        let answer = site.send("POST", "/oauth/userinfo", &[("authorization", &header)], "").await;
        assert_eq!(answer.status, 200, "{scheme}");
    }
}

#[tokio::test]
async fn refuses_what_is_not_a_valid_access_token() {
    let site = Site::new();
    let code = site.code("openid", &[]).await;
    let reply = site.exchange(&code).await.json();
    let text = |name: &str| reply[name].as_str().unwrap().to_owned();
    let ask =
        async |header: &str| site.send("GET", "/oauth/userinfo", &[("authorization", header)], "").await;
    let refresh = form(&[("x", &text("refresh_token"))]).replace("x=", "Bearer ");
    for (header, note) in [
        ("Basic abc".to_owned(), "the scheme of the Authorization header is `Basic`, not Bearer"),
        ("Bearer".to_owned(), "the Authorization header holds no token after Bearer"),
        ("Bearer hf_personal".to_owned(), "the bearer token is a personal token, not an access token"),
        (refresh, "the bearer token is a refresh token, not an access token"),
        (
            format!("Bearer {}", text("id_token")),
            "the bearer token is an id_token, or an access token without its prefix hf_oauth_, not an access token",
        ),
        ("Bearer hf_oauth_abc".to_owned(), "the access token was never issued here"),
    ] {
        let answer = ask(&header).await;
        assert_eq!((answer.status, answer.notes), (401, vec![note.to_owned()]), "{header}");
        assert_eq!(answer.body, r#"{"error":"Invalid credentials in Authorization header"}"#);
    }
    let answer = site.get("/oauth/userinfo").await;
    assert_eq!((answer.status, answer.notes), (401, vec!["the Authorization header is missing".to_owned()]));

    let token = format!("Bearer {}", text("access_token"));
    site.advance(8 * 3600 - 1);
    assert_eq!(ask(&token).await.status, 200);
    site.advance(13);
    let answer = ask(&token).await;
    assert_eq!((answer.status, answer.notes), (401, vec!["the access token expired 12 s ago".to_owned()]));
}

#[tokio::test]
async fn a_switch_adds_the_challenge_of_rfc_6750() {
    let site = Site::new();
    assert_eq!(site.get("/oauth/userinfo").await.header("www-authenticate"), None);
    site.mock.set_switches(Switches { challenge: Challenge::Bearer, ..Switches::default() });
    let answer = site.get("/oauth/userinfo").await;
    assert_eq!(answer.header("www-authenticate"), Some("Bearer error=\"invalid_token\""));
}

#[tokio::test]
async fn the_claims_of_another_provider_replace_those_of_the_site() {
    let site = Site::new();
    let changes = [("email_verified", serde_json::json!("true")), ("name", serde_json::Value::Null)];
    let userinfo = changes.map(|(claim, value)| (claim.to_owned(), value)).into();
    let claims = ClaimChanges { userinfo, ..ClaimChanges::default() };
    site.mock.set_switches(Switches { claims, ..Switches::default() });
    let token = site.access_token("openid profile email").await;
    let body = site.with_bearer("/oauth/userinfo", &token).await.json();
    assert_eq!((body["email_verified"].as_str(), body.get("name")), (Some("true"), None));
    let names: Vec<&str> = body.as_object().unwrap().keys().map(String::as_str).collect();
    let rest =
        ["sub", "preferred_username", "profile", "picture", "email", "email_verified", "isPro", "orgs"];
    assert_eq!(names, rest, "the order of the others stays");
}
