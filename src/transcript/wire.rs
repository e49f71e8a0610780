//! The raw headers of a walk, to find out why it failed: a transcript shows roles and
//! distances, and few headers.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use kit::{Direction, Entry, Outcome, Party};

use super::build::visible;
use super::roles::Roles;
use crate::record::{Record, Recorded, Tie};
use crate::walker::Hop;

/// Requests and responses of a walk in order, without their bodies; its `Display` gives the text.
///
/// Cookies, codes and tokens are in clear text, since they may be what you are looking for. Secrets of
/// applications and passwords are shown as roles, as in a [`Transcript`](super::Transcript).
#[derive(Debug, Clone)]
pub struct Wire {
    record: Arc<Record>,
    secrets: Roles,
}

type Headers = [(String, String)];

impl Wire {
    pub(crate) fn new(record: Arc<Record>, secrets: Roles) -> Self {
        Self { record, secrets }
    }

    fn hop(&self, text: &mut String, hop: &Hop) {
        let (request, response) = (&hop.request, &hop.response);
        self.title(text, &format!("hop {}, answered", hop.number), hop.at);
        self.message(text, '>', &format!("{} {}", request.method, request.url), &request.headers);
        let cookies: Vec<String> =
            request.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() {
            self.line(text, '>', &format!("cookie: {}", cookies.join("; ")));
        }
        match &response.fault {
            None => self.message(text, '<', &response.status.to_string(), &response.headers),
            Some(fault) => self.line(text, '<', &format!("no answer: {fault}")),
        }
    }

    fn entry(&self, text: &mut String, entry: &Entry) {
        let did = match entry.direction {
            Direction::Received => "was asked",
            Direction::Sent => "asked",
        };
        self.title(text, &format!("{} {did}", entry.party), entry.at);
        let request = &entry.request;
        self.message(text, '>', &format!("{} {}", request.method, request.url), &request.headers);
        match &entry.outcome {
            Outcome::Response(response) => {
                self.message(text, '<', &response.status.to_string(), &response.headers);
            }
            Outcome::Fault(fault) => self.line(text, '<', &format!("no answer: {fault}")),
            Outcome::Pending => self.line(text, '<', "not answered when the walk ended"),
        }
    }

    fn title(&self, text: &mut String, what: &str, at: Timestamp) {
        self.line(text, '#', &format!("{what}, {at:.3}"));
    }

    fn message(&self, text: &mut String, mark: char, first: &str, headers: &Headers) {
        self.line(text, mark, first);
        for (name, value) in headers {
            let credentials = name.eq_ignore_ascii_case("authorization").then(|| without_password(value));
            let value = credentials.flatten().unwrap_or_else(|| value.clone());
            self.line(text, mark, &format!("{name}: {value}"));
        }
    }

    fn line(&self, text: &mut String, mark: char, line: &str) {
        text.extend([mark, ' ']);
        text.push_str(&visible(&self.secrets.replace(line)));
        text.push('\n');
    }
}

/// Basic credentials (RFC 7617) with the name only.
fn without_password(authorization: &str) -> Option<String> {
    let (scheme, credentials) = authorization.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = STANDARD.decode(credentials.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let name = decoded.as_deref().and_then(|pair| pair.split_once(':')).map_or("", |(name, _)| name);
    Some(format!("{scheme} {name}:[SECRET] (decoded)"))
}

/// Whether an entry is not shown elsewhere: what the app and Logto received is also a hop, or an entry of the
/// sender.
fn is_of_others(Recorded { entry, tie, .. }: &Recorded) -> bool {
    let received = entry.direction == Direction::Received;
    !(received && [Party::APP, Party::LOGTO].contains(&entry.party)) && *tie != Some(Tie::Own)
}

impl fmt::Display for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for hop in &self.record.hops {
            let meanwhile = self.record.during(hop.number).filter(|one| is_of_others(one));
            let mut text = String::new();
            self.hop(&mut text, hop);
            for Recorded { entry, .. } in meanwhile {
                self.entry(&mut text, entry);
            }
            writeln!(f, "{text}")?;
        }
        for Recorded { entry, hop, .. } in self.record.not_attributed().filter(|one| is_of_others(one)) {
            let mut text = String::new();
            self.line(&mut text, '#', &format!("not attributed, since hop {hop}"));
            self.entry(&mut text, entry);
            writeln!(f, "{text}")?;
        }
        Ok(())
    }
}
