//! What a project's manifests say: its language, its dependencies, its scripts.

use std::collections::BTreeMap;

use quick_xml::events::Event;
use serde_json::Value;

use super::tree::{At, Source, Tree};

/// The languages whose manifests are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Language {
    Go,
    JavaScript,
    Python,
    Java,
    Php,
    Rust,
}

/// The manifests of one language in one folder.
#[derive(Debug)]
pub(super) struct Manifest {
    pub(super) language: Language,
    /// Relative to the project; empty for the project's own.
    pub(super) folder: String,
    /// The files, the first one first.
    pub(super) files: Vec<String>,
    pub(super) dependencies: BTreeMap<String, Dependency>,
    /// Scripts of `package.json` by name.
    pub(super) scripts: BTreeMap<String, String>,
    /// `main` of `package.json`.
    pub(super) main: Option<String>,
}

#[derive(Debug)]
pub(super) struct Dependency {
    /// As written; empty if it is given elsewhere.
    pub(super) version: String,
    pub(super) at: At,
}

impl Dependency {
    /// The first number of the version.
    pub(super) fn major(&self) -> Option<u32> {
        let digits = self.version.trim_start_matches(|c: char| !c.is_ascii_digit());
        digits.split(|c: char| !c.is_ascii_digit()).next().and_then(|major| major.parse().ok())
    }
}

/// A name with the version that is written beside it.
type Named = (String, String);

struct Read {
    dependencies: Vec<Named>,
    scripts: BTreeMap<String, String>,
    main: Option<String>,
}

impl From<Vec<Named>> for Read {
    fn from(dependencies: Vec<Named>) -> Self {
        Self { dependencies, scripts: BTreeMap::new(), main: None }
    }
}

/// The manifests of a project, those near its top first.
pub(super) fn manifests(tree: &Tree) -> Vec<Manifest> {
    let mut found: Vec<Manifest> = Vec::new();
    for source in &tree.sources {
        let Some((language, read)) = read(source) else { continue };
        let folder = source.path.strip_suffix(source.file_name()).unwrap_or_default().trim_end_matches('/');
        let manifest = match found
            .iter()
            .position(|manifest| manifest.language == language && manifest.folder == folder)
        {
            Some(at) => &mut found[at],
            None => {
                found.push(Manifest {
                    language,
                    folder: folder.to_owned(),
                    files: Vec::new(),
                    dependencies: BTreeMap::new(),
                    scripts: BTreeMap::new(),
                    main: None,
                });
                let last = found.len() - 1;
                &mut found[last]
            }
        };
        manifest.files.push(source.path.clone());
        manifest.scripts.extend(read.scripts);
        manifest.main = manifest.main.take().or(read.main);
        for (name, version) in read.dependencies {
            let at = source.at(line_of(&source.text, &name));
            manifest.dependencies.entry(name).or_insert(Dependency { version, at });
        }
    }
    found
}

fn line_of(text: &str, name: &str) -> usize {
    text.lines().position(|line| line.to_ascii_lowercase().contains(name)).map_or(1, |at| at + 1)
}

fn read(source: &Source) -> Option<(Language, Read)> {
    let text = &source.text;
    Some(match source.file_name() {
        "go.mod" => (Language::Go, go(text).into()),
        "package.json" => (Language::JavaScript, package(text)?),
        "pyproject.toml" => (Language::Python, pyproject(text)?.into()),
        "Pipfile" => (Language::Python, tables(text, &[&["packages"]])?.into()),
        "requirements.txt" => {
            (Language::Python, text.lines().filter_map(requirement).collect::<Vec<_>>().into())
        }
        "pom.xml" => (Language::Java, pom(text)?.into()),
        "build.gradle" | "build.gradle.kts" => (Language::Java, gradle(text).into()),
        "composer.json" => (Language::Php, composer(text)?.into()),
        "Cargo.toml" => {
            (Language::Rust, tables(text, &[&["dependencies"], &["workspace", "dependencies"]])?.into())
        }
        _ => return None,
    })
}

