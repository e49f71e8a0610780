//! Markers, where they were planted, and the search for them.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use serde_json::json;

use crate::support::binary;

/// Every form in which a marker may appear. This is an independent implementation: the product's own must not
/// judge itself.
pub(super) fn forms(marker: &str) -> Vec<(&'static str, String)> {
    let percent = |upper: bool, plus: bool| -> String {
        let one = |byte: u8| match byte {
            b' ' if plus => "+".to_owned(),
            byte if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => char::from(byte).to_string(),
            byte if upper => format!("%{byte:02X}"),
            byte => format!("%{byte:02x}"),
        };
        marker.bytes().map(one).collect()
    };
    let mut forms = vec![
        ("plain", marker.to_owned()),
        ("percent-encoded", percent(true, false)),
        ("percent-encoded in small letters", percent(false, false)),
        ("form-encoded", percent(true, true)),
        ("JSON-escaped", json!(marker).to_string().trim_matches('"').to_owned()),
        (
            "JSON-escaped twice",
            json!(json!(marker).to_string()).to_string().trim_matches(['"', '\\']).to_owned(),
        ),
    ];
    for before in ["", "x", "xx"] {
        let text = format!("{before}{marker}");
        // Without the characters that depend on what comes before and after.
        let (start, end) = ((before.len() * 8).div_ceil(6), text.len() * 8 / 6);
        // So in Basic credentials, and in the payload of a JWT.
        forms.push(("base64", STANDARD.encode(&text)[start..end].to_owned()));
        forms.push(("base64url", URL_SAFE.encode(&text)[start..end].to_owned()));
    }
    forms
}

#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn the_hunt_sees_a_marker_in_every_form() {
    let marker = "Mk01-q+Z/x=9\"Yw é";
    let jwt =
        format!("eyJ.{}.sig", URL_SAFE.encode(json!({ "aud": "m", "x": "Mk01-Plain0Text9" }).to_string()));
    for text in [
        marker.to_owned(),
        json!({ "a": marker }).to_string(),
        format!("Basic {}", STANDARD.encode(format!("id:{marker}"))),
        format!("?x={}", form_urlencoded::byte_serialize(marker.as_bytes()).collect::<String>()),
    ] {
        assert!(forms(marker).iter().any(|(_, form)| text.contains(form)), "{text}");
    }
    assert!(forms("Mk01-Plain0Text9").iter().any(|(_, form)| jwt.contains(form)), "{jwt}");
}

/// A folder with inputs, and the markers that were planted in them.
pub(super) struct Hunt {
    pub(super) directory: tempfile::TempDir,
    pub(super) markers: Vec<(String, String)>,
    pub(super) inputs: BTreeSet<PathBuf>,
    /// Files whose purpose is to hand secrets out.
    pub(super) allowed: BTreeSet<PathBuf>,
    pub(super) found: Vec<String>,
}

impl Hunt {
    pub(super) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        Self { directory, markers: vec![], inputs: BTreeSet::new(), allowed: BTreeSet::new(), found: vec![] }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// A marker of letters and digits, for places that accept nothing else.
    pub(super) fn marker(&mut self, place: &str) -> String {
        let marker = format!("Mk{:02}zQ7Wx9Lp{}", self.markers.len(), place.len());
        self.markers.push((place.to_owned(), marker.clone()));
        marker
    }

    /// A marker with characters that encodings treat specially.
    pub(super) fn odd(&mut self, place: &str) -> String {
        let marker = format!("Mk{:02}-q+Z/x=9\"Yw%7!é", self.markers.len());
        self.markers.push((place.to_owned(), marker.clone()));
        marker
    }

    pub(super) fn write(&mut self, name: &str, text: impl AsRef<str>) -> String {
        std::fs::write(self.path(name), text.as_ref()).unwrap();
        self.inputs.insert(self.path(name));
        name.to_owned()
    }

    pub(super) fn command(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Command {
        let mut command = Command::new(binary());
        command.current_dir(self.directory.path()).args(arguments).env_remove("LOGTO_TESTKIT_M2M");
        command.envs(environment.iter().copied());
        command
    }

    /// Runs a command to its end, and searches what it wrote. Returns its exit code and output.
    pub(super) fn run(&mut self, arguments: &[&str], environment: &[(&str, &str)]) -> (i32, String) {
        let output = self.command(arguments, environment).stdin(Stdio::null()).output().unwrap();
        let text =
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        self.search(&arguments.join(" "), &text);
        (output.status.code().unwrap_or(-1), text)
    }

    /// Runs a command until it has said that it is ready, then lets `meanwhile` happen, and ends it.
    pub(super) fn serve(
        &mut self,
        arguments: &[&str],
        environment: &[(&str, &str)],
        ready: &str,
        meanwhile: impl FnOnce(&str),
    ) {
        let mut child = self
            .command(arguments, environment)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut stderr = child.stderr.take().unwrap();
        let errors = std::thread::spawn(move || {
            let mut text = String::new();
            drop(stderr.read_to_string(&mut text));
            text
        });
        let mut told = String::new();
        while !told.contains(ready) && stdout.read_line(&mut told).unwrap() > 0 {}
        assert!(told.contains(ready), "{arguments:?} said: {told}");
        meanwhile(&told);
        let ended = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
        if !ended.is_ok_and(|status| status.success()) {
            child.kill().unwrap();
        }
        drop(stdout.read_to_string(&mut told));
        child.wait().unwrap();
        told.push_str(&errors.join().unwrap());
        self.search(&arguments.join(" "), &told);
    }

    /// Searches a text, and all files except inputs and those that hand secrets out.
    pub(super) fn search(&mut self, command: &str, text: &str) {
        let mut texts = vec![("its output".to_owned(), text.to_owned())];
        for entry in std::fs::read_dir(self.directory.path()).unwrap().flatten() {
            let path = entry.path();
            if path.is_file() && !self.inputs.contains(&path) && !self.allowed.contains(&path) {
                let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
                texts.push((path.file_name().unwrap().to_string_lossy().into_owned(), text));
            }
        }
        for (place, marker) in &self.markers {
            for (what, text) in &texts {
                for (form, value) in forms(marker) {
                    if let Some(at) = text.find(&value) {
                        let line = text[..at].rsplit('\n').next().unwrap_or_default();
                        let rest = text[at..].lines().next().unwrap_or_default();
                        self.found.push(format!("`{command}`: {place}, {form}, in {what}: {line}{rest}"));
                    }
                }
            }
        }
    }

    #[track_caller]
    pub(super) fn nothing_was_found(&self) {
        assert!(self.found.is_empty(), "{}", self.found.join("\n"));
        assert!(!self.markers.is_empty());
    }
}
