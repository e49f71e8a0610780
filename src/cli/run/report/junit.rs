//! The report as JUnit XML, which CI systems display.

use std::io::{self, Read as _, Seek as _, SeekFrom, Write};
use std::time::Duration;

use kit::output::{Form, escaped};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use crate::cli::exit::CliError;
use crate::cli::run::outcome::{Outcome, Verdict, raw_headers};

/// The cases so far. The document begins with the counts, so it is written at the end;
/// until then, long details are kept in an unnamed temporary file.
#[derive(Default)]
pub(in crate::cli::run) struct Junit {
    cases: Vec<Case>,
    details: Option<std::fs::File>,
    /// The length of that file in bytes.
    length: u64,
}

struct Case {
    name: String,
    duration: Duration,
    kind: Kind,
    /// The number of bytes of its details, which are stored in the order of the cases.
    details: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Passed,
    Skipped,
    Error,
    Failure,
}

impl Kind {
    /// The XML element for the details.
    fn element(self) -> &'static str {
        match self {
            Self::Passed => "system-out",
            Self::Skipped => "skipped",
            Self::Error => "error",
            Self::Failure => "failure",
        }
    }
}

impl Junit {
    pub(super) fn outcome(&mut self, outcome: &Outcome) -> Result<(), CliError> {
        let (kind, details) = told(outcome);
        let details = details.as_deref().unwrap_or_default();
        self.keep(details).map_err(|source| CliError::Io {
            what: "write a part of the JUnit report to the temporary folder",
            source,
        })?;
        self.cases.push(Case {
            name: outcome.scenario.name(),
            duration: outcome.duration,
            kind,
            details: details.len() as u64,
        });
        Ok(())
    }

    fn keep(&mut self, details: &[u8]) -> io::Result<()> {
        if details.is_empty() {
            return Ok(());
        }
        let file = match &mut self.details {
            Some(file) => file,
            none => none.insert(tempfile::tempfile()?),
        };
        self.length += details.len() as u64;
        file.write_all(details)
    }

    /// Writes the document: one suite per topic, which is the folder.
    pub(super) fn write(mut self, out: impl Write, seconds: f64) -> io::Result<()> {
        let mut topics: Vec<&str> = Vec::new();
        let mut starts = Vec::with_capacity(self.cases.len());
        let mut start = 0;
        for case in &self.cases {
            let (topic, _) = parts(&case.name);
            if !topics.contains(&topic) {
                topics.push(topic);
            }
            starts.push(start);
            start += case.details;
        }
        let mut xml = Writer::new_with_indent(io::BufWriter::new(out), b' ', 4);
        xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        let all = || self.cases.iter();
        let head = counted(BytesStart::new("testsuites"), "logto-testkit", all());
        xml.write_event(Event::Start(head.with_attributes([("time", &*format!("{seconds:.3}"))])))?;
        for topic in topics {
            let of_topic = || (0..self.cases.len()).filter(|at| parts(&self.cases[*at].name).0 == topic);
            let cases = of_topic().map(|at| &self.cases[at]);
            xml.write_event(Event::Start(counted(BytesStart::new("testsuite"), topic, cases)))?;
            for at in of_topic() {
                let case = &self.cases[at];
                let time = format!("{:.3}", case.duration.as_secs_f64());
                let name = in_one_line(parts(&case.name).1);
                let element = BytesStart::new("testcase").with_attributes([
                    ("name", &*name),
                    ("classname", &*in_one_line(topic)),
                    ("time", &*time),
                ]);
                if case.details == 0 {
                    xml.write_event(Event::Empty(element))?;
                    continue;
                }
                xml.write_event(Event::Start(element))?;
                if let Some(file) = &mut self.details {
                    file.seek(SeekFrom::Start(starts[at]))?;
                    xml.get_mut().write_all(b"\n            ")?;
                    io::copy(&mut file.take(case.details), xml.get_mut())?;
                }
                xml.write_event(Event::End(BytesEnd::new("testcase")))?;
            }
            xml.write_event(Event::End(BytesEnd::new("testsuite")))?;
        }
        xml.write_event(Event::End(BytesEnd::new("testsuites")))?;
        xml.write_indent()?;
        xml.get_mut().flush()
    }
}

/// Splits a scenario's name into the topic and the name within it.
fn parts(name: &str) -> (&str, &str) {
    name.rsplit_once('/').unwrap_or(("scenarios", name))
}

fn counted<'a>(
    element: BytesStart<'static>,
    name: &str,
    cases: impl Iterator<Item = &'a Case> + Clone,
) -> BytesStart<'static> {
    let count = |kind: Kind| cases.clone().filter(|case| case.kind == kind).count().to_string();
    element.with_attributes([
        ("name", &*in_one_line(name)),
        ("tests", &*cases.clone().count().to_string()),
        ("skipped", &*count(Kind::Skipped)),
        ("errors", &*count(Kind::Error)),
        ("failures", &*count(Kind::Failure)),
    ])
}

/// The details of a case that did not pass, as its child element.
fn told(outcome: &Outcome) -> (Kind, Option<Vec<u8>>) {
    match &outcome.verdict {
        Verdict::Skipped(reason) => (Kind::Skipped, Some(detail(Kind::Skipped, reason, None, ""))),
        Verdict::NotStarted(error) | Verdict::Refused(error) => {
            (Kind::Error, Some(detail(Kind::Error, error, None, "")))
        }
        Verdict::Walked { .. } if outcome.result() == "passed" => (Kind::Passed, None),
        Verdict::Walked { failures, transcript, snapshot, findings, raw } => {
            let what: Vec<String> = failures.iter().map(ToString::to_string).collect();
            let message = what.first().map_or("the transcript differs from the reviewed one", String::as_str);
            let difference = snapshot.difference().unwrap_or_default();
            let found: String = findings.iter().map(|finding| format!("\n{finding}\n")).collect();
            let raw =
                raw.as_ref().map(|raw| format!("\n{}\n", in_one_line(&raw_headers(raw)))).unwrap_or_default();
            let text = format!("{}\n{found}{raw}{difference}\n{transcript:#}", what.join("\n"));
            // What the reader of a CI page needs first.
            let cause = findings.first().map(|first| first.cause.id());
            (Kind::Failure, Some(detail(Kind::Failure, message, cause, &text)))
        }
    }
}

fn detail(kind: Kind, message: &str, cause: Option<&str>, text: &str) -> Vec<u8> {
    let message = visible(message);
    let element = BytesStart::new(kind.element())
        .with_attributes([("message", &*message)].into_iter().chain(cause.map(|cause| ("type", cause))));
    let mut xml = Writer::new(Vec::new());
    let written = if text.is_empty() {
        xml.write_event(Event::Empty(element))
    } else {
        xml.write_event(Event::Start(element))
            .and_then(|()| xml.write_event(Event::Text(BytesText::new(&visible(text)))))
            .and_then(|()| xml.write_event(Event::End(BytesEnd::new(kind.element()))))
    };
    debug_assert!(written.is_ok(), "writing to memory does not fail");
    xml.into_inner()
}

/// The text as people see it, without the two further characters that XML 1.0 (§2.2) cannot represent.
fn visible(text: &str) -> String {
    shown(text, Form::Text)
}

fn in_one_line(text: &str) -> String {
    shown(text, Form::Line)
}

fn shown(text: &str, form: Form) -> String {
    escaped(text, form).replace(['\u{fffe}', '\u{ffff}'], "")
}
