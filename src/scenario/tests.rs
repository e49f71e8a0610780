use std::path::Path;
use std::time::Duration;

use super::*;

fn parsed(text: &str) -> Scenario {
    Scenario::parse(text, Path::new("scenarios/a.yaml")).unwrap()
}

fn error(text: &str) -> String {
    Scenario::parse_all(text, Path::new("scenarios/a.yaml")).unwrap_err().to_string()
}

/// A scenario of these steps.
fn steps(steps: &str) -> String {
    format!("description: x\nsteps:\n{steps}")
}

#[test]
fn reads_what_the_design_shows() {
    let text = r#"
description: A first-time visitor signs in.
given:
  huggingface: { users: [ada] }
  connector: { scope: openid profile email }
  app: { scopes: [email] }
steps:
  - visit: /
  - sign_in_as: ada
    expect: { at: "[APP]/", session: { email: ada@example.com } }
  - click: Sign Out
    expect: { session: none }
"#;
    let scenario = Scenario::parse(text, Path::new("/x/scenarios/sign-in/first-visit.yaml")).unwrap();
    assert_eq!(scenario.name(), "sign-in/first-visit");
    assert_eq!(scenario.given.connector.scope.as_deref(), Some("openid profile email"));
    assert_eq!((scenario.steps[1].line, &scenario.steps[1].verb), (9, &Verb::SignInAs("ada".to_owned())));
    assert_eq!(scenario.steps[2].expect.session, Some(SessionExpectation::None));
}

#[test]
fn refuses_an_unknown_key_with_place_and_hint() {
    let message = error(&steps("  - visit: /\n    expcet: { status: 200 }\n"));
    assert!(message.starts_with("scenarios/a.yaml:4:5: unknown key `expcet`"), "{message}");
    assert!(message.contains("did you mean `expect`?"), "{message}");
}

#[test]
fn a_step_has_exactly_one_verb() {
    let message = error(&steps("  - visit: /\n    click: Sign In\n"));
    assert!(message.contains("a.yaml:3:5: this step has two verbs, `visit` and `click`"), "{message}");
    assert!(error(&steps("  - expect: { status: 200 }\n")).contains("this step has no verb"));
    let both = error(&steps("  - fill_in: { username: a, password: b }\n"));
    assert!(both.contains("`fill_in` takes one thing at a time"), "{both}");
}

#[test]
fn a_clock_is_off_by_a_length_of_time() {
    let given =
        |app: &str| format!("description: x\ngiven:\n  clocks: {{ app: {app} }}\nsteps:\n  - visit: /\n");
    assert_eq!(parsed(&given("-5m")).given.clocks.app.0, jiff::SignedDuration::from_mins(-5));
    let message = error(&given("soon"));
    let wanted = "scenarios/a.yaml:3:18: `soon` is not a duration such as `+90s` or `-5m`";
    assert!(message.starts_with(wanted), "{message}");
}

#[test]
fn no_hint_recommends_an_old_key() {
    let given = "given: { huggingface: { switches: { organisations_scope: x } } }";
    let message = error(&format!("description: x\n{given}\nsteps:\n  - visit: /\n"));
    assert!(!message.contains("organisations_without_scope"), "{message}");
    assert!(message.contains(", organizations_without_scope, "), "{message}");
}

#[test]
fn refuses_a_scenario_that_says_or_does_nothing() {
    assert!(error("description: ' '\nsteps:\n  - visit: /\n").contains("`description` is empty"));
    assert!(error("description: x\nsteps: []\n").contains("`steps` is empty"));
    assert!(error("steps:\n  - visit: /\n").contains("`description` is missing"));
    let session = error(&steps("  - visit: /\n    expect: { session: nobody }\n"));
    assert!(session.contains("`none`, or a map of claims"), "{session}");
    assert!(error("- a\n").contains("a scenario must be a map, found a list"));
}

#[test]
fn a_parameter_keeps_its_type_and_is_written_out_within_a_text() {
    let scenario = parsed(
        "description: x\nparameters: { status: 404, user: ada, scopes: [email] }\n\
         given: { app: { scopes: \"${scopes}\" } }\nsteps:\n  - visit: /u/${user}\n    \
         expect: { status: \"${status}\", text: \"${user} has $${status}\" }\n",
    );
    assert_eq!(scenario.given.app.scopes, Some(vec!["email".to_owned()]));
    assert_eq!(scenario.steps[0].verb, Verb::Visit("/u/ada".to_owned()));
    assert_eq!(scenario.steps[0].expect.status, Some(404));
    assert_eq!(scenario.steps[0].expect.text.as_deref(), Some("ada has ${status}"));
}

#[test]
fn a_table_gives_a_walk_for_each_row() {
    let text = "description: A connector.\nparameters: { secret: null }\ncases:\n  wrong: { description: Wrong., \
                with: { secret: nope } }\n  newline: { description: Newline., with: { secret: \"[HF_CLIENT_SECRET]\\n\" } }\n\
                given: { connector: { client_secret: \"${secret}\" } }\nsteps:\n  - visit: /\n";
    let scenarios = Scenario::parse_all(text, Path::new("scenarios/connector/secret.yaml")).unwrap();
    let names: Vec<String> = scenarios.iter().map(Scenario::name).collect();
    assert_eq!(names, ["connector/secret@wrong", "connector/secret@newline"]);
    assert_eq!(scenarios[1].description, "A connector. Newline.");
    assert_eq!(scenarios[1].given.connector.client_secret.as_deref(), Some("[HF_CLIENT_SECRET]\n"));
    let one = Scenario::parse(text, Path::new("secret.yaml")).unwrap_err().to_string();
    assert!(one.contains("has a table of 2 cases"), "{one}");
}

