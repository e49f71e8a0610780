//! The files of a project, read within bounds: no folder of dependencies or build results, no link, no large file.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use kit::files;

/// More files than this are not read.
const FILES_LIMIT: usize = 2_000;
/// More names than this are not looked at.
const NAMES_LIMIT: usize = 20_000;
/// A source file larger than this was not written by hand.
const FILE_LIMIT: u64 = 256 * 1024;
/// As much text is read.
const TEXT_LIMIT: usize = 32 * 1024 * 1024;
const DEPTH_LIMIT: usize = 12;

/// Folders of dependencies, build results and tests. Folders whose name begins with `.` are skipped, too.
const SKIPPED: [&str; 23] = [
    "node_modules",
    "vendor",
    "target",
    "venv",
    "virtualenv",
    "site-packages",
    "__pycache__",
    "dist",
    "build",
    "out",
    "obj",
    "coverage",
    "storage",
    "tmp",
    "logs",
    "test",
    "tests",
    "__tests__",
    "spec",
    "e2e",
    "cypress",
    "fixtures",
    "locale",
];
/// Files that say something about an app.
const READ: [&str; 33] = [
    "go",
    "js",
    "mjs",
    "cjs",
    "ts",
    "mts",
    "cts",
    "jsx",
    "tsx",
    "vue",
    "svelte",
    "astro",
    "py",
    "java",
    "kt",
    "php",
    "rs",
    "properties",
    "yml",
    "yaml",
    "html",
    "htm",
    "tmpl",
    "gohtml",
    "ejs",
    "hbs",
    "pug",
    "twig",
    "j2",
    "jinja",
    "njk",
    "mustache",
    "liquid",
];
/// People do not write longer lines, in bytes.
const LINE_LIMIT: usize = 2_000;
const MANIFESTS: [&str; 10] = [
    "go.mod",
    "package.json",
    "pyproject.toml",
    "requirements.txt",
    "Pipfile",
    "pom.xml",
    "build.gradle",
    "build.gradle.kts",
    "composer.json",
    "Cargo.toml",
];

/// A text file.
#[derive(Debug)]
pub(super) struct Source {
    /// The app's folder in the project; empty if it is the project's own.
    pub(super) folder: String,
    /// Relative to that folder, with `/`.
    pub(super) path: String,
    pub(super) text: String,
}

/// What can be known of a project without running it.
#[derive(Debug, Default)]
pub(super) struct Tree {
    pub(super) sources: Vec<Source>,
    /// A sentence if something was left out.
    pub(super) left_out: Option<String>,
}

/// A line of a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct At {
    /// As in [`Source`].
    folder: String,
    pub(super) path: String,
    /// From 1.
    pub(super) line: usize,
}

impl std::fmt::Display for At {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let slash = if self.folder.is_empty() { "" } else { "/" };
        write!(f, "{}{slash}{}:{}", self.folder, self.path, self.line)
    }
}

impl Source {
    #[cfg(test)]
    pub(super) fn of(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self { folder: String::new(), path: path.into(), text: text.into() }
    }

    /// The lines with their numbers, without those that are comments.
    pub(super) fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text
            .lines()
            .enumerate()
            .map(|(at, line)| (at + 1, line))
            .filter(|(_, line)| !super::text::is_comment(line))
    }

    pub(super) fn at(&self, line: usize) -> At {
        At { folder: self.folder.clone(), path: self.path.clone(), line }
    }

    pub(super) fn extension(&self) -> &str {
        self.path.rsplit_once('.').map_or("", |(_, extension)| extension)
    }

    pub(super) fn file_name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }
}

