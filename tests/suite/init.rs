//! `logto-testkit init`: what it writes for the projects in `tests/init/`, and what it never does.

mod go_and_rust;
mod java_and_php;
mod javascript;
mod kinds;
mod python;

use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::support::{command, command_in, root, run_in};

/// A project of `tests/init/NAME.txt`: each file begins with a line `-- PATH --`.
fn project(name: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(root().join("tests/init").join(name).with_extension("txt")).unwrap();
    let mut files: Vec<(&str, String)> = Vec::new();
    for line in text.lines() {
        match line.strip_prefix("-- ").and_then(|line| line.strip_suffix(" --")) {
            Some(path) => files.push((path, String::new())),
            None => {
                let (_, text) = files.last_mut().expect("a file begins with its path");
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    for (path, text) in files {
        write(folder.path(), path, &text);
    }
    folder
}

fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn read(folder: &Path, path: &str) -> String {
    std::fs::read_to_string(folder.join(path)).unwrap()
}

/// Runs `init` in a folder: the exit code, and what it printed.
fn init(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let output = command_in(folder, &[&["init"], arguments].concat(), &[]);
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(text).unwrap())
}

#[test]
fn what_exists_is_overwritten_only_on_request() {
    let folder = project("flask");
    write(folder.path(), "scenarios/sign-in.yaml", "mine");
    let (code, shown) = init(folder.path(), &[]);
    assert_eq!(code, Some(2), "{shown}");
    assert!(shown.contains("scenarios/sign-in.yaml already exists; pass --force"), "{shown}");
    assert!(!folder.path().join("logto-testkit.toml").exists(), "nothing is written if not all can be");
    let (code, shown) = init(folder.path(), &["--print"]);
    assert_eq!(code, Some(0), "{shown}");
    assert_eq!(read(folder.path(), "scenarios/sign-in.yaml"), "mine");
    assert_eq!(init(folder.path(), &["--force"]).0, Some(0));
    assert!(read(folder.path(), "scenarios/sign-in.yaml").contains("continue_with: huggingface"));
    let (code, shown) = init(folder.path(), &[]);
    assert_eq!(code, Some(2), "{shown}");
    assert!(shown.contains("logto-testkit.toml and scenarios/sign-in.yaml already exist"), "{shown}");
}

/// What a bundler wrote is not read, and a link leads nowhere else.
#[test]
fn bundles_are_not_read_and_links_are_not_written_through() {
    let folder = project("flask");
    let route = "{path:\"/login\",component:renderList},function renderList(){}".repeat(4_000);
    write(folder.path(), "public/assets/index.js", &route);
    let (code, shown) = init(folder.path(), &["--print"]);
    assert_eq!(code, Some(0), "{shown}");
    let elsewhere = tempfile::tempdir().unwrap();
    let target = elsewhere.path().join("theirs.toml");
    std::os::unix::fs::symlink(&target, folder.path().join("logto-testkit.toml")).unwrap();
    let (code, shown) = init(folder.path(), &["--force"]);
    assert_eq!(code, Some(2), "{shown}");
    assert!(shown.contains("logto-testkit.toml is a link") && !target.exists(), "{shown}");
}

/// A folder's name is a word of the command, whatever is in it.
#[test]
fn a_folders_name_is_not_a_command() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "requirements.txt", "flask\nauthlib\n");
    let app = "from flask import Flask\napp = Flask(__name__)\n@app.route(\"/login\")\ndef login():\n    return oauth.logto.authorize_redirect(\"/callback\")\n";
    write(folder.path(), "{folder};touch PWNED #/app.py", app);
    let (code, shown) = init(folder.path(), &["--run"]);
    assert!(code.is_some_and(|code| code != 70) && !folder.path().join("PWNED").exists(), "{shown}");
}

/// It would sign in to the Logto that the code names.
#[test]
fn an_app_with_values_in_its_code_is_not_run() {
    let folder = project("go-guide");
    let (code, shown) = init(folder.path(), &["--run"]);
    assert_eq!(code, Some(2), "{shown}");
    assert!(shown.contains("the scenario was not run: replace the values above"), "{shown}");
    assert!(!shown.contains("Running") && !shown.contains("passed"), "{shown}");
    let (code, shown) = init(folder.path(), &["--force"]);
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.ends_with("next: replace the values above, then logto-testkit run\n"), "{shown}");
}

