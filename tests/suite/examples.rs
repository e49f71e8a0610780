//! What the snapshots of `examples/` show about each SDK, and how the Bookstore differs from the guide's
//! app: `docs/sdk-differences.md`.

use std::fmt::Write as _;

use logto_testkit::{Scenario, stack_for, walk};
use similar::{ChangeTag, TextDiff};

use crate::documentation::held;
use crate::support::root;

/// Folders of `examples/`, and the SDK of each.
const SDKS: [(&str, &str); 6] = [
    ("go", "`logto-io/go`"),
    ("express", "`@logto/express`"),
    ("next", "`@logto/next`"),
    ("flask", "`logto` (Python)"),
    ("spring-boot", "Spring Security"),
    ("authjs", "Auth.js"),
];

/// A property of an SDK as a transcript shows it, and what it means for the people who use the SDK.
type Property = (&'static str, fn(&Walk<'_>) -> String, &'static str);

const PROPERTIES: [Property; 14] = [
    (
        "`state`",
        |walk| yes(walk.asked("state").is_some()),
        "Ties the callback to the browser that began (RFC 6749 §10.12). PKCE does so as well, if the verifier is kept in the browser's \
         session, as Auth.js does.",
    ),
    (
        "PKCE",
        |walk| walk.asked("code_challenge_method").unwrap_or("no").to_owned(),
        "A code that leaks on its way through the browser is useless without the verifier (RFC 7636).",
    ),
    (
        "`nonce`",
        |walk| yes(walk.asked("nonce").is_some()),
        "Ties the ID token to the request (OpenID Connect Core §3.1.2.1). All of these get the token from Logto itself, for a code that \
         PKCE protects, so nothing has to be done about a no.",
    ),
    (
        "`prompt`",
        |walk| walk.asked("prompt").map_or("none".to_owned(), |prompt| format!("`{prompt}`")),
        "Logto issues a refresh token only if `prompt=consent` comes with `offline_access`. Without it the app has to \
         send the person through Logto again when the access token expires.",
    ),
    (
        "scopes",
        |walk| format!("`{}`", walk.asked("scope").unwrap_or_default().replace("%20", " ").replace('+', " ")),
        "What the app learns without a setting of its own. E-mail needs the scope `email`, and `email` in the connector's scope.",
    ),
    (
        "shows its secret",
        |walk| walk.shows_its_secret(),
        "Both ways are valid (RFC 6749 §2.3.1). In the header id and secret have to be URL-encoded, which matters for secrets \
         with special characters.",
    ),
    (
        "fetches Logto's keys",
        |walk| yes(walk.calls().any(|(call, _)| call.contains("/oidc/jwks"))),
        "An app that does not cannot check the signature of the ID token. It relies on having got it from Logto directly \
         (OpenID Connect Core §3.1.3.7), so the endpoint must be https outside of this machine.",
    ),
    (
        "asks userinfo",
        |walk| yes(walk.calls().any(|(call, _)| call.contains("/oidc/me"))),
        "Data such as `custom_data` or identities is there only; a yes costs a request at each sign-in.",
    ),
    (
        "reads discovery",
        |walk| {
            format!("{}×", walk.calls().filter(|(call, _)| call.contains("/openid-configuration")).count())
        },
        "In a walk of one sign-in and one sign-out; 0 if the app reads it only when it starts. More than once means that it is not \
         cached: every sign-in waits for it, and fails with it.",
    ),
    (
        "session cookie",
        |walk| {
            walk.session().map_or("none".to_owned(), |(name, attributes)| format!("`{name}`: {attributes}"))
        },
        "Without `HttpOnly` a script in the page can read it; without `SameSite` browsers decide (most take `Lax`); without \
         `Secure` it goes over http, too. `Secure` alone keeps the app from working over http on hosts other than localhost.",
    ),
    (
        "cookie after the sign-in",
        |walk| walk.cookie_after_sign_in(),
        "With the same value a session that was planted in the browser before the sign-in is signed in afterwards (session \
         fixation). Let your session library make a new id in the callback. Where the cookie contains the session itself, the value \
         changes with the session.",
    ),
    (
        "signs out at Logto",
        |walk| yes(walk.sign_out().is_some()),
        "Otherwise Logto's session goes on: the next sign-in in this browser comes back without a question.",
    ),
    (
        "`id_token_hint`",
        |walk| match walk.sign_out() {
            Some(target) => yes(target.contains("id_token_hint")),
            None => "–".to_owned(),
        },
        "Logto then knows for whom the sign-out is, even if its cookie is gone; without the hint, `client_id` names the application, \
         which Logto accepts for a registered post sign-out redirect URI.",
    ),
    (
        "revokes at sign-out",
        |walk| walk.revokes(),
        "A refresh token that is not revoked works until it expires, 14 days by default, wherever a copy of it is. A refusal \
         is silent in the app: look into the transcript.",
    ),
];

