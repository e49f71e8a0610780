//! Inputs that are made to be expensive: each is a hundred times larger than
//! any honest one, and must be handled in proportionate time.

use std::fmt::Write as _;
use std::sync::mpsc;
use std::time::Duration;

use super::targets;

/// Far more than is needed, even on a busy machine; quadratic handling takes
/// many times as long.
const LIMIT: Duration = Duration::from_secs(30);

fn numbered(count: usize, write: impl Fn(&mut String, usize)) -> String {
    let mut text = String::new();
    for number in 0..count {
        write(&mut text, number);
    }
    text
}

/// Runs each input on its own thread; reports all that are too slow or fail.
fn survives(target: &'static str, bombs: Vec<(&'static str, String)>) {
    let mut complaints = Vec::new();
    for (name, text) in bombs {
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || {
            targets::run(target, text.as_bytes());
            let _ = sender.send(());
        });
        let start = kit::Stopwatch::start();
        match receiver.recv_timeout(LIMIT) {
            Ok(()) => println!("{target}: {name}: {} ms", start.elapsed().as_millis()),
            Err(mpsc::RecvTimeoutError::Timeout) => {
                complaints.push(format!("{name} takes longer than {LIMIT:?}"));
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => complaints.push(format!("{name} fails")),
        }
    }
    assert!(complaints.is_empty(), "{target}: {}", complaints.join("; "));
}

#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn pages_that_are_made_to_cost_much_do_not() {
    let ids = numbered(40_000, |text, number| {
        write!(text, "<form id=f{number}></form><input name=a form=f{number}>").unwrap();
    });
    survives(
        "page",
        vec![
            ("deep elements", "<div>".repeat(200_000)),
            ("deep text", "<b>x".repeat(200_000)),
            ("deep tables", "<table><tr><td>".repeat(60_000)),
            ("deep controls", format!("<form>{}", "<span><input name=a>".repeat(50_000))),
            (
                "formatting that is taken up again",
                numbered(60_000, |text, n| write!(text, "<p><b id={n}>x").unwrap()),
            ),
            ("many links within each other", "<table><td><a href=/x>x".repeat(40_000)),
            (
                "many forms that scripts may mean",
                format!("{ids}<script>f.submit() {}</script>", "'f' ".repeat(100_000)),
            ),
            (
                "many attributes",
                format!("<a {}>", numbered(150_000, |text, n| write!(text, "a{n} ").unwrap())),
            ),
            ("many options", format!("<form><select name=a>{}", "<option>x".repeat(100_000))),
            ("many comments", "<!--".repeat(250_000)),
            ("many character references", "&notit;&amp".repeat(90_000)),
        ],
    );
}

#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn forms_that_are_made_to_cost_much_do_not() {
    survives(
        "params",
        vec![
            ("many names", numbered(200_000, |text, n| write!(text, "{n:x}&").unwrap())),
            ("many repetitions", "a=b&".repeat(250_000)),
            ("many scopes", numbered(200_000, |text, n| write!(text, "{n:x} ").unwrap())),
            ("many escapes", "%25".repeat(350_000)),
        ],
    );
    survives("basic", vec![("a long secret", format!("Basic {}", "YTpi".repeat(250_000)))]);
    survives(
        "redirect_uri",
        vec![
            ("a long host", format!("https://{}/", "é".repeat(500_000))),
            ("many dots", format!("https://{}/", "a.".repeat(500_000))),
            ("many steps up", format!("https://a/{}\nhttps://a/x", "../".repeat(300_000))),
        ],
    );
}

#[test]
fn cookies_that_are_made_to_cost_much_do_not() {
    survives(
        "cookies",
        vec![
            ("many cookies", numbered(20_000, |text, n| writeln!(text, "c{n}=v; path=/").unwrap())),
            ("many attributes", format!("a=b{}", "; path=/".repeat(120_000))),
            ("a long path", format!("a=b; path={}", "/a".repeat(500_000))),
            ("a long domain", format!("a=b; domain={}", "a.".repeat(500_000))),
            ("a long date", format!("a=b; expires={}", "9".repeat(1_000_000))),
        ],
    );
}

