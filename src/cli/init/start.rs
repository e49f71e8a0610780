//! How an app is started, and on which port it then listens.

use std::path::Path;

use super::command::Start;
use super::manifest::{Language, Manifest};
use super::scripts;
use super::text::{literals, shell_word};
use super::tree::{At, Source, Tree};
use super::variables::{Meaning, Variable};

/// A framework, or a language without one: how its apps are started.
struct Starter {
    language: Language,
    /// A dependency; empty for any app of the language.
    package: &'static str,
    /// A text in the file that the command names, for `{file}`, `{module}`, `{variable}` and `{folder}`.
    marker: &'static str,
    command: &'static str,
    /// Whether the command, or the framework, takes the port.
    takes_port: bool,
    timeout: Option<&'static str>,
    variables: &'static [(&'static str, &'static str)],
    before: Option<&'static str>,
}

const fn starter(
    language: Language,
    package: &'static str,
    marker: &'static str,
    command: &'static str,
) -> Starter {
    Starter {
        language,
        package,
        marker,
        command,
        takes_port: true,
        timeout: None,
        variables: &[],
        before: None,
    }
}

const SPRING_PORT: &[(&str, &str)] = &[("SERVER_PORT", "[APP_PORT]"), ("SERVER_ADDRESS", "127.0.0.1")];

/// The first row that fits counts.
static STARTERS: &[Starter] = &[
    Starter {
        before: Some("if the app keeps sessions in its database, run `{python} manage.py migrate` once"),
        ..starter(
            Language::Python,
            "django",
            "manage.py",
            "{python} manage.py runserver 127.0.0.1:[APP_PORT] --noreload",
        )
    },
    starter(
        Language::Python,
        "fastapi",
        "FastAPI(",
        "{python} -m uvicorn {module}:{variable} --host 127.0.0.1 --port [APP_PORT]",
    ),
    starter(
        Language::Python,
        "starlette",
        "Starlette(",
        "{python} -m uvicorn {module}:{variable} --host 127.0.0.1 --port [APP_PORT]",
    ),
    starter(
        Language::Python,
        "quart",
        "Quart(",
        "{python} -m quart --app {module} run --host 127.0.0.1 --port [APP_PORT]",
    ),
    starter(
        Language::Python,
        "flask",
        "Flask(",
        "{python} -m flask --app {module} run --host 127.0.0.1 --port [APP_PORT]",
    ),
    Starter { takes_port: false, ..starter(Language::Python, "", "__main__", "{python} {file}") },
    Starter { takes_port: false, ..starter(Language::Python, "", "serve_forever", "{python} {file}") },
    Starter {
        timeout: Some("180s"),
        variables: SPRING_PORT,
        ..starter(
            Language::Java,
            "spring-boot-starter-parent",
            "",
            "{maven} -B -q -Dmaven.test.skip=true spring-boot:run",
        )
    },
    Starter {
        timeout: Some("180s"),
        variables: SPRING_PORT,
        ..starter(
            Language::Java,
            "spring-boot-maven-plugin",
            "",
            "{maven} -B -q -Dmaven.test.skip=true spring-boot:run",
        )
    },
    Starter {
        timeout: Some("180s"),
        variables: SPRING_PORT,
        ..starter(Language::Java, "org.springframework.boot", "", "{gradle} -q bootRun")
    },
    Starter {
        timeout: Some("180s"),
        ..starter(Language::Java, "quarkus-maven-plugin", "", "{maven} -q quarkus:dev")
    },
    Starter { timeout: Some("180s"), ..starter(Language::Java, "io.quarkus", "", "{gradle} -q quarkusDev") },
    starter(Language::Php, "laravel/framework", "", "php artisan serve --host=127.0.0.1 --port=[APP_PORT]"),
    // Without `E`, PHP leaves `$_ENV` empty.
    starter(
        Language::Php,
        "",
        "index.php",
        "php -d variables_order=EGPCS -S 127.0.0.1:[APP_PORT] -t {folder}",
    ),
    Starter {
        takes_port: false,
        timeout: Some("180s"),
        ..starter(Language::Go, "", "func main()", "go run {package}")
    },
    Starter {
        takes_port: false,
        timeout: Some("600s"),
        ..starter(Language::Rust, "", "fn main()", "cargo run{binary}")
    },
];