impl Tree {
    /// Reads a project's folder, the files near its top first.
    ///
    /// # Errors
    /// If the folder itself cannot be listed.
    pub(super) fn read(root: &Path) -> std::io::Result<Self> {
        let mut tree = Self::default();
        let (mut size, mut names) = (0, 0);
        let mut folders = VecDeque::from([(root.to_owned(), String::new(), 0)]);
        while let Some((folder, prefix, depth)) = folders.pop_front() {
            let entries = match std::fs::read_dir(&folder) {
                Ok(entries) => entries,
                Err(error) if depth == 0 => return Err(error),
                Err(_) => continue,
            };
            let mut entries: Vec<_> = entries.filter_map(Result::ok).collect();
            entries.sort_by_key(std::fs::DirEntry::file_name);
            for entry in entries {
                // The type of a link is that of the link.
                let (Ok(kind), Ok(name)) = (entry.file_type(), entry.file_name().into_string()) else {
                    continue;
                };
                let path = format!("{prefix}{name}");
                if names == NAMES_LIMIT {
                    tree.left_out = Some(format!(
                        "the project has more than {NAMES_LIMIT} files; those after {path} were not looked at"
                    ));
                    return Ok(tree);
                }
                names += 1;
                if kind.is_dir() {
                    let skipped = name.starts_with('.') || SKIPPED.contains(&name.as_str());
                    if !skipped && depth < DEPTH_LIMIT {
                        folders.push_back((entry.path(), format!("{path}/"), depth + 1));
                    }
                } else if kind.is_file() && is_read(&name) && tree.left_out.is_none() {
                    tree.add(&entry.path(), path, &mut size);
                }
            }
        }
        Ok(tree)
    }

    fn add(&mut self, file: &Path, path: String, size: &mut usize) {
        if self.sources.len() == FILES_LIMIT || *size > TEXT_LIMIT {
            self.left_out =
                Some(format!("{} source files were read; those from {path} on were not", self.sources.len()));
            return;
        }
        // Large files, other encodings and files without permission say nothing to us.
        // What a bundler wrote is not the app's code.
        let by_hand = |text: &String| text.lines().all(|line| line.len() <= LINE_LIMIT);
        if let Some(text) = files::read_text(file, FILE_LIMIT).ok().filter(by_hand) {
            *size += text.len();
            self.sources.push(Source { folder: String::new(), path, text });
        }
    }

    /// The part below a folder, with paths relative to it.
    pub(super) fn below(self, folder: &str) -> Self {
        if folder.is_empty() {
            return self;
        }
        let prefix = format!("{folder}/");
        let inner = |path: &String| path.strip_prefix(&prefix).map(ToOwned::to_owned);
        let sources = self.sources.into_iter();
        Self {
            sources: sources
                .filter_map(|source| {
                    Some(Source { folder: folder.to_owned(), path: inner(&source.path)?, text: source.text })
                })
                .collect(),
            left_out: self.left_out,
        }
    }

    pub(super) fn source(&self, path: &str) -> Option<&Source> {
        self.sources.iter().find(|source| source.path == path)
    }

    /// The source files that belong to the app, without manifests and settings of tools.
    pub(super) fn code(&self) -> impl Iterator<Item = &Source> {
        self.sources.iter().filter(|source| {
            let name = source.file_name();
            !is_variables(name)
                && !MANIFESTS.contains(&name)
                && !matches!(
                    name,
                    "docker-compose.yml" | "compose.yml" | "docker-compose.yaml" | "compose.yaml"
                )
        })
    }

    /// Files of variables: `.env`, `.env.local`, `.env.example`.
    pub(super) fn variables(&self) -> impl Iterator<Item = &Source> {
        self.sources.iter().filter(|source| !source.path.contains('/') && is_variables(source.file_name()))
    }
}

fn is_variables(name: &str) -> bool {
    name == ".env" || name.starts_with(".env.") || name == "env.example"
}

fn is_read(name: &str) -> bool {
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let of_a_test = stem.ends_with(".test")
        || stem.ends_with(".spec")
        || stem.ends_with("_test")
        || stem.ends_with(".min");
    let generated =
        stem.ends_with(".d") || stem.contains("config") && stem.starts_with('.') || name == "pnpm-lock.yaml";
    MANIFESTS.contains(&name)
        || is_variables(name)
        || READ.contains(&extension) && !of_a_test && !generated && !name.starts_with('.')
}

/// Whether a file is in one of the folders above, up to the one with `.git`: the lock file of a workspace.
pub(super) fn above(folder: &Path, names: &[&str]) -> Option<PathBuf> {
    let folder = folder.canonicalize().ok()?;
    for ancestor in folder.ancestors().take(6) {
        if let Some(name) = names.iter().find(|name| ancestor.join(name).is_file()) {
            return Some(PathBuf::from(name));
        }
        if ancestor.join(".git").exists() {
            break;
        }
    }
    None
}