/// `require` lines and blocks; indirect dependencies are not the app's own.
fn go(text: &str) -> Vec<Named> {
    let lines = text.lines().map(str::trim).filter(|line| !line.ends_with("// indirect"));
    lines
        .filter_map(|line| {
            let mut words = line.strip_prefix("require ").unwrap_or(line).split_whitespace();
            let (name, version) = (words.next()?, words.next()?);
            (name.contains('.') && version.starts_with('v'))
                .then(|| (name.to_lowercase(), version.to_owned()))
        })
        .collect()
}

fn object(value: &Value, member: &str) -> Vec<Named> {
    let members = value.get(member).and_then(Value::as_object).into_iter().flatten();
    members
        .map(|(name, value)| (name.to_lowercase(), value.as_str().unwrap_or_default().to_owned()))
        .collect()
}

fn package(text: &str) -> Option<Read> {
    let value: Value = serde_json::from_str(text).ok()?;
    let scripts = value.get("scripts").and_then(Value::as_object).into_iter().flatten();
    Some(Read {
        dependencies: [object(&value, "dependencies"), object(&value, "devDependencies")].concat(),
        scripts: scripts.filter_map(|(name, line)| Some((name.clone(), line.as_str()?.to_owned()))).collect(),
        main: value.get("main").and_then(Value::as_str).map(ToOwned::to_owned),
    })
}

fn composer(text: &str) -> Option<Vec<Named>> {
    Some(object(&serde_json::from_str(text).ok()?, "require"))
}

/// A requirement (PEP 508): a name, extras, versions.
fn requirement(line: &str) -> Option<Named> {
    let line = line.split('#').next()?.trim();
    let end = line
        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')))
        .unwrap_or(line.len());
    let (name, rest) = line.split_at(end);
    let version = rest.rsplit(']').next().unwrap_or(rest).trim();
    // Names are compared as PEP 503 says.
    let name = name.to_lowercase().replace(['_', '.'], "-");
    (!name.is_empty() && !line.starts_with('-')).then(|| (name, version.to_owned()))
}

/// The members of tables, with their versions.
fn tables(text: &str, paths: &[&[&str]]) -> Option<Vec<Named>> {
    let root = toml_span::parse(text).ok()?;
    let mut found = Vec::new();
    for path in paths {
        let table = path.iter().try_fold(&root, |table, member| table.as_table()?.get(*member));
        for (name, value) in table.and_then(|table| table.as_table()).into_iter().flatten() {
            let version = value.as_str().or_else(|| value.as_table()?.get("version")?.as_str());
            found.push((name.name.to_lowercase(), version.unwrap_or_default().to_owned()));
        }
    }
    Some(found)
}

fn pyproject(text: &str) -> Option<Vec<Named>> {
    let root = toml_span::parse(text).ok()?;
    let listed = root
        .as_table()?
        .get("project")
        .and_then(|project| project.as_table()?.get("dependencies")?.as_array());
    let listed = listed.into_iter().flatten().filter_map(|entry| requirement(entry.as_str()?));
    let of_poetry = tables(text, &[&["tool", "poetry", "dependencies"]])?.into_iter();
    Some(listed.chain(of_poetry.map(|(name, version)| (name.replace('_', "-"), version))).collect())
}