/// How the app in a folder is started.
pub(super) fn start(tree: &Tree, folder: &Path, manifest: &Manifest, package: &str) -> Start {
    if manifest.language == Language::JavaScript {
        return scripts::start(tree, folder, manifest);
    }
    let starters = STARTERS.iter().filter(|starter| starter.language == manifest.language);
    let chosen = starters
        .filter(|starter| starter.package.is_empty() || manifest.dependencies.contains_key(starter.package))
        .find_map(|starter| Some((starter, marked(tree, starter.marker, package)?)));
    let Some((starter, (file, several))) = chosen else {
        return Start { assumed: Some("write what starts your app".to_owned()), ..Start::default() };
    };
    let (python, assumed) = python(folder);
    let filled = |text: &str| filled(text, file, folder, python);
    let of_python =
        (manifest.language == Language::Python).then_some(assumed).flatten().map(ToOwned::to_owned);
    let several = several.then(|| {
        format!("{} is the file that starts it; others look like it, too", file.map_or("", |file| &file.path))
    });
    Start {
        command: filled(starter.command),
        assumed: of_python.or(several),
        takes_port: starter.takes_port,
        timeout: starter.timeout,
        variables: starter.variables,
        before: starter.before.map(filled),
        ..Start::default()
    }
}

/// The file with a text, or of a name, and whether there are more. Files that mention the SDK are preferred.
fn marked<'t>(tree: &'t Tree, marker: &str, package: &str) -> Option<(Option<&'t Source>, bool)> {
    if marker.is_empty() {
        return Some((None, false));
    }
    let fits = |source: &&Source| {
        source.file_name() == marker || source.code().any(|(_, line)| line.contains(marker))
    };
    let found: Vec<&Source> = tree.code().filter(fits).collect();
    let with_sdk = found.iter().find(|source| !package.is_empty() && source.text.contains(package));
    let chosen = with_sdk.or_else(|| found.first())?;
    let in_other_folders = found.iter().any(|other| folder_of(&other.path) != folder_of(&chosen.path));
    Some((Some(*chosen), in_other_folders && with_sdk.is_none()))
}

fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The Python of the project's virtual environment, or of its tool.
fn python(folder: &Path) -> (&'static str, Option<&'static str>) {
    let has = |path: &str| folder.join(path).exists();
    if has(".venv/bin/python") {
        (".venv/bin/python", None)
    } else if has("venv/bin/python") {
        ("venv/bin/python", None)
    } else if super::tree::above(folder, &["uv.lock"]).is_some() {
        ("uv run python", None)
    } else if super::tree::above(folder, &["poetry.lock"]).is_some() {
        ("poetry run python", None)
    } else if has("Pipfile") {
        ("pipenv run python", None)
    } else {
        ("python3", Some("the packages are installed for `python3`; a folder .venv or venv was not found"))
    }
}

fn filled(template: &str, file: Option<&Source>, folder: &Path, python: &str) -> String {
    let path = file.map_or("", |file| file.path.as_str());
    let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
    let below = stem.strip_prefix("src/").unwrap_or(stem);
    let module = stem.trim_end_matches("/__init__").replace('/', ".");
    let in_folder = folder_of(path);
    let go = if in_folder.is_empty() { ".".to_owned() } else { format!("./{in_folder}") };
    let binary = below
        .strip_prefix("bin/")
        .map(|name| format!(" --bin {}", shell_word(name.trim_end_matches("/main"))))
        .unwrap_or_default();
    let has = |wrapper: &str| folder.join(wrapper).exists();
    let maven = if has("mvnw") { "./mvnw" } else { "mvn" };
    let gradle = if has("gradlew") { "./gradlew" } else { "gradle" };
    let [module, file_word, folder_word, go] =
        [module.as_str(), path, if in_folder.is_empty() { "." } else { in_folder }, &go].map(shell_word);
    let values = [
        ("{python}", python),
        ("{module}", module.as_str()),
        ("{variable}", variable_of(file).unwrap_or("app")),
        ("{file}", &file_word),
        ("{folder}", &folder_word),
        ("{package}", &go),
        ("{binary}", &binary),
        ("{maven}", maven),
        ("{gradle}", gradle),
    ];
    // In one pass: a name in a value is part of a path.
    let (mut filled, mut rest) = (String::new(), template);
    while let Some(c) = rest.chars().next() {
        let (value, read) = match values.iter().find(|(name, _)| rest.starts_with(name)) {
            Some((name, value)) => (*value, name.len()),
            None => (&rest[..c.len_utf8()], c.len_utf8()),
        };
        filled.push_str(value);
        rest = &rest[read..];
    }
    filled
}

