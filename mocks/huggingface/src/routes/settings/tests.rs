use crate::config::RevokedApp;
use crate::routes::testing::{Site, authorize, form};
use crate::{Switches, User};

const NEW: &str = "/settings/applications/new";

fn fields<'a>(extra: &[(&'a str, &'a str)]) -> String {
    let mut pairs = vec![
        ("name", "My <b>Shop</b>"),
        ("homepage_url", "https://shop.example"),
        ("redirect_uris", "https://shop.example/a\r\n\r\n  http://localhost:3000/b  \r\n"),
        ("scopes", "openid"),
        ("scopes", "jobs"),
        ("token_duration_minutes", "60"),
    ];
    pairs.retain(|(name, _)| !extra.iter().any(|(own, _)| own == name));
    pairs.extend_from_slice(extra);
    form(&pairs)
}

#[tokio::test]
async fn asks_to_sign_in_first() {
    let site = Site::new();
    for path in ["/settings/applications", NEW, "/settings/connected-applications"] {
        let answer = site.get(path).await;
        assert_eq!(answer.location(), format!("/login?next={}", path.replace('/', "%2F")));
        assert_eq!(answer.notes, ["no user is signed in: redirected to the login page"]);
    }
    assert_eq!(site.form(NEW, &fields(&[]), None).await.location(), "/login?next=%2Fsettings%2Fapplications");
    assert_eq!(site.mock.apps().len(), 1, "no app was created");
}

#[tokio::test]
async fn creates_an_app_and_shows_its_credentials() {
    let site = Site::new();
    let ada = site.mock.sign_in("ada").unwrap();
    let answer = site.form(NEW, &fields(&[]), Some(&ada)).await;
    let app = site.mock.apps().pop().unwrap();
    assert_eq!(answer.location(), format!("/settings/applications/{}", app.client_id));
    assert_eq!(app.redirect_uris, ["https://shop.example/a", "http://localhost:3000/b"]);
    assert_eq!((app.scopes.to_string().as_str(), app.token_duration_minutes), ("openid jobs", 60));
    assert_eq!(app.client_id.len(), 36, "a UUID");
    let secret = app.secret.unwrap();
    assert_eq!(secret.len(), "oauth_app_secret_".len() + 34);
    let page = site.get_as(answer.location(), &ada).await.body;
    assert!(page.contains(&secret) && page.contains(&app.client_id), "{page}");
    assert!(page.contains("My &lt;b&gt;Shop&lt;/b&gt;") && !page.contains("<b>Shop"), "escaped");
    assert!(site.get_as("/settings/applications", &ada).await.body.contains(&app.client_id));
}

#[tokio::test]
async fn refuses_what_is_invalid_in_the_configuration_file() {
    let site = Site::new();
    let ada = site.mock.sign_in("ada").unwrap();
    for (name, value, reason) in [
        ("name", " ", "the app needs a name"),
        ("redirect_uris", "/callback", "is not an absolute URL"),
        ("scopes", "everything", "does not exist"),
        ("token_duration_minutes", "43201", "1 to 43200"),
        ("token_duration_minutes", "long", "`long` is not a number"),
    ] {
        let answer = site.form(NEW, &fields(&[(name, value)]), Some(&ada)).await;
        assert_eq!(answer.status, 400, "{name}");
        assert!(answer.notes[0].contains(reason), "{answer:?}");
        assert!(answer.body.contains("role=\"alert\""), "{}", answer.body);
    }
    assert_eq!(site.mock.apps().len(), 1);
}

#[tokio::test]
async fn changes_an_app_with_a_hostile_client_id() {
    let site = Site::new();
    let ada = site.mock.sign_in("ada").unwrap();
    let path = "/settings/applications/shop%2Bapp%20%2541%21%3F%3Ax";
    assert!(site.get_as("/settings/applications", &ada).await.body.contains(path), "linked");
    assert_eq!(site.get_as(path, &ada).await.status, 200);
    let answer = site.form(path, &fields(&[("name", "Renamed")]), Some(&ada)).await;
    assert_eq!(answer.location(), path);
    let app = site.mock.apps().pop().unwrap();
    assert_eq!((app.name.as_str(), app.redirect_uris.len(), site.mock.apps().len()), ("Renamed", 2, 1));
    assert!(app.secret.is_some(), "the secret stays");
}

