//! What a fault is.

use std::collections::BTreeSet;

use super::draw::Draw;
use super::set_up::{Part, SetUp};

/// Where a fault shows, in the order of a sign-in. What Logto and Hugging Face do before the person
/// is back from there is one stage here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    Configuration,
    SignInBegins,
    AppRequest,
    Button,
    Authorization,
    Token,
    Profile,
    Account,
    AppCallback,
    Session,
    SignOut,
}

/// The effect of a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    /// It shows at the first of these stages or, depending on how Logto is asked, as late as at the second.
    Shows(Stage, Stage),
    /// The value alone cannot be right, or rarely is; nothing proves that it breaks the sign-in.
    Warns,
}

type Apply = Box<dyn Fn(&mut SetUp, &Draw) + Send + Sync>;

/// A row of the table of faults.
pub(super) struct Fault {
    pub(super) name: String,
    /// Where it is known from: a section of `docs/logto-contract.md` (§), the documentation of
    /// Hugging Face, or a public report.
    pub(super) cites: &'static str,
    pub(super) effect: Effect,
    /// Settings that it changes: two faults of one setting are not combined.
    pub(super) touches: Vec<Part>,
    /// Settings without which it could not be proven.
    pub(super) needs: Vec<Part>,
    pub(super) applies: Box<dyn Fn(&SetUp) -> bool + Send + Sync>,
    pub(super) apply: Apply,
    /// The names that say what it is; `*` at the end stands for any text.
    pub(super) named: Vec<String>,
    /// Further names that are true of it.
    pub(super) also_true: Vec<String>,
}

impl Fault {
    pub(super) fn new(
        name: impl Into<String>,
        cites: &'static str,
        stage: Stage,
        named: &[&str],
        apply: impl Fn(&mut SetUp, &Draw) + Send + Sync + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            cites,
            effect: Effect::Shows(stage, stage),
            touches: Vec::new(),
            needs: Vec::new(),
            applies: Box::new(|_| true),
            apply: Box::new(apply),
            named: named.iter().map(|name| (*name).to_owned()).collect(),
            also_true: Vec::new(),
        }
    }

    pub(super) fn until(mut self, last: Stage) -> Self {
        if let Effect::Shows(first, _) = self.effect {
            self.effect = Effect::Shows(first, last);
        }
        self
    }

    pub(super) fn warns(mut self) -> Self {
        self.effect = Effect::Warns;
        self
    }

    pub(super) fn touches(mut self, parts: &[Part]) -> Self {
        self.touches.extend(parts);
        self
    }

    pub(super) fn needs(mut self, parts: &[Part]) -> Self {
        self.needs.extend(parts);
        self
    }

    pub(super) fn only_if(mut self, applies: impl Fn(&SetUp) -> bool + Send + Sync + 'static) -> Self {
        let before = self.applies;
        self.applies = Box::new(move |set_up| before(set_up) && applies(set_up));
        self
    }

    pub(super) fn also(mut self, names: &[&str]) -> Self {
        self.also_true.extend(names.iter().map(|name| (*name).to_owned()));
        self
    }

    /// The settings that have to stay for it to be found.
    pub(super) fn parts(&self) -> impl Iterator<Item = Part> {
        self.touches.iter().chain(&self.needs).copied()
    }

    /// Whether neither changes what the other one needs.
    pub(super) fn is_apart_from(&self, other: &Self) -> bool {
        let theirs: BTreeSet<Part> = other.parts().collect();
        let ours: BTreeSet<Part> = self.parts().collect();
        self.touches.iter().all(|part| !theirs.contains(part))
            && other.touches.iter().all(|part| !ours.contains(part))
    }
}

/// Whether a name is one of these.
pub(super) fn allows(names: &[String], id: &str) -> bool {
    names.iter().any(|name| match name.strip_suffix('*') {
        Some(start) => id.starts_with(start),
        None => name == id,
    })
}
