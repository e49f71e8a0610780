//! Learns values that every run generates anew and that appear at the same place of both responses,
//! even if no later request repeats them. The first occurrence of a value decides; from then on it
//! has to be the same.

use kit::Party;
use serde_json::Value;
use url::Url;

use super::answers;
use super::places::at;
use super::story::Response;
use super::values::Values;
use crate::transcript::policy::{self, At, SHORTEST_ID, Then};

pub(super) fn dynamic(recorded: &Response, here: &Response, values: &mut Values) {
    for ((name, old), (other, new)) in recorded.cookies().zip(here.cookies()) {
        match policy::story(At::Cookie, name) {
            Then::Learnt if name == other => values.learn(old, new),
            Then::RolesWithin(_) if name == other => {
                same_place(&format!("set-cookie {name} uid"), recorded, here, values);
            }
            _ => {}
        }
    }
    for row in policy::rows() {
        match (row.whose, row.at, row.story) {
            (_, At::Header, Then::Presence(_)) => {
                same_place(&format!("header {}", row.name), recorded, here, values);
            }
            // A redirect to the app.
            (Some(Party::APP), At::Query, Then::Learnt) => {
                same_place(&format!("location.query.{}", row.name), recorded, here, values);
            }
            _ => {}
        }
    }
    if let (Some(old), Some(new)) = (recorded.json(), here.json()) {
        members(&old, &new, (At::Answered, ""), values);
    }
    // Pages are described by their forms, whose hidden values are generated.
    if recorded.body.get("forms").is_some() {
        members(&recorded.body, &here.body, (At::Answered, ""), values);
    }
}

fn same_place(place: &str, recorded: &Response, here: &Response, values: &mut Values) {
    if let (Some(old), Some(new)) = (at(recorded, place), at(here, place)) {
        values.learn(&old, &new);
    }
}

/// Generated parameters of a URL of the provider.
fn query(old: &str, new: &str, values: &mut Values) {
    let (Ok(old), Ok(new)) = (Url::parse(old), Url::parse(new)) else { return };
    let long = |text: &str| text.len() >= SHORTEST_ID;
    for (name, old) in old.query_pairs().filter(|(_, value)| long(value)) {
        let made_up = policy::rule(Some(Party::HUGGINGFACE), At::Query, &name)
            .is_some_and(|row| row.story == Then::Learnt);
        let new = new.query_pairs().find(|(other, _)| *other == name).map(|(_, value)| value);
        if let Some(new) = new.filter(|new| made_up && long(new)) {
            values.learn(&old, &new);
        }
    }
}

fn members(old: &Value, new: &Value, (at, name): (At, &str), values: &mut Values) {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            for (name, old) in old {
                if let Some(new) = new.get(name) {
                    members(old, new, (at, name), values);
                }
            }
        }
        (Value::Array(old), Value::Array(new)) => {
            old.iter().zip(new).for_each(|(old, new)| members(old, new, (at, name), values));
        }
        (Value::String(old), Value::String(new)) => {
            if let (Some((_, old)), Some((_, new))) = (answers::claims(old), answers::claims(new)) {
                members(&old, &new, (At::Claim, ""), values);
                return;
            }
            match policy::story(at, name) {
                Then::Parts => query(old, new, values),
                Then::Learnt if old.len() == new.len() && old.len() >= SHORTEST_ID => values.learn(old, new),
                _ => {}
            }
        }
        _ => {}
    }
}
