//! Compares the double with a running Logto on sequences of requests drawn at random.
//!
//! A sequence is drawn from the data of its area, played on the running Logto and recorded as a
//! story, and the story is replayed on the double. What differs is made as short as it can be.

mod draw;
mod shrink;
#[cfg(test)]
mod tests;

use kit::{Random, document};
use serde_json::Value;

pub use draw::Area;

use mock_logto::Version;

use super::build::Build;
use super::difference::Difference;
use super::error::ReplayError;
use super::known::KnownDifferences;
use super::record::{Script, record};
use super::replay::replay;
use super::story::Story;
use super::target::{RunningLogto, Target};
use super::tenant::Tenant;
use draw::Data;

/// What a comparison needs.
#[derive(Debug)]
pub struct Fuzz<'a> {
    /// The part of Logto that is asked.
    pub area: Area,
    /// The same seed draws the same sequences.
    pub seed: u64,
    /// The Logto that is right.
    pub running: &'a RunningLogto,
    /// Its build, which the double plays.
    pub build: Build,
    /// What may differ.
    pub known: &'a KnownDifferences,
}

/// A way in which the double differs.
#[derive(Debug, Clone)]
pub struct Found {
    /// The kind of difference.
    pub kind: Kind,
    /// The shortest story with it that was found; its last request is answered differently.
    pub story: Story,
    /// What differs there.
    pub differences: Vec<Difference>,
    /// How many sequences had this kind.
    pub times: usize,
}

/// What makes two differences the same finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kind {
    /// What the request was for: the name of its step.
    pub request: String,
    /// The first field that differs.
    pub field: String,
    /// What the running Logto answered, in short.
    pub logto: String,
    /// What the double answered, in short.
    pub double: String,
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { request, field, logto, double } = self;
        write!(f, "{request}: {field}: Logto {logto}, the double {double}")
    }
}

/// Why sequences cannot be compared.
#[derive(Debug, thiserror::Error)]
pub enum FuzzError {
    /// The data of an area is not valid.
    #[error("the data of the area: {0}")]
    Data(#[from] document::Fault),
    /// A sequence could not be played.
    #[error("sequence {case}: {source}")]
    Replay {
        /// Number of the sequence, from 0.
        case: u64,
        /// Why.
        source: ReplayError,
    },
}

impl Fuzz<'_> {
    /// Draws one sequence, compares it, and adds what differs to `found`. Returns how many requests
    /// were sent.
    ///
    /// # Errors
    /// [`FuzzError`] names the sequence.
    pub async fn compare(
        &self,
        case: u64,
        tenant: &mut Tenant,
        found: &mut Vec<Found>,
    ) -> Result<usize, FuzzError> {
        let script = Data::of(self.area)?.draw(&random(self.seed, case));
        let failed = |source| FuzzError::Replay { case, source };
        let (story, differences) = self.both(&script, tenant).await.map_err(failed)?;
        for (kind, number) in self.kinds(&story, &differences) {
            if let Some(known) = found.iter_mut().find(|known| known.kind == kind) {
                known.times += 1;
                continue;
            }
            let start = shrink::until(&script, &story, number);
            let mut shortest = shrink::Shortest::of(start);
            while let Some(shorter) = shortest.next() {
                // A set-up may be refused without the part that was left out.
                let shows = |(story, differences): (Story, Vec<Difference>)| {
                    self.kinds(&story, &differences).iter().any(|(other, _)| *other == kind)
                };
                shortest.tell(self.both(&shorter, tenant).await.is_ok_and(shows));
            }
            let script = shortest.found();
            let (mut story, differences) = self.both(&script, tenant).await.map_err(failed)?;
            story.name = format!("fuzz/{}-{}-{case}", self.area.name(), self.seed);
            story.description = kind.to_string();
            let release = Version { after: false, ..self.build.version() };
            story.logto_version = release.to_string();
            found.push(Found { kind, story, differences, times: 1 });
        }
        Ok(story.exchanges.len())
    }

