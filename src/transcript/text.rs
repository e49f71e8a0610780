//! The transcript as text: each hop is a headline that a reviewer can read, with the
//! details below it.

use std::fmt;

use kit::output::{Form, escaped};

use super::body::{is_short, parameters};
use super::model::{Exchange, Masked, ShownCookie, Transcript};

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
        let all = f.alternate();
        let mut not_attributed = self.not_attributed.iter().filter(|one| is_shown(one, all)).peekable();
        if not_attributed.peek().is_some() {
            writeln!(
                f,
                "\n{NOT_ATTRIBUTED} several walks were running, and these requests carry no value that ties them to one."
            )?;
        }
        not_attributed.try_for_each(|exchange| exchange.fmt(f))?;
        if !self.masked.is_empty() {
            writeln!(f, "\n{MASKED}")?;
        }
        self.masked.iter().try_for_each(|Masked { what, reason }| {
            writeln!(f, "{DETAILS}{}", escaped(&format!("{what}: {reason}"), Form::Line))
        })
    }
}

/// What follows the hops begins with one of these.
const NOT_ATTRIBUTED: &str = "Not attributed:";
const MASKED: &str = "Masked:";

/// The hops of a transcript's text, without what follows them.
pub(crate) fn hops(text: &str) -> &str {
    let ends = [NOT_ATTRIBUTED, MASKED].into_iter().filter_map(|end| text.find(&format!("\n\n{end}")));
    &text[..ends.min().unwrap_or(text.len())]
}

/// How many hops the text of a transcript has, and where each begins.
pub(crate) fn beginnings(text: &str) -> impl Iterator<Item = usize> {
    let begins = |line: &&str| {
        let number = line.trim_start();
        !line.starts_with(DETAILS) && number.starts_with(|c: char| c.is_ascii_digit())
    };
    let mut at = 0;
    let lines = text.split_inclusive('\n').map(move |line| {
        at += line.len();
        (at - line.len(), line)
    });
    lines.filter(move |(_, line)| begins(line)).map(|(at, _)| at)
}

/// Only the longer form, `{:#}`, has what is not compared.
fn is_shown(exchange: &Exchange, all: bool) -> bool {
    all || !exchange.not_compared
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
        let all = f.alternate();
        for exchange in self.meanwhile.iter().filter(|one| is_shown(one, all)) {
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
    if exchange.not_compared {
        line += "  (not compared)";
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
    // Some apps send an empty one with a redirect.
    let kind = exchange.content_type.iter().filter(|kind| !kind.is_empty()).cloned();
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
        if let Some(size) = &self.size {
            write!(f, "  ({size})")?;
        }
        match &self.fate {
            Some(fate) => write!(f, "  ({fate})"),
            None => Ok(()),
        }
    }
}
