//! Learns new values and their roles where they appear, by the table in `policy.rs`.

use std::collections::HashMap;

use jiff::Timestamp;
use kit::Party;
use serde_json::Value;
use url::Url;

use super::anew::{Dated, signed_anew};
use super::body::Body;
use super::generated::{generated_part, looks_generated};
use super::jwt;
use super::masks::Masks;
use super::policy::{self, At, Then};
use super::roles::Roles;
use crate::record::Origins;
use crate::setup::MaskedPart;
use crate::walker::Hop;

/// Learns new values from messages.
pub(super) struct Learner<'a> {
    pub(super) roles: &'a mut Roles,
    pub(super) origins: &'a Origins,
    pub(super) masks: &'a Masks,
    pub(super) named: &'a mut NamedValues,
    /// When the message came.
    pub(super) at: Timestamp,
}

/// The values that were signed for a cookie, a field or a member, by the kind of place and the name.
pub(super) type NamedValues = HashMap<(At, String), Vec<(String, Timestamp)>>;

impl Learner<'_> {
    fn know(&mut self, party: Party, at: At, name: &str, value: &str) {
        self.learn(policy::transcript(Some(party), at, name), value);
    }

    fn learn(&mut self, then: Then, value: &str) {
        match then {
            Then::Role(role) => self.roles.know(role, value),
            Then::RolesWithin(role) => self.within(role, value),
            _ => {}
        }
    }

    /// Learns from a request: its URL and its body.
    pub(super) fn request(&mut self, url: &Url, body: &Body<'_>) {
        self.url(url);
        let Some(party) = self.origins.party(url) else { return };
        match &body.json {
            Some(json) => self.json(party, At::Asked, "", json),
            None => {
                for (name, value) in form_urlencoded::parse(body.text.as_bytes()) {
                    self.know(party, At::Form, &name, &value);
                }
            }
        }
    }

    /// Learns from a response: its `Location` and its body.
    pub(super) fn response(&mut self, url: &Url, location: Option<&str>, body: &Body<'_>) {
        if let Some(target) = location.and_then(|location| url.join(location).ok()) {
            self.url(&target);
        }
        let Some(party) = self.origins.party(url) else { return };
        if let Some(json) = &body.json {
            self.json(party, At::Answered, "", json);
        }
    }

    /// Learns from what only the browser sees of a response: cookies and form fields.
    pub(super) fn seen(&mut self, hop: &Hop) {
        let Some(party) = self.origins.party(&hop.request.url) else { return };
        if hop.is_html() {
            for field in hop.page().forms.iter().flat_map(|form| &form.fields) {
                self.know(party, At::Field, &field.name, &field.value);
                let of_app = party == Party::APP && field.kind == "hidden";
                if of_app && !self.masks.cover(MaskedPart::Field, &field.name) {
                    self.signed(party, At::HiddenField, &field.name, &field.value);
                }
            }
        }
        for cookie in hop.response.cookies.iter().filter(|cookie| !cookie.value.is_empty()) {
            if party != Party::APP {
                self.know(party, At::Cookie, &cookie.name, &cookie.value);
            } else if !self.masks.cover(MaskedPart::Cookie, &cookie.name) {
                self.signed(party, At::Cookie, &cookie.name, &cookie.value);
            }
        }
        if party == Party::APP {
            hop.response.cookies.iter().for_each(|cookie| self.name(&cookie.name));
        }
    }

    /// Learns a value that may be signed anew each time: one with the content of an earlier value of that
    /// name has its role.
    fn signed(&mut self, party: Party, at: At, name: &str, value: &str) {
        let role = match policy::transcript(Some(party), at, name) {
            Then::Role(role) => role,
            Then::Generated(role) if looks_generated(value) => role,
            _ => return,
        };
        let values = self.named.entry((at, name.to_owned())).or_default();
        if values.iter().any(|(known, _)| known == value) || self.roles.is_label(&self.roles.replace(value)) {
            return;
        }
        let new = Dated { value, at: self.at };
        let earlier = values.iter().find(|(value, at)| signed_anew(Dated { value, at: *at }, new));
        match earlier {
            Some((earlier, _)) => self.roles.know_as(earlier, value),
            None => self.roles.know(role, value),
        }
        values.push((value.to_owned(), self.at));
    }

    /// Learns the generated part of a cookie's name.
    fn name(&mut self, name: &str) {
        let Then::Generated(role) = policy::transcript(Some(Party::APP), At::CookieName, name) else {
            return;
        };
        // What is known by another role keeps it.
        if let Some(part) = generated_part(name).filter(|_| self.roles.replace(name) == name) {
            self.roles.know(role, part);
        }
    }

    fn url(&mut self, url: &Url) {
        let Some(party) = self.origins.party(url) else { return };
        for (name, value) in url.query_pairs() {
            self.know(party, At::Query, &name, &value);
        }
        if let Some(row) = policy::rule(Some(party), At::Path, url.path())
            && let Then::Role(role) = row.transcript
            && let Some(value) = url.path().strip_prefix(row.name.trim_end_matches('*'))
        {
            self.roles.know(role, value);
        }
    }

    /// Learns the values of a percent-encoded JSON object.
    fn within(&mut self, role: &'static str, encoded: &str) {
        let decoded = percent_encoding::percent_decode_str(encoded).decode_utf8_lossy();
        let object: Value = serde_json::from_str(&decoded).unwrap_or_default();
        for value in object.as_object().into_iter().flatten().filter_map(|(_, value)| value.as_str()) {
            self.roles.know(role, value);
        }
    }

    /// Learns from a value; `object` is the name of the member that holds it.
    fn json(&mut self, party: Party, at: At, object: &str, value: &Value) {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    match value {
                        Value::String(text) => {
                            if at == At::Answered {
                                self.learn(policy::inside(party, object, name), text);
                            }
                            self.text(party, at, name, text);
                        }
                        other => self.json(party, at, name, other),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.json(party, at, object, item)),
            _ => {}
        }
    }

    fn text(&mut self, party: Party, at: At, name: &str, text: &str) {
        match (party, name) {
            // The same claims within one second give the same string, and otherwise another one.
            (Party::HUGGINGFACE, "id_token") => self.signed(party, at, name, text),
            _ => self.know(party, at, name, text),
        }
        // `authorizationUri` and `redirectTo` are URLs that contain values.
        if let Ok(url) = Url::parse(text) {
            self.url(&url);
        }
        if at == At::Answered && name == "id_token" {
            let parts = [jwt::header(text), jwt::claims(text)];
            for claims in parts.into_iter().flatten() {
                self.json(party, At::Claim, "", &claims);
            }
        }
    }
}
