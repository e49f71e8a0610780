//! A cause with its evidence.

use kit::output::{Form, escaped};
use kit::{Disturbance, Note, Party};
use serde_json::{Value, json};

use super::cause::Cause;
use super::causes::Machine;
use super::symptom::{Symptom, SymptomKind};
use super::text::Place;

/// One observation that supports a cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Evidence {
    /// A hop of the browser.
    Hop {
        /// The hop's number in the walk, from 1.
        number: usize,
        /// What was seen there, in words.
        says: String,
    },
    /// An entry of a party's journal.
    Journal {
        /// The party that wrote the journal.
        party: Party,
        /// What the entry says, in words.
        says: String,
    },
    /// A line of Logto's audit log.
    Audit {
        /// What the line says, in words.
        says: String,
    },
    /// An answer of Logto's Management API.
    Management {
        /// What the answer says, in words.
        says: String,
    },
    /// Something the machine itself did.
    Machine {
        /// What the machine did, in words.
        says: String,
    },
    /// A setting at the time of the walk. Secrets are hidden, but their defects are shown.
    Setting {
        /// The setting's path, e.g. `connector.config.clientSecret`.
        field: String,
        /// Its value, as reports show it.
        value: String,
    },
}

impl std::fmt::Display for Evidence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Hop { number, says } => write!(f, "hop {number}: {says}"),
            Self::Journal { party, says } => write!(f, "journal of {party}: {says}"),
            Self::Audit { says } => write!(f, "Logto's audit log: {says}"),
            Self::Management { says } | Self::Machine { says } => f.write_str(says),
            Self::Setting { field, value } => write!(f, "{field} is {value}"),
        }
    }
}

/// A named cause, where it shows, and what proves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What went wrong.
    pub cause: Cause,
    /// The first hop at which it shows; `None` if only the configuration shows it.
    pub hop: Option<usize>,
    /// The observations that prove it, in order.
    pub evidence: Vec<Evidence>,
    /// Where the evidence says that the fix belongs, if the cause alone does not.
    proven_place: Option<Place>,
}

impl Finding {
    /// A finding without evidence yet.
    pub(crate) fn new(cause: impl Into<Cause>) -> Self {
        Self { cause: cause.into(), hop: None, evidence: vec![], proven_place: None }
    }

    /// Replaces all other findings if the machine disturbed the walk: what the parties would have
    /// done otherwise is then unknown.
    pub(crate) fn of_machine(disturbances: &[Disturbance]) -> Option<Self> {
        let cause = match disturbances.first()? {
            Disturbance::ClockStepped { .. } => Machine::ClockStepped,
            Disturbance::Stalled(_) => Machine::TooSlow,
        };
        let says = |disturbance: &Disturbance| Evidence::Machine { says: disturbance.to_string() };
        Some(Self { evidence: disturbances.iter().map(says).collect(), ..Self::new(cause) })
    }

    /// Where to make the fix: what the evidence shows goes before what holds for the cause in general.
    #[must_use]
    pub fn place(&self) -> Place {
        self.proven_place.unwrap_or(self.cause.text().place)
    }

    /// Whether another finding is about the same fault: the same cause can be behind several members of a
    /// connector's configuration.
    pub(crate) fn is_same_fault(&self, other: &Self) -> bool {
        let members = |finding: &Self| -> Vec<String> {
            let fields = finding.evidence.iter().filter_map(|evidence| match evidence {
                Evidence::Setting { field, .. } => Some(field.clone()),
                _ => None,
            });
            fields.filter(|field| field.starts_with("connector.config.")).collect()
        };
        let (own, others) = (members(self), members(other));
        let apart = !own.is_empty() && !others.is_empty() && own.iter().all(|one| !others.contains(one));
        self.cause == other.cause && !apart
    }

    /// Sets where the evidence says that the fix belongs.
    pub(super) fn placed(mut self, place: Option<Place>) -> Self {
        self.proven_place = place.or(self.proven_place);
        self
    }

