//! Makes a sequence as short as it can be while it still shows the same.

use serde_json::{Map, Value};

use super::super::record::{Body, Script, Step};
use super::super::story::{Setup, Side, Story};

/// At most so many shorter sequences are tried: each is played on a running Logto.
const TRIES: usize = 60;

/// The script as far as the exchange with that number of its story.
pub(super) fn until(script: &Script, story: &Story, number: u64) -> Script {
    let sent = story.exchanges.iter().filter(|exchange| exchange.from != Side::Logto && exchange.n <= number);
    // A step whose URL was not known was not sent; its name still says which it is.
    let mut names = sent.map(|exchange| exchange.why.as_str()).peekable();
    let mut steps = Vec::new();
    for step in &script.steps {
        if names.peek() == Some(&step.name.as_str()) {
            names.next();
            steps.push(step.clone());
        }
        if names.peek().is_none() {
            break;
        }
    }
    Script { setup: script.setup.clone(), steps }
}

/// The search for the shortest sequence: `next` is what to try, `tell` whether it still shows it.
pub(super) struct Shortest {
    best: Script,
    tried: Option<Script>,
    /// Where the search is: the number of the next part to leave out.
    at: usize,
    tries: usize,
    /// Whether a part was left out since the search last began.
    shorter: bool,
}

impl Shortest {
    pub(super) fn of(start: Script) -> Self {
        Self { best: start, tried: None, at: 0, tries: 0, shorter: false }
    }

    pub(super) fn next(&mut self) -> Option<Script> {
        while self.tries < TRIES {
            match without(&self.best, self.at) {
                Some(shorter) => {
                    self.tries += 1;
                    self.tried = Some(shorter.clone());
                    return Some(shorter);
                }
                // Once more: what could not be left out before may be needless now.
                None if self.shorter => (self.at, self.shorter) = (0, false),
                None => return None,
            }
        }
        None
    }

    pub(super) fn tell(&mut self, still: bool) {
        match self.tried.take() {
            Some(shorter) if still => (self.best, self.shorter) = (shorter, true),
            _ => self.at += 1,
        }
    }

    pub(super) fn found(self) -> Script {
        self.best
    }
}

/// The script without its part of that number: many steps at once, steps from the last but one to the first,
/// then parts of the set-up, then members of each step's body and query. `None` if it has no such part.
fn without(script: &Script, part: usize) -> Option<Script> {
    let mut shorter = script.clone();
    let before = script.steps.len().saturating_sub(1);
    // Large parts first: most differences need little.
    let large = if before > 1 { vec![0..before, 0..before / 2, before / 2..before] } else { vec![] };
    if let Some(steps) = large.get(part) {
        shorter.steps.drain(steps.clone());
        return Some(shorter);
    }
    let mut part = part - large.len();
    if part < before {
        shorter.steps.remove(before - 1 - part);
        return Some(shorter);
    }
    part -= before;
    let setups = setups(&script.setup);
    if let Some(setup) = setups.get(part) {
        shorter.setup = setup.clone();
        return Some(shorter);
    }
    part -= setups.len();
    for step in &mut shorter.steps {
        if part < members(step) {
            leave_out(step, part);
            return Some(shorter);
        }
        part -= members(step);
    }
    None
}

/// How many parameters, headers and members of a body a step has.
fn members(step: &Step) -> usize {
    let body = match &step.body {
        Body::Nothing => 0,
        Body::Form(pairs) => pairs.len(),
        Body::Json(value) => value.as_object().map_or(0, Map::len),
    };
    step.query.len() + step.headers.len() + body
}

fn leave_out(step: &mut Step, mut part: usize) {
    for pairs in [&mut step.query, &mut step.headers] {
        if part < pairs.len() {
            pairs.remove(part);
            return;
        }
        part -= pairs.len();
    }
    match &mut step.body {
        Body::Nothing => {}
        Body::Form(pairs) => {
            pairs.remove(part);
        }
        Body::Json(value) => {
            let name = value.as_object().and_then(|members| members.keys().nth(part).cloned());
            if let (Some(members), Some(name)) = (value.as_object_mut(), name) {
                members.shift_remove(&name);
            }
        }
    }
}

/// The set-ups with one part less.
fn setups(setup: &Setup) -> Vec<Setup> {
    let mut all = Vec::new();
    let plain = Setup { application: setup.application.clone(), ..Setup::default() };
    if serde_json::to_value(&plain).ok() != serde_json::to_value(setup).ok() {
        all.push(plain);
    }
    let mut less = |change: &dyn Fn(&mut Setup)| {
        let mut shorter = setup.clone();
        change(&mut shorter);
        all.push(shorter);
    };
    if !setup.huggingface.script.is_empty() {
        less(&|setup| setup.huggingface.script.clear());
    }
    if !setup.more_connectors.is_empty() {
        less(&|setup| setup.more_connectors.clear());
    }
    if setup.connector.is_some() {
        less(&|setup| setup.connector = None);
    }
    if !setup.more_applications.is_empty() {
        less(&|setup| setup.more_applications.clear());
    }
    if !setup.resources.is_empty() {
        less(&|setup| setup.resources.clear());
    }
    if !setup.users.is_empty() {
        less(&|setup| {
            setup.users.pop();
        });
    }
    // Logto refuses a change of nothing.
    if setup.sign_in_experience.is_some() {
        less(&|setup| setup.sign_in_experience = None);
    }
    let names = setup.sign_in_experience.as_ref().and_then(Value::as_object);
    for name in names.into_iter().flat_map(|members| members.keys()) {
        less(&|setup| {
            if let Some(members) = setup.sign_in_experience.as_mut().and_then(Value::as_object_mut) {
                members.shift_remove(name);
            }
        });
    }
    all
}
