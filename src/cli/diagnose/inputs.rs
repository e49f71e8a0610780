//! Turns arguments into a case.

use std::path::{Path, PathBuf};

use kit::{Client, files, secret};
use url::Url;

use super::arguments::{Inputs, Tenant};
use crate::cli::exit::CliError;
use crate::cli::usage::{UsageError, next_port};
use crate::diagnose::{AppCase, Case, InputError};
use crate::stack::Management;

/// The Management API of a self-hosted Logto's default tenant.
const RESOURCE: &str = "https://default.logto.app/api";

/// Reads a file's text into a case; the file's name is for messages.
type Reader = fn(&mut Case, &str, &str) -> Result<(), InputError>;

/// Reads everything that the arguments name. From then on the output hides the secrets in it.
pub(crate) async fn case(inputs: &Inputs) -> Result<Case, CliError> {
    let case = whole_case(inputs).await?;
    case.secret_values().iter().for_each(|value| secret::learn(value));
    Ok(case)
}

async fn whole_case(inputs: &Inputs) -> Result<Case, CliError> {
    let mut case = Case {
        logto_endpoint: inputs.logto_endpoint.clone(),
        app_url: inputs.app_url.clone(),
        logto_version: inputs.version.logto_version,
        app: AppCase {
            app_id: inputs.app.app_id.clone(),
            app_secret: inputs.app.app_secret.clone(),
            redirect_uri: inputs.app.redirect_uri.clone(),
            post_sign_out_redirect_uri: inputs.app.post_sign_out_uri.clone(),
            scopes: inputs.app.app_scope.clone(),
            resources: inputs.app.app_resource.clone(),
        },
        ..Case::default()
    };
    let files = [
        &inputs.connector,
        &inputs.application,
        &inputs.user_consent_scopes,
        &inputs.resources,
        &inputs.sign_in_experience,
        &inputs.huggingface,
    ];
    if files.into_iter().flatten().filter(|file| is_standard_input(file)).count() > 1 {
        return Err(UsageError::TwoStandardInputs.into());
    }
    match (&inputs.connector, &inputs.tenant.from_logto) {
        (Some(file), _) => {
            let (text, name) = read(file)?;
            case.read_connector(&text, &name).map_err(|error| unreadable(error, &text))?;
        }
        (None, Some(logto)) => read_tenant(&mut case, logto, &inputs.tenant).await?,
        (None, None) => return Err(UsageError::NoCase.into()),
    }
    let readers: [(&Option<PathBuf>, Reader); 5] = [
        (&inputs.application, Case::read_application),
        // They belong to the application.
        (&inputs.user_consent_scopes, Case::read_user_consent_scopes),
        (&inputs.resources, Case::read_resources),
        (&inputs.sign_in_experience, Case::read_sign_in_experience),
        (&inputs.huggingface, Case::read_oauth_app),
    ];
    for (file, reads) in readers {
        let Some(file) = file else { continue };
        let (text, name) = read(file)?;
        reads(&mut case, &text, &name).map_err(|error| unreadable(error, &text))?;
    }
    Ok(case)
}

/// An error for a file that is not what it should be. Anything in the file may be a secret, so all of it is
/// hidden.
fn unreadable(error: InputError, text: &str) -> InputError {
    // What Logto says about an error is public, and tells what to do.
    if error.is_logtos_own() {
        return error;
    }
    // The name of a factory and the type of an application are public, and what the error may be about.
    let public = |value: &String| {
        value.ends_with("-universal") || ["huggingface", "Protected"].contains(&value.as_str())
    };
    let values = secret::in_text(text).into_iter().filter(|value| !public(value));
    values.for_each(|value| secret::learn(&value));
    error
}

fn is_standard_input(file: &Path) -> bool {
    file == Path::new("-")
}

/// A file's text, and its name in messages.
fn read(file: &Path) -> Result<(String, String), UsageError> {
    let name = if is_standard_input(file) { "standard input".to_owned() } else { file.display().to_string() };
    let text = if is_standard_input(file) {
        files::read_standard_input(files::SETTINGS_LIMIT)
    } else {
        files::read_text(file, files::SETTINGS_LIMIT)
    };
    match text {
        Ok(text) => Ok((text, name)),
        Err(source) => Err(UsageError::Unreadable { file: name, source }),
    }
}

async fn read_tenant(case: &mut Case, logto: &Url, tenant: &Tenant) -> Result<(), CliError> {
    let credentials = tenant.access.credentials()?.ok_or(UsageError::NoTenantCredentials)?;
    let admin = match (&tenant.logto_admin, &tenant.logto_resource) {
        (Some(admin), _) => admin.clone(),
        (None, Some(_)) => logto.clone(),
        (None, None) => next_port(logto)?,
    };
    let hosts = [logto.host_str(), admin.host_str()];
    let client =
        hosts.into_iter().flatten().fold(Client::builder().trust_system(), kit::ClientBuilder::allow);
    let client = client.build().map_err(|error| CliError::Io {
        what: "build the HTTP client",
        source: std::io::Error::other(error),
    })?;
    let resource = tenant.logto_resource.as_deref().unwrap_or(RESOURCE);
    let management = Management::open_for(client, logto, &admin, &credentials, resource).await?;
    let asked = case.app.app_id.clone();
    case.read_tenant(&management, logto, asked.as_deref()).await?;
    if case.logto_endpoint.is_none() {
        // A path of its API is not a setting of the app.
        let mut origin = logto.clone();
        origin.set_path("/");
        case.logto_endpoint = Some(origin);
    }
    Ok(())
}