#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn scenario_files_that_are_made_to_cost_much_do_not() {
    let laughs = numbered(30, |text, n| {
        let before = if n == 0 { "x".to_owned() } else { vec![format!("*a{}", n - 1); 9].join(", ") };
        writeln!(text, "k{n}: &a{n} [{before}]").unwrap();
    });
    let long = "x".repeat(100_000);
    let uses = "  - visit: \"${a} ${a} ${a}\"\n".repeat(5_000);
    let list = format!("[{}]", "x, ".repeat(20_000));
    let cases = numbered(4_000, |text, n| writeln!(text, "  c{n}: {{ description: d }}").unwrap());
    survives(
        "scenario",
        vec![
            ("aliases of aliases", laughs),
            ("deep lists", "[".repeat(500_000)),
            ("deep maps", numbered(2_000, |text, n| writeln!(text, "{}a:", " ".repeat(n)).unwrap())),
            ("deep maps in one line", "{a: ".repeat(200_000)),
            ("a long key", format!("{long}: 1\nsteps: []\n")),
            ("many anchors", numbered(60_000, |text, n| writeln!(text, "k{n}: &a{n} 1").unwrap())),
            ("merge keys", format!("a: &a {{ b: 1 }}\n{}", "c: { <<: *a }\n".repeat(40_000))),
            (
                "a long text written out often",
                format!("description: d\nparameters: {{ a: {long} }}\nsteps:\n{uses}"),
            ),
            (
                "a long list put in often",
                format!(
                    "description: d\nparameters: {{ a: {list} }}\nsteps:\n{}",
                    "  - visit: \"${a}\"\n".repeat(5_000)
                ),
            ),
            (
                "many cases of many steps",
                format!("description: d\ncases:\n{cases}steps:\n{}", "  - visit: /\n".repeat(4_000)),
            ),
            (
                "brackets that name nothing",
                format!("description: d\nsteps:\n  - visit: \"{}\"\n", "[A[[".repeat(100_000)),
            ),
            ("a long length of time", format!("description: d\nsteps:\n  - wait: {}\n", "9".repeat(500_000))),
        ],
    );
}

#[test]
fn requests_that_are_made_to_cost_much_do_not() {
    let form = |path: &str, body: &str| {
        format!("POST {path}\ncontent-type: application/x-www-form-urlencoded\ncookie: a=b\n\n{body}")
    };
    let json = |path: &str, body: &str| format!("PUT {path}\ncontent-type: application/json\n\n{body}");
    let names = numbered(150_000, |text, n| write!(text, "{n:x}&").unwrap());
    let scopes = numbered(150_000, |text, n| write!(text, "{n:x}+").unwrap());
    let cookies = numbered(50_000, |text, n| write!(text, "c{n}=v; ").unwrap());
    survives(
        "logto",
        vec![
            ("many names to the token endpoint", form("/oidc/token", &names)),
            (
                "many scopes to the authorization endpoint",
                form("/oidc/auth", &format!("client_id=m-default&scope={scopes}")),
            ),
            ("many cookies", format!("GET /oidc/session/end\ncookie: {cookies}")),
            ("deep JSON", json("/api/experience", &"[".repeat(500_000))),
            (
                "long text that is not JSON",
                json("/api/experience", &format!("{{\"a\":\"{}", "é".repeat(250_000))),
            ),
        ],
    );
    survives(
        "huggingface",
        vec![
            ("many names to the token endpoint", form("/oauth/token", &names)),
            (
                "many scopes to the authorization endpoint",
                form("/oauth/authorize", &format!("client_id=app&scope={scopes}")),
            ),
            ("many cookies", format!("GET /\ncookie: {cookies}")),
        ],
    );
}
