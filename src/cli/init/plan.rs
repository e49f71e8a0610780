//! All that the two files will say, decided from what was read.

use std::path::Path;

use super::command::Start;
use super::links;
use super::manifest::{Language, Manifest};
use super::paths::{self, Begin, Evidence, Said, Ways, Why};
use super::properties::{self, Settings};
use super::routes;
use super::sdk::{self, Paths, Sdk};
use super::signed_in::{self, Shown, Sign};
use super::start;
use super::tree::{At, Tree};
use super::values::{self, Edit, Value};
use super::variables::{self, Meaning, Variable, meaning};

/// What the files say, and what a person has to know beside them.
#[derive(Debug)]
pub(super) struct Plan {
    /// The SDK, and the line that gives it away.
    pub(super) sdk: Option<(&'static str, At)>,
    /// The app's folder, relative to the project's.
    pub(super) folder: String,
    pub(super) start: Start,
    /// The app's address, if it cannot have any.
    pub(super) url: Option<Said>,
    pub(super) environment: Vec<Setting>,
    pub(super) is_spa: bool,
    pub(super) ways: Ways,
    pub(super) shown: Option<Shown>,
    /// Lines that the app needs otherwise.
    pub(super) edits: Vec<Edit>,
    /// What to look at.
    pub(super) notes: Vec<String>,
    /// Why a sign-in cannot be walked.
    pub(super) unwalkable: Option<String>,
}

/// A variable for the app.
#[derive(Debug)]
pub(super) struct Setting {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) why: Why,
}

/// What it is, the variable that every app gets with it, and what means it.
type Need = (&'static str, &'static str, fn(Meaning) -> bool);

/// What is needed to sign in.
const NEEDS: [Need; 3] = [
    ("Logto's address", "LOGTO_ENDPOINT", Meaning::is_logto),
    ("the application's id", "LOGTO_APP_ID", |meaning| matches!(meaning, Meaning::AppId)),
    ("the application's secret", "LOGTO_APP_SECRET", |meaning| matches!(meaning, Meaning::AppSecret)),
];

pub(super) fn plan(tree: &Tree, folder: &Path, manifest: &Manifest) -> Plan {
    let unknown = sdk::unknown(manifest.language);
    let recognized = sdk::recognized(manifest);
    let (sdk, package): (&Sdk, &str) = recognized.map_or((&unknown, ""), |(sdk, package)| (sdk, package));
    let settings = properties::settings(tree);
    let mut read = variables::variables(tree);
    variables::settle(&mut read, tree, package.contains("logto"));
    let routes = routes::routes(tree);
    let links = links::links(tree, &routes);
    let provider = paths::provider(tree, &settings, sdk.name);
    let evidence = Evidence {
        tree,
        sdk,
        routes: &routes,
        links: &links,
        settings: &settings,
        provider: &provider,
        variables: &read,
    };
    let ways = paths::ways(&evidence);
    let all = values::values(tree);
    let edits = edits(tree, manifest.language, sdk, &read, &all);
    let start = start::start(tree, folder, manifest, package);
    let url = address(tree, &start, &read, &all);
    let environment = environment(sdk, &provider.id, &settings, &read, &edits, &start, &ways);
    let mut notes = Vec::new();
    notes.extend(advice(tree, sdk, manifest, package));
    notes.extend(missing(tree, sdk, &environment, package));
    notes.extend(others(&read));
    notes.extend(start::overriding(tree).map(|at| {
        format!("{at}: the values of a file win over the variables of the run there; let the environment win, as it does by default")
    }));
    notes.extend(start.before.clone());
    notes.extend(tree.left_out.clone());
    let shown = match sdk.signed_in {
        Some((path, member)) if !ways.mount.is_empty() => Some(Shown {
            path: format!("{}{path}", ways.mount),
            sign: Sign::Member(member.to_owned()),
            at: None,
        }),
        _ => signed_in::shown(tree, &routes, &links),
    };
    Plan {
        sdk: recognized.map(|(sdk, package)| (sdk.name, manifest.dependencies[package].at.clone())),
        folder: manifest.folder.clone(),
        unwalkable: unwalkable(tree, sdk, &ways),
        is_spa: matches!(sdk.paths, Paths::Browser),
        start,
        url,
        environment,
        ways,
        shown,
        edits: edits.into_iter().map(|(_, edit)| edit).collect(),
        notes,
    }
}

