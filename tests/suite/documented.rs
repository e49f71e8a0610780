//! Every command in README and docs is run as it is written: each block of a page that is fenced as `sh`, in a
//! folder with the files that the pages name and in a network of its own, where the ports that they name are free.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::{binary, root};

/// What a line that is not run here contains (`$` is its end), and why.
const NOT_RUN: [(&str, &str); 10] = [
    ("cargo run$", "`.ci/run` runs it"),
    ("cargo test", "`.ci/run` runs the tests"),
    ("cargo install", "it downloads the repository"),
    ("cargo add", "it downloads the repository"),
    ("curl -fsSL URL", "it downloads a release, which `.ci/release` builds and tries"),
    ("docker compose", "it needs Docker; `compose.rs` checks its services and ports"),
    ("--logto container", "it needs Docker; `container.rs` runs it where there is one"),
    (".ci/mutants", "it needs cargo-mutants and an hour"),
    ("logto-testkit restore", "`endurance/kills.rs` runs it after a kill"),
    ("logto-testkit fidelity", "it waits for minutes; `fidelity.rs` runs it on the double"),
];

/// The exit code of a command that cannot succeed here, by what its line contains.
const FAILS: [(&str, i32); 5] = [
    // Logto Cloud, without a network.
    ("https://TENANT.logto.app", 3),
    // The double's tenant is empty.
    ("--app-id APP_ID", 2),
    // The two versions differ.
    ("--against ", 1),
    // The reader's connector is broken.
    ("diagnose ", 1),
    ("run case.yaml", 1),
];

/// What stands in capitals on the pages, for a value of the reader's.
const PLACEHOLDERS: [(&str, &str); 3] =
    [("ID:SECRET", "m-default:secret-of-this-test"), ("TENANT", "tenant"), ("APP_ID", "no-such-app")];

/// The words that a shell would read before a comment.
fn without_comment(line: &str) -> &str {
    line.split(" #").next().unwrap_or_default().trim_end()
}

/// The commands of each block that is fenced as `sh`, with its first line.
fn blocks(page: &str) -> Vec<(usize, Vec<String>)> {
    let mut found = Vec::new();
    let mut block: Option<(usize, String)> = None;
    for (at, line) in page.lines().enumerate() {
        match (&mut block, line) {
            (None, "```sh") => block = Some((at + 2, String::new())),
            (Some(_), "```") => {
                let (line, text) = block.take().unwrap_or_default();
                let text = text.replace("\\\n", "");
                found.push((line, text.lines().map(|line| without_comment(line).to_owned()).collect()));
            }
            (Some((_, text)), line) => writeln!(text, "{line}").unwrap(),
            (None, _) => {}
        }
    }
    found
}

fn pages() -> Vec<String> {
    let docs = std::fs::read_dir(root().join("docs")).unwrap();
    let names = docs.map(|entry| format!("docs/{}", entry.unwrap().file_name().to_str().unwrap()));
    // `control_api.rs` runs the requests of that page, on one stack.
    let pages = names.filter(|name| name.ends_with(".md") && name != "docs/control-api.md");
    ["README.md".to_owned(), "CONTRIBUTING.md".to_owned()].into_iter().chain(pages).collect()
}

