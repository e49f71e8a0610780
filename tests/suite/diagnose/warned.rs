//! Warnings: in the report, in JSON, and as an exit code. Which input leads to which is in `diagnose/warnings/tests.rs`.

use super::*;

fn with_secret(files: &Files, secret: &str) -> String {
    files.write("connector.json", &connector(secret))
}

#[test]
fn a_warning_is_no_fault_unless_it_is_denied() {
    let files = Files::new();
    let file = with_secret(&files, "${HF_CLIENT_SECRET}");
    let (code, shown, _) = files.run(&["diagnose", "--connector", &file]);
    assert_eq!(code, 0, "{shown}");
    assert!(shown.contains("Nothing broke with what you gave, but some of it is worth a look"), "{shown}");
    assert!(shown.contains("Worth a look") && shown.contains("warning/variable-not-expanded"), "{shown}");
    let (code, shown, told) = files.run(&["diagnose", "--connector", &file, "--deny-warnings"]);
    assert!(code == 4 && told.is_empty(), "{code} {shown}{told}");
    let (code, shown, _) = files.run(&["diagnose", "--connector", &file, "--report", "json"]);
    let report: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(code, 0);
    assert_eq!(report["healthy"], true);
    assert_eq!(report["warnings"][0]["id"], "warning/variable-not-expanded", "{report:#}");
    assert_eq!(
        report["warnings"][0]["evidence"][0]["setting"], "connector.config.clientSecret",
        "{report:#}"
    );

    let good = with_secret(&files, SECRET);
    let (code, shown, _) = files.run(&["diagnose", "--connector", &good, "--deny-warnings"]);
    assert_eq!(code, 0, "{shown}");
}

/// What is wrong anyway is not also worth a look.
#[test]
fn a_fault_takes_the_place_of_a_warning() {
    let files = Files::new();
    let file = with_secret(&files, CLIENT_ID);
    let (code, shown, _) =
        files.run(&["diagnose", "--connector", &file, "--report", "json", "--deny-warnings"]);
    let report: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(code, 1, "{report:#}");
    assert_eq!(report["findings"][0]["id"], "connector/secret-is-client-id", "{report:#}");
    assert_eq!(report["warnings"], json!([]), "{report:#}");
}

/// No output has a secret, whatever place it was put in (30a).
#[test]
fn secrets_stay_hidden_in_every_report() {
    const APP_SECRET: &str = "Zr7pQw2nXv5kLm8tYb1cJd4fGh6sAa9e";
    const TOKEN: &str = "hf_AbCdEfGhIjKlMnOpQrStUvWxYzAbCdEfGh";
    let files = Files::new();
    let record = files.write("application.json", &application(APP_CALLBACK, &[APP]));
    let swapped = {
        let mut connector = connector(CLIENT_ID);
        connector["config"]["clientId"] = json!(SECRET);
        files.write("swapped.json", &connector)
    };
    let prefixed = files.write("prefixed.json", &connector(&format!("Bearer {SECRET}")));
    let token = files.write("token.json", &connector(TOKEN));
    let oauth = files.write("huggingface.json", &oauth_app(&[CALLBACK]));
    let id = "k9x2m4c7v1b5n8z3q6w0e";
    let inputs: [(&[&str], &str); 5] = [
        (&["--connector", &swapped], SECRET),
        (&["--connector", &prefixed], SECRET),
        (&["--connector", &token, "--huggingface", &oauth], TOKEN),
        (&["--connector", &prefixed, "--huggingface", &oauth], SECRET),
        (
            &["--connector", &token, "--application", &record, "--app-id", APP_SECRET, "--app-secret", id],
            APP_SECRET,
        ),
    ];
    for (input, secret) in inputs {
        for report in ["text", "json"] {
            let arguments = [&["diagnose", "--report", report], input].concat();
            let (_, shown, told) = files.run(&arguments);
            for hidden in [secret, &secret[secret.len() - 16..]] {
                assert!(
                    !shown.contains(hidden) && !told.contains(hidden),
                    "{input:?} {report}: {shown}{told}"
                );
            }
        }
    }
}
