//! A headless Chromium, driven through WebDriver.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use bytes::Bytes;
use kit::{Client, Clock, within};
use serde_json::{Value, json};

/// How long the browser may take for one thing, and what it shows for the next.
const PATIENCE: Duration = Duration::from_secs(20);

/// The key of an element's id in WebDriver's answers.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// Chromium and its driver, in the usual places, or `CHROME` and the driver beside it.
pub(super) struct Installed {
    browser: PathBuf,
    driver: PathBuf,
}

impl Installed {
    /// What is installed, or what is missing.
    pub(super) fn find() -> Result<Self, String> {
        let given = std::env::var_os("CHROME").map(PathBuf::from);
        let browser = match given {
            Some(given) if given.is_file() => given,
            Some(given) => return Err(format!("CHROME is {}, which is not a file", given.display())),
            None => ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
                .into_iter()
                .find_map(in_path)
                .ok_or("no Chromium is installed (Debian package `chromium`), and CHROME is not set")?,
        };
        let beside = browser.parent().map(|folder| folder.join("chromedriver")).filter(|file| file.is_file());
        let elsewhere = || ["/usr/lib/chromium/chromedriver", "/usr/lib/chromium-browser/chromedriver"];
        let driver = beside
            .or_else(|| in_path("chromedriver"))
            .or_else(|| elsewhere().map(PathBuf::from).into_iter().find(|file| file.is_file()))
            .ok_or("no `chromedriver` is installed (Debian package `chromium-driver`)")?;
        Ok(Self { browser, driver })
    }
}