#[test]
fn what_is_printed_is_what_would_be_written() {
    let folder = project("flask");
    let (code, shown) = init(folder.path(), &["--dry-run"]);
    assert_eq!(code, Some(0), "{shown}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "the app's own files");
    assert_eq!(init(folder.path(), &[]).0, Some(0));
    for file in ["logto-testkit.toml", "scenarios/sign-in.yaml"] {
        assert!(shown.contains(&read(folder.path(), file)), "{file}: {shown}");
    }
}

#[test]
fn a_folder_without_an_app_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "node_modules/express/package.json", "{}");
    let (code, shown) = init(folder.path(), &[]);
    assert_eq!(code, Some(2), "{shown}");
    assert!(shown.contains("package.json") && shown.contains("logto-testkit init DIR"), "{shown}");
    let (code, shown) = init(folder.path(), &["missing"]);
    assert_eq!(code, Some(2), "{shown}");
    assert!(shown.contains("missing: "), "{shown}");
}

#[test]
fn one_of_several_apps_has_to_be_named() {
    let folder = project("monorepo");
    write(folder.path(), "services/go.mod", "module x\nrequire github.com/logto-io/go v1.0.6\n");
    let (code, shown) = init(folder.path(), &[]);
    assert_eq!(code, Some(2), "{shown}");
    assert!(shown.contains("apps/web") && shown.contains("services"), "{shown}");
    let (code, shown) = init(folder.path(), &["apps/web"]);
    assert_eq!(code, Some(0), "{shown}");
    // The lock file of the workspace says which tool runs its scripts.
    assert!(read(folder.path(), "apps/web/logto-testkit.toml").contains("pnpm run start"));
    assert!(shown.contains("cd apps/web && logto-testkit run"), "{shown}");
}

/// Values of `.env` files, and ids and secrets in the code, stay where they are.
#[test]
fn secrets_are_neither_written_nor_printed() {
    for name in ["express-typescript", "go-guide", "spring-properties", "axum-openidconnect"] {
        let folder = project(name);
        write(
            folder.path(),
            ".env.local",
            "SESSION_SECRET=never-show-this-secret\nLOGTO_APP_ID=an-id-in-the-code\n",
        );
        let (code, shown) = init(folder.path(), &[]);
        assert_eq!(code, Some(0), "{shown}");
        let all = shown
            + &read(folder.path(), "logto-testkit.toml")
            + &read(folder.path(), "scenarios/sign-in.yaml");
        for secret in ["never-show-this-secret", "a-secret-in-the-code", "an-id-in-the-code"] {
            assert!(!all.contains(secret), "{name}: {all}");
        }
    }
}

/// A line with several texts shows only the one that is an address.
#[test]
fn a_secret_beside_an_address_is_not_printed() {
    let folder = project("koa-passport");
    let code = "const client = make('never-show-this-secret', 'https://shop.logto.app/oidc');\n";
    write(folder.path(), "routes/oidc.js", code);
    let routes = read(folder.path(), "routes/auth.js").replace("process.env.LOGTO_URL", "address");
    write(folder.path(), "routes/auth.js", &routes);
    let (code, shown) = init(folder.path(), &[]);
    assert_eq!(code, Some(0), "{shown}");
    assert!(
        shown.contains("routes/oidc.js:1: \"https://shop.logto.app/oidc\"  ->  process.env.LOGTO_ISSUER"),
        "{shown}"
    );
    assert!(!shown.contains("never-show-this-secret"), "{shown}");
}

#[test]
fn reading_is_bounded_and_stays_in_the_project() {
    let folder = project("unknown");
    let outside = tempfile::tempdir().unwrap();
    write(outside.path(), "app.py", "x = os.environ[\"OUTSIDE_CLIENT_ID\"]\n");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(outside.path().join("app.py"), folder.path().join("linked.py")).unwrap();
        std::os::unix::fs::symlink(outside.path(), folder.path().join("linked")).unwrap();
    }
    for skipped in ["node_modules/x", "vendor", "target", ".git", ".venv/lib", "__pycache__"] {
        write(folder.path(), &format!("{skipped}/a.py"), "x = os.environ[\"SKIPPED_CLIENT_ID\"]\n");
    }
    let large = format!("x = os.environ[\"LARGE_CLIENT_ID\"]\n{}", "# \n".repeat(100_000));
    write(folder.path(), "large.py", &large);
    std::fs::write(folder.path().join("latin.py"), b"x = os.environ[\"LATIN_CLIENT_ID\"] # \xe4\n").unwrap();
    let (code, shown) = init(folder.path(), &["--print"]);
    assert_eq!(code, Some(0), "{shown}");
    for name in ["OUTSIDE", "SKIPPED", "LARGE", "LATIN"] {
        assert!(!shown.contains(name), "{name}: {shown}");
    }
    for number in 0..2_100 {
        write(folder.path(), &format!("many/file{number}.py"), "x = 1\n");
    }
    let (code, shown) = init(folder.path(), &["--print"]);
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains("source files were read; those from many/file"), "{shown}");
}