#[tokio::test]
async fn deletes_and_creates_secrets() {
    let site = Site::new();
    let ada = site.mock.sign_in("ada").unwrap();
    let before = site.mock.apps()[0].secret.clone();
    let id = "shop%2Bapp%20%2541%21%3F%3Ax";
    site.form(&format!("/settings/applications/{id}/secret/delete"), "", Some(&ada)).await.location();
    assert!(site.mock.apps()[0].public && site.mock.apps()[0].secret.is_none());
    site.form(&format!("/settings/applications/{id}/secret"), "", Some(&ada)).await.location();
    let app = &site.mock.apps()[0];
    assert!(!app.public && app.secret.is_some() && app.secret != before);
}

#[tokio::test]
async fn deletes_an_app() {
    let site = Site::new();
    let ada = site.mock.sign_in("ada").unwrap();
    let id = "shop%2Bapp%20%2541%21%3F%3Ax";
    let path = format!("/settings/applications/{id}");
    assert_eq!(
        site.form(&format!("/settings/applications/{id}/delete"), "", Some(&ada)).await.location(),
        "/settings/applications"
    );
    assert_eq!(site.get_as(&path, &ada).await.status, 404);
}

#[tokio::test]
async fn refuses_forms_of_another_site() {
    let site = Site::new();
    let cookie = format!("token={}", site.mock.sign_in("ada").unwrap());
    let headers =
        [("cookie", cookie.as_str()), ("origin", "https://evil.example"), ("host", "localhost:4000")];
    assert_eq!(site.send("POST", NEW, &headers, &fields(&[])).await.status, 403);
    assert_eq!(site.mock.apps().len(), 1);
}

#[tokio::test]
async fn revoking_an_app_ends_its_tokens_and_shows_the_permission_page_again() {
    let site = Site::new();
    let token = site.access_token("openid").await;
    let ada = site.mock.sign_in("ada").unwrap();
    let page = site.get_as("/settings/connected-applications", &ada).await.body;
    let path = "/settings/connected-applications/shop%2Bapp%20%2541%21%3F%3Ax/revoke";
    assert!(page.contains("Shop") && page.contains(path), "{page}");

    let grace = site.mock.sign_in("grace").unwrap();
    assert_eq!(site.form(path, "", Some(&grace)).await.status, 404, "only one's own");
    let code = site.form(&authorize("openid", &[]), "", Some(&grace)).await.param("code").unwrap();
    let graces = site.exchange(&code).await.json()["access_token"].as_str().unwrap().to_owned();
    assert_eq!(site.form(path, "", Some(&ada)).await.location(), "/settings/connected-applications");
    let answer = site.with_bearer("/oauth/userinfo", &token).await;
    let note = "the access token is no longer valid: the user revoked the app";
    assert_eq!((answer.status, answer.notes), (401, vec![note.to_owned()]));
    assert_eq!(site.get_as(&authorize("openid", &[]), &ada).await.status, 200, "asked again");
    assert_eq!(site.with_bearer("/oauth/userinfo", &graces).await.status, 200, "Grace's token remains valid");
    assert!(site.get_as(&authorize("openid", &[]), &grace).await.param("code").is_some());
}

#[tokio::test]
async fn a_switch_keeps_tokens_valid() {
    let site = Site::new();
    site.mock.set_switches(Switches { revoked_app: RevokedApp::KeepsTokens, ..Switches::default() });
    let token = site.access_token("openid").await;
    let ada = site.mock.sign_in("ada").unwrap();
    let path = "/settings/connected-applications/shop%2Bapp%20%2541%21%3F%3Ax/revoke";
    site.form(path, "", Some(&ada)).await.location();
    assert_eq!(site.with_bearer("/oauth/userinfo", &token).await.status, 200);
}

#[tokio::test]
async fn a_users_change_shows_at_once() {
    let site = Site::new();
    let token = site.access_token("profile").await;
    let ada = User { username: "ada".into(), fullname: "Ada King".into(), ..User::default() };
    site.mock.add_user(ada);
    let body = site.with_bearer("/oauth/userinfo", &token).await.json();
    assert_eq!(body["name"], "Ada King");
}
