//! A stack that `serve stack` keeps for another test suite, and the commands that ask it.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::Value;

use crate::support::{binary, command_in};

/// `serve stack --json`, as a test suite starts it.
pub(crate) struct Serving {
    pub(crate) child: Child,
    out: BufReader<ChildStdout>,
    /// The line that it prints when it is ready.
    pub(crate) stack: Value,
}

impl Serving {
    pub(crate) fn start(folder: &Path, arguments: &[&str]) -> Self {
        Self::start_with(folder, arguments, Stdio::piped())
    }

    pub(crate) fn start_with(folder: &Path, arguments: &[&str], input: Stdio) -> Self {
        let mut child = Command::new(binary())
            .args(["serve", "stack", "--json"])
            .args(arguments)
            .env_remove("LOGTO_TESTKIT_M2M")
            .current_dir(folder)
            .stdin(input)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        if line.is_empty() {
            let ended = child.wait_with_output().unwrap();
            panic!("{:?}: {}", ended.status, String::from_utf8_lossy(&ended.stderr));
        }
        assert!(line.ends_with('\n'));
        let stack = serde_json::from_str(&line).unwrap();
        std::fs::write(folder.join("stack.json"), &line).unwrap();
        Self { child, out, stack }
    }

    pub(crate) fn text(&self, pointer: &str) -> &str {
        self.stack
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_else(|| panic!("{pointer} in {}", self.stack))
    }

    /// Closes its standard input, and returns the exit code and what it has written besides the line.
    pub(crate) fn close(mut self) -> (Option<i32>, String, String) {
        drop(self.child.stdin.take());
        self.ended()
    }

    pub(crate) fn ended(mut self) -> (Option<i32>, String, String) {
        let mut rest = String::new();
        self.out.read_to_string(&mut rest).unwrap();
        let ended = self.child.wait_with_output().unwrap();
        (ended.status.code(), rest, String::from_utf8_lossy(&ended.stderr).into_owned())
    }
}

/// Runs a command with the stack of the folder: the exit code, standard output and standard error.
pub(crate) fn ran(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = command_in(folder, arguments, &[("LOGTO_TESTKIT_STACK", "stack.json")]);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}
