//! From a scenario's `given` to a stack.

use std::time::Duration;

use serde::Serialize;
use serde_json::{Map, Value};

use super::walk::RunError;
use crate::Scenario;
use crate::scenario::{
    GivenApp, GivenClocks, GivenConnectorFactory, GivenHuggingFace, GivenIdentity, GivenOauthApp, GivenUser,
    clock_offset,
};
use crate::stack::{
    AppCredentials, ApplicationSettings, Clocks, ConnectorFactory, ConnectorSettings, Deployment,
    IdentitySettings, OauthAppSettings, Proxies, Stack, StackBuilder, TenantSettings,
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
        secret_expires_in: given
            .application
            .secret_expires_in
            .map(|seconds| Duration::from_secs(seconds.into())),
    };
    let mut sign_in_experience = members(&given.sign_in_experience);
    sign_in_experience.extend(given.sign_in_experience.members.clone());
    let tenant = TenantSettings {
        sign_in_experience,
        users: given.users.iter().map(members).collect(),
        identities: identities(&given.users),
    };
    let credentials = AppCredentials {
        app_id: given.app.app_id.clone(),
        app_secret: given.app.app_secret.clone(),
        logto_endpoint: given.app.logto_endpoint.clone(),
    };
    let config = huggingface(&given.huggingface);
    config.check().map_err(|broken| refused(format!("given.huggingface: {broken}")))?;
    let builder = Stack::builder()
        .huggingface(config)
        .oauth_app(oauth_app(&given.huggingface.app))
        .connector(connector)
        .application(application)
        .tenant(tenant)
        .app(app(&given.app))
        .app_replicas(given.app.replicas.unwrap_or(1))
        .app_credentials(credentials)
        .proxies(Proxies { app: given.proxies.app.clone(), logto: given.proxies.logto.clone() })
        .clocks(clocks(&given.clocks))
        .deployment(Deployment {
            // Looked at when the file was read.
            endpoint: given.logto.endpoint.as_ref().and_then(|endpoint| endpoint.parse().ok()),
            trust_proxy_header: given.logto.trust_proxy_header.unwrap_or(true),
        });
    let broken = given.network.ways().filter_map(|(way, fault)| Some((way, fault?)));
    let builder = broken.fold(builder, |builder, (way, fault)| builder.fault(way, fault));
    let others = given.huggingface.other_apps.iter().map(oauth_app);
    let builder = others.fold(builder, StackBuilder::other_app);
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

/// Looked at when the file was read.
fn clocks(given: &GivenClocks) -> Clocks {
    let off = |text: &Option<String>| text.as_deref().and_then(clock_offset).unwrap_or_default();
    Clocks { app: off(&given.app), logto: off(&given.logto), huggingface: off(&given.huggingface) }
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
    config.id_token = given.id_token.clone();
    config
}

fn oauth_app(given: &GivenOauthApp) -> OauthAppSettings {
    let app = given.clone();
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
        callback_query: given.callback_query,
        post_sign_out_path: given.post_sign_out_path.unwrap_or(default.post_sign_out_path),
        required_claims: given.required_claims.unwrap_or(default.required_claims),
        sign_out: given.sign_out.unwrap_or(default.sign_out),
        cookie: given.cookie.unwrap_or(default.cookie),
        storage: given.storage.unwrap_or(default.storage),
        session_secret: given.session_secret,
        timeout_seconds: given.timeout_seconds.unwrap_or(default.timeout_seconds),
        issuer: given.issuer.unwrap_or(default.issuer),
        keeps_keys: given.keeps_keys.unwrap_or(default.keeps_keys),
        variants: given.variants.unwrap_or(default.variants),
    }
}