/// The lines with values that a run has others for, where the app does not read them anyway.
fn edits(
    tree: &Tree,
    language: Language,
    sdk: &Sdk,
    read: &[Variable],
    all: &[Value],
) -> Vec<(Meaning, Edit)> {
    let in_code = |fits: &dyn Fn(Meaning) -> bool| {
        read.iter().any(|variable| variable.in_code && variable.meaning.is_some_and(fits))
    };
    // A page in the browser, or an SDK whose variables override the code, needs no edit.
    let overrides = sdk.variables.iter().any(|(name, _)| name.starts_with("NUXT_"));
    let mut found: Vec<(Meaning, Edit)> = Vec::new();
    for value in all.iter().filter(|_| !overrides) {
        let needed = match value.meaning {
            meaning if meaning.is_logto() => !in_code(&Meaning::is_logto),
            meaning @ (Meaning::AppId | Meaning::AppSecret) => !in_code(&|other| other == meaning),
            meaning @ (Meaning::Origin | Meaning::RedirectUri | Meaning::AfterSignOut) => {
                value.is_elsewhere() && !in_code(&|other| other == meaning || other == Meaning::Origin)
            }
            _ => false,
        };
        let edit = value.edit(language, tree);
        if needed && !found.iter().any(|(_, other)| other.at == edit.at && other.from == edit.from) {
            found.push((value.meaning, edit));
        }
    }
    found
}

/// The app's address, if its code or its command decides it.
fn address(tree: &Tree, start: &Start, read: &[Variable], all: &[Value]) -> Option<Said> {
    let origin = |host: &str, port: u16| format!("http://{host}:{port}");
    let is_apps = |value: &&Value| {
        matches!(value.meaning, Meaning::Origin | Meaning::RedirectUri | Meaning::AfterSignOut)
    };
    if let Some((url, at)) = all.iter().filter(is_apps).find_map(|value| Some((value.local()?, &value.at))) {
        return Some(Said::read(url.origin().ascii_serialization(), at));
    }
    if let Some(port) = start.fixed {
        return Some(Said {
            value: origin("localhost", port),
            why: Why::Assumed(format!("the port is that of the script of `{}`", start.command)),
        });
    }
    if start.takes_port || start::reads_port(tree, read) {
        return None;
    }
    start::port_in_code(tree).map(|(port, at)| Said::read(origin("localhost", port), &at))
}

fn environment(
    sdk: &Sdk,
    id: &str,
    settings: &Settings,
    read: &[Variable],
    edits: &[(Meaning, Edit)],
    start: &Start,
    ways: &Ways,
) -> Vec<Setting> {
    let home = ways.after.first().map_or("/", |after| after.value.as_str());
    let value = |meaning: Meaning| meaning.value(&ways.callback.value, home);
    let mut found: Vec<Setting> = Vec::new();
    let add = |found: &mut Vec<Setting>, name: &str, value: String, why: Why| {
        if !found.iter().any(|setting| setting.name == name) {
            found.push(Setting { name: name.to_owned(), value, why });
        }
    };
    for variable in read {
        if let Some(meaning) = variable.meaning {
            add(&mut found, &variable.name, value(meaning), Why::Read(variable.at.clone()));
        }
    }
    for setting in &settings.overridden {
        add(&mut found, &setting.variable, value(setting.meaning), Why::Read(setting.at.clone()));
    }
    for (name, given) in sdk.variables {
        let name = name.replace("{ID}", &super::text::as_variable(id));
        let meant = meaning(&name);
        let by_code = meant.is_some_and(|meant| {
            let same = |other: Meaning| other == meant || meant.is_logto() && other.is_logto();
            read.iter().any(|variable| variable.in_code && variable.meaning.is_some_and(same))
        });
        if !by_code {
            let given = given.replace("{local secret}", &value(Meaning::LocalSecret));
            add(&mut found, &name, given, Why::Sdk(sdk.name));
        }
    }
    for (name, given) in start.variables {
        add(&mut found, name, (*given).to_owned(), Why::Sdk("the framework"));
    }
    for (meaning, edit) in edits {
        add(&mut found, values::variable(*meaning), value(*meaning), Why::Read(edit.at.clone()));
    }
    if found.iter().all(|setting| meaning(&setting.name).is_none_or(|meaning| meaning == Meaning::Port)) {
        for (what, name, _) in NEEDS {
            let meant = meaning(name).unwrap_or(Meaning::Endpoint);
            add(&mut found, name, value(meant), Why::Assumed(format!("the app reads {what} from {name}")));
        }
        add(
            &mut found,
            "APP_BASE_URL",
            value(Meaning::Origin),
            Why::Assumed("the app reads its own address from APP_BASE_URL".to_owned()),
        );
    }
    found
}

