use std::path::Path as File;

use super::*;

const BEGIN: &str = "<!-- The table is generated from `src/transcript/policy.rs`: do not edit it \
    (`UPDATE_DOCS=1 cargo test --lib policy` regenerates it). -->\n\n";
const END: &str = "\n<!-- The end of the table. -->\n";

fn whose(row: &Row) -> &'static str {
    match row.whose {
        None => "any party's",
        Some(Party::APP) => "the app's",
        Some(Party::LOGTO) => "Logto's",
        Some(Party::HUGGINGFACE) => "Hugging Face's",
        Some(Party(other)) => other,
    }
}

fn place(at: At) -> String {
    match at {
        Journal => "journal",
        Path => "path",
        Query => "query",
        RequestHeader => "request header",
        Form => "form sent",
        Asked => "JSON sent",
        Header => "response header",
        UnfilteredLogHeader => "response header, audit log without a filter",
        SharedCall => "path that a shared app asks",
        Cookie => "cookie set",
        CookieName => "name of a cookie",
        CookieSize => "size of a cookie",
        Attribute => "attribute of a cookie",
        Answered => "JSON answered",
        Claim => "claim of a JWT",
        Member => "JSON or claim",
        Inside(object) => return format!("JSON answered, in `{object}`"),
        Document(end) => return format!("JSON of `{end}`"),
        Description => "`description` of a connector",
        OtherLanguage => "JSON answered, language other than English requested",
        Text => "text in JSON",
        TimeText => "text in JSON answered or sent, date and time (ISO 8601)",
        Body => "body",
        Page => "page",
        Field => "field of a form",
        HiddenField => "hidden field of a form",
    }
    .to_owned()
}

fn told(then: Then) -> String {
    match then {
        AsItIs => "as it is".to_owned(),
        LeftOut => "left out".to_owned(),
        Absent => "–".to_owned(),
        Role(role) => format!("`[{role}]`"),
        RolesWithin(role) => format!("its values: `[{role}]`"),
        Generated(role) => format!("what looks generated: `[{role}]`"),
        NotCompared => "shown, not compared".to_owned(),
        Past(bytes) => format!("from {bytes} bytes on"),
        Learnt => "that of this run".to_owned(),
        Parts => "what is in it".to_owned(),
        Masked(mask) => format!("`{mask}`"),
        Presence(mask) => format!("whether there is one: `{mask}`"),
        Length => "its length".to_owned(),
        Seconds => "time, seconds".to_owned(),
        Milliseconds => "time, milliseconds or seconds".to_owned(),
        HttpTime => "distance from now".to_owned(),
        Decoded => "decoded".to_owned(),
        Reads(other) => format!("as “{other}”"),
        UpTo(limit) => format!("the first {limit}"),
    }
}

/// The table in `docs/scenarios.md`: similar rows of a group share one line.
fn table() -> String {
    let mut table =
        "| whose | where | name | in a transcript | in a recorded story | why |\n|---|---|---|---|---|---|\n"
            .to_owned();
    for (rows, why) in POLICY {
        let like = |a: &Row, b: &Row| {
            (a.whose, a.at, a.transcript, a.story) == (b.whose, b.at, b.transcript, b.story)
        };
        for rows in rows.chunk_by(like) {
            let names: Vec<String> = rows.iter().map(|row| format!("`{}`", row.name)).collect();
            let row = rows[0];
            let story = match row.story {
                RolesWithin(_) => "its values: those of this run".to_owned(),
                then => told(then),
            };
            table += &format!(
                "| {} | {} | {} | {} | {story} | {why} |\n",
                whose(&row),
                place(row.at),
                names.join(", "),
                told(row.transcript)
            );
        }
    }
    table
}

#[test]
fn the_reference_of_scenarios_shows_the_table() {
    let path = File::new(env!("CARGO_MANIFEST_DIR")).join("docs/scenarios.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once(BEGIN).unwrap();
    let (shown, after) = rest.split_once(END).unwrap();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, [before, BEGIN, &table(), END, after].concat()).unwrap();
    } else {
        assert!(shown == table(), "docs/scenarios.md is outdated: run UPDATE_DOCS=1 cargo test --lib policy");
    }
}

#[test]
fn no_row_is_hidden_by_an_earlier_one() {
    for row in rows() {
        let first = rule(row.whose, row.at, &row.name.replace('*', "else"));
        assert!(first.is_some_and(|first| std::ptr::eq(first, row)), "{row:?} is never used");
    }
}

#[test]
fn every_row_has_a_reason() {
    for (rows, why) in POLICY {
        assert!(!rows.is_empty() && why.len() > 10, "{rows:?}: {why}");
    }
}

#[test]
fn transcripts_and_stories_know_the_same_times() {
    let time = |then| matches!(then, Seconds | Milliseconds | HttpTime);
    for row in rows() {
        assert_eq!(time(row.transcript), time(row.story), "{row:?}");
    }
}
