//! From a scenario's `given` to a stack.

use serde::Serialize;
use serde_json::{Map, Value};

use super::walk::RunError;
use crate::Scenario;
use crate::scenario::{GivenApp, GivenConnectorFactory, GivenHuggingFace, GivenIdentity, GivenUser};
use crate::stack::{
    AppCredentials, ApplicationSettings, ConnectorFactory, ConnectorSettings, IdentitySettings,
    OauthAppSettings, Stack, StackBuilder, TenantSettings,
};

/// A stack as the scenario's `given` asks for it, with the embedded Logto.
///
/// # Errors
/// [`RunError::Given`] when it asks for what cannot be.
pub fn stack_for(scenario: &Scenario) -> Result<StackBuilder, RunError> {
    let given = &scenario.given;
    let refused = |what: String| RunError::Given { path: scenario.path.clone(), what };
    let connector = ConnectorSettings {
        factory: factory(given.connector.factory),
        id: given.connector.id.clone(),
        target: given.connector.target.clone(),
        client_id: given.connector.client_id.clone(),
        client_secret: given.connector.client_secret.clone(),
        scope: given.connector.scope.clone(),
        sync_profile: given.connector.sync_profile.unwrap_or_default(),
        config: given.connector.config.clone().into_iter().collect(),
        without: given.connector.without.clone(),
    };
    let application = ApplicationSettings {
        redirect_uris: given.application.redirect_uris.clone(),
        post_logout_redirect_uris: given.application.post_logout_redirect_uris.clone(),
        always_issue_refresh_token: given.application.always_issue_refresh_token.unwrap_or_default(),
        kind: given.application.kind.map(|kind| kind.id().to_owned()),
        third_party: given.application.is_third_party.unwrap_or_default(),
        custom_client_metadata: given.application.custom_client_metadata.clone().into_iter().collect(),
    };
    let mut sign_in_experience = members(&given.sign_in_experience);
    sign_in_experience.extend(given.sign_in_experience.members.clone());
    let tenant = TenantSettings {
        sign_in_experience,
        users: given.users.iter().map(members).collect(),
        identities: identities(&given.users),
    };
    let credentials =
        AppCredentials { app_id: given.app.app_id.clone(), app_secret: given.app.app_secret.clone() };
    let config = huggingface(&given.huggingface);
    config.check().map_err(|broken| refused(format!("given.huggingface: {broken}")))?;
    let builder = Stack::builder()
        .huggingface(config)
        .oauth_app(oauth_app(&given.huggingface))
        .connector(connector)
        .application(application)
        .tenant(tenant)
        .app(app(&given.app))
        .app_credentials(credentials);
    Ok(given.huggingface.answers.iter().cloned().fold(builder, StackBuilder::answer))
}

fn identities(users: &[GivenUser]) -> Vec<IdentitySettings> {
    let of = |(user, given): (usize, &GivenUser)| {
        let identity = |identity: &GivenIdentity| IdentitySettings {
            user,
            target: identity.target.clone().unwrap_or_else(|| "huggingface".to_owned()),
            account: identity.account.clone(),
        };
        given.identities.iter().map(identity).collect::<Vec<_>>()
    };
    users.iter().enumerate().flat_map(of).collect()
}

fn factory(given: Option<GivenConnectorFactory>) -> ConnectorFactory {
    match given {
        None | Some(GivenConnectorFactory::HuggingFace) => ConnectorFactory::HuggingFace,
        Some(GivenConnectorFactory::OAuth2) => ConnectorFactory::OAuth2,
        Some(GivenConnectorFactory::Oidc) => ConnectorFactory::Oidc,
    }
}

/// As the Management API takes it. Types of scenarios are made of JSON alone.
fn members<T: Serialize>(value: &T) -> Map<String, Value> {
    match serde_json::to_value(value) {
        Ok(Value::Object(members)) => members,
        _ => Map::new(),
    }
}

fn huggingface(given: &GivenHuggingFace) -> mock_huggingface::Config {
    let mut config = mock_huggingface::Config::default();
    if !given.users.is_empty() || !given.accounts.is_empty() {
        config.users.retain(|user| given.users.contains(&user.username));
    }
    config.users.extend(given.accounts.iter().cloned());
    config.organisations.clone_from(&given.organisations);
    config.switches = given.switches.clone();
    config
}

fn oauth_app(given: &GivenHuggingFace) -> OauthAppSettings {
    let app = given.app.clone();
    OauthAppSettings {
        client_id: app.client_id,
        secret: app.secret,
        name: app.name,
        redirect_uris: app.redirect_uris,
        scopes: app.scopes,
        public: app.public.unwrap_or_default(),
        token_duration_minutes: app.token_duration_minutes,
        authorized_orgs: app.authorized_orgs.unwrap_or_default(),
    }
}

fn app(given: &GivenApp) -> sample_app::Options {
    let (given, default) = (given.clone(), sample_app::Options::default());
    sample_app::Options {
        scopes: given.scopes.unwrap_or(default.scopes),
        reserved_scopes: given.reserved_scopes.unwrap_or(default.reserved_scopes),
        resources: given.resources.unwrap_or(default.resources),
        prompt: given.prompt.unwrap_or(default.prompt),
        direct_sign_in: given.direct_sign_in,
        first_screen: given.first_screen,
        extra_parameters: given.extra_parameters.unwrap_or(default.extra_parameters),
        client_auth: given.client_auth.unwrap_or(default.client_auth),
        callback_path: given.callback_path.unwrap_or(default.callback_path),
        post_sign_out_path: given.post_sign_out_path.unwrap_or(default.post_sign_out_path),
        cookie: given.cookie.unwrap_or(default.cookie),
        storage: given.storage.unwrap_or(default.storage),
        timeout_seconds: given.timeout_seconds.unwrap_or(default.timeout_seconds),
    }
}