/// What the code lacks, by the table of SDKs.
fn advice(tree: &Tree, sdk: &Sdk, manifest: &Manifest, package: &str) -> Vec<String> {
    let version =
        manifest.dependencies.get(package).and_then(super::manifest::Dependency::major).unwrap_or(u32::MAX);
    let due = sdk.advice.iter().filter(|advice| version >= advice.since);
    let lacks = due.filter(|advice| !tree.code().any(|source| source.text.contains(advice.unless)));
    lacks
        .filter_map(|advice| {
            let at = tree.code().find_map(|source| {
                source.code().find(|(_, line)| line.contains(advice.about)).map(|(line, _)| source.at(line))
            })?;
            Some(format!("{at}: {}", advice.text))
        })
        .collect()
}

/// What an app needs to know and was not found anywhere.
fn missing(tree: &Tree, sdk: &Sdk, environment: &[Setting], package: &str) -> Vec<String> {
    let known = |fits: fn(Meaning) -> bool| {
        let is_said = |setting: &&Setting| !matches!(setting.why, Why::Assumed(_));
        environment.iter().filter(is_said).any(|setting| setting_means(setting, fits))
    };
    let is_public = matches!(sdk.paths, Paths::Browser);
    // Said already.
    if environment.iter().any(|setting| matches!(setting.why, Why::Assumed(_))) {
        return Vec::new();
    }
    let lost = NEEDS.iter().filter(|(what, _, fits)| !(known(*fits) || is_public && what.contains("secret")));
    let place = tree.code().find_map(|source| {
        let mentions =
            |line: &str| if package.is_empty() { line.contains("/oidc") } else { line.contains(package) };
        source.code().find(|(_, line)| mentions(line)).map(|(line, _)| source.at(line))
    });
    let place = place.map(|at| format!("{at}: ")).unwrap_or_default();
    lost.map(|(what, name, _)| {
        format!("{place}where the app takes {what} from was not found; the run gives it in {name}, and `[app.env]` can give it any other name")
    })
    .collect()
}

fn setting_means(setting: &Setting, fits: fn(Meaning) -> bool) -> bool {
    let by_value = match setting.value.as_str() {
        "[APP_ID]" => Some(Meaning::AppId),
        "[APP_SECRET]" => Some(Meaning::AppSecret),
        value if value.starts_with("[LOGTO]") => Some(Meaning::Endpoint),
        _ => None,
    };
    by_value.is_some_and(fits)
}

/// Variables of unknown meaning that the code reads.
fn others(read: &[Variable]) -> Option<String> {
    const ORDINARY: [&str; 16] = [
        "NODE_ENV",
        "HOME",
        "PATH",
        "DEBUG",
        "LOG_LEVEL",
        "HOST",
        "HOSTNAME",
        "CI",
        "USER",
        "TZ",
        "APP_ENV",
        "APP_DEBUG",
        "RUST_LOG",
        "ENV",
        "VERCEL",
        "ENVIRONMENT",
    ];
    let unknown: Vec<String> = read
        .iter()
        .filter(|variable| {
            variable.in_code && variable.meaning.is_none() && !ORDINARY.contains(&variable.name.as_str())
        })
        .take(6)
        .map(|variable| format!("{} ({})", variable.name, variable.at))
        .collect();
    (!unknown.is_empty()).then(|| {
        format!(
            "the app also reads {}; the run leaves these as they are in your environment",
            unknown.join(", ")
        )
    })
}

/// Why no address starts a sign-in.
fn unwalkable(tree: &Tree, sdk: &Sdk, ways: &Ways) -> Option<String> {
    const WHY: &str = "needs JavaScript, and the scripted browser runs none";
    if matches!(sdk.paths, Paths::Browser) {
        return Some(format!("A sign-in with this SDK {WHY}; click through it with `logto-testkit up`"));
    }
    let start = tree.code().find_map(|source| {
        source.code().find(|(_, line)| line.contains("signIn(")).map(|(line, _)| source.at(line))
    });
    let place = start.map(|at| format!("{at}: ")).unwrap_or_default();
    match &ways.sign_in {
        None => Some(format!(
            "{place}no address of the app starts a sign-in: a server action {WHY}. Add a route that calls `signIn`, and name it in `[sign_in]`"
        )),
        Some(Begin { posts: true, button: None, path }) => Some(format!(
            "a sign-in starts with a form that posts to {}: let the scenario visit its page and click its button",
            path.value
        )),
        Some(_) => None,
    }
}