fn yes(is: bool) -> String {
    if is { "yes" } else { "no" }.to_owned()
}

/// The transcript of one sign-in and one sign-out.
struct Walk<'t> {
    hops: Vec<Vec<&'t str>>,
    /// The hop that goes to Logto, and the callback.
    begins: usize,
    callback: usize,
}

impl<'t> Walk<'t> {
    fn read(transcript: &'t str) -> Self {
        let hops: Vec<Vec<&str>> = transcript.split("\n\n").map(|hop| hop.lines().collect()).collect();
        let of_app = |hop: &&Vec<&str>| hop.first().is_some_and(|head| head.contains(" [APP]"));
        let position = |is: &dyn Fn(&Vec<&str>) -> bool| hops.iter().position(is).unwrap();
        let begins = position(&|hop| of_app(&hop) && hop[0].contains("→ [LOGTO]/oidc/auth?"));
        let redeems = |line: &&str| line.starts_with("      app  POST [LOGTO]/oidc/token ");
        let callback = position(&|hop| of_app(&hop) && hop.iter().any(redeems));
        Self { hops, begins, callback }
    }

    /// A parameter of the authorization request, encoded as it was sent.
    fn asked(&self, name: &str) -> Option<&'t str> {
        let parameter = |line: &&'t str| line.trim_start().strip_prefix("→ ").unwrap_or(line.trim_start());
        let of_name =
            |line: &'t str| line.trim_start_matches(['?', '&']).split_once('=').filter(|pair| pair.0 == name);
        self.hops[self.begins].iter().map(parameter).find_map(of_name).map(|pair| pair.1)
    }

    /// Each call of the app to Logto, with the lines about it.
    fn calls(&self) -> impl Iterator<Item = (&'t str, &[&'t str])> {
        self.hops.iter().flat_map(|hop| {
            let calls = (0..hop.len()).filter(|at| hop[*at].starts_with("      app  "));
            calls.map(|at| {
                let end = hop[at + 1..].iter().position(|line| !line.starts_with("          "));
                (hop[at], &hop[at + 1..end.map_or(hop.len(), |end| at + 1 + end)])
            })
        })
    }

    /// Name, value and attributes of the cookies that a hop leaves in the browser.
    fn cookies(&self, hop: usize) -> impl Iterator<Item = (&'t str, &'t str, &'t str)> {
        let set = self.hops[hop].iter().filter_map(|line| line.strip_prefix("      set "));
        set.filter(|line| !line.ends_with("(deleted)")).map(|line| {
            let (cookie, attributes) = line.split_once("; ").unwrap_or((line, ""));
            let (name, value) = cookie.split_once('=').unwrap_or((cookie, ""));
            (name, value, attributes)
        })
    }

    fn session(&self) -> Option<(&'t str, &'t str)> {
        let set = self.cookies(self.callback).last().or_else(|| self.cookies(self.begins).last());
        set.map(|(name, _, attributes)| (name, attributes))
    }

    fn cookie_after_sign_in(&self) -> String {
        let Some((name, _)) = self.session() else { return "none".to_owned() };
        let value = |hop| self.cookies(hop).find(|cookie| cookie.0 == name).map(|cookie| cookie.1);
        match (value(self.begins), value(self.callback)) {
            (Some(before), Some(after)) if before == after => "the same value",
            (Some(_), Some(_)) => "another value",
            (None, Some(_)) => "new",
            (_, None) => "the same value",
        }
        .to_owned()
    }

    fn shows_its_secret(&self) -> String {
        let (_, lines) = self.calls().find(|(call, _)| call.contains("POST [LOGTO]/oidc/token ")).unwrap();
        let has = |text: &str| lines.iter().any(|line| line.contains(text));
        match (has("authorization: Basic"), has("client_secret=")) {
            (true, false) => "in the header",
            (false, true) => "in the body",
            (true, true) => "in both",
            (false, false) => "no",
        }
        .to_owned()
    }

    /// The target at Logto to which the app sends the browser for the sign-out.
    fn sign_out(&self) -> Option<&'t str> {
        let target = |hop: &Vec<&'t str>| {
            let (_, target) = hop[0].split_once("→ [LOGTO]/oidc/session/end")?;
            let parameters = hop.iter().any(|line| line.contains("id_token_hint="));
            Some(if parameters { "id_token_hint" } else { target })
        };
        self.hops[self.callback..].iter().filter(|hop| !hop.is_empty()).find_map(target)
    }

    fn revokes(&self) -> String {
        match self.calls().find(|(call, _)| call.contains("/oidc/token/revocation")) {
            Some((call, _)) if call.ends_with("  200") => "yes".to_owned(),
            Some((call, _)) => format!("tries, and is refused with {}", call.rsplit("  ").next().unwrap()),
            None => "no".to_owned(),
        }
    }
}

