//! From settings to what is created: the guide's set-up, and what the settings
//! change of it.

use serde_json::{Map, Value, json};
use url::Url;

use super::builder::StackBuilder;
use super::endpoints::Endpoints;
use super::names::{Names, UnknownName};
use super::settings::{ConnectorFactory, OauthAppSettings, TenantSettings};
use super::steps::StepError;
use super::tenant::{Plan, PlannedIdentity, TARGET};

/// The OAuth app at Hugging Face: the guide's, and what the settings change of it.
pub(super) fn oauth_app(
    settings: &StackBuilder,
    names: &Names,
) -> Result<mock_huggingface::App, UnknownName> {
    one_app(settings.oauth_app.clone(), names)
}

/// Further OAuth apps at Hugging Face.
pub(super) fn other_apps(
    settings: &StackBuilder,
    names: &Names,
) -> Result<Vec<mock_huggingface::App>, UnknownName> {
    settings.other_apps.iter().map(|app| one_app(app.clone(), names)).collect()
}

fn one_app(wanted: OauthAppSettings, names: &Names) -> Result<mock_huggingface::App, UnknownName> {
    let default = mock_huggingface::App::default();
    let redirect_uris =
        wanted.redirect_uris.unwrap_or_else(|| vec!["[LOGTO]/callback/[CONNECTOR]".to_owned()]);
    Ok(mock_huggingface::App {
        client_id: wanted.client_id.unwrap_or_default(),
        secret: wanted.secret,
        name: wanted.name.unwrap_or_else(|| "Bookstore".to_owned()),
        redirect_uris: names.fill_all(&redirect_uris)?,
        scopes: wanted.scopes.map_or(default.scopes, |scopes| oauth::Scopes::parse(&scopes.join(" "))),
        public: wanted.public,
        token_duration_minutes: wanted.token_duration_minutes.unwrap_or(default.token_duration_minutes),
        authorized_orgs: wanted.authorized_orgs,
        ..mock_huggingface::App::default()
    })
}

/// What to create in the tenant: the guide's set-up, and what the settings change of it.
pub(super) fn plan(
    settings: &StackBuilder,
    names: &Names,
    accounts: &[mock_huggingface::User],
) -> Result<Plan, UnknownName> {
    let identities = identities(&settings.tenant, accounts)?;
    let texts = |given: &Option<Vec<String>>, default: &str| match given {
        Some(given) => names.fill_all(given),
        None => Ok(vec![names.fill(default)?]),
    };
    let connector = &settings.connector;
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
    let application = &settings.application;
    let mut custom_client_metadata = application.custom_client_metadata.clone();
    if application.always_issue_refresh_token {
        custom_client_metadata.insert("alwaysIssueRefreshToken".to_owned(), json!(true));
    }
    Ok(Plan {
        factory: connector.factory,
        target: connector.target.clone().unwrap_or_else(|| TARGET.to_owned()),
        connector_config: filled(&Value::Object(connector_config), names)?,
        sync_profile: connector.sync_profile,
        sign_in_experience: settings.tenant.sign_in_experience.clone(),
        users: settings.tenant.users.clone(),
        identities,
        redirect_uris: texts(&application.redirect_uris, "[APP]/callback")?,
        post_logout_redirect_uris: texts(&application.post_logout_redirect_uris, "[APP]/")?,
        application_kind: application.kind.clone().unwrap_or_else(|| "Traditional".to_owned()),
        third_party: application.third_party,
        custom_client_metadata,
        secret_lasts: None,
    })
}

/// Identities by the ids that Hugging Face has for its accounts.
fn identities(
    tenant: &TenantSettings,
    accounts: &[mock_huggingface::User],
) -> Result<Vec<PlannedIdentity>, UnknownName> {
    let known = || accounts.iter().map(|account| account.username.as_str()).collect::<Vec<_>>().join(", ");
    let planned = tenant.identities.iter().map(|identity| {
        let account = accounts.iter().find(|account| account.username == identity.account);
        let account =
            account.ok_or_else(|| UnknownName { name: identity.account.clone(), known: known() })?;
        let (user, target) = (identity.user, identity.target.clone());
        Ok(PlannedIdentity { user, target, user_id: account.sub.clone() })
    });
    planned.collect()
}

/// What a generic connector has to be told of the provider.
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

/// A value with names filled in wherever it has a text.
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

/// The sample app, as whom the settings say.
pub(super) fn app_config(
    settings: &StackBuilder,
    endpoints: &Endpoints,
    names: &Names,
) -> Result<sample_app::Config, StepError> {
    let credentials = &settings.app_credentials;
    let text = |given: &Option<String>, default: &str| names.fill(given.as_deref().unwrap_or(default));
    let logto = text(&credentials.logto_endpoint, "[LOGTO]")?;
    Ok(sample_app::Config {
        base_url: endpoints.app.clone(),
        logto_endpoint: Url::parse(&logto).map_err(|_| StepError::Address(logto))?,
        app_id: text(&credentials.app_id, "[APP_ID]")?,
        app_secret: text(&credentials.app_secret, "[APP_SECRET]")?,
        options: settings.app.clone(),
    })
}
