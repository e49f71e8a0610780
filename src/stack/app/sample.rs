//! The sample app of a stack: one or several instances behind one address, which
//! can be restarted.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use axum::Router;
use sample_app::{App, Config, ConfigError, Context};
use tower::ServiceExt as _;
use url::Url;

use crate::setup::{AppRestart, SampleApp};
use crate::stack::names::Names;
use crate::stack::steps::StepError;

/// The sample app's configuration, with the Logto client that the set-up names; `id` and `secret` are the default
/// credentials.
pub(in crate::stack) fn config(
    app: &SampleApp,
    base_url: &Url,
    (id, secret): (&str, &str),
    names: &Names,
) -> Result<Config, StepError> {
    let text = |given: &Option<String>, default: &str| names.fill(given.as_deref().unwrap_or(default));
    let logto = text(&app.logto_endpoint, "[LOGTO]")?;
    let uri = |given: &Option<String>| given.as_deref().map(|uri| names.fill(uri)).transpose();
    let options = sample_app::Options {
        redirect_uri: uri(&app.redirect_uri)?,
        post_sign_out_uri: uri(&app.post_sign_out_uri)?,
        ..app.options()
    };
    Ok(Config {
        base_url: base_url.clone(),
        logto_endpoint: Url::parse(&logto).map_err(|_| StepError::Address(logto))?,
        app_id: text(&app.app_id, id)?,
        app_secret: text(&app.app_secret, secret)?,
        options,
    })
}

/// Clones share one app.
#[derive(Debug, Clone)]
pub(in crate::stack) struct AppServer {
    context: Context,
    replicas: usize,
    running: Arc<RwLock<(Config, Vec<Router>)>>,
    turn: Arc<AtomicUsize>,
}

impl AppServer {
    pub(in crate::stack) fn new(
        config: Config,
        context: Context,
        replicas: usize,
    ) -> Result<Self, ConfigError> {
        let routers = started(&config, &context, replicas)?;
        let running = Arc::new(RwLock::new((config, routers)));
        Ok(Self { context, replicas, running, turn: Arc::default() })
    }

    /// Passes each request to the next instance in turn.
    pub(in crate::stack) fn router(&self) -> Router {
        let server = self.clone();
        Router::new().fallback(move |request: axum::extract::Request| {
            let router = server.next();
            async move { router.oneshot(request).await }
        })
    }

    fn next(&self) -> Router {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        // A panic cannot leave the list half written.
        let running = self.running.read().unwrap_or_else(PoisonError::into_inner);
        running.1[turn % running.1.len()].clone()
    }

    pub(in crate::stack) fn config(&self) -> Config {
        self.running.read().unwrap_or_else(PoisonError::into_inner).0.clone()
    }

    /// Replaces the instances; what they kept in memory is lost.
    pub(in crate::stack) fn restart(&self, change: AppRestart) -> Result<(), ConfigError> {
        let mut config = self.config();
        let AppRestart { session_secret, app_secret } = change;
        config.options.session_secret = session_secret.or(config.options.session_secret);
        config.app_secret = app_secret.unwrap_or(config.app_secret);
        let routers = started(&config, &self.context, self.replicas)?;
        *self.running.write().unwrap_or_else(PoisonError::into_inner) = (config, routers);
        Ok(())
    }
}

fn started(config: &Config, context: &Context, replicas: usize) -> Result<Vec<Router>, ConfigError> {
    let start = |_| Ok(App::new(config.clone(), context.clone())?.router());
    (0..replicas.max(1)).map(start).collect()
}