/// The transcript in a snapshot file.
fn snapshot(path: &str) -> String {
    let text = std::fs::read_to_string(root().join(path)).unwrap();
    text.splitn(3, "---\n").nth(2).unwrap_or_else(|| panic!("{path} has no transcript")).to_owned()
}

fn differences_of_sdks() -> String {
    let transcripts = SDKS.map(|(folder, _)| snapshot(&format!("examples/{folder}/scenarios/sign-out.snap")));
    let walks = transcripts.each_ref().map(|transcript| Walk::read(transcript));
    let mut page = "| |".to_owned();
    for (folder, sdk) in SDKS {
        write!(page, " [{sdk}](../examples/{folder}) |").unwrap();
    }
    page += &format!("\n|---|{}\n", "---|".repeat(SDKS.len()));
    for (name, of, _) in PROPERTIES {
        let cells: Vec<String> = walks.iter().map(of).collect();
        writeln!(page, "| {name} | {} |", cells.join(" | ")).unwrap();
    }
    page += "\n## What it means\n\n";
    for (name, _, meaning) in PROPERTIES {
        writeln!(page, "* **{name}**: {meaning}").unwrap();
    }
    page
}

/// Parts of lines in which the transcripts of the guide's app and of the Bookstore differ, and why.
const BOOKSTORE: [(&[&str], &str); 6] = [
    (
        &["title “", "link “", "text/html; charset=utf-8", "      cache-control: no-store"],
        "The pages are not the same. The Bookstore forbids to store them, since they show a person's data; the guide's app does not.",
    ),
    (
        &[
            "call  GET [APP]/",
            "application/json",
            "\"authenticated\"",
            "\"claims\":{",
            "          \"",
            "      {",
            "      }",
            "        }",
        ],
        "The Bookstore has a session check, `GET /api/session`; whether the guide's app knows the person is read from its home page.",
    ),
    (
        &["set logto-session="],
        "The guide's store sets neither `HttpOnly` nor `SameSite`, keeps the cookie for 30 days, and keeps the session's id over the \
         sign-in. The Bookstore shows what an app should do: `HttpOnly`, `SameSite=Lax`, the browser's session, a new id.",
    ),
    (
        &["nonce", "\"iat\":\"[NOW]\"", "\"iss\":\"[LOGTO]/oidc\"", "\"updated_at\":"],
        "The SDK sends no `nonce`; the Bookstore sends one and checks it.",
    ),
    (
        &["&scope=openid", "redirect_uri=[APP]"],
        "The SDK leaves spaces and `/` in its queries as they are; the Bookstore encodes them. Logto takes both.",
    ),
    (
        &[
            "/oidc/token/revocation",
            "authorization: Basic",
            "text/plain",
            "{",
            "}",
            "invalid_client",
            "application/json; charset=utf-8",
            "client authentication failed",
        ],
        "The SDK revokes the refresh token without the application's secret, and Logto refuses that for a Traditional web \
         application; the token goes on to work. The Bookstore sends the secret.",
    ),
];

/// Walks a scenario of the guide's app with the Bookstore, and compares the transcripts.
fn differences_of_bookstore() -> String {
    let file = "examples/go/scenarios/sign-out.yaml";
    let scenario = Scenario::load(&root().join(file)).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let bookstore = runtime.block_on(async {
        let stack = stack_for(&scenario).start().await.unwrap();
        let report = walk(&stack, &scenario).await;
        stack.stop().await.unwrap();
        report.transcript.to_string()
    });
    let guide = snapshot("examples/go/scenarios/sign-out.snap");
    let mut used = [false; BOOKSTORE.len()];
    let difference = TextDiff::from_lines(guide.trim_end(), bookstore.trim_end());
    for change in difference.iter_all_changes().filter(|change| change.tag() != ChangeTag::Equal) {
        let line = change.value();
        let explained = |(parts, _): &(&[&str], &str)| parts.iter().any(|part| line.contains(part));
        let row = BOOKSTORE.iter().position(explained);
        let row = row.unwrap_or_else(|| panic!("{file}: the Bookstore differs without a reason: {change}"));
        used[row] = true;
    }
    assert!(used.iter().all(|used| *used), "reasons that explain nothing: {used:?}");
    BOOKSTORE.iter().fold(String::new(), |page, (_, reason)| format!("{page}* {reason}\n"))
}

#[test]
fn the_page_about_sdks_says_what_their_snapshots_show() {
    held("docs/sdk-differences.md", |page| {
        let (before, _) = page.split_once("<!-- from here on generated").unwrap();
        format!(
            "{before}<!-- from here on generated by `tests/suite/examples.rs`. -->\n\n{}\n\
             ## The Bookstore and the guide's app\n\nFor people who compare their app with the Bookstore, the sample app of this \
             project, which is a port of the guide's app. The walk of `examples/go/scenarios/sign-out.yaml` differs in:\n\n{}",
            differences_of_sdks(),
            differences_of_bookstore()
        )
    });
}