#[test]
fn a_name_must_be_known_and_captured_before() {
    let early = error(&steps(
        "  - visit: \"[CALLBACK]\"\n  - visit: /\n    capture: { CALLBACK: { address: \"[APP]/callback\" } }\n",
    ));
    assert!(early.starts_with("scenarios/a.yaml:3:12: [CALLBACK] is not defined here"), "{early}");
    let scenario = parsed(&steps(
        "  - visit: /\n    capture: { CALLBACK: { address: \"[APP]/callback\" } }\n  - visit: \"[CALLBACK]\"\n",
    ));
    let source = CaptureSource::Address("[APP]/callback".to_owned());
    assert_eq!(scenario.steps[0].capture, [Capture { name: "CALLBACK".to_owned(), source }]);
    let near = error(&steps("  - visit: \"[LOGOT]/x\"\n"));
    assert!(near.contains("did you mean `LOGTO`?"), "{near}");
}

#[test]
fn a_wait_is_short_or_needs_a_clock_that_can_be_put_forward() {
    assert!(
        error(&steps("  - visit: /\n  - wait: 2h\n"))
            .contains("with a real Logto this really waits that long")
    );
    assert!(error(&steps("  - visit: /\n  - wait: soon\n")).contains("`soon` is not a duration"));
    let scenario = parsed(
        "description: x\nneeds: { backends: [embedded], because: It takes days. }\nsteps:\n  - visit: /\n  - wait: 15 days\n",
    );
    assert_eq!(scenario.steps[1].verb, Verb::Wait(Duration::from_secs(15 * 24 * 3600)));
    let reason = scenario.skipped_on(BackendKind::External);
    assert_eq!(reason.as_deref(), Some("needs embedded: It takes days."));
    assert_eq!(scenario.skipped_on(BackendKind::Embedded), None);
}

#[test]
fn included_steps_keep_their_own_place_and_given_lies_below() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write(
        "guide.yaml",
        "given:\n  connector: { scope: profile }\n  app: { scopes: [email], prompt: login }\nsteps:\n  - visit: /\n",
    );
    write(
        "signs-in.yaml",
        "parameters: { user: null }\nsteps:\n  - click: Sign In\n  - continue_with: huggingface\n  - sign_in_as: ${user}\n",
    );
    let path = folder.path().join("a.yaml");
    let text = "description: x\ninclude: [guide.yaml]\ngiven:\n  app: { prompt: '' }\nsteps:\n  \
                - include: signs-in.yaml\n    with: { user: grace }\n";
    let scenario = Scenario::parse(text, &path).unwrap();
    assert_eq!(scenario.given.app.prompt.as_deref(), Some(""));
    assert_eq!(scenario.given.app.scopes, Some(vec!["email".to_owned()]));
    assert_eq!(scenario.given.connector.scope.as_deref(), Some("profile"));
    let verbs: Vec<String> = scenario.steps.iter().map(|step| step.verb.to_string()).collect();
    assert_eq!(verbs, ["visit: /", "click: Sign In", "continue_with: huggingface", "sign_in_as: grace"]);
    assert_eq!((&scenario.steps[3].file, scenario.steps[3].line), (&folder.path().join("signs-in.yaml"), 5));

    write("circle.yaml", "include: [circle.yaml]\nsteps:\n  - visit: /\n");
    let circle = Scenario::parse("description: x\ninclude: [circle.yaml]\nsteps:\n  - visit: /\n", &path);
    assert!(circle.unwrap_err().to_string().contains("includes itself"));
}

#[test]
fn the_sign_in_experience_is_sent_in_logtos_spelling() {
    let scenario = parsed(
        "description: x\ngiven:\n  sign_in_experience:\n    sign_up: { identifiers: [username], password: true }\n    \
         sign_in: { methods: [{ identifier: username, password: true, is_password_primary: true }] }\n    \
         sign_in_mode: SignIn\nsteps:\n  - visit: /\n",
    );
    let expected = serde_json::json!({
        "signUp": { "identifiers": ["username"], "password": true, "verify": false },
        "signIn": { "methods": [{
            "identifier": "username", "password": true, "verificationCode": false, "isPasswordPrimary": true,
        }] },
        "signInMode": "SignIn",
    });
    assert_eq!(serde_json::to_value(&scenario.given.sign_in_experience).unwrap(), expected);
}

#[test]
fn every_example_in_the_table_of_verbs_is_a_step() {
    for (name, examples) in Verb::examples() {
        for example in examples {
            let needs = "needs: { backends: [embedded], because: A wait is long. }";
            let scenario = parsed(&format!("description: x\n{needs}\nsteps:\n  - visit: /\n  - {example}\n"));
            assert_eq!(scenario.steps[1].verb.name(), name);
        }
    }
}
