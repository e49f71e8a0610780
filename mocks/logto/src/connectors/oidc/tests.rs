use super::*;

fn read(config: Value, more: Value) -> Result<SocialUser, ConnectorError> {
    let session = ConnectorSession { redirect_uri: String::new(), nonce: Some("n".to_owned()) };
    let mut claims = json!({ "sub": "u", "email": "a@example.com", "phone": "123" });
    for (name, value) in more.as_object().unwrap() {
        claims[name] = value.clone();
    }
    let Value::Object(claims) = claims else { panic!("an object") };
    user(config.as_object().unwrap(), &session, claims)
}

#[test]
fn openid_is_added_to_a_scope_that_lacks_it() {
    for (scope, sent) in [
        ("profile", "profile openid"),
        ("", "openid"),
        ("profile+email", "profile email openid"),
        ("a  openid+b", "a  openid+b"),
        ("openid2", "openid2 openid"),
    ] {
        assert_eq!(with_openid(scope), sent);
    }
}

#[test]
fn an_address_is_used_if_the_provider_or_the_tenant_vouches_for_it() {
    let email = |config: Value, more: Value| read(config, more).unwrap().email.is_some();
    let trust = || json!({ "trustUnverifiedEmail": true });
    assert!(!email(json!({}), json!({})));
    assert!(email(json!({}), json!({ "email_verified": true })));
    assert!(email(trust(), json!({})));
    assert!(email(trust(), json!({ "email_verified": null })));
    assert!(!email(trust(), json!({ "email_verified": false })));
    assert!(!email(trust(), json!({ "email": "" })));
}

#[test]
fn a_phone_number_is_used_only_if_verified() {
    let phone = |verified: Value| {
        read(json!({ "trustUnverifiedEmail": true }), json!({ "phone_verified": verified })).unwrap().phone
    };
    assert_eq!(phone(json!(true)).as_deref(), Some("123"));
    assert_eq!(phone(Value::Null), None);
}

#[test]
fn texts_are_booleans_only_if_configured() {
    let lenient = || json!({ "acceptStringTypedBooleanClaims": true });
    let error = read(json!({}), json!({ "email_verified": "true" })).unwrap_err();
    assert!(matches!(&error, ConnectorError::Claims(issues) if issues[0].place() == "email_verified"));
    for (text, email) in [("TRUE", true), ("yep", true), ("no", false), ("", false)] {
        let user = read(lenient(), json!({ "email_verified": text })).unwrap();
        assert_eq!(user.email.is_some(), email, "{text}");
    }
    let error = read(lenient(), json!({ "email_verified": 1, "sub": 5 })).unwrap_err();
    let ConnectorError::Claims(issues) = error else { panic!("{error}") };
    assert_eq!(issues.iter().map(Issue::place).collect::<Vec<_>>(), ["sub", "email_verified"]);
}

#[test]
fn a_nonce_in_the_token_must_be_ours() {
    assert!(read(json!({}), json!({ "nonce": "n" })).is_ok());
    assert!(read(json!({}), json!({ "nonce": null })).is_ok());
    assert!(read(json!({}), json!({ "nonce": "" })).is_ok());
    assert!(matches!(read(json!({}), json!({ "nonce": "N" })).unwrap_err(), ConnectorError::Nonce));
}

#[test]
fn every_member_of_a_configuration_is_checked() {
    let config = json!({
        "authorizationEndpoint": "a", "tokenEndpoint": "t", "clientId": "c", "clientSecret": "s",
        "acceptStringTypedBooleanClaims": "yes", "trustUnverifiedEmail": 1,
        "idTokenVerificationConfig": {
            "issuer": 5, "audience": ["a", 5], "algorithms": ["a", null], "clockTolerance": true,
            "crit": { "x": "y" }, "currentDate": "2026-01-01", "maxTokenAge": [], "subject": 1, "typ": 2,
            "odd": {},
        },
        "authRequestOptionalConfig": { "maxAge": 5, "odd": 5 },
        "customConfig": [],
    });
    let issues = Oidc.complaints(config.as_object().unwrap());
    let places: Vec<String> = issues.iter().map(Issue::place).collect();
    assert_eq!(
        places,
        [
            "scope",
            "acceptStringTypedBooleanClaims",
            "trustUnverifiedEmail",
            "idTokenVerificationConfig.jwksUri",
            "idTokenVerificationConfig.issuer",
            "idTokenVerificationConfig.audience",
            "idTokenVerificationConfig.algorithms.1",
            "idTokenVerificationConfig.clockTolerance",
            "idTokenVerificationConfig.crit.x",
            "idTokenVerificationConfig.currentDate",
            "idTokenVerificationConfig.maxTokenAge",
            "idTokenVerificationConfig.subject",
            "idTokenVerificationConfig.typ",
            "authRequestOptionalConfig.maxAge",
            "customConfig",
        ]
    );
}
