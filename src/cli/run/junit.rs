//! The report as JUnit XML, which CI systems show.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::super::exit::CliError;
use super::outcome::{Outcome, Verdict, raw_headers};

pub(super) fn report(outcomes: &[Outcome], seconds: f64) -> Result<String, CliError> {
    let mut report = Report::new("logto-testkit");
    report.set_time(std::time::Duration::from_secs_f64(seconds));
    // One suite for each topic, which is the folder.
    let mut suites: Vec<TestSuite> = Vec::new();
    for outcome in outcomes {
        let name = outcome.scenario.name();
        let topic = name.rsplit_once('/').map_or("scenarios", |(topic, _)| topic);
        let case = case(outcome, &name);
        match suites.iter_mut().find(|suite| suite.name.as_str() == topic) {
            Some(suite) => {
                suite.add_test_case(case);
            }
            None => {
                let mut suite = TestSuite::new(topic);
                suite.add_test_case(case);
                suites.push(suite);
            }
        }
    }
    report.add_test_suites(suites);
    let xml = report.to_string().map_err(|error| CliError::Io {
        what: "write the JUnit report",
        source: std::io::Error::other(error),
    })?;
    Ok(xml)
}

fn case(outcome: &Outcome, name: &str) -> TestCase {
    let short = name.rsplit_once('/').map_or(name, |(_, short)| short);
    let mut case = match &outcome.verdict {
        Verdict::Skipped(reason) => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(reason.as_str());
            TestCase::new(short, status)
        }
        Verdict::NotStarted(error) => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
            status.set_message(error.as_str());
            TestCase::new(short, status)
        }
        Verdict::Walked { .. } if outcome.result() == "passed" => {
            TestCase::new(short, TestCaseStatus::success())
        }
        Verdict::Walked { failures, transcript, snapshot, findings, raw } => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            let what: Vec<String> = failures.iter().map(ToString::to_string).collect();
            let message = what.first().map_or("the transcript is not the reviewed one", String::as_str);
            status.set_message(message);
            let difference = snapshot.difference().unwrap_or_default();
            // What a reader of a CI page wants first.
            if let Some(first) = findings.first() {
                status.set_type(first.cause.id());
            }
            let found: String = findings.iter().map(|finding| format!("\n{finding}\n")).collect();
            let raw = raw.as_ref().map(|raw| format!("\n{}\n", raw_headers(raw))).unwrap_or_default();
            status.set_description(format!("{}\n{found}{raw}{difference}\n{transcript}", what.join("\n")));
            TestCase::new(short, status)
        }
    };
    case.set_classname(name.rsplit_once('/').map_or("scenarios", |(topic, _)| topic));
    case.set_time(outcome.duration);
    case
}
