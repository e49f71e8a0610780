//! One story: what a person does in a browser, what she sees, and which calls the page makes.

use logto_testkit::{Scenario, Stack, stack_for};
use serde_json::{Value, json};

use super::chromium::Chromium;

/// A story as one row of a table.
pub(super) struct Story {
    pub(super) about: &'static str,
    /// The `given` of a scenario. The connector's id is `hf`.
    pub(super) given: &'static str,
    pub(super) steps: &'static [Step],
}

/// Names in brackets stand for what a stack assigns: `[APP]`, `[LOGTO]`, `[HF]`, `[APP_ID]`.
pub(super) enum Step {
    /// Begins a sign-in at the app.
    SignIn,
    /// Opens an address.
    Open(&'static str),
    /// Clicks a button or link by its text, or a box by its name.
    Click(&'static str),
    /// Fills in a field.
    Fill(&'static str, &'static str),
    /// Signs in at Hugging Face as Ada, and authorizes the app.
    AsAda,
    /// The same, and denies.
    Deny,
    Back,
    Reload,
    /// Runs a script in the page.
    Script(&'static str),
    /// Lets a script run in each document of Logto's before its own.
    Before(&'static str),
    /// Changes the sign-in experience.
    Experience(&'static str),
    /// Suspends Ada.
    Suspend,
    /// The browser's languages.
    Speak(&'static str),
    /// The browser prefers dark pages.
    Dark,
    /// The screen of a small phone.
    Narrow,
    /// Waits until the page shows a text.
    See(&'static str),
    /// The page does not show a text.
    Not(&'static str),
    /// Waits until this is the address.
    At(&'static str),
    /// Waits until a script returns true.
    Holds(&'static str),
    /// Waits until the page has made these calls since the last time, and no others: method, path and
    /// status.
    Calls(&'static [&'static str]),
    /// Address, body or header lines of the last call to a path with this ending contain a text.
    Sent(&'static str, &'static str),
    /// A picture, if `LOGTO_TESTKIT_PICTURES` names a folder: for people.
    Picture(&'static str),
}

impl Story {
    /// Plays the story in a browser that remembers nothing.
    pub(super) async fn play(&self, browser: &Chromium) -> Result<(), String> {
        let connector = if self.given.contains("connector:") {
            ""
        } else {
            "  connector: { id: hf, scope: openid profile email }\n"
        };
        let given: String = self.given.lines().map(|line| format!("  {line}\n")).collect();
        let text = format!("description: {:?}\ngiven:\n{connector}{given}steps:\n  - visit: /\n", self.about);
        let scenario =
            Scenario::parse(&text, std::path::Path::new("story.yaml")).map_err(|error| error.to_string())?;
        let stack = stack_for(&scenario)
            .plain_huggingface(std::net::SocketAddr::from(([127, 0, 0, 1], 0)))
            .start()
            .await
            .map_err(|error| error.to_string())?;
        browser.forget().await?;
        let mut playing = Playing { browser, stack: &stack, seen: last(&stack), scripts: Vec::new() };
        let mut played = Ok(());
        for (step, at) in self.steps.iter().zip(1..) {
            played = playing.step(step).await.map_err(|error| format!("step {at}: {error}"));
            if played.is_err() {
                break;
            }
        }
        for script in playing.scripts {
            let with = json!({ "identifier": script });
            browser.devtools("Page.removeScriptToEvaluateOnNewDocument", with).await?;
        }
        browser.open("about:blank").await?;
        stack.stop().await.map_err(|error| error.to_string())?;
        played
    }
}

fn last(stack: &Stack) -> u64 {
    stack.journal().entries().last().map_or(0, |entry| entry.number)
}

struct Playing<'a> {
    browser: &'a Chromium,
    stack: &'a Stack,
    /// The last entry of the journal that was compared.
    seen: u64,
    scripts: Vec<Value>,
}

impl Playing<'_> {
    async fn step(&mut self, step: &Step) -> Result<(), String> {
        let browser = self.browser;
        match step {
            Step::SignIn => {
                browser.open(&self.named("[APP]/")).await?;
                browser.click("Sign In").await
            }
            Step::Open(url) => browser.open(&self.named(url)).await,
            Step::Click(label) => browser.click(label).await,
            Step::Fill(name, value) => browser.fill(name, value).await,
            Step::AsAda => {
                browser.click("Ada Lovelace (ada)").await?;
                browser.click("Authorize").await
            }
            Step::Deny => {
                browser.click("Ada Lovelace (ada)").await?;
                browser.click("Deny").await
            }
            Step::Back => browser.back().await,
            Step::Reload => browser.reload().await,
            Step::Script(script) => browser.script(script, json!([])).await.map(drop),
            Step::Before(script) => {
                let source = format!("if (location.origin === '{}') {{ {script} }}", self.named("[LOGTO]"));
                let added = browser
                    .devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": source }))
                    .await?;
                self.scripts.push(added["identifier"].clone());
                Ok(())
            }
            Step::Experience(members) => {
                let members = serde_json::from_str(members).map_err(|error| error.to_string())?;
                let changed = self.stack.management().patch("sign-in-exp", &members).await;
                changed.map(drop).map_err(|error| error.to_string())
            }
            Step::Suspend => self.suspend().await,
            Step::Speak(languages) => browser.speaks(languages).await,
            Step::Dark => {
                let dark = json!({ "features": [{ "name": "prefers-color-scheme", "value": "dark" }] });
                browser.devtools("Emulation.setEmulatedMedia", dark).await.map(drop)
            }
            Step::Narrow => {
                let phone = json!({ "width": 320, "height": 568, "deviceScaleFactor": 1, "mobile": true });
                browser.devtools("Emulation.setDeviceMetricsOverride", phone).await.map(drop)
            }
            Step::See(text) => {
                let text = self.named(text);
                let seen =
                    browser.until(&text, async || Ok(browser.shown().await?.contains(&text).then_some(())));
                self.or_what_is_there(seen.await).await
            }
            Step::Not(text) => match browser.shown().await? {
                shown if shown.contains(text) => Err(format!("the page shows `{text}`:\n{shown}")),
                _ => Ok(()),
            },
            Step::At(url) => {
                let url = self.named(url);
                let reached = browser.until(&url, async || Ok((browser.url().await? == url).then_some(())));
                self.or_what_is_there(reached.await).await
            }
            Step::Holds(script) => {
                let script = format!("return {}", self.named(script));
                let held = browser.until(&script, async || {
                    Ok((browser.script(&script, json!([])).await? == true).then_some(()))
                });
                self.or_what_is_there(held.await).await
            }
            Step::Calls(expected) => self.calls(expected).await,
            Step::Sent(path, text) => {
                let text = self.named(text);
                let entries = self.stack.journal().entries();
                let last = entries.iter().rev().find(|entry| path_of(&entry.request.url).ends_with(path));
                let sent = last.map(|entry| sent(&entry.request)).unwrap_or_default();
                if sent.contains(&text) { Ok(()) } else { Err(format!("`{text}` is not in `{sent}`")) }
            }
            Step::Picture(name) => match std::env::var_os("LOGTO_TESTKIT_PICTURES") {
                Some(folder) => {
                    browser.picture(&std::path::Path::new(&folder).join(format!("{name}.png"))).await
                }
                None => Ok(()),
            },
        }
    }

    fn named(&self, text: &str) -> String {
        let origin = |url: &url::Url| url.origin().ascii_serialization();
        let endpoints = self.stack.endpoints();
        let plain = self.stack.plain_huggingface().map(origin).unwrap_or_default();
        text.replace("[APP]", &origin(&endpoints.app))
            .replace("[LOGTO]", &origin(&endpoints.logto))
            .replace("[HF]", &plain)
            .replace("[APP_ID]", &self.stack.known().app_id)
    }

    async fn or_what_is_there(&self, outcome: Result<(), String>) -> Result<(), String> {
        match outcome {
            Ok(()) => Ok(()),
            Err(error) => {
                Err(format!("{error}; at {} is\n{}", self.browser.url().await?, self.browser.shown().await?))
            }
        }
    }

    async fn suspend(&self) -> Result<(), String> {
        let management = self.stack.management();
        let users = management.get("users").await.map_err(|error| error.to_string())?;
        let id = users.body[0]["id"].as_str().unwrap_or_default().to_owned();
        let suspended = json!({ "isSuspended": true });
        let changed = management.patch(&format!("users/{id}/is-suspended"), &suspended).await;
        changed.map(drop).map_err(|error| error.to_string())
    }

    /// The page's calls after the entry `seen`, and the last of these entries. The harness's own carry a token.
    fn made(&self) -> (Vec<String>, u64) {
        let mut seen = self.seen;
        let mut made = Vec::new();
        for entry in self.stack.journal().entries().into_iter().filter(|entry| entry.number > self.seen) {
            let path = path_of(&entry.request.url);
            let own = entry.request.headers.iter().any(|(name, _)| name == "authorization");
            if entry.party != kit::Party::LOGTO || own || !path.starts_with("/api/") {
                continue;
            }
            let kit::Outcome::Response(response) = &entry.outcome else { continue };
            made.push(format!("{} {path} {}", entry.request.method, response.status));
            seen = entry.number;
        }
        (made, seen)
    }

    async fn calls(&mut self, expected: &[&str]) -> Result<(), String> {
        let expected = in_order(expected.iter().map(|call| (*call).to_owned()).collect());
        let same = async || Ok((in_order(self.made().0) == expected).then_some(()));
        let made = self.browser.until("the calls", same).await;
        let (calls, seen) = self.made();
        self.seen = seen;
        made.map_err(|_| format!("the page made other calls:\n{}", calls.join("\n")))
    }
}

fn sent(request: &kit::Request) -> String {
    let headers: String = request.headers.iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
    format!("{} {}\n{headers}", request.url, request.body)
}

/// Settings and texts are asked for at once, and arrive in either order.
fn in_order(mut calls: Vec<String>) -> Vec<String> {
    for read in calls.chunk_by_mut(|a, b| a.starts_with("GET ") && b.starts_with("GET ")) {
        read.sort();
    }
    calls
}

fn path_of(url: &str) -> String {
    url::Url::parse(url).map(|url| url.path().to_owned()).unwrap_or_default()
}
