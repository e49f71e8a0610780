//! The transcript as text: each hop is a headline that a reviewer can read, with the
//! details below it.

use std::fmt;

use kit::output::{Form, escaped};

use super::body::{is_short, parameters};
use super::model::{Exchange, ShownCookie, Transcript};

/// The indentation of a hop's details, below its party.
const DETAILS: &str = "      ";
/// The indentation of the details of a request between other parties.
const INNER: &str = "          ";

impl fmt::Display for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, hop) in self.hops.iter().enumerate() {
            if at > 0 {
                writeln!(f)?;
            }
            hop.fmt(f)?;
        }
        if !self.not_attributed.is_empty() {
            writeln!(
                f,
                "\nNot attributed: several walks were running, and these requests carry no value that ties them to one."
            )?;
        }
        self.not_attributed.iter().try_for_each(|exchange| exchange.fmt(f))
    }
}

impl fmt::Display for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let indent = match self.number {
            Some(number) => {
                write!(f, "{number:>3}   ")?;
                DETAILS
            }
            None => {
                write!(f, "{DETAILS}")?;
                INNER
            }
        };
        writeln!(f, "{}", escaped(&headline(self), Form::Line))?;
        for line in details(self) {
            // Whatever a page or an app sent, it stays on one line, with control characters visible.
            writeln!(f, "{indent}{}", escaped(&line, Form::Line))?;
        }
        for exchange in &self.meanwhile {
            exchange.fmt(f)?;
        }
        Ok(())
    }
}

fn headline(exchange: &Exchange) -> String {
    let mut line = exchange.party.to_string();
    if let Some(browser) = exchange.browser {
        line += &format!("#{browser}");
    }
    if let Some(tab) = exchange.tab {
        line += &format!(":{tab}");
    }
    if let Some(why) = exchange.why {
        line += &format!("  {why}");
    }
    line += &format!("  {} {}", exchange.method, short(&exchange.url));
    match (exchange.status, &exchange.fault) {
        (Some(status), _) => line += &format!("  {status}"),
        (None, Some(fault)) => line += &format!("  no answer: {fault}"),
        (None, None) => {}
    }
    if let Some(location) = &exchange.location {
        line += &format!(" → {}", short(location));
    }
    line
}

/// A URL; if it has more than a few parameters, only a sign that it has some.
fn short(url: &str) -> String {
    match long_query(url) {
        Some(query) => format!("{}…", &url[..url.len() - query.len()]),
        None => url.to_owned(),
    }
}

fn long_query(url: &str) -> Option<&str> {
    url.split_once('?').map(|(_, query)| query).filter(|query| !is_short(query))
}

fn details(exchange: &Exchange) -> Vec<String> {
    let mut lines = Vec::new();
    // The `Location` before shows the URL of a redirect.
    if exchange.why != Some("redirect")
        && let Some(query) = long_query(&exchange.url)
    {
        lines.extend(labeled("?", parameters(query)));
    }
    lines.extend(exchange.headers.iter().map(|(name, value)| format!("{name}: {value}")));
    lines.extend(labeled("sends ", exchange.body.clone()));
    if !exchange.cookies.is_empty() {
        lines.push(format!("cookies {}", exchange.cookies.join(", ")));
    }
    lines.extend(exchange.withheld.iter().map(|cookie| format!("withheld {cookie}")));
    if let Some(query) = exchange.location.as_deref().and_then(long_query) {
        lines.extend(labeled("→ ?", parameters(query)));
    }
    lines.extend(exchange.set_cookies.iter().map(ToString::to_string));
    let kind = exchange.content_type.iter().cloned();
    let cache = exchange.cache_control.iter().map(|value| format!("cache-control: {value}"));
    let challenge = exchange.challenge.iter().map(|value| format!("www-authenticate: {value}"));
    let headers: Vec<String> = kind.chain(cache).chain(challenge).collect();
    if !headers.is_empty() {
        lines.push(headers.join(" · "));
    }
    lines.extend(exchange.content.iter().cloned());
    lines.extend(exchange.journal.iter().map(|note| format!("journal: {note}")));
    lines.extend(exchange.violations.iter().map(|broken| format!("RULE BROKEN: {broken}")));
    lines
}

/// The first line with its label, the others below it.
fn labeled(label: &str, lines: Vec<String>) -> Vec<String> {
    let room = " ".repeat(label.chars().count());
    lines
        .into_iter()
        .enumerate()
        .map(|(at, line)| if at == 0 { format!("{label}{line}") } else { format!("{room}{line}") })
        .collect()
}

impl fmt::Display for ShownCookie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let signed = if self.signed { " (+sig)" } else { "" };
        write!(f, "set {}{signed}={}", self.name, self.value)?;
        for attribute in &self.attributes {
            write!(f, "; {attribute}")?;
        }
        match &self.fate {
            Some(fate) => write!(f, "  ({fate})"),
            None => Ok(()),
        }
    }
}
