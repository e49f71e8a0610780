//! The two files as texts, and what the command prints.

use std::fmt::Write as _;

use super::paths::{Begin, Said, Why};
use super::plan::Plan;
use super::signed_in::Sign;
use super::tree::At;
use crate::{placeholder, project};

/// What stands for a command that was not found.
const NO_COMMAND: &str = "echo 'logto-testkit.toml does not say yet what starts the app' >&2; exit 1";

/// A text of the project in quotes, for TOML and YAML alike: both read JSON's escapes.
fn quoted(text: &str) -> String {
    // A name in brackets that the project itself has is not one of ours.
    ours(&placeholder::names(text).iter().fold(text.to_owned(), escaped))
}

fn escaped(text: String, name: &&str) -> String {
    text.replace(&format!("[{name}]"), &format!("[[{name}]"))
}

/// A text of the project in a scenario, which has parameters besides.
fn in_scenario(text: &str) -> String {
    if placeholder::literal(text) == text { plain(text) } else { ours(&placeholder::literal(text)) }
}

/// A text with names of ours in quotes.
fn ours(text: &str) -> String {
    // TOML does not take it as it is.
    serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}

/// A text in YAML: without quotes if it can do without.
fn plain(text: &str) -> String {
    let ordinary = |c: char| c.is_ascii_alphanumeric() || " /-_.".contains(c);
    let starts = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/') && !text.ends_with(' ');
    let reserved = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
        .contains(&text.to_ascii_lowercase().as_str());
    if starts && !reserved && text.chars().all(ordinary) { text.to_owned() } else { quoted(text) }
}