/// `app` in `app = FastAPI()`.
fn variable_of(file: Option<&Source>) -> Option<&str> {
    let (_, line) =
        file?.code().find(|(_, line)| line.contains("FastAPI(") || line.contains("Starlette("))?;
    let name = line.split(['=', ':']).next()?.trim();
    name.chars().all(|c| c.is_alphanumeric() || c == '_').then_some(name)
}

/// The port that the code itself listens on.
pub(super) fn port_in_code(tree: &Tree) -> Option<(u16, At)> {
    const CALLS: [&str; 9] =
        ["listen(", ".run(", "listenandserve", "serve(", ".start(", "bind(", "addr:", "addr =", "addr :="];
    let find = |fits: &dyn Fn(&str) -> bool| {
        tree.code()
            .filter(|source| !matches!(source.extension(), "html" | "yml" | "yaml" | "properties"))
            .find_map(|source| {
                let mut lines = source.code().filter(|(_, line)| fits(&line.to_ascii_lowercase()));
                lines.find_map(|(line, text)| Some((number(text)?, source.at(line))))
            })
    };
    let assigns = |line: &str| {
        line.match_indices("port").any(|(at, _)| line[at + 4..].trim_start().starts_with([':', '=']))
    };
    find(&|line| CALLS.iter().any(|call| line.contains(call))).or_else(|| find(&assigns))
}

/// A number on a line that can be a port.
fn number(line: &str) -> Option<u16> {
    let mut rest = line;
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        let before = rest[..at].chars().next_back();
        let digits = rest[at..].find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len() - at);
        let after = rest[at + digits..].chars().next();
        let alone = !before.is_some_and(|c| c.is_alphanumeric() || c == '.' || c == '_')
            && !after.is_some_and(|c| c.is_alphanumeric() || c == '.' || c == '_');
        if let Ok(port @ 1024..) = rest[at..at + digits].parse::<u16>()
            && alone
        {
            return Some(port);
        }
        rest = &rest[at + digits..];
    }
    None
}

/// Whether the code reads its port from the environment. Gin's `Run()` does without an argument.
pub(super) fn reads_port(tree: &Tree, variables: &[Variable]) -> bool {
    let named = |variable: &Variable| {
        variable.in_code && matches!(variable.meaning, Some(Meaning::Port | Meaning::Address))
    };
    let implicit = || {
        tree.code().any(|source| {
            source.extension() == "go" && source.code().any(|(_, line)| line.contains(".Run()"))
        })
    };
    variables.iter().any(named) || implicit()
}

/// Whether a file with variables wins over the environment of the command.
pub(super) fn overriding(tree: &Tree) -> Option<At> {
    tree.code().find_map(|source| {
        let overrides = |line: &str| {
            line.contains("dotenv") && (line.contains("override=True") || line.contains("override: true"))
                || line.contains("godotenv.Overload(")
                || line.contains("createMutable(")
        };
        // The literals are not looked at: they may be anything.
        source
            .code()
            .find(|(_, line)| overrides(line) && literals(line).len() < 9)
            .map(|(line, _)| source.at(line))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_a_number_of_its_own() {
        assert_eq!(number("app.listen(3000)"), Some(3000));
        assert_eq!(number("r.Run(\":8080\")"), Some(8080));
        assert_eq!(number("bind(\"127.0.0.1:3005\")"), Some(3005));
        assert_eq!(number("([127, 0, 0, 1], 3000)"), Some(3000));
        assert_eq!(number("listen(process.env.PORT)"), None);
        assert_eq!(number("v3000 = 12"), None);
    }
}
