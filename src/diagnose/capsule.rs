//! A scenario file that reproduces a case and is fit for a bug report.

use std::path::Path;

use kit::Random;
use serde_json::{Map, Value};

use super::app::App;
use super::case::Case;
use super::disguise::Disguise;
use super::engine::{first_finding, modeled};
use super::error::CapsuleError;
use super::yaml;
use crate::findings::Cause;
use crate::scenario::{Scenario, documents, position};

/// A scenario file that reproduces a case without its secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capsule {
    /// The contents of the file, in YAML.
    pub text: String,
    /// The first finding of its walk.
    pub finding: Option<Cause>,
}

/// The file name that messages use.
const FILE: &str = "capsule.yaml";
/// The description of a capsule's scenario.
const DESCRIPTION: &str = "A person signs in with Hugging Face; the result is given above.";

/// Writes a set-up as a scenario: secrets, e-mail addresses, names and hosts are replaced by others
/// with the same defects. The scenario is walked, and leads to the same first finding as the set-up
/// itself.
///
/// # Errors
/// [`CapsuleError`] if it cannot be walked, or would lead to another finding.
pub async fn capsule(case: &Case) -> Result<Capsule, CapsuleError> {
    let (twin, finding) = modeled(case, &App::Sample).await?;
    let capsule =
        made(twin.document, finding, "A set-up that was examined with `logto-testkit diagnose`").await?;
    // The twin has another app secret, and this one may be part of another text.
    let known = case.app_secrets().unwrap_or_default().into_iter().map(|secret| secret.value);
    let mut secrets =
        known.chain(case.app.app_secret.as_deref()).filter(|secret| secret.chars().count() >= 8);
    if secrets.any(|secret| capsule.text.contains(secret)) {
        return Err(CapsuleError::WouldLeak { field: "application.secrets".to_owned() });
    }
    Ok(capsule)
}

/// Does the same for a scenario file, or for one of its cases.
///
/// # Errors
/// [`CapsuleError`] if it cannot be walked, or would lead to another finding.
pub(crate) async fn capsule_of_scenario(path: &Path, case: Option<&str>) -> Result<Capsule, CapsuleError> {
    let mut all = documents(path)?;
    let names: Vec<_> = all.iter().map(|(name, _)| name.as_deref()).collect();
    let at = position(path, &names, case)?;
    let (_, mut document) = all.swap_remove(at);
    // The reader does not need the story's sources, nor the reviewer's expectations.
    document.remove("finding");
    document.remove("source");
    let finding = first_finding(&Scenario::made(document.clone(), Path::new(FILE))?).await?;
    made(document, finding, "A scenario").await
}

async fn made(
    document: Map<String, Value>,
    finding: Option<Cause>,
    what: &str,
) -> Result<Capsule, CapsuleError> {
    let mut disguised = document;
    // A description may contain any name.
    disguised.insert("description".to_owned(), Value::from(DESCRIPTION));
    let mut disguise = Disguise::new(Random::from_os());
    disguise.put_on(&mut disguised);
    let body = yaml::document(&disguised);
    if let Some(field) = disguise.left_in(&body) {
        return Err(CapsuleError::WouldLeak { field: field.to_owned() });
    }
    // Checks the text as written.
    let again = first_finding(&Scenario::parse(&body, Path::new(FILE))?).await?;
    if again != finding {
        let name = |cause: Option<Cause>| cause.map_or("nothing", Cause::id).to_owned();
        return Err(CapsuleError::Differs { own: name(finding), disguised: name(again) });
    }
    let found = finding.map_or_else(
        || "# Nothing wrong was found in it.\n".to_owned(),
        |cause| format!("# First finding: {}\n#   {}\n", cause.id(), cause.text().cause),
    );
    let text = format!(
        "# {what}, for a bug report.\n\
         # Secrets, e-mail addresses, names and hosts in it are invented; what was wrong with the real ones (white\n\
         # space, quotation marks, a missing end, another letter) is wrong with these as well.\n\
         # Written by logto-testkit {version}.\n\
         # Walk it with `logto-testkit run FILE`.\n\
         {found}\n{body}",
        version = env!("CARGO_PKG_VERSION"),
    );
    Ok(Capsule { text, finding })
}