/// A comment is one line, whatever a project's names contain.
fn comment(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

impl Why {
    fn comment(&self) -> String {
        comment(&match self {
            Self::Read(at) => at.to_string(),
            Self::Sdk("") => "assumed: as usual".to_owned(),
            Self::Sdk(name) => format!("as {name} has it"),
            Self::Assumed(why) => format!("assumed: {why}"),
        })
    }
}

/// Lines of TOML.
struct Toml(String);

impl Toml {
    fn line(&mut self, text: &str) {
        self.0.push_str(text);
        self.0.push('\n');
    }

    fn section(&mut self, name: &str) {
        self.line(&format!("\n[{name}]"));
    }

    /// A member with where it comes from: beside it, or above if that is long.
    fn member(&mut self, name: &str, value: &str, why: &Why) {
        let comment = why.comment();
        if comment.len() > 60 {
            self.line(&format!("# {comment}"));
            self.line(&format!("{name} = {value}"));
        } else {
            self.line(&format!("{name} = {value} # {comment}"));
        }
    }
}

impl Plan {
    pub(super) fn toml(&self) -> String {
        let mut toml = Toml(String::new());
        let what = self.sdk.as_ref().map_or_else(
            || "an app without an SDK that it knows".to_owned(),
            |(sdk, at)| format!("an app with {sdk} ({at})"),
        );
        toml.line(&format!("# Written by `logto-testkit init` for {}.", comment(&what)));
        toml.line("# Behind each value is the line that says it; what no file says is marked as assumed.");
        self.app(&mut toml);
        self.application(&mut toml);
        self.signed_in(&mut toml);
        for (section, begin) in [("sign_in", &self.ways.sign_in), ("sign_out", &self.ways.sign_out)] {
            if let Some(begin) = begin {
                toml.section(section);
                toml.member("path", &quoted(&begin.path.value), &begin.path.why);
            }
        }
        toml.0
    }

    fn app(&self, toml: &mut Toml) {
        toml.section("app");
        if let Some(why) = &self.start.assumed {
            toml.line(&format!("# assumed: {}", comment(why)));
        }
        let command = Some(self.start.command.as_str()).filter(|command| !command.is_empty());
        toml.line(&format!("command = {}", ours(command.unwrap_or(NO_COMMAND))));
        if !self.folder.is_empty() {
            toml.line(&format!("directory = {}", quoted(&self.folder)));
        }
        if let Some(url) = &self.url {
            toml.member("url", &ours(&url.value), &url.why);
        }
        if let Some(timeout) = self.start.timeout {
            toml.line(&format!("ready = {{ timeout = \"{timeout}\" }}"));
        }
        if !self.environment.is_empty() {
            toml.section("app.env");
        }
        // What no shell can read, the app does not read either.
        for setting in self.environment.iter().filter(|setting| project::is_variable(&setting.name)) {
            toml.member(&setting.name, &ours(&setting.value), &setting.why);
        }
    }

    fn application(&self, toml: &mut Toml) {
        toml.section("application");
        if self.is_spa {
            toml.line("type = \"SPA\"");
        }
        let callback = &self.ways.callback;
        toml.member("redirect_uris", &format!("[{}]", app(&callback.value)), &callback.why);
        match self.ways.after.first() {
            Some(first) => {
                let all: Vec<String> = self.ways.after.iter().map(|after| app(&after.value)).collect();
                toml.member("post_logout_redirect_uris", &format!("[{}]", all.join(", ")), &first.why);
            }
            None => {
                toml.line("# The SDK does not sign out at Logto, so no post sign-out redirect URI is used.");
            }
        }
    }

    fn signed_in(&self, toml: &mut Toml) {
        let Some(shown) = &self.shown else {
            toml.line("\n# How the app shows that the person is signed in was not found. Write it here, and expect it in scenarios:");
            toml.line("# [signed_in]\n# path = \"/\"\n# text = \"Sign out\"");
            return;
        };
        toml.section("signed_in");
        toml.line(&format!("path = {}", quoted(&shown.path)));
        let (member, value) = match &shown.sign {
            Sign::Text(text) => ("text", quoted(text)),
            Sign::Status(status) => ("status", status.to_string()),
            Sign::Member(member) => ("member", quoted(member)),
        };
        match &shown.at {
            Some(at) => {
                let why = only_signed_in(at, &shown.sign);
                toml.member(member, &value, &Why::Assumed(why));
            }
            None => toml.member(member, &value, &Why::Sdk(self.sdk.as_ref().map_or("", |(name, _)| *name))),
        }
    }

    pub(super) fn scenario(&self) -> String {
        let mut text = String::new();
        let signed_in = |now: bool| {
            if self.shown.is_some() { format!("\n    expect: {{ signed_in: {now} }}") } else { String::new() }
        };
        if let Some(why) = &self.unwalkable {
            let _ = writeln!(text, "# {}", comment(why));
            text.push_str("description: A person opens the home page.\nsteps:\n  - visit: /\n    expect: { status: 200 }\n");
            return text;
        }
        let Some(sign_in) = &self.ways.sign_in else { return text };
        let sign_out = self.ways.sign_out.as_ref().filter(|begin| !begin.posts || begin.button.is_some());
        let ends = if sign_out.is_some() { " and signs out" } else { "" };
        let _ = writeln!(text, "description: Ada signs in with Hugging Face{ends}.\nsteps:");
        let _ = writeln!(text, "  - visit: /{}", signed_in(false));
        begin(&mut text, sign_in);
        let _ = writeln!(text, "  - continue_with: huggingface");
        let _ = writeln!(text, "  - sign_in_as: ada{}", signed_in(true));
        match (sign_out, &self.ways.sign_out) {
            (Some(sign_out), _) => {
                begin(&mut text, sign_out);
                text.truncate(text.trim_end().len());
                let _ = writeln!(text, "{}", signed_in(false));
            }
            (None, Some(sign_out)) => {
                let _ = writeln!(
                    text,
                    "  # {} answers to a form only: let the scenario click its button, as in `- click: Sign out`.",
                    comment(&sign_out.path.value)
                );
            }
            (None, None) => {}
        }
        text
    }

    /// Whether the code has values that a run cannot use.
    pub(super) fn needs_edits(&self) -> bool {
        !self.edits.is_empty()
    }

    /// What the command says about the files.
    pub(super) fn summary(&self) -> String {
        let mut text = String::new();
        match &self.sdk {
            Some((sdk, at)) => {
                let _ = writeln!(text, "found: {sdk} ({at})");
            }
            None => text.push_str("found: an app without an SDK that `init` knows\n"),
        }
        list(&mut text, "assumed, since no file says it:", &self.assumptions());
        let mut files: Vec<&str> = Vec::new();
        let edits: Vec<String> = self
            .edits
            .iter()
            .map(|edit| {
                // Said once for each file.
                let is_first = !files.contains(&edit.at.path.as_str());
                files.push(&edit.at.path);
                let also = edit.also.filter(|_| is_first);
                let also = also.map(|also| format!(" (and add `{also}`)")).unwrap_or_default();
                format!("{}: {}  ->  {}{also}", edit.at, edit.from, edit.to)
            })
            .collect();
        list(&mut text, "replace these values in your code, since a run has others:", &edits);
        let notes: Vec<String> = self.unwalkable.iter().chain(&self.notes).cloned().collect();
        list(&mut text, "look at:", &notes);
        text
    }

    fn assumptions(&self) -> Vec<String> {
        let mut found: Vec<String> = self.start.assumed.iter().map(|why| format!("command: {why}")).collect();
        let mut add = |name: &str, why: &Why| {
            if let Why::Assumed(why) = why {
                found.push(format!("{name}: {why}"));
            }
        };
        let named = |said: &Option<Said>| said.as_ref().map(|said| said.why.clone());
        if let Some(why) = named(&self.url) {
            add("url", &why);
        }
        for setting in &self.environment {
            add(&setting.name, &setting.why);
        }
        add("redirect_uris", &self.ways.callback.why);
        if let Some(after) = self.ways.after.first() {
            add("post_logout_redirect_uris", &after.why);
        }
        for (section, begin) in [("[sign_in]", &self.ways.sign_in), ("[sign_out]", &self.ways.sign_out)] {
            if let Some(begin) = begin {
                add(section, &begin.path.why);
            }
        }
        match &self.shown {
            Some(shown) => {
                if let Some(at) = &shown.at {
                    found.push(format!("[signed_in]: {}", only_signed_in(at, &shown.sign)));
                }
            }
            None if self.unwalkable.is_none() => {
                found.push("[signed_in]: left out; how the app shows that the person is signed in was not found, so the scenario does not check it".to_owned());
            }
            None => {}
        }
        found
    }
}

fn only_signed_in(at: &At, sign: &Sign) -> String {
    let does = if matches!(sign, Sign::Status(_)) { "answers so" } else { "shows it" };
    format!("{at} {does} only to a person who is signed in")
}

fn app(path: &str) -> String {
    ours(&format!("[APP]{}", placeholder::names(path).iter().fold(path.to_owned(), escaped)))
}

fn begin(text: &mut String, begin: &Begin) {
    let page = if begin.posts { "/" } else { begin.path.value.as_str() };
    let _ = writeln!(text, "  - visit: {}", in_scenario(page));
    if let Some(button) = &begin.button {
        let _ = writeln!(text, "  - click: {}", in_scenario(button));
    }
}

fn list(text: &mut String, title: &str, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n{title}");
    for line in lines {
        let _ = writeln!(text, "  {}", comment(line));
    }
}
