//! How a JavaScript app is started: by a script of its `package.json`, or by its file.

use std::path::Path;

use super::command::Start;
use super::manifest::Manifest;
use super::text::shell_word;
use super::tree::{Tree, above};

/// A framework with a server of its own.
struct Served {
    package: &'static str,
    /// What its build leaves.
    built: &'static str,
    /// A command that needs it.
    needs: &'static str,
    /// What the development server takes as its port; the others read `PORT`.
    option: &'static str,
}

const VITES: &str = "--port [APP_PORT] --strictPort";

static SERVED: &[Served] = &[
    Served { package: "next", built: ".next/BUILD_ID", needs: "next start", option: "" },
    Served { package: "nuxt", built: ".output/server/index.mjs", needs: ".output/", option: "" },
    Served { package: "@sveltejs/kit", built: "build/index.js", needs: "build", option: VITES },
    Served { package: "@remix-run/dev", built: "build/server/index.js", needs: "remix-serve", option: VITES },
    Served {
        package: "@react-router/dev",
        built: "build/server/index.js",
        needs: "react-router-serve",
        option: VITES,
    },
    Served {
        package: "astro",
        built: "dist/server/entry.mjs",
        needs: "preview",
        option: "--port [APP_PORT]",
    },
];

/// The tools that run scripts, by their lock files, with how they pass options on.
const TOOLS: [(&str, &str, &str); 5] = [
    ("pnpm-lock.yaml", "pnpm run", " "),
    ("yarn.lock", "yarn run", " "),
    ("bun.lock", "bun run", " "),
    ("bun.lockb", "bun run", " "),
    ("package-lock.json", "npm run", " -- "),
];

pub(super) fn start(tree: &Tree, folder: &Path, manifest: &Manifest) -> Start {
    let locks = TOOLS.map(|(lock, ..)| lock);
    let lock = above(folder, &locks);
    let tool = TOOLS.iter().find(|(name, ..)| lock.as_deref() == Some(Path::new(name)));
    let (_, run, passes) = *tool.unwrap_or(&TOOLS[4]);
    let served = SERVED.iter().find(|served| manifest.dependencies.contains_key(served.package));
    let mut start = match chosen(folder, manifest, served) {
        Some((script, assumed)) => {
            let line = &manifest.scripts[script];
            let mut command = format!("{run} {script}");
            let fixed = port_in(line);
            let option = served.map_or("", |served| served.option);
            let is_development = !line.starts_with("node ");
            if !option.is_empty() && fixed.is_none() && is_development {
                command = format!("{command}{passes}{option}");
            }
            if assumed.is_some() && script == "start" && manifest.scripts.contains_key("build") {
                command = format!("{run} build && {command}");
            }
            Start { command, assumed, fixed, takes_port: served.is_some(), ..Start::default() }
        }
        None => file(tree, manifest),
    };
    if served.is_some() {
        start.timeout = Some("120s");
    }
    if !folder.ancestors().take(6).any(|ancestor| ancestor.join("node_modules").is_dir()) {
        let tool = run.trim_end_matches(" run");
        start.before = Some(format!("run `{tool} install`: the folder node_modules was not found"));
    }
    start
}

/// The script that starts the app, and what is assumed with it.
fn chosen<'m>(
    folder: &Path,
    manifest: &'m Manifest,
    served: Option<&Served>,
) -> Option<(&'m str, Option<String>)> {
    let named = |names: &[&str]| {
        names.iter().find_map(|name| manifest.scripts.get_key_value(*name)).map(|(name, _)| name.as_str())
    };
    let start = named(&["start"]);
    let development = named(&["dev", "develop", "serve", "start:dev"]);
    match (start, development) {
        (Some(start), development) => match missing(folder, &manifest.scripts[start], served) {
            None => Some((start, None)),
            Some(missing) => {
                let why = |what: &str| Some(format!("{missing} does not exist, so the app is {what}"));
                match development {
                    Some(development) => Some((development, why("started in development mode"))),
                    None => Some((start, why("built first"))),
                }
            }
        },
        (None, Some(development)) => Some((development, None)),
        (None, None) => None,
    }
}

/// What a script needs that was not built.
fn missing(folder: &Path, line: &str, served: Option<&Served>) -> Option<String> {
    let of_framework =
        served.filter(|served| line.contains(served.needs)).map(|served| served.built.to_owned());
    let of_line = line.split_whitespace().find(|word| {
        let word = word.trim_start_matches("./");
        ["dist/", "build/", "out/", ".output/", "lib/"].iter().any(|folder| word.starts_with(folder))
    });
    let needed = of_framework.or_else(|| of_line.map(|word| word.trim_start_matches("./").to_owned()))?;
    let with_extension = |extension: &str| folder.join(format!("{needed}{extension}")).exists();
    (!["", ".js", ".mjs", ".cjs"].iter().any(|extension| with_extension(extension))).then_some(needed)
}

/// The port that a command line sets: `--port 4000`, `-p 4000`, `PORT=4000`.
fn port_in(line: &str) -> Option<u16> {
    let words: Vec<&str> = line.split_whitespace().collect();
    words.iter().enumerate().find_map(|(at, word)| {
        let value = match *word {
            "-p" | "--port" => words.get(at + 1).copied(),
            word => word.strip_prefix("--port=").or_else(|| word.strip_prefix("PORT=")),
        };
        value?.parse().ok()
    })
}

/// The file that listens, for an app without scripts.
fn file(tree: &Tree, manifest: &Manifest) -> Start {
    let main = manifest
        .main
        .as_deref()
        .map(|main| main.trim_start_matches("./"))
        .filter(|main| tree.source(main).is_some());
    let is_script = |extension: &str| matches!(extension, "js" | "mjs" | "cjs" | "ts" | "mts");
    let listens = tree
        .code()
        .find(|source| is_script(source.extension()) && source.text.contains("listen("))
        .map(|source| source.path.as_str());
    let Some(path) = main.or(listens) else {
        return Start { assumed: Some("write what starts your app".to_owned()), ..Start::default() };
    };
    let node = if path.ends_with("ts") { "npx tsx" } else { "node" };
    let assumed = format!("package.json has no script `start` or `dev`; {path} is the file that listens");
    Start {
        command: format!("{node} {}", shell_word(path)),
        assumed: main.is_none().then_some(assumed),
        ..Start::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_says_its_port() {
        assert_eq!(port_in("next start -p 4000"), Some(4000));
        assert_eq!(port_in("cross-env PORT=4001 node app.js"), Some(4001));
        assert_eq!(port_in("vite --port=4002"), Some(4002));
        assert_eq!(port_in("next start -p $PORT"), None);
    }
}