/// The folder in which a reader works: an app that `npm start` starts, in `my-app` with its manifest, a connector that is
/// broken.
fn reader_at(folder: &Path) {
    let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).unwrap();
    write(
        "connector.json",
        r#"{ "connectorId": "huggingface-universal", "config": { "clientId": "5fbf7d1c", "clientSecret": "hf-secret\n", "scope": "profile" } }"#,
    );
    write("huggingface.yaml", "client_id: 5fbf7d1c\nscopes: [openid, profile]\n");
    write("m2m.txt", "m-default:secret-of-this-test\n");
    write(
        "mine.yaml",
        "description: Ada signs in.\nsteps:\n  - visit: /\n  - click: Sign In\n  - continue_with: huggingface\n  - sign_in_as: ada\n",
    );
    std::fs::create_dir(folder.join("my-app")).unwrap();
    write(
        "my-app/package.json",
        r#"{ "scripts": { "start": "node server.js" }, "dependencies": { "@logto/node": "3.0.0" } }"#,
    );
    for (place, name) in [("sign-in", "first-visit."), ("bugs/provider-app", "client-secret")] {
        let place = Path::new("scenarios").join(place);
        std::fs::create_dir_all(folder.join(&place)).unwrap();
        for file in std::fs::read_dir(root().join(&place)).unwrap() {
            let file = file.unwrap().file_name();
            if file.to_str().unwrap().starts_with(name) {
                std::fs::copy(root().join(&place).join(&file), folder.join(&place).join(&file)).unwrap();
            }
        }
    }
    let program = |name: &str, script: &str| {
        use std::os::unix::fs::PermissionsExt as _;
        let path = folder.join("bin").join(name);
        std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    };
    std::fs::create_dir(folder.join("bin")).unwrap();
    let command = binary();
    // A stack runs until it is told to stop; here, once its app answers.
    let up = format!(
        "{command} \"$@\" & until {command} probe http://localhost:3000; do sleep 0.1; done; kill $!; wait $!"
    );
    program("logto-testkit", &format!("case $1 in up) {up};; *) exec {command} \"$@\";; esac"));
    program("cargo", "shift; [ \"${1-}\" != -- ] || shift; exec logto-testkit \"$@\"");
    program("npm", &format!("exec {command} serve app --listen \"127.0.0.1:${{PORT-3000}}\""));
}

/// A script that runs the commands of a block and prints each that does not end as it should.
fn script(page: &str, first: usize, lines: &[String]) -> String {
    let mut script = String::new();
    let whole = lines.join("\n");
    if whole.contains("http://localhost:3001") {
        script += "logto-testkit ca create hf-ca\n";
        let serve = "serve logto --huggingface 127.0.0.1:443 --ca hf-ca --m2m-secret secret-of-this-test";
        let until = "until logto-testkit probe http://localhost:3001/api/status; do sleep 0.1; done";
        writeln!(script, "{} {serve} &\nLOGTO=$!\n{until}", binary()).unwrap();
    }
    if whole.contains("--app-env") && !whole.contains("until") {
        let start = "(until [ -f app.env ]; do sleep 0.1; done; exec env $(cat app.env) npm start) &";
        writeln!(script, "{start}\nAPP=$!").unwrap();
    }
    for (at, line) in lines.iter().enumerate() {
        let shown = line.replace('\'', "");
        if let Some((_, why)) = NOT_RUN.iter().find(|(what, _)| format!("{line}$").contains(what)) {
            writeln!(script, "echo 'not run: {shown}: {why}'").unwrap();
            continue;
        }
        let expected = FAILS.iter().find(|(what, _)| line.contains(what)).map_or(0, |(_, code)| *code);
        let filled = PLACEHOLDERS.iter().fold(line.clone(), |line, (name, value)| line.replace(name, value));
        let told = format!("{page}:{}: {shown} ended with", first + at);
        match line.ends_with('&') {
            true => writeln!(script, "{filled}").unwrap(),
            false => {
                writeln!(script, "CODE=0; {filled} || CODE=$?\n[ $CODE = {expected} ] || echo '{told} '$CODE', not {expected}' >&3").unwrap();
            }
        }
    }
    script + "kill $LOGTO $APP $(jobs -p) 2>&-; wait\n"
}

#[test]
fn every_documented_command_runs_as_it_is_written() {
    let network = "ip link set lo up";
    let possible = Command::new("unshare").args(["-rn", "sh", "-c", network]).output();
    if !possible.is_ok_and(|output| output.status.success()) {
        println!("skipped: this system does not allow `unshare -rn`, or has no `ip`");
        return;
    }
    let mut run = 0;
    for page in pages() {
        for (first, lines) in blocks(&std::fs::read_to_string(root().join(&page)).unwrap()) {
            let folder = tempfile::tempdir().unwrap();
            reader_at(folder.path());
            let path = format!("{}:{}", folder.path().join("bin").display(), std::env::var("PATH").unwrap());
            let script = format!("{network}; exec 3>&1 1>&2\n{}", script(&page, first, &lines));
            let output = Command::new("timeout")
                .args(["120", "unshare", "-rn", "bash", "-c", &script])
                .current_dir(folder.path())
                .env("PATH", path)
                .stdin(Stdio::null())
                .output()
                .unwrap();
            let (told, log) =
                (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
            assert!(told.is_empty() && output.status.code() != Some(124), "{told}\n{log}");
            run += lines.len() - log.matches("not run: ").count();
        }
    }
    assert!(run > 10, "{run}");
}