/// Names in a project may be anything: they end neither a comment nor a text nor a word of the command.
#[cfg(unix)]
#[test]
fn names_of_files_are_only_names() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "package.json", r#"{ "dependencies": { "@logto/node": "1" } }"#);
    let name = "a\nb = \"c; [APP] $(touch gone) '.js";
    write(folder.path(), name, "app.get('/sign-in', x)\nlogto.listen(process.env.PORT)\n");
    let (code, shown) = init(folder.path(), &[]);
    assert_eq!(code, Some(0), "{shown}");
    let (code, shown) = checked(folder.path());
    assert_eq!(code, Some(0), "{shown}");
    let (_, shown) = run_in(folder.path(), &[]);
    assert!(!folder.path().join("gone").exists(), "{shown}");
}

fn checked(folder: &Path) -> (Option<i32>, String) {
    let output = command_in(folder, &["check"], &[]);
    (output.status.code(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
}

#[cfg(unix)]
#[test]
fn a_file_in_the_way_and_a_reader_that_is_gone_are_no_panic() {
    let folder = project("flask");
    let script = format!("'{}' init --print | true", crate::support::binary());
    let output = Command::new("bash")
        .args(["-o", "pipefail", "-c", &script])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    // A file is where the folder of scenarios has to be.
    write(folder.path(), "scenarios", "a file");
    let (code, shown) = init(folder.path(), &[]);
    assert_eq!(code, Some(2), "{shown}");
    assert!(shown.contains("scenarios is a link, or not of the kind"), "{shown}");
    assert!(!folder.path().join("logto-testkit.toml").exists(), "nothing is written if not all can be");
}

#[test]
fn help_names_the_exit_codes_and_the_folder() {
    let output = command(&["init", "--help"]);
    let text = String::from_utf8(output.stdout).unwrap();
    for part in ["[DIR]", "--force", "--print", "dry-run", "Exit codes"] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

/// An app that nothing but its code describes: `init`, `check`, `run`.
#[test]
fn an_app_in_python_is_walked_without_an_edit() {
    if Command::new("python3").arg("--version").output().is_err() {
        eprintln!("skipped: python3 is needed for the app");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(root().join("tests/clients/own-app/app.py"), folder.path().join("app.py")).unwrap();
    write(folder.path(), "requirements.txt", "# nothing but the standard library\n");
    let (code, shown) = init(folder.path(), &[]);
    assert_eq!(code, Some(0), "{shown}");
    let (code, shown) = checked(folder.path());
    assert_eq!(code, Some(0), "{shown}");
    let (code, shown) = run_in(folder.path(), &[]);
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains("1 passed, 0 failed"), "{shown}");
    // The scenario really looks whether the person is signed in: it fails with an app that forgets it.
    assert!(read(folder.path(), "scenarios/sign-in.yaml").contains("signed_in: true"));
    let app = read(folder.path(), "app.py");
    let forgets = app.replace("session[\"name\"] = ", "forgotten = ");
    assert_ne!(app, forgets);
    write(folder.path(), "app.py", &forgets);
    let (code, shown) = run_in(folder.path(), &[]);
    assert_eq!(code, Some(1), "{shown}");
    // In one go, from another folder, with the exit code of the run.
    let output = command(&["init", "--force", "--run", folder.path().to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    write(folder.path(), "app.py", &app);
    let output = command(&["init", "--force", "--run", folder.path().to_str().unwrap()]);
    let shown = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{shown}");
    assert!(shown.contains("written: ") && shown.contains("1 passed, 0 failed"), "{shown}");
}
