//! What `init` writes for each kind of app, by meaning. The values are those that a person would write who has read the
//! app and its SDK's documentation.

use std::path::Path;

use logto_testkit::project::Project;
use logto_testkit::setup::SignedIn;

use super::{checked, init, project, read};

pub(super) struct Kind<'k> {
    /// Its file in `tests/init`.
    pub(super) project: &'k str,
    pub(super) command: &'k str,
    pub(super) url: Option<&'k str>,
    /// All variables.
    pub(super) variables: &'k [(&'k str, &'k str)],
    pub(super) callback: &'k str,
    pub(super) after: &'k [&'k str],
    /// Path, and `text`, `status` or `member` with its value.
    pub(super) signed_in: Option<(&'k str, &'k str)>,
    pub(super) steps: &'k [&'k str],
    /// What the command prints.
    pub(super) says: &'k [&'k str],
}

pub(super) const SECRET: &str = "only-for-tests-only-for-tests-32";
pub(super) const HOME: &[&str] = &["[APP]/"];
pub(super) const BOTH: &[&str] = &["[APP]/", "[APP]"];
pub(super) const FROM_LOGTO: &[(&str, &str)] =
    &[("LOGTO_ENDPOINT", "[LOGTO]"), ("LOGTO_APP_ID", "[APP_ID]"), ("LOGTO_APP_SECRET", "[APP_SECRET]")];

pub(super) fn holds(kind: &Kind<'_>) {
    let folder = project(kind.project);
    let (code, shown) = init(folder.path(), &[]);
    assert_eq!(code, Some(0), "{}: {shown}", kind.project);
    let written = read(folder.path(), "logto-testkit.toml");
    let scenario = read(folder.path(), "scenarios/sign-in.yaml");
    let context = format!("{}\n{shown}\n{written}\n{scenario}", kind.project);
    let (code, complaint) = checked(folder.path());
    assert_eq!(code, Some(0), "{complaint}\n{context}");

    let found = Project::parse(&written, Path::new("logto-testkit.toml")).unwrap();
    let app = found.app.expect("an app");
    assert_eq!(app.command.as_deref(), Some(kind.command), "{context}");
    let url = app.url.map(|url| url.origin().ascii_serialization());
    assert_eq!(url.as_deref(), kind.url, "{context}");
    let mut variables: Vec<(&str, &str)> =
        app.env.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let mut expected = kind.variables.to_vec();
    variables.sort_unstable();
    expected.sort_unstable();
    assert_eq!(variables, expected, "{context}");
    assert_eq!(found.application.redirect_uris.unwrap(), [kind.callback], "{context}");
    assert_eq!(found.application.post_logout_redirect_uris.unwrap_or_default(), kind.after, "{context}");
    let signed_in = found.signed_in.map(|signed_in| {
        let SignedIn { path, text, status, member } = signed_in;
        let text = text.map(|text| format!("text {text}"));
        let status = status.map(|status| format!("status {status}"));
        (path, text.or(status).or(member.map(|member| format!("member {member}"))).unwrap())
    });
    let signed_in = signed_in.as_ref().map(|(path, sign)| (path.as_str(), sign.as_str()));
    assert_eq!(signed_in, kind.signed_in, "{context}");
    let steps: Vec<&str> = scenario.lines().filter_map(|line| line.strip_prefix("  - ")).collect();
    assert_eq!(steps, kind.steps, "{context}");
    // Before and after the sign-in, and after a sign-out, if it can be told.
    let expectations: Vec<&str> =
        scenario.lines().filter_map(|line| line.trim().strip_prefix("expect: ")).collect();
    let told = ["{ signed_in: false }", "{ signed_in: true }", "{ signed_in: false }"];
    let signs_out = steps.iter().skip_while(|step| **step != "sign_in_as: ada").count() > 1;
    match kind.signed_in {
        Some(_) if signs_out => assert_eq!(expectations, told, "{context}"),
        Some(_) => assert_eq!(expectations, told[..2], "{context}"),
        None => assert!(!scenario.contains("signed_in"), "{context}"),
    }
    for part in kind.says {
        assert!(shown.contains(part), "{part}\n{context}");
    }
}

/// The steps of a walk that starts and ends at paths.
macro_rules! walk {
    ($sign_in:literal, $sign_out:literal) => {
        &[
            "visit: /",
            concat!("visit: ", $sign_in),
            "continue_with: huggingface",
            "sign_in_as: ada",
            concat!("visit: ", $sign_out),
        ]
    };
}
pub(super) use walk;

#[test]
fn an_app_in_a_folder_of_a_workspace() {
    holds(&Kind {
        project: "monorepo",
        command: "pnpm run start",
        url: None,
        variables: &[
            FROM_LOGTO[0],
            FROM_LOGTO[1],
            FROM_LOGTO[2],
            ("BASE_URL", "[APP]"),
            ("PORT", "[APP_PORT]"),
        ],
        callback: "[APP]/callback",
        after: BOTH,
        signed_in: None,
        steps: walk!("/sign-in", "/sign-out"),
        says: &["found: @logto/node (apps/web/package.json:1)"],
    });
    let folder = project("monorepo");
    assert_eq!(init(folder.path(), &[]).0, Some(0));
    let written = read(folder.path(), "logto-testkit.toml");
    assert!(
        written.contains("directory = \"apps/web\"") && written.contains("# apps/web/server.js:4"),
        "{written}"
    );
}

#[test]
fn an_app_of_an_unknown_kind_gets_the_usual_names_and_a_list() {
    holds(&Kind {
        project: "unknown",
        command: "echo 'logto-testkit.toml does not say yet what starts the app' >&2; exit 1",
        url: None,
        variables: &[FROM_LOGTO[0], FROM_LOGTO[1], FROM_LOGTO[2], ("APP_BASE_URL", "[APP]")],
        callback: "[APP]/callback",
        after: BOTH,
        signed_in: None,
        steps: walk!("/sign-in", "/sign-out"),
        says: &[
            "command: write what starts your app",
            "LOGTO_ENDPOINT: the app reads Logto's address from LOGTO_ENDPOINT",
            "[sign_in]: the path that starts a sign-in is the usual one; it was not found in the code",
        ],
    });
}
