//! Every file of `scenarios/` is one named test with one named snapshot beside it.
//!
//! Files of `scenarios/invalid/` must be refused with the message in the `.txt`
//! beside them. With `LOGTO_TESTKIT_LOGTO=container[:TAG]` the same scenarios run
//! on the official image, with `LOGTO_TESTKIT_LOGTO=URL` (and `LOGTO_TESTKIT_M2M`)
//! on a running Logto, all with the same snapshots; see docs/real-logto.md.

#![expect(clippy::disallowed_macros, reason = "a test prints what it skips")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use libtest_mimic::{Arguments, Failed, Trial};
use logto_testkit::container::{Container, DEFAULT_TAG, RunningContainer};
use logto_testkit::scenario::{BackendKind, Verb};
use logto_testkit::stack::Logto;
use logto_testkit::{
    Scenario, SnapshotResult, compare_snapshot, keep_wire, scenario, snapshot_path, stack_for, walk,
};

#[path = "suite/by_environment.rs"]
mod by_environment;
#[path = "suite/second_judge.rs"]
mod second_judge;

use second_judge::judges_agree;

/// All walks share the one real tenant, so they take turns.
static TENANT: Mutex<()> = Mutex::new(());

/// The Logto that the environment asks for.
enum Asked {
    Embedded,
    Container { tag: String },
    External { url: String },
}

impl Asked {
    fn by_environment() -> Self {
        let asked = std::env::var("LOGTO_TESTKIT_LOGTO").unwrap_or_default();
        match asked.split_once(':') {
            None if asked.is_empty() || asked == "embedded" => Self::Embedded,
            None if asked == "container" => Self::Container { tag: DEFAULT_TAG.to_owned() },
            Some(("container", tag)) => Self::Container { tag: tag.to_owned() },
            _ => Self::External { url: asked },
        }
    }

    fn kind(&self) -> BackendKind {
        match self {
            Self::Embedded => BackendKind::Embedded,
            Self::Container { .. } => BackendKind::Container,
            Self::External { .. } => BackendKind::External,
        }
    }
}

/// The Logto in containers that all walks share, started by the first.
#[derive(Default)]
struct Shared(Mutex<Option<Result<Arc<RunningContainer>, String>>>);

static SHARED: OnceLock<Shared> = OnceLock::new();

impl Shared {
    fn started(&self, tag: &str) -> Result<Arc<RunningContainer>, Failed> {
        let mut shared = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let started = shared.get_or_insert_with(|| {
            let runtime = runtime().map_err(|error| error.to_string())?;
            let started = runtime.block_on(Container::new(tag).start());
            // A missing Docker is a failure here: the environment asked for it.
            started.map(Arc::new).map_err(|error| error.to_string())
        });
        Ok(started.clone()?)
    }

    fn stop(&self) {
        let shared = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let (Some(Ok(running)), Ok(runtime)) = (shared, runtime())
            && let Some(running) = Arc::into_inner(running)
        {
            runtime.block_on(running.stop());
        }
    }
}

fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}