    /// Plays a script on the running Logto, and its story on the double.
    async fn both(
        &self,
        script: &Script,
        tenant: &mut Tenant,
    ) -> Result<(Story, Vec<Difference>), ReplayError> {
        tenant.clean().await?;
        let story =
            record(script, &Target::Running(Box::new(self.running.clone())), Some(&self.build)).await?;
        let differences = replay(&story, &Target::Double).await?;
        Ok((story, differences))
    }

    /// The kinds of difference in a story that are not known, each with the number of its exchange.
    /// After an exchange that succeeded on one side only, the two are no longer in the same state,
    /// and what follows says nothing.
    fn kinds(&self, story: &Story, differences: &[Difference]) -> Vec<(Kind, u64)> {
        let mut kinds: Vec<(Kind, u64)> = Vec::new();
        for exchange in &story.exchanges {
            let here: Vec<&Difference> =
                differences.iter().filter(|found| found.exchange == exchange.n).collect();
            let Some(kind) = kind(&exchange.why, &here) else { continue };
            if !self.known.knows(self.area.name(), &kind) && !kinds.iter().any(|(other, _)| *other == kind) {
                kinds.push((kind, exchange.n));
            }
            let status = here.iter().find(|found| found.field == "status");
            let succeeded = |status: &str| status < "400";
            if status.is_some_and(|found| succeeded(&found.recorded) || succeeded(&found.here)) {
                break;
            }
        }
        kinds
    }
}

/// The source of a sequence: each has its own, so one can be drawn without those before it.
fn random(seed: u64, case: u64) -> Random {
    Random::seeded(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(case))
}

/// What differs in the answers to one request, in short.
fn kind(request: &str, differences: &[&Difference]) -> Option<Kind> {
    let first = differences.first()?;
    let (mut logto, mut double) = if first.field == "body" {
        issue(&first.recorded, &first.here).unwrap_or_else(|| changed(&first.recorded, &first.here))
    } else {
        (short(&first.recorded), short(&first.here))
    };
    // An error is told by its code.
    if let Some(body) = differences.iter().find(|found| found.field == "body") {
        for (text, code) in [(&mut logto, code(&body.recorded)), (&mut double, code(&body.here))] {
            if let Some(code) = code.filter(|code| !text.contains(code.as_str())) {
                *text = format!("{text} {code}");
            }
        }
    }
    Some(Kind { request: request.to_owned(), field: first.field.clone(), logto, double })
}

/// The `code` of an error.
fn code(body: &str) -> Option<String> {
    let body: Value = serde_json::from_str(body).ok()?;
    Some(body.get("code").or_else(|| body.get("error"))?.as_str()?.to_owned())
}

/// The first issue on each side that the other does not have, if both refuse a request's form.
fn issue(recorded: &str, here: &str) -> Option<(String, String)> {
    let issues = |body: &str| -> Option<Vec<String>> {
        let body: Value = serde_json::from_str(body).ok()?;
        let told = |issue: &Value| {
            let path = issue["path"].as_array().into_iter().flatten();
            let path: Vec<String> =
                path.map(|part| part.as_str().map_or_else(|| part.to_string(), ToOwned::to_owned)).collect();
            format!("{}: {}", path.join("."), issue["code"].as_str().unwrap_or_default())
        };
        Some(body.pointer("/data/issues")?.as_array()?.iter().map(told).collect())
    };
    let (recorded, here) = (issues(recorded)?, issues(here)?);
    let only = |these: &[String], others: &[String]| these.iter().find(|one| !others.contains(one)).cloned();
    let (logto, double) = (only(&recorded, &here), only(&here, &recorded));
    if logto.is_none() && double.is_none() {
        return None;
    }
    let or_nothing = |issue: Option<String>| issue.unwrap_or_else(|| "nothing".to_owned());
    Some((or_nothing(logto), or_nothing(double)))
}

/// The first lines of two texts that differ.
fn changed(recorded: &str, here: &str) -> (String, String) {
    let diff = similar::TextDiff::from_lines(recorded, here);
    let first = |tag| {
        let line = diff.iter_all_changes().find(|change| change.tag() == tag);
        line.map_or_else(|| "nothing".to_owned(), |line| short(line.value()))
    };
    (first(similar::ChangeTag::Delete), first(similar::ChangeTag::Insert))
}

fn short(text: &str) -> String {
    let text = text.trim();
    text.chars().take(160).collect()
}
