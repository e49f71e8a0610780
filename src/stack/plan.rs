//! Turns a set-up into what is created.

use serde_json::{Map, Value, json};

use super::names::{Names, UnknownName};
use super::planned::{Plan, PlannedIdentity, PlannedPermissions};
use super::tenant::TARGET;
use crate::setup::{ApiResource, ConnectorFactory, OAuth2App, Role, ScopesByResource, Setup, User};

/// An OAuth app at Hugging Face: the guide's, with the changes that the set-up makes.
pub(super) fn oauth_app(said: &OAuth2App, names: &Names) -> Result<mock_huggingface::App, UnknownName> {
    let guide = mock_huggingface::App {
        client_id: String::new(),
        name: "Bookstore".to_owned(),
        redirect_uris: vec![names.fill("[LOGTO]/callback/[CONNECTOR]")?],
        ..mock_huggingface::App::default()
    };
    said.applied(guide, |text| names.fill(text))
}

/// What to create in the tenant: the guide's set-up, with the changes that the settings make.
pub(super) fn plan(
    setup: &Setup,
    names: &Names,
    accounts: &[mock_huggingface::User],
) -> Result<Plan, UnknownName> {
    let identities = identities(&setup.users, accounts)?;
    let texts = |given: &Option<Vec<String>>, default: &str| match given {
        Some(given) => names.fill_all(given),
        None => Ok(vec![names.fill(default)?]),
    };
    let connector = &setup.connector;
    let mut connector_config = endpoints(connector.factory);
    connector_config.insert("clientId".to_owned(), json!("[HF_CLIENT_ID]"));
    connector_config.insert("clientSecret".to_owned(), json!("[HF_CLIENT_SECRET]"));
    for (name, given) in [
        ("clientId", &connector.client_id),
        ("clientSecret", &connector.client_secret),
        ("scope", &connector.scope),
    ] {
        if let Some(given) = given {
            connector_config.insert(name.to_owned(), json!(given));
        }
    }
    connector_config.extend(connector.config.clone());
    connector_config.retain(|name, _| !connector.without.contains(name));
    let application = &setup.application;
    let mut custom_client_metadata: Map<String, Value> =
        application.custom_client_metadata.clone().into_iter().collect();
    if application.always_issue_refresh_token {
        custom_client_metadata.insert("alwaysIssueRefreshToken".to_owned(), json!(true));
    }
    Ok(Plan {
        factory: connector.factory,
        target: connector.target.clone().unwrap_or_else(|| TARGET.to_owned()),
        connector_config: filled(&Value::Object(connector_config), names)?,
        sync_profile: connector.sync_profile,
        message_connectors: setup.sign_in_experience.message_connectors.clone(),
        sign_in_experience: setup.sign_in_experience.body(),
        users: setup.users.iter().map(User::body).collect(),
        identities,
        redirect_uris: texts(&application.redirect_uris, "[APP]/callback")?,
        post_logout_redirect_uris: texts(&application.post_logout_redirect_uris, "[APP]/")?,
        application_kind: application.kind.id().to_owned(),
        third_party: application.is_third_party,
        custom_client_metadata,
        secret_lasts: None,
        permissions: PlannedPermissions {
            resources: setup.resources.iter().map(|one| resource(one, names)).collect::<Result<_, _>>()?,
            roles: setup.roles.iter().map(|one| role(one, names)).collect::<Result<_, _>>()?,
            user_roles: setup.users.iter().map(|user| user.roles.clone()).collect(),
            user_scopes: application.user_scopes.iter().map(ToString::to_string).collect(),
            resource_scopes: by_resource(&application.resource_scopes, names)?,
            organization_scopes: application.organization_scopes.clone(),
            display_name: application.display_name.clone(),
        },
    })
}

fn resource(said: &ApiResource, names: &Names) -> Result<ApiResource, UnknownName> {
    Ok(ApiResource { indicator: names.fill(&said.indicator)?, ..said.clone() })
}

fn role(said: &Role, names: &Names) -> Result<Role, UnknownName> {
    Ok(Role { scopes: by_resource(&said.scopes, names)?, ..said.clone() })
}

/// The scopes with the names in the indicators replaced by their values.
fn by_resource(scopes: &ScopesByResource, names: &Names) -> Result<ScopesByResource, UnknownName> {
    scopes.iter().map(|(indicator, scopes)| Ok((names.fill(indicator)?, scopes.clone()))).collect()
}

/// Social identities, with the user ids that Hugging Face has for its accounts.
fn identities(
    users: &[User],
    accounts: &[mock_huggingface::User],
) -> Result<Vec<PlannedIdentity>, UnknownName> {
    let known = || accounts.iter().map(|account| account.username.as_str()).collect::<Vec<_>>().join(", ");
    let all = users.iter().enumerate();
    let all = all.flat_map(|(user, of)| of.identities.iter().map(move |identity| (user, identity)));
    let planned = all.map(|(user, identity)| {
        let account = accounts.iter().find(|account| account.username == identity.account);
        let account =
            account.ok_or_else(|| UnknownName { name: identity.account.clone(), known: known() })?;
        let target = identity.target.clone().unwrap_or_else(|| TARGET.to_owned());
        Ok(PlannedIdentity { user, target, user_id: account.sub.clone() })
    });
    planned.collect()
}

/// The provider's endpoints, which the configuration of a generic connector needs.
fn endpoints(factory: ConnectorFactory) -> Map<String, Value> {
    let told = match factory {
        ConnectorFactory::HuggingFace => json!({}),
        ConnectorFactory::OAuth2 => json!({
            "authorizationEndpoint": "[HF]/oauth/authorize",
            "tokenEndpoint": "[HF]/oauth/token",
            "userInfoEndpoint": "[HF]/oauth/userinfo",
            "tokenEndpointResponseType": "json",
            "profileMap": { "id": "sub", "avatar": "picture" },
        }),
        ConnectorFactory::Oidc => json!({
            "authorizationEndpoint": "[HF]/oauth/authorize",
            "tokenEndpoint": "[HF]/oauth/token",
            "scope": "openid profile",
            "idTokenVerificationConfig": { "jwksUri": "[HF]/oauth/jwks", "issuer": "[HF]" },
        }),
    };
    match told {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

/// Replaces the names in every text of a value.
fn filled(value: &Value, names: &Names) -> Result<Value, UnknownName> {
    Ok(match value {
        Value::String(text) => json!(names.fill(text)?),
        Value::Array(items) => {
            items.iter().map(|item| filled(item, names)).collect::<Result<Vec<_>, _>>()?.into()
        }
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| Ok((name.clone(), filled(value, names)?)));
            Value::Object(members.collect::<Result<_, UnknownName>>()?)
        }
        other => other.clone(),
    })
}
