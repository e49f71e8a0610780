//! The double's own sign-in page in a headless Chromium does, shows and calls what Logto's does. Each story is one that
//! was seen on Logto's own page (1.42, Chromium); without a Chromium they are skipped, with the reason.

mod chromium;
mod rules;
mod stories;
mod story;

use std::io::Write as _;

use chromium::{Chromium, Installed};

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_the_double_does_what_logtos_does() {
    let installed = match Installed::find() {
        Ok(installed) => installed,
        Err(reason) => {
            // Not through `eprintln!`, whose text the test runner captures when a test passes.
            drop(writeln!(std::io::stderr(), "skipped: the stories of the sign-in page: {reason}"));
            return;
        }
    };
    // Two browsers, since most of the time is spent waiting.
    let (some, others) = tokio::join!(played(&installed, 0), played(&installed, 1));
    let failures = [some, others].concat();
    assert!(failures.is_empty(), "\n{}", failures.join("\n\n"));
}

/// What was wrong in every second story. `LOGTO_TESTKIT_STORY` plays only those about something.
async fn played(installed: &Installed, first: usize) -> Vec<String> {
    let browser = Chromium::start(installed).await.unwrap();
    let only = std::env::var("LOGTO_TESTKIT_STORY").unwrap_or_default();
    let mut failures = Vec::new();
    for story in stories::all().skip(first).step_by(2).filter(|story| story.about.contains(&only)) {
        if let Err(failure) = story.play(&browser).await {
            failures.push(format!("{}: {failure}", story.about));
        }
    }
    browser.quit().await.unwrap();
    failures
}
