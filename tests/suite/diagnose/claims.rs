//! What a report claims was tried: repairs, stages, the headline (trials M1, M2, W1, D2, F5, F6).

use super::*;

fn with(connector: &Value, oauth_app: &Value) -> Case {
    let record = application(APP_CALLBACK, &[APP]);
    case(connector, &record, &experience(&["huggingface"], &[]), oauth_app)
}

fn connector_with(member: &str, value: &str) -> Value {
    let mut connector = connector(SECRET);
    connector["config"][member] = json!(value);
    connector
}

/// The report in one line.
fn flat(diagnosis: &Diagnosis) -> String {
    diagnosis.to_string().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn two_faults_at_one_stage_are_both_found() {
    let slash = oauth_app(&["https://auth.acme.io/callback/abc123/"]);
    let mut fewer = oauth_app(&[CALLBACK]);
    fewer["scopes"] = json!(["openid", "profile"]);
    let id = format!("{CLIENT_ID} ");
    let inputs = [
        // 29a, M1
        (
            connector_with("clientId", &id),
            slash.clone(),
            ["connector/client-id-has-whitespace", "huggingface/redirect-uri-trailing-slash"],
        ),
        // 29b
        (
            {
                let mut both = connector_with("clientId", &id);
                both["config"]["scope"] = json!("openid,profile,email");
                both
            },
            oauth_app(&[CALLBACK]),
            ["connector/client-id-has-whitespace", "connector/scope-has-commas"],
        ),
        // 29d
        (
            connector_with("scope", "openid,profile,email"),
            slash,
            ["huggingface/redirect-uri-trailing-slash", "connector/scope-has-commas"],
        ),
        // 27a, 29f, M2
        (
            connector_with("scope", "openid,profile,email"),
            fewer,
            ["connector/scope-has-commas", "huggingface/scope-not-enabled"],
        ),
    ];
    for (connector, oauth_app, expected) in inputs {
        let diagnosis = diagnose(&with(&connector, &oauth_app), &App::Sample).await.unwrap();
        assert_eq!(names(&diagnosis), expected, "{diagnosis}");
        assert!(diagnosis.unfinished.is_none(), "{diagnosis}");
        assert!(diagnosis.found.iter().all(|found| found.repaired_by.is_some()), "{diagnosis}");
        assert_eq!(
            result(&diagnosis, Stage::SignOut),
            CheckResult::PassedAfter { repaired: 2 },
            "{diagnosis}"
        );
    }
}

/// 29e and 27c.
#[tokio::test]
async fn faults_of_the_app_and_of_the_experience_at_one_stage() {
    let mut other = with(&connector(SECRET), &oauth_app(&[CALLBACK]));
    other.app.app_id = Some("another0id0of0an0app0".to_owned());
    other.app.redirect_uri = Some(format!("{APP_CALLBACK}/"));
    let diagnosis = diagnose(&other, &App::Sample).await.unwrap();
    assert_eq!(names(&diagnosis)[0], "app/app-id-unknown", "{diagnosis}");
    assert!(names(&diagnosis)[1].starts_with("application/redirect-uri-"), "{diagnosis}");

    let mut closed = experience(&["huggingface"], &["username"]);
    closed["signInMode"] = json!("SignIn");
    let closed =
        case(&connector(SECRET), &application(APP_CALLBACK, &[APP]), &closed, &oauth_app(&[CALLBACK]));
    let diagnosis = diagnose(&closed, &App::Sample).await.unwrap();
    assert_eq!(
        names(&diagnosis),
        ["experience/registration-off", "experience/sign-up-identifier-required"],
        "{diagnosis}"
    );
}

#[tokio::test]
async fn a_repair_keeps_what_is_right_and_says_what_it_set() {
    let commas = connector_with("scope", "openid,profile,email");
    let diagnosis = diagnose(&with(&commas, &oauth_app(&[CALLBACK])), &App::Sample).await.unwrap();
    let text = flat(&diagnosis);
    assert!(
        text.contains("with `connector.config.scope` set to `openid profile email`, the sign-in"),
        "{text}"
    );

    let others = ["https://staging.acme.io/callback/abc123", "https://auth.acme.io/callback/abc123/"];
    let diagnosis = diagnose(&with(&connector(SECRET), &oauth_app(&others)), &App::Sample).await.unwrap();
    let with = diagnosis.found[0].repaired_with.clone().unwrap();
    assert_eq!(with, format!("set to `{}`, `{}`, `{CALLBACK}`", others[0], others[1]), "{diagnosis}");
}

/// 23e: the secret is not wrong, there is none to compare it with.
#[tokio::test]
async fn a_consequence_of_the_first_fault_is_not_a_second_one() {
    let mut public = oauth_app(&[CALLBACK]);
    public["public"] = json!(true);
    public.as_object_mut().unwrap().remove("secret");
    let diagnosis = diagnose(&with(&connector(SECRET), &public), &App::Sample).await.unwrap();
    assert_eq!(names(&diagnosis), ["huggingface/app-is-public"], "{diagnosis}");
    assert!(diagnosis.unfinished.is_none(), "{diagnosis}");
}

/// Trial D, 27: it took four times as long as other faults, for repairs that were tried in vain.
#[tokio::test]
async fn the_repair_of_a_sign_out_is_the_first_that_is_tried() {
    let mut case = with(&connector(SECRET), &oauth_app(&[CALLBACK]));
    case.app.post_sign_out_redirect_uri = Some("https://shop.acme.io/bye".to_owned());
    let diagnosis = diagnose(&case, &App::Sample).await.unwrap();
    assert_eq!(names(&diagnosis), ["application/post-sign-out-uri-not-registered"], "{diagnosis}");
    let with = diagnosis.found[0].repaired_with.clone().unwrap_or_default();
    assert_eq!(with, format!("set to `{APP}`, `https://shop.acme.io/bye`"), "{diagnosis}");
}

#[tokio::test]
async fn the_headline_says_what_was_walked() {
    let diagnosis = diagnose(&healthy(), &App::Sample).await.unwrap();
    let text = flat(&diagnosis);
    assert!(
        text.starts_with(
            "Nothing wrong was found in what you gave. A new person signed in to the app with Hugging Face, was known to \
             the app, and signed out, on a copy of your set-up on this machine."
        ),
        "{text}"
    );
    assert!(!text.contains(" hop") && !text.contains("twin is"), "{text}");
}

#[tokio::test]
async fn words_that_a_report_uses_are_explained_in_it() {
    let broken = connector(&format!("{SECRET}\n"));
    let text = flat(&diagnose(&with(&broken, &oauth_app(&[CALLBACK])), &App::Sample).await.unwrap());
    for told in
        ["A hop is one request", "`--transcript` prints them all", "The twin is the copy", "A journal is"]
    {
        assert!(text.contains(told), "{told}: {text}");
    }
}

fn own(files: &Files, app: &str) -> (i32, String) {
    let connector = files.write("connector.json", &connector(SECRET));
    let command = format!("exec {} serve app --listen 127.0.0.1:$PORT {app}", binary());
    let (code, shown, told) = files.run(&["diagnose", "--connector", &connector, "--app-command", &command]);
    (code, (shown + &told).split_whitespace().collect::<Vec<_>>().join(" "))
}

/// W1, D2: whatever is wrong with an app alone, no setting of the connector repairs it.
#[test]
fn nothing_is_repaired_for_a_fault_of_the_own_app() {
    let files = Files::new();
    let command = format!(
        "LOGTO_APP_SECRET=wrong-secret-of-the-app exec {} serve app --listen 127.0.0.1:$PORT",
        binary()
    );
    let connector = files.write("connector.json", &connector(SECRET));
    let (code, shown, told) = files.run(&["diagnose", "--connector", &connector, "--app-command", &command]);
    assert_eq!(code, 1, "{shown}{told}");
    assert!(
        !shown.contains("Tested in the twin") && shown.contains("The sample app does not run"),
        "{shown}"
    );
    assert!(!shown.contains("once 1 is repaired"), "{shown}");
}

#[test]
fn stages_of_an_own_app_that_were_not_seen_are_not_ok() {
    let files = Files::new();
    let (code, text) = own(&files, "");
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("ok the app signs people in"), "its tokens were seen: {text}");
    assert!(text.contains("– the app knows the person afterwards (not checked: `[signed_in]`"), "{text}");
    assert!(!text.contains("was known to the app"), "{text}");
    assert!(text.contains("whether the app forgot the person was not checked"), "{text}");
}
