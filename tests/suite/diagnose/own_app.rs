//! `diagnose` with an app of one's own: how it is started, ended, and judged.

use super::*;

#[test]
fn an_app_of_ones_own_is_started_and_ended() {
    let files = Files::new();
    let good = files.write("good.json", &connector(SECRET));
    let served = format!("{} serve app --listen 127.0.0.1:$PORT", binary());
    // The shell stays, and the app is its child: both must be stopped.
    let started = format!("echo $PORT > port; {served}; true");
    let (code, shown, told) = files.run(&["diagnose", "--connector", &good, "--app-command", &started]);
    assert_eq!(code, 0, "{shown}{told}");
    assert!(shown.contains("`[signed_in]` of logto-testkit.toml would say"), "{shown}");
    let port = std::fs::read_to_string(files.path("port")).unwrap();
    let refused = std::net::TcpStream::connect(format!("127.0.0.1:{}", port.trim()));
    assert!(refused.is_err(), "the app still listens on {port}");

    for (command, said) in [
        ("sleep 7000", "command is running, but nothing answers at"),
        ("exit 3", "command ended (exit status: 3)"),
    ] {
        let missing = ["diagnose", "--connector", &good, "--app-command", command, "--app-timeout", "1"];
        let (code, _, told) = files.run(&missing);
        assert!(code == 3 && told.contains(said), "{code} {told}");
    }
}

#[test]
fn an_app_of_ones_own_is_diagnosed_as_its_project_says() {
    let files = Files::new();
    let good = files.write("good.json", &connector(SECRET));
    let toml = |redirect: &str, member: &str| {
        format!(
            "[app]\ncommand = \"exec {} serve app --first-screen register --listen 127.0.0.1:$PORT\"\n\
             [application]\nredirect_uris = [\"[APP]{redirect}\"]\n\
             [signed_in]\npath = \"/api/session\"\nmember = \"{member}\"\n",
            binary()
        )
    };
    let diagnosed = |toml: &str| {
        std::fs::write(files.path("logto-testkit.toml"), toml).unwrap();
        let (code, shown, told) = files.run(&["diagnose", "--connector", &good]);
        (code, format!("{shown}{told}"))
    };
    let (code, shown) = diagnosed(&toml("/callback", "authenticated"));
    assert_eq!(code, 0, "{shown}");
    assert!(!shown.contains("not reached") && shown.contains("ok    the app knows the person"), "{shown}");

    // What only the project's app does is not repaired with the sample app.
    let (code, shown) = diagnosed(&toml("/other", "authenticated"));
    assert_eq!(code, 1, "{shown}");
    assert!(shown.contains("application/redirect-uri-other-path"), "{shown}");
    assert!(!shown.contains("Tested in the twin"), "{shown}");
    assert!(shown.contains("The sample app does not run into this"), "{shown}");

    // The app never shows the person as the project says.
    let (code, shown) = diagnosed(&toml("/callback", "no.such.member"));
    assert_eq!(code, 1, "{shown}");
    assert!(
        shown.contains("without `no.such.member`") && shown.contains("the evidence does not show"),
        "{shown}"
    );
}