fn in_path(name: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

/// One browser with one tab.
pub(super) struct Chromium {
    driver: Child,
    client: Client,
    clock: Clock,
    /// The address of the session.
    session: String,
    user_agent: String,
    profile: tempfile::TempDir,
}

impl Chromium {
    pub(super) async fn start(installed: &Installed) -> Result<Self, String> {
        let mut driver = Command::new(&installed.driver)
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| error.to_string())?;
        let port = port(&mut driver)?;
        let mut browser = Self {
            driver,
            client: Client::builder().build().map_err(|error| error.to_string())?,
            clock: Clock::system(),
            session: format!("http://127.0.0.1:{port}"),
            user_agent: String::new(),
            profile: tempfile::tempdir().map_err(|error| error.to_string())?,
        };
        let arguments = [
            "--headless=new".to_owned(),
            // The pages are our own, and a container has no user namespaces.
            "--no-sandbox".to_owned(),
            "--no-first-run".to_owned(),
            "--window-size=1280,1000".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            // Nothing is asked of other hosts.
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1".to_owned(),
            format!("--user-data-dir={}", browser.profile.path().display()),
        ];
        let options = json!({ "binary": installed.browser, "args": arguments });
        let wanted = json!({ "capabilities": { "alwaysMatch": { "goog:chromeOptions": options } } });
        let session = browser.ask("POST", "/session", Some(wanted)).await?;
        browser.session += &format!("/session/{}", session["sessionId"].as_str().unwrap_or_default());
        browser.user_agent = text(browser.script("return navigator.userAgent", json!([])).await?);
        Ok(browser)
    }

    /// Ends the browser and its driver.
    pub(super) async fn quit(self) -> Result<(), String> {
        self.ask("DELETE", "", None).await.map(drop)
    }

    async fn ask(&self, method: &str, path: &str, body: Option<Value>) -> Result<Value, String> {
        let body = body.map_or_else(Bytes::new, |body| body.to_string().into());
        let request = http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.session))
            .header("content-type", "application/json")
            .body(body)
            .map_err(|error| error.to_string())?;
        let answer = within(
            format!("chromedriver to answer {method} {path}"),
            3 * PATIENCE,
            self.client.send(request),
        )
        .await
        .map_err(|error| error.to_string())?
        .map_err(|error| error.to_string())?;
        let mut answer: Value = serde_json::from_slice(answer.body()).map_err(|error| error.to_string())?;
        match &answer["value"]["error"] {
            Value::String(error) => Err(format!("{error}: {}", answer["value"]["message"])),
            _ => Ok(answer["value"].take()),
        }
    }

    pub(super) async fn open(&self, url: &str) -> Result<(), String> {
        self.ask("POST", "/url", Some(json!({ "url": url }))).await.map(drop)
    }

    pub(super) async fn back(&self) -> Result<(), String> {
        self.ask("POST", "/back", Some(json!({}))).await.map(drop)
    }

    pub(super) async fn reload(&self) -> Result<(), String> {
        self.ask("POST", "/refresh", Some(json!({}))).await.map(drop)
    }

    pub(super) async fn url(&self) -> Result<String, String> {
        self.ask("GET", "/url", None).await.map(text)
    }

    pub(super) async fn script(&self, script: &str, arguments: Value) -> Result<Value, String> {
        self.ask("POST", "/execute/sync", Some(json!({ "script": script, "args": arguments }))).await
    }

    /// A command of the DevTools protocol.
    pub(super) async fn devtools(&self, command: &str, parameters: Value) -> Result<Value, String> {
        self.ask("POST", "/goog/cdp/execute", Some(json!({ "cmd": command, "params": parameters }))).await
    }

    /// Languages that the person prefers, the first of all.
    pub(super) async fn speaks(&self, languages: &str) -> Result<(), String> {
        let with = json!({ "userAgent": self.user_agent, "acceptLanguage": languages });
        self.devtools("Network.setUserAgentOverride", with).await.map(drop)
    }

    /// What a person reads, with the messages over the page.
    pub(super) async fn shown(&self) -> Result<String, String> {
        self.script("return document.body ? document.body.innerText : ''", json!([])).await.map(text)
    }

    /// An element, once a script has found it.
    async fn element(&self, what: &str, script: &str, argument: &str) -> Result<String, String> {
        let found = self
            .until(what, async || {
                let found = self.script(script, json!([argument])).await?;
                Ok(found[ELEMENT].as_str().map(ToOwned::to_owned))
            })
            .await;
        match found {
            Ok(found) => Ok(found),
            Err(error) => Err(format!("{error}; at {} is\n{}", self.url().await?, self.shown().await?)),
        }
    }

    /// Clicks a button or link by its text; in a question over the page, if there is one.
    pub(super) async fn click(&self, label: &str) -> Result<(), String> {
        let script = "const place = document.querySelector('dialog[open]') ?? document;
            return [...place.querySelectorAll('button, a, [type=submit], [type=checkbox]')]
                .find(found => (found.innerText || found.value || found.name).trim() === arguments[0]
                    || found.name === arguments[0]) ?? null";
        let element = self.element(&format!("something to click named `{label}`"), script, label).await?;
        self.ask("POST", &format!("/element/{element}/click"), Some(json!({}))).await.map(drop)
    }

    /// Replaces what is in a field.
    pub(super) async fn fill(&self, name: &str, value: &str) -> Result<(), String> {
        let script = "return document.getElementsByName(arguments[0])[0] ?? null";
        let element = self.element(&format!("the field `{name}`"), script, name).await?;
        self.ask("POST", &format!("/element/{element}/clear"), Some(json!({}))).await?;
        self.ask("POST", &format!("/element/{element}/value"), Some(json!({ "text": value }))).await.map(drop)
    }

    /// Waits until `found` finds something. While a document loads, a question to it may fail.
    pub(super) async fn until<T>(
        &self,
        what: &str,
        found: impl AsyncFn() -> Result<Option<T>, String>,
    ) -> Result<T, String> {
        let search = async {
            loop {
                if let Ok(Some(found)) = found().await {
                    return found;
                }
                self.clock.sleep(Duration::from_millis(50)).await;
            }
        };
        within(what, PATIENCE, search).await.map_err(|error| error.to_string())
    }

    /// Forgets what other stories left, and shows nothing.
    pub(super) async fn forget(&self) -> Result<(), String> {
        self.open("about:blank").await?;
        self.devtools("Network.clearBrowserCookies", json!({})).await?;
        self.devtools("Emulation.setEmulatedMedia", json!({ "features": [] })).await?;
        self.devtools("Emulation.clearDeviceMetricsOverride", json!({})).await?;
        self.speaks("en-US,en").await
    }

    /// Writes a picture of the page.
    pub(super) async fn picture(&self, file: &Path) -> Result<(), String> {
        use base64::Engine as _;
        let picture = self.ask("GET", "/screenshot", None).await.map(text)?;
        let bytes =
            base64::engine::general_purpose::STANDARD.decode(picture).map_err(|error| error.to_string())?;
        std::fs::write(file, bytes).map_err(|error| error.to_string())
    }
}

impl Drop for Chromium {
    /// The driver is of no use any more, whether the browser could be ended or not.
    fn drop(&mut self) {
        drop(self.driver.kill());
        drop(self.driver.wait());
    }
}

fn text(value: Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The port that the driver says it listens at.
fn port(driver: &mut Child) -> Result<u16, String> {
    let output = driver.stdout.take().ok_or("chromedriver has no output")?;
    let mut lines = BufReader::new(output).lines().map_while(Result::ok);
    let said = lines.find_map(|line| {
        let (_, port) = line.split_once("started successfully on port ")?;
        port.trim_end_matches('.').parse().ok()
    });
    said.ok_or_else(|| "chromedriver did not start".to_owned())
}
