//! Where the routes of one router begin, if it is mounted below a path.

use super::text::literals;
use super::tree::{Source, Tree};

/// A path under which a router, a blueprint or a group of routes is.
#[derive(Debug)]
struct Mount {
    prefix: String,
    file: String,
    line: usize,
    /// The last line of a block that the mount opens.
    block_end: usize,
    /// The variable that the group is kept in.
    variable: Option<String>,
    /// Files that the mounted router comes from, without extension.
    files: Vec<String>,
}

#[derive(Debug)]
pub(super) struct Mounts(Vec<Mount>);

/// What stands before a prefix, in lower case.
const MOUNTING: [&str; 9] =
    [".use(", "nest(", "group(", "prefix=", "prefix:", "prefix(", ".mount(", "path(", ".route("];

impl Mounts {
    pub(super) fn of(tree: &Tree) -> Self {
        let mut found = Vec::new();
        for source in tree.code() {
            let lines: Vec<&str> = source.text.lines().collect();
            for (line, text) in source.code() {
                found.extend(mount(tree, source, &lines, line, text));
            }
        }
        Self(found)
    }

    /// The prefix of a route on a line.
    pub(super) fn prefix(&self, source: &Source, line: usize) -> &str {
        let text = source.text.lines().nth(line - 1).unwrap_or_default();
        let fits = |mount: &&Mount| {
            let in_block = mount.file == source.path && mount.line < line && line <= mount.block_end;
            let of_variable = mount.file == source.path
                && mount
                    .variable
                    .as_ref()
                    .is_some_and(|name| text.contains(&format!("{name}.")) && mount.line < line);
            let stem = source.path.rsplit_once('.').map_or(source.path.as_str(), |(stem, _)| stem);
            let of_file = mount.file != source.path
                && mount.files.iter().any(|file| stem == file || stem.ends_with(&format!("/{file}")));
            in_block || of_variable || of_file
        };
        self.0.iter().find(fits).map_or("", |mount| mount.prefix.as_str())
    }
}

fn mount(tree: &Tree, source: &Source, lines: &[&str], line: usize, text: &str) -> Option<Mount> {
    let all = literals(text);
    let (at, literal) = all.iter().enumerate().find(|(_, literal)| {
        let before = literal.before.to_ascii_lowercase();
        MOUNTING.iter().any(|word| before.trim_end().ends_with(word))
    })?;
    let lower = literal.before.to_ascii_lowercase();
    // A path of Django mounts only with `include`, and `.route(` of chi only with a block.
    let opens = text.trim_end().ends_with(['{', '(']);
    if lower.ends_with("path(") && !literal.after.contains("include(") || lower.ends_with(".route(") && !opens
    {
        return None;
    }
    let prefix = format!("/{}", literal.content.trim_matches(['/', '^']));
    if prefix == "/" || prefix.contains(['*', '{', ':', ' ']) {
        return None;
    }
    let indent = |text: &str| text.len() - text.trim_start().len();
    let closes = |next: &&str| !next.trim().is_empty() && indent(next) <= indent(text);
    let block = if opens { lines[line..].iter().position(closes).unwrap_or(lines.len() - line) } else { 0 };
    let assigned = text.split_once('=').map(|(left, _)| left.trim_end_matches([':', ' ']));
    let variable = assigned.and_then(|left| left.split_whitespace().last()).map(ToOwned::to_owned);
    let variable =
        variable.filter(|name| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_'));
    let dotted = all[at + 1..].iter().map(|literal| literal.content.replace('.', "/"));
    let mut files: Vec<String> =
        dotted.filter(|file| literal.after.contains("include(") && !file.is_empty()).collect();
    let around = format!("{} {}", literal.before, literal.after);
    for name in around.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|name| name.len() > 2) {
        files.extend(imported_from(source, name));
        let is_file = tree
            .code()
            .any(|other| other.path != source.path && other.file_name().split('.').next() == Some(name));
        files.extend(is_file.then(|| name.to_owned()));
    }
    Some(Mount { prefix, file: source.path.clone(), line, block_end: line + block, variable, files })
}

/// The file that a name is imported from: `import auth from './routes/auth.js'`.
fn imported_from(source: &Source, name: &str) -> Option<String> {
    let is_import =
        |line: &&str| (line.contains("import ") || line.contains("require(")) && line.contains(name);
    let line = source.text.lines().find(is_import)?;
    let path = literals(line).first()?.content.trim_start_matches(['.', '/', '@', '~']);
    if path.is_empty() || !line.contains("./") {
        return None;
    }
    let stem =
        [".js", ".ts", ".mjs"].iter().find_map(|extension| path.strip_suffix(extension)).unwrap_or(path);
    Some(stem.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefix(files: &[(&str, &str)], file: &str, line: usize) -> String {
        let sources =
            files.iter().map(|(path, text)| Source::of((*path).to_owned(), (*text).to_owned())).collect();
        let tree = Tree { sources, ..Tree::default() };
        Mounts::of(&tree).prefix(tree.source(file).unwrap(), line).to_owned()
    }

    #[test]
    fn a_router_is_mounted_in_the_ways_of_each_language() {
        let js = [
            ("app.js", "import auth from './routes/auth.js'\napp.use('/auth', auth)\n"),
            ("routes/auth.js", "router.get('/login', x)\n"),
        ];
        assert_eq!(prefix(&js, "routes/auth.js", 1), "/auth");
        let python = [
            ("main.py", "app.include_router(auth.router, prefix=\"/auth\")\n"),
            ("app/auth.py", "@router.get(\"/login\")\n"),
        ];
        assert_eq!(prefix(&python, "app/auth.py", 1), "/auth");
        let own =
            [("a.py", "router = APIRouter(prefix=\"/auth\")\n@router.get(\"/login\")\n@app.get(\"/\")\n")];
        assert_eq!(prefix(&own, "a.py", 2), "/auth");
        assert_eq!(prefix(&own, "a.py", 3), "");
        let django = [
            ("site/urls.py", "    path(\"accounts/\", include(\"accounts.urls\")),\n"),
            ("accounts/urls.py", "path(\"login\", x)\n"),
        ];
        assert_eq!(prefix(&django, "accounts/urls.py", 1), "/accounts");
        let go = [("main.go", "\tg := r.Group(\"/auth\")\n\tg.GET(\"/login\", x)\n\tr.GET(\"/\", y)\n")];
        assert_eq!(prefix(&go, "main.go", 2), "/auth");
        assert_eq!(prefix(&go, "main.go", 3), "");
        let block = [(
            "main.go",
            "\tr.Route(\"/auth\", func(r chi.Router) {\n\t\tr.Get(\"/login\", x)\n\t})\n\tr.Get(\"/\", y)\n",
        )];
        assert_eq!(prefix(&block, "main.go", 2), "/auth");
        assert_eq!(prefix(&block, "main.go", 4), "");
    }
}