fn main() {
    let arguments = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let files = scenario::find(std::slice::from_ref(&root)).expect("the repository has scenarios");
    let backend = Asked::by_environment().kind();
    let (mut trials, mut expected) = (vec![], BTreeSet::new());
    for file in files {
        let scenarios = match Scenario::load_all(&file) {
            Ok(scenarios) => scenarios,
            Err(error) => {
                let name = file.display().to_string();
                trials.push(Trial::test(name, move || Err(error.to_string().into())));
                continue;
            }
        };
        for scenario in scenarios {
            expected.insert(snapshot_path(&scenario));
            if let Some(reason) = scenario.skipped_on(backend) {
                println!("skipped: {} {reason}", scenario.name());
                trials.push(Trial::test(scenario.name(), || Ok(())).with_ignored_flag(true));
                continue;
            }
            trials.push(Trial::test(scenario.name(), move || run(&scenario)));
        }
    }
    trials.push(Trial::test("no snapshot without a scenario", {
        let root = root.clone();
        move || no_orphans(&root, &expected)
    }));
    for file in yaml_files(&root.join("invalid")) {
        let name = file.strip_prefix(&root).unwrap_or(&file).with_extension("").display().to_string();
        trials.push(Trial::test(name, move || refused(&file)));
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    SHARED.get_or_init(Shared::default).stop();
    conclusion.exit();
}

fn run(scenario: &Scenario) -> Result<(), Failed> {
    let builder = stack_for(scenario);
    let turn = || TENANT.lock().unwrap_or_else(PoisonError::into_inner);
    let (builder, _turn) = match Asked::by_environment() {
        Asked::Embedded => (builder, None),
        Asked::Container { tag } => {
            let turn = turn();
            let shared = SHARED.get_or_init(Shared::default).started(&tag)?;
            (builder.logto(Logto::Running(shared)), Some(turn))
        }
        Asked::External { url } => {
            let turn = turn();
            (by_environment::external(builder, &url)?, Some(turn))
        }
    };
    let (report, judged) = runtime()?.block_on(async {
        let stack = builder.start().await?;
        let report = walk(&stack, scenario).await;
        let judged = judges_agree(&stack, scenario);
        stack.stop().await?;
        Ok::<_, Box<dyn std::error::Error>>((report, judged?))
    })?;
    assert!(judged > 0 || scenario.name() != "sign-in/first-visit", "the second judge saw no ID token");
    let transcript = report.transcript.to_string();
    if !report.passed() || matches!(compare_snapshot(scenario, &transcript)?, SnapshotResult::Different(_)) {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("failed-walks");
        let file = keep_wire(&folder, scenario, &report.wire, None)?;
        eprintln!("{}: raw headers: {}", scenario.name(), file.display());
    }
    if !report.passed() {
        let failures: Vec<String> = report.failures.iter().map(ToString::to_string).collect();
        return Err(format!("{transcript}\n{}", failures.join("\n")).into());
    }
    // It does not matter whether the reviewed one contains a literal secret of the scenario.
    if compare_snapshot(scenario, &transcript)? == SnapshotResult::Same {
        return Ok(());
    }
    let transcript = scenario.secrets().hide(&transcript).into_owned();
    let snapshot = snapshot_path(scenario);
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(snapshot.parent().ok_or("a file is in a folder")?);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_description(scenario.description.trim());
    let name = snapshot.file_stem().ok_or("a file has a name")?.to_string_lossy().into_owned();
    // A difference panics with the diff; the test runner reports it.
    settings.bind(|| insta::assert_snapshot!(name, transcript));
    Ok(())
}

/// A file that must be refused, with the exact message beside it.
fn refused(file: &Path) -> Result<(), Failed> {
    let expected = std::fs::read_to_string(file.with_extension("txt")).unwrap_or_default();
    match Scenario::load_all(file) {
        Ok(_) => Err("accepted".into()),
        Err(error) => {
            // Paths relative to the folder, wherever the checkout is.
            let folder = format!("{}/", file.parent().ok_or("a file is in a folder")?.display());
            let root = concat!(env!("CARGO_MANIFEST_DIR"), "/");
            let message = error.to_string().replace(&folder, "").replace(root, "");
            // Messages take this list from the table of verbs.
            let message = message.replace(&Verb::NAMES.join(", "), "[VERBS]");
            if message == expected.trim_end() {
                return Ok(());
            }
            if std::env::var("INSTA_UPDATE").is_ok_and(|mode| mode == "always") {
                std::fs::write(file.with_extension("txt"), format!("{message}\n"))?;
            }
            Err(format!("expected:\n{expected}\ngot:\n{message}").into())
        }
    }
}

fn no_orphans(root: &Path, expected: &BTreeSet<PathBuf>) -> Result<(), Failed> {
    let found: BTreeSet<PathBuf> = files_below(root, "snap").into_iter().collect();
    let orphans: Vec<String> = found.difference(expected).map(|path| path.display().to_string()).collect();
    let missing: Vec<String> = expected.difference(&found).map(|path| path.display().to_string()).collect();
    if !orphans.is_empty() {
        return Err(format!("snapshots without a scenario, delete them: {}", orphans.join(", ")).into());
    }
    if !missing.is_empty() {
        return Err(format!("scenarios without a reviewed snapshot: {}", missing.join(", ")).into());
    }
    Ok(())
}

fn yaml_files(root: &Path) -> Vec<PathBuf> {
    files_below(root, "yaml")
}

fn files_below(root: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(root).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files_below(&path, ending));
        } else if path.extension().is_some_and(|given| given == ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}
