//! What a fault is, and how faults are combined.

use kit::Random;
use serde_json::Value;

pub(super) const CLIENT_ID: &str = "5fbf7d1c-0f4e-4b5e-8a0e-9c6f3b0d2a1e";
pub(super) const SECRET: &str = "oauth_app_secret_kT4vZq8LwX2mNb6RcJ1yHs9PdGfAeU3o7B";

/// Where a fault shows first, in the order of the sign-in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stop {
    #[default]
    AppRequest,
    Button,
    HuggingFace,
    Token,
    Profile,
    Account,
    AppCallback,
    Session,
    SignOut,
}

/// A fault of one setting.
#[derive(Debug, Clone)]
pub(super) struct Fault {
    pub(super) name: String,
    pub(super) stop: Stop,
    /// The setting that it changes: two faults of one setting are not combined.
    pub(super) touches: &'static str,
    pub(super) given: Value,
    /// Causes that are true of it; `*` matches any text.
    pub(super) causes: Vec<&'static str>,
}

impl Fault {
    pub(super) fn new(
        name: impl Into<String>,
        stop: Stop,
        touches: &'static str,
        given: Value,
        causes: &[&'static str],
    ) -> Self {
        Self { name: name.into(), stop, touches, given, causes: causes.to_vec() }
    }
}

/// Whether a cause is one of those that are true.
pub(super) fn allows(causes: &[&str], id: &str) -> bool {
    causes.iter().any(|cause| match cause.split_once('*') {
        Some((start, end)) => id.starts_with(start) && id.ends_with(end),
        None => *cause == id,
    })
}

/// Merges maps member by member, appends lists of maps and of the app's variants, and replaces everything else.
pub(super) fn merged(below: Value, above: Value) -> Value {
    match (below, above) {
        (Value::Object(mut below), Value::Object(above)) => {
            for (name, value) in above {
                let value = match (below.remove(&name), value) {
                    (Some(Value::Array(old)), Value::Array(value)) if name == "variants" => {
                        Value::Array([old, value].concat())
                    }
                    (Some(old), value) => merged(old, value),
                    (None, value) => value,
                };
                below.insert(name, value);
            }
            Value::Object(below)
        }
        (Value::Array(mut below), Value::Array(above)) if above.iter().all(Value::is_object) => {
            below.extend(above);
            Value::Array(below)
        }
        (_, above) => above,
    }
}

/// Ways in which a secret or an id gets corrupted, each with the causes that are true of it.
#[derive(Debug, Clone)]
pub(super) struct Slip {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) kind: SlipKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SlipKind {
    WhiteSpace,
    Quotes,
    Case,
    Short,
    More,
    Other,
}

fn number(random: &Random, below: usize) -> usize {
    usize::from(u16::from_le_bytes(random.bytes())) % below.max(1)
}

/// Corrupted forms of a value: a few are drawn from each kind.
pub(super) fn slips(random: &Random, right: &str) -> Vec<Slip> {
    let mut slips = Vec::new();
    let mut slip = |name: String, value: String, kind| slips.push(Slip { name, value, kind });
    for (name, space) in
        [("space", " "), ("newline", "\n"), ("CRLF", "\r\n"), ("tab", "\t"), ("two newlines", "\n\n")]
    {
        slip(format!("{name} after it"), format!("{right}{space}"), SlipKind::WhiteSpace);
    }
    for (name, space) in [("space", " "), ("newline", "\n")] {
        slip(format!("{name} before it"), format!("{space}{right}"), SlipKind::WhiteSpace);
    }
    slip("spaces around it".to_owned(), format!(" {right} "), SlipKind::WhiteSpace);
    for (name, invisible) in
        [("no-break space", '\u{a0}'), ("zero-width space", '\u{200b}'), ("byte-order mark", '\u{feff}')]
    {
        slip(format!("{name} after it"), format!("{right}{invisible}"), SlipKind::WhiteSpace);
    }
    for (open, close) in [('"', '"'), ('\'', '\''), ('`', '`'), ('“', '”')] {
        slip(format!("{open}{close} around it"), format!("{open}{right}{close}"), SlipKind::Quotes);
    }
    slip("capitals".to_owned(), right.to_uppercase(), SlipKind::Case);
    slip("small letters".to_owned(), right.to_lowercase(), SlipKind::Case);
    for _ in 0..4 {
        let length = 8 + number(random, right.len() - 10);
        slip(format!("its first {length} characters"), right[..length].to_owned(), SlipKind::Short);
    }
    let from = 1 + number(random, 12);
    slip(format!("without its first {from} characters"), right[from..].to_owned(), SlipKind::Short);
    for more in ["HF_SECRET=", "Bearer "] {
        slip(format!("`{more}` before it"), format!("{more}{right}"), SlipKind::More);
    }
    for more in ["x", ";", " # production", ","] {
        slip(format!("`{more}` after it"), format!("{right}{more}"), SlipKind::More);
    }
    slip("twice".to_owned(), format!("{right}{right}"), SlipKind::More);
    for _ in 0..5 {
        let at = right.len() - 1 - number(random, right.len() / 2);
        let mut value = right.to_owned();
        let other = if right.as_bytes()[at] == b'7' { "8" } else { "7" };
        value.replace_range(at..=at, other);
        slip(format!("another character at {at}"), value, SlipKind::Other);
    }
    for made_up in ["changeme", "<your secret>", "$$HF_CLIENT_SECRET", "xxxxxxxxxxxx", "null"] {
        slip(format!("`{made_up}`"), made_up.to_owned(), SlipKind::Other);
    }
    for _ in 0..2 {
        let value = random.string(kit::alphabet::ALNUM, right.len());
        slip("another one altogether".to_owned(), value, SlipKind::Other);
    }
    slips
}

/// A text that a scenario takes literally.
pub(super) fn literal(text: &str) -> String {
    text.replace("${", "$${")
}