    /// Takes the place of a finding without a cause from the setting that repaired it, e.g. `connector.config.scope`.
    pub(crate) fn placed_by_repair(self, setting: &str) -> Self {
        match self.cause {
            Cause::Unknown => self.placed(Place::of_setting(setting)),
            _ => self,
        }
    }

    /// Sets the hop at which it shows.
    pub(super) fn at(mut self, hop: usize) -> Self {
        self.hop = Some(hop);
        self
    }

    /// Adds a hop as evidence.
    pub(super) fn hop(mut self, number: usize, says: impl Into<String>) -> Self {
        let says = says.into();
        // The message of a walk that could not continue begins with its hop.
        let says = says.strip_prefix(&format!("hop {number}: ")).map_or(says.clone(), ToOwned::to_owned);
        self.evidence.push(Evidence::Hop { number, says });
        self
    }

    /// Adds a journal entry as evidence.
    pub(super) fn journal(mut self, party: Party, says: impl std::fmt::Display) -> Self {
        self.evidence.push(Evidence::Journal { party, says: says.to_string() });
        self
    }

    /// Adds the reasons that Hugging Face's journal gives for a refusal.
    pub(super) fn notes<'n>(self, notes: impl IntoIterator<Item = &'n Note>) -> Self {
        notes.into_iter().fold(self, |finding, note| finding.journal(Party::HUGGINGFACE, note))
    }

    /// Adds a line of Logto's audit log as evidence.
    pub(super) fn audit(mut self, says: impl Into<String>) -> Self {
        self.evidence.push(Evidence::Audit { says: says.into() });
        self
    }

    /// Adds an answer of the Management API as evidence.
    pub(super) fn management(mut self, says: impl Into<String>) -> Self {
        self.evidence.push(Evidence::Management { says: says.into() });
        self
    }

    /// Adds where and how a symptom shows as evidence.
    pub(super) fn symptom(self, symptom: &Symptom) -> Self {
        match &symptom.kind {
            SymptomKind::ManagementRefused(_) => self.management(symptom.to_string()),
            _ => self.hop(symptom.hop, symptom.to_string()),
        }
    }

    /// Adds a setting as evidence.
    pub(super) fn setting(mut self, field: impl Into<String>, value: impl std::fmt::Display) -> Self {
        self.evidence.push(Evidence::Setting { field: field.into(), value: value.to_string() });
        self
    }
}

impl Evidence {
    /// This evidence in the form of JSON reports.
    #[must_use]
    pub fn to_json(&self) -> Value {
        match self {
            Self::Hop { number, says } => json!({ "hop": number, "says": says }),
            Self::Journal { party, says } => json!({ "journal": party.to_string(), "says": says }),
            Self::Audit { says } => json!({ "audit_log": "Logto", "says": says }),
            Self::Management { says } => json!({ "management_api": "Logto", "says": says }),
            Self::Machine { says } => json!({ "machine": "this", "says": says }),
            Self::Setting { field, value } => json!({ "setting": field, "value": value }),
        }
    }
}

impl Finding {
    /// This finding in the form of JSON reports.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let text = self.cause.text();
        json!({
            "id": text.id,
            "cause": text.cause,
            "hop": self.hop,
            "own_choice": self.cause.is_own_choice(),
            "evidence": self.evidence.iter().map(Evidence::to_json).collect::<Vec<_>>(),
            "place": self.place().to_string(),
            "fix": text.fix,
            "see": text.see,
        })
    }
}

/// Name and sentence, then evidence and fix, indented.
impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = self.cause.text();
        match self.hop {
            Some(hop) => write!(f, "{} (hop {hop})", text.id)?,
            None => f.write_str(text.id)?,
        }
        write!(f, "\n  {}", text.cause)?;
        for evidence in &self.evidence {
            write!(f, "\n  - {}", escaped(&evidence.to_string(), Form::Line))?;
        }
        write!(f, "\n  fix ({}): {}\n  see {}", self.place(), text.fix, text.see)
    }
}
