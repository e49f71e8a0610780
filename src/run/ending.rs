//! Where a walk ended: an error page, or a page that asks something, is not the end of a sign-in that works, unless the
//! scenario says so.

use super::check::Failure;
use super::person::Person;
use crate::Scenario;
use crate::scenario::{Expect, Step};
use crate::walker::Hop;

/// The failure of a walk whose steps all did what they should, but which does not end on a page of a sign-in that works.
pub(super) fn unexpected(person: &Person<'_>, scenario: &Scenario) -> Option<Failure> {
    let hop = person.walker.current(person.tab).ok()?;
    let problem = problem(person, hop)?;
    // The steps during which the page was in front of the person.
    let seen = person.steps.iter().zip(&scenario.steps);
    let mut before_page =
        seen.rev().take_while(|(seen, _)| seen.hops.end >= hop.number).map(|(_, step)| step);
    let last = scenario.steps.last()?;
    let expected = scenario.finding.is_some() || before_page.any(|step| says_where(&step.expect));
    let Step { file, line, .. } = last;
    (!expected).then(|| Failure {
        path: file.clone(),
        line: *line,
        what: format!("the walk ends on {problem}; if it should, let the last step expect it, e.g. its `status` or `text`"),
    })
}

/// Whether an expectation describes the page at which a step ends.
fn says_where(expect: &Expect) -> bool {
    expect.status.is_some()
        || [&expect.at, &expect.title, &expect.text, &expect.no_answer, &expect.hands_over]
            .into_iter()
            .any(Option::is_some)
        || expect.refused.is_some()
        || expect.endless_redirects
        || expect.asks.is_some()
        || expect.social_buttons.is_some()
        || expect.not_offered
}

fn problem(person: &Person<'_>, hop: &Hop) -> Option<String> {
    let (status, url) = (hop.response.status, hop.without_query());
    if status >= 400 {
        return Some(format!("an error page: {url} answers {status}"));
    }
    // RFC 6749 §4.1.2.1; some apps show the error in an address of their own.
    let address = person.walker.address(person.tab).ok()?;
    let error = address.query_pairs().find(|(name, _)| name == "error").map(|(_, value)| value.into_owned());
    if let Some(error) = error {
        return Some(format!("an error page: the address of {url} says `error={error}`"));
    }
    if person.is_huggingface(&hop.request.url) {
        return Some(format!("a page of Hugging Face: {url} waits for the person"));
    }
    None
}
