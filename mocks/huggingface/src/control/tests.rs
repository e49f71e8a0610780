use kit::{Bound, Client};
use serde_json::{Value, json};

use crate::routes::testing::{Answer, Site, authorize};

async fn control(site: &Site, method: &str, path: &str, body: &str) -> Answer {
    let headers = [("host", "127.0.0.1:3004"), ("content-type", "application/json")];
    site.send_to(site.mock.control_router(), method, path, &headers, body).await
}

#[tokio::test]
async fn adds_users_and_apps() {
    let site = Site::new();
    let answer = control(&site, "POST", "/users", r#"{"username":"linus","email":"l@example.com"}"#).await;
    assert_eq!((answer.status, answer.json()["fullname"].as_str()), (201, Some("linus")));
    assert_eq!(control(&site, "GET", "/users", "").await.json().as_array().unwrap().len(), 3);
    let answer =
        control(&site, "POST", "/apps", r#"{"name":"New","redirect_uris":["https://a.example/"]}"#).await;
    let app = answer.json();
    assert_eq!((answer.status, app["client_id"].as_str().unwrap().len()), (201, 36));
    assert!(app["secret"].as_str().unwrap().starts_with("oauth_app_secret_"));
    let answer = control(&site, "POST", "/organizations", r#"{"username":"acme"}"#).await;
    assert_eq!(answer.status, 201);
    let member = r#"{"username":"linus","orgs":[{"org":"acme","role":"admin"}]}"#;
    assert_eq!(control(&site, "POST", "/users", member).await.status, 201);
}

#[tokio::test]
async fn paths_and_members_in_the_old_spelling_still_work() {
    let site = Site::new();
    assert_eq!(control(&site, "POST", "/organisations", r#"{"username":"acme"}"#).await.status, 201);
    let all = control(&site, "GET", "/organisations", "").await.json();
    assert_eq!(all, control(&site, "GET", "/organizations", "").await.json());
    assert_eq!(all[0]["username"], "acme");
    let switches = control(&site, "PUT", "/switches", r#"{"organisations_without_scope":"listed"}"#).await;
    assert_eq!(switches.json()["organizations_without_scope"], "listed");
}

#[tokio::test]
async fn removes_users_and_apps_with_their_permissions() {
    let site = Site::new();
    let token = site.access_token("openid").await;
    control(&site, "POST", "/users", r#"{"username":"linus"}"#).await;
    let linus = site.mock.sign_in("linus").unwrap();
    site.form(&authorize("openid", &[]), "", Some(&linus)).await.location();
    assert_eq!(control(&site, "DELETE", "/users/linus", "").await.status, 204);
    assert_eq!(site.mock.store().grants.len(), 1, "only Ada's is left");
    let app = "/apps/shop%2Bapp%20%2541%21%3F%3Ax";
    assert_eq!(control(&site, "DELETE", app, "").await.status, 204);
    assert_eq!((site.mock.apps().len(), site.mock.store().grants.len()), (0, 0));
    assert_eq!(control(&site, "DELETE", app, "").await.status, 404);
    assert_eq!(control(&site, "DELETE", "/users/ada", "").await.status, 204);
    let answer = site.with_bearer("/oauth/userinfo", &token).await;
    assert_eq!(answer.notes, ["the user of the access token no longer exists"]);
    assert_eq!(control(&site, "DELETE", "/users/ada", "").await.status, 404);
}

#[tokio::test]
async fn refuses_invalid_requests() {
    let site = Site::new();
    for (method, path, body, status, reason) in [
        ("POST", "/users", r#"{"username":"a","emial":"x"}"#, 422, "unknown field `emial`"),
        ("POST", "/users", r#"{"username":"a","orgs":[{"org":"nope"}]}"#, 422, "not defined"),
        ("POST", "/apps", r#"{"public":true,"secret":"x"}"#, 422, "choose one"),
        ("POST", "/script", r#"{"path":"/oauth/token"}"#, 422, "does nothing"),
        ("POST", "/script", r#"{"path":"/","status":99}"#, 422, "status 99"),
        ("POST", "/script", r#"{"path":"/","status":200,"headers":[["a b","c"]]}"#, 422, "header `a b`"),
        ("POST", "/sessions", r#"{"username":"nobody"}"#, 404, "user `nobody` does not exist"),
        ("GET", "/journal?since=x", "", 422, "not a number"),
        ("PUT", "/switches", r#"{"code_reuse":"maybe"}"#, 422, "unknown variant"),
        ("GET", "/nothing", "", 404, "has no route GET /nothing"),
        ("PUT", "/users", "", 404, "has no route PUT /users"),
    ] {
        let answer = control(&site, method, path, body).await;
        assert_eq!(answer.status, status, "{path} {answer:?}");
        assert!(answer.json()["error"].as_str().unwrap().contains(reason), "{answer:?}");
    }
}

#[tokio::test]
async fn a_session_of_the_control_api_is_a_session() {
    let site = Site::new();
    let session = control(&site, "POST", "/sessions", r#"{"username":"ada"}"#).await.json();
    let page = site.get_as(&authorize("openid", &[]), session["token"].as_str().unwrap()).await;
    assert_eq!(page.status, 200);
}

#[tokio::test]
async fn scripts_an_answer_and_reads_the_journal() {
    let site = Site::new();
    let rule = r#"{"path":"/oauth/token","times":1,"status":503,"body":"busy"}"#;
    assert_eq!(control(&site, "POST", "/script", rule).await.status, 201);
    let answer = site.token(&[], "").await;
    assert_eq!((answer.status, answer.body.as_str()), (503, "busy"));
    assert_eq!(site.token(&[], "").await.status, 400);
    let journal = control(&site, "GET", "/journal?since=1", "").await.json();
    assert_eq!(journal.as_array().unwrap().len(), 1);
    let note = json!({ "code": "hf/grant-type-missing", "text": "grant_type is missing", "facts": {} });
    assert_eq!(journal[0]["notes"], json!([note]));
    assert_eq!(control(&site, "DELETE", "/journal", "").await.status, 204);
    assert_eq!(control(&site, "GET", "/journal", "").await.json(), json!([]));
}

#[tokio::test]
async fn pages_of_other_sites_control_nothing() {
    let site = Site::new();
    let mallory = r#"{"username":"mallory"}"#;
    let own = ("host", "127.0.0.1:3004");
    let json = ("content-type", "application/json");
    for (headers, status) in [
        // As a form on any page sends it, under its own host name or not.
        (vec![own, ("origin", "https://evil.example"), ("content-type", "text/plain")], 403),
        (vec![("host", "rebind.evil.example"), ("origin", "http://rebind.evil.example"), json], 403),
        (vec![("host", "rebind.evil.example"), json], 403),
        (vec![own, ("content-type", "text/plain")], 415),
        (vec![own, ("origin", "null"), json], 403),
        (vec![own, ("origin", "http://127.0.0.1:3004"), json], 201),
    ] {
        let answer = site.send_to(site.mock.control_router(), "POST", "/users", &headers, mallory).await;
        assert_eq!(answer.status, status, "{headers:?}");
        assert_eq!(site.mock.users().len(), if status == 201 { 3 } else { 2 }, "{headers:?}");
        assert_eq!(answer.header("x-frame-options"), Some("DENY"));
        if status != 201 {
            assert!(answer.json()["error"].is_string(), "{answer:?}");
        }
    }
    for path in ["/apps", "/journal", "/users"] {
        let headers = [("host", "rebind.evil.example")];
        let answer = site.send_to(site.mock.control_router(), "GET", path, &headers, "").await;
        assert_eq!(answer.status, 403, "{path}");
        let named = site.mock.control_router_at(&["rebind.evil.example".to_owned()]);
        assert_eq!(site.send_to(named, "GET", path, &headers, "").await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn changes_switches_and_the_clock() {
    let site = Site::new();
    let answer = control(&site, "PUT", "/switches", r#"{"code_lifetime_seconds":1}"#).await;
    assert_eq!(answer.json()["code_lifetime_seconds"], 1);
    let code = site.code("openid", &[]).await;
    let answer = control(&site, "POST", "/clock", r#"{"seconds":4}"#).await;
    assert_eq!(answer.json()["now"], "2026-11-23T12:00:04Z");
    assert_eq!(site.exchange(&code).await.notes, ["code expired: it was valid for 1 s"]);
}

#[tokio::test]
async fn reset_restores_the_start() {
    let site = Site::new();
    let token = site.access_token("openid").await;
    control(&site, "POST", "/users", r#"{"username":"linus"}"#).await;
    control(&site, "POST", "/script", r#"{"path":"/","status":500}"#).await;
    let apps = site.mock.apps();
    assert_eq!(control(&site, "POST", "/reset", "").await.status, 204);
    assert_eq!((site.mock.users().len(), site.mock.apps()), (2, apps));
    assert_eq!(site.get("/").await.status, 200);
    assert_eq!(site.with_bearer("/oauth/userinfo", &token).await.status, 401);
}

#[tokio::test]
async fn serves_the_site_over_tls_and_the_control_api_beside_it() {
    let site = Site::at("https://huggingface.co");
    let ca = kit::Ca::create(&kit::Clock::system(), &["huggingface.co"]).unwrap();
    let tls = ca.server_config("huggingface.co").unwrap();
    let served = Bound::loopback().await.unwrap().serve_tls(site.mock.router(), tls);
    let control = Bound::loopback().await.unwrap().serve(site.mock.control_router());
    let client = Client::builder().trust(&ca).host("huggingface.co", served.addr()).build().unwrap();
    let get = async |url: String| {
        let request = http::Request::get(url).body(bytes::Bytes::new()).unwrap();
        client.send(request).await.unwrap()
    };
    let answer = get("https://huggingface.co/.well-known/openid-configuration".to_owned()).await;
    assert_eq!((answer.status().as_u16(), answer.body().len()), (200, 890));
    let answer = get(format!("http://{}/journal", control.addr())).await;
    let journal: Value = serde_json::from_slice(answer.body()).unwrap();
    assert_eq!(journal[0]["request"]["url"], "https://huggingface.co/.well-known/openid-configuration");
    served.shutdown().await.unwrap();
    control.shutdown().await.unwrap();
}

#[tokio::test]
async fn a_reset_restores_what_was_remembered() {
    let site = Site::new();
    control(&site, "POST", "/users", r#"{"username":"linus"}"#).await;
    control(&site, "POST", "/script", r#"{"path":"/oauth/token","status":503}"#).await;
    site.mock.remember();
    control(&site, "DELETE", "/users/linus", "").await;
    control(&site, "POST", "/users", r#"{"username":"eve"}"#).await;
    control(&site, "DELETE", "/script", "").await;
    let apps = control(&site, "GET", "/apps", "").await.json();
    assert_eq!(control(&site, "POST", "/reset", "").await.status, 204);
    let users = control(&site, "GET", "/users", "").await.json();
    let names: Vec<&str> =
        users.as_array().unwrap().iter().map(|user| user["username"].as_str().unwrap()).collect();
    assert_eq!(names, ["ada", "grace", "linus"]);
    assert_eq!(control(&site, "GET", "/apps", "").await.json(), apps);
    assert_eq!(control(&site, "GET", "/script", "").await.json()[0]["status"], 503);
}