/// `groupId:artifactId` of every dependency, of the parent, and of plugins.
fn pom(text: &str) -> Option<Vec<Named>> {
    let mut reader = quick_xml::Reader::from_str(text);
    let (mut path, mut found, mut current): (Vec<String>, Vec<Named>, Named) =
        (Vec::new(), Vec::new(), Named::default());
    loop {
        match reader.read_event().ok()? {
            Event::Start(tag) => path.push(String::from_utf8_lossy(tag.local_name().as_ref()).into_owned()),
            Event::Text(value) => {
                let value = String::from_utf8_lossy(value.as_ref()).trim().to_owned();
                match path.last().map(String::as_str) {
                    Some("artifactId") if !value.is_empty() => current.0 = value.to_lowercase(),
                    Some("version") if !value.is_empty() => current.1 = value,
                    _ => {}
                }
            }
            Event::End(_) => {
                let ended = path.pop()?;
                if matches!(ended.as_str(), "dependency" | "parent" | "plugin") {
                    found.push(std::mem::take(&mut current));
                }
            }
            Event::Eof => break,
            _ => {}
        }
    }
    found.retain(|(name, _)| !name.is_empty());
    Some(found)
}

/// `group:artifact[:version]` of every quoted text, and the names of plugins.
fn gradle(text: &str) -> Vec<Named> {
    let lines = text.lines().filter(|line| !super::text::is_comment(line));
    lines
        .flat_map(|line| super::text::literals(line).into_iter().map(move |literal| (line, literal.content)))
        .filter_map(|(line, content)| {
            let mut parts = content.split(':');
            let (group, artifact) = (parts.next()?, parts.next());
            match artifact {
                Some(artifact) => {
                    Some((artifact.to_lowercase(), parts.next().unwrap_or_default().to_owned()))
                }
                None if line.trim_start().starts_with("id") => Some((group.to_lowercase(), String::new())),
                None => None,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(name: &str, text: &str) -> Vec<Manifest> {
        let source = Source::of(name.to_owned(), text.to_owned());
        manifests(&Tree { sources: vec![source], ..Tree::default() })
    }

    #[test]
    fn every_manifest_gives_names_and_versions() {
        for (name, text, dependency, major) in [
            (
                "go.mod",
                "module x\nrequire (\n\tgithub.com/a/b v2.1.0\n\tgithub.com/c/d v1.0.0 // indirect\n)\n",
                "github.com/a/b",
                Some(2),
            ),
            ("package.json", r#"{ "devDependencies": { "@a/b": "^3.0.0" } }"#, "@a/b", Some(3)),
            ("pyproject.toml", "[project]\ndependencies = [\"A_b[x]>=1.2\"]\n", "a-b", Some(1)),
            ("pyproject.toml", "[tool.poetry.dependencies]\na_b = { version = \"^1.2\" }\n", "a-b", Some(1)),
            ("requirements.txt", "# all\n-r other.txt\na.b[async]==4.1 # why\n", "a-b", Some(4)),
            ("Pipfile", "[packages]\na-b = \"*\"\n", "a-b", None),
            (
                "pom.xml",
                "<project><artifactId>own</artifactId><dependencies><dependency><groupId>g</groupId><artifactId>a-b</artifactId><version>5.1</version></dependency></dependencies></project>",
                "a-b",
                Some(5),
            ),
            ("build.gradle.kts", "dependencies {\n  implementation(\"g:a-b:7.0\")\n}", "a-b", Some(7)),
            ("composer.json", r#"{ "require": { "a/b": "^0.2" } }"#, "a/b", Some(0)),
            ("Cargo.toml", "[dependencies]\na-b = { version = \"0.3\" }\n", "a-b", Some(0)),
        ] {
            let found = found(name, text);
            let dependency =
                found[0].dependencies.get(dependency).unwrap_or_else(|| panic!("{name}: {found:?}"));
            assert_eq!(dependency.major(), major, "{name}");
            assert!(!found[0].dependencies.contains_key("github.com/c/d"));
        }
    }

    #[test]
    fn a_file_that_is_not_valid_says_nothing() {
        for (name, text) in [
            ("package.json", "{"),
            ("pyproject.toml", "= 1"),
            ("pom.xml", "<a></b>"),
            ("composer.json", "[]x"),
        ] {
            assert!(found(name, text).is_empty(), "{name}");
        }
    }
}
