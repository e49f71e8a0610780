use super::*;

fn config(options: Options) -> Config {
    Config {
        base_url: "http://localhost:3000".parse().unwrap(),
        logto_endpoint: "http://localhost:3001/".parse().unwrap(),
        app_id: "bookstore".to_owned(),
        app_secret: "a+b%2F! ?:c".to_owned(),
        options,
    }
}

#[test]
fn the_sdk_puts_its_own_scopes_last() {
    let scopes = vec!["email".to_owned(), "openid".to_owned()];
    assert_eq!(config(Options::default()).scope(), "openid offline_access profile");
    let options = Options { scopes, ..Options::default() };
    assert_eq!(config(options).scope(), "email openid offline_access profile");
    assert_eq!(config(Options { reserved_scopes: false, ..Options::default() }).scope(), "");
}

#[test]
fn the_organizations_scope_brings_its_resource() {
    let scopes = vec![ORGANIZATIONS_SCOPE.to_owned()];
    let resources = vec!["https://api.example.com".to_owned()];
    let config = config(Options { scopes, resources, ..Options::default() });
    assert_eq!(config.resources(), ["https://api.example.com", ORGANIZATIONS_RESOURCE]);
}

#[test]
fn names_what_is_wrong() {
    let with = |change: fn(&mut Config)| {
        let mut config = config(Options::default());
        change(&mut config);
        config.check().unwrap_err().to_string()
    };
    assert!(with(|config| config.app_id.clear()).contains("app id"));
    assert!(with(|config| config.app_secret.clear()).contains("app secret"));
    assert!(with(|config| config.logto_endpoint.set_path("/oidc")).contains("leave `/oidc` out"));
    assert!(with(|config| config.base_url.set_path("/shop")).contains("http://localhost:3000/shop"));
    assert!(with(|config| config.options.callback_path = "/sign-in".to_owned()).contains("`/sign-in`"));
    assert!(with(|config| config.options.post_sign_out_path = "bye".to_owned()).contains("`bye`"));
    assert!(with(|config| config.options.cookie.name = "a b".to_owned()).contains("`a b`"));
    assert!(with(|config| config.options.cookie.path = "/;x".to_owned()).contains("path"));
}

#[test]
fn a_public_client_needs_no_secret() {
    let mut config = config(Options { client_auth: ClientAuth::None, ..Options::default() });
    config.app_secret.clear();
    assert_eq!(config.check(), Ok(()));
}

#[test]
fn options_refuse_unknown_keys() {
    let options: Options = serde_json::from_str(
        r#"{"first_screen":"register","client_auth":"post","storage":"cookie","cookie":{"same_site":"none","secure":true}}"#,
    )
    .unwrap();
    assert_eq!((options.client_auth, options.storage), (ClientAuth::Post, StorageKind::Cookie));
    assert_eq!((options.cookie.same_site, options.cookie.http_only), (SameSite::None, true));
    assert_eq!(options.callback_path, "/callback");
    assert!(serde_json::from_str::<Options>(r#"{"scope":"email"}"#).is_err());
    assert!(serde_json::from_str::<Options>(r#"{"cookie":{"samesite":"lax"}}"#).is_err());
}

#[test]
fn a_log_line_does_not_show_the_secret() {
    assert!(!format!("{:?}", config(Options::default())).contains("a+b"));
}
