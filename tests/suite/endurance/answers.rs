//! Broken answers of Hugging Face, and what the sign-in does with them.

use crate::support::command;

/// How the connector's client handles them (contract §6 and §11): it retries after a network error
/// before the head where `ky` does, and the person always sees "Internal server error". An answer
/// that arrives completely counts, however slow it is.
const SCENARIO: &str = r#"
description: Answers that are hardly answers.
parameters: { answer: null, userinfo: 0 }
cases:
  token-garbage:
    description: In place of the token answer.
    with: { answer: { path: /oauth/token, garbage: answer }, userinfo: 0 }
  token-garbage-behind-a-head:
    description: Behind the head of the token answer.
    with: { answer: { path: /oauth/token, garbage: body }, userinfo: 0 }
  userinfo-garbage:
    description: In place of the userinfo answer.
    with: { answer: { path: /oauth/userinfo, garbage: answer }, userinfo: 3 }
  userinfo-garbage-behind-a-head:
    description: Behind the head of the userinfo answer.
    with: { answer: { path: /oauth/userinfo, garbage: body }, userinfo: 1 }
finding: huggingface/connection-broken
given:
  huggingface: { users: [ada], answers: ["${answer}"] }
steps:
  - visit: /
  - click: Sign In
  - continue_with: huggingface
  - sign_in_as: ada
    expect:
      refused: { status: 500, message: Internal server error. }
      calls: { /oauth/token: 1, /oauth/userinfo: "${userinfo}" }
  - visit: /
    expect: { session: none }
"#;

const SLOW: &str = r#"
description: Answers that come in small parts; some take longer than the connector waits for a head.
parameters: { answer: null }
cases:
  token-a-byte-at-a-time:
    description: The token answer, byte by byte.
    with: { answer: { path: /oauth/token, dribble: { pause_ms: 10 } } }
  userinfo-slower-than-the-time-out:
    description: The userinfo answer, slower than the time-out of 5 s, but within the 10 s of Logto's page.
    with: { answer: { path: /oauth/userinfo, dribble: { bytes: 60, pause_ms: 700 } } }
given:
  huggingface: { users: [ada], answers: ["${answer}"] }
steps:
  - visit: /
  - click: Sign In
  - continue_with: huggingface
  - sign_in_as: ada
    expect: { calls: { /oauth/token: 1, /oauth/userinfo: 1 }, session: { name: Ada Lovelace } }
"#;

fn walked(scenario: &str) -> String {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("answers.yaml");
    std::fs::write(&file, scenario).unwrap();
    let output = command(&["run", file.to_str().unwrap(), "--transcript"]);
    let shown = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(0), "{shown}{}", String::from_utf8_lossy(&output.stderr));
    shown
}

#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn garbage_is_a_broken_connection_to_logto() {
    let shown = walked(SCENARIO);
    assert!(shown.contains("4 passed, 0 failed"), "{shown}");
    assert!(shown.contains("bytes that are not HTTP instead of an answer, as scripted"), "{shown}");
    assert!(shown.contains("breaks off after its head"), "{shown}");
}

#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn an_answer_that_dribbles_in_is_an_answer() {
    let shown = walked(SLOW);
    assert!(shown.contains("2 passed, 0 failed"), "{shown}");
    assert!(shown.contains("the body comes 60 byte(s) at a time, after a pause of 700 ms each"), "{shown}");
}
