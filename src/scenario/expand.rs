//! Includes, parameters and the table of cases: transformations of the tree of values before its
//! types are checked.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use kit::files;

use super::error::ScenarioError;
use super::parameters::{Parameters, Values, fill};
use super::raw::RawCase;
use super::size::Left;
use super::syntax;
use crate::document::node::{Key, Kind, Node, Place};
use crate::document::spelling::renew;
use crate::document::typed::{Placed, known, typed};

/// Limit for nested includes; more is a mistake even if it is not a cycle.
const DEPTH_LIMIT: usize = 8;

/// The files being read, each one with the file that includes it.
struct Trail<'l> {
    files: Vec<PathBuf>,
    left: &'l mut Left,
}

/// The part of a file that makes up one walk.
#[derive(Debug)]
pub(super) struct Expanded {
    pub(super) case: Option<String>,
    pub(super) root: Node,
    /// Notes about keys in an old spelling.
    pub(super) notes: Vec<String>,
}

/// The walks of a file: one, or one for each case.
pub(super) fn expand(text: &str, path: &Path) -> Result<Vec<Expanded>, ScenarioError> {
    walks(document(text, path)?)
}

/// The walks of a tree that was read or generated.
pub(super) fn walks(mut root: Node) -> Result<Vec<Expanded>, ScenarioError> {
    let parameters = Parameters::take(&mut root)?;
    let cases = cases(&mut root)?;
    let mut walks = Vec::new();
    let mut used = BTreeSet::new();
    let mut left = Left::new();
    if cases.is_empty() {
        let values = parameters.filled_with(None, None)?;
        let mut root = whole(root, &values, &mut used, &mut left)?;
        walks.push(Expanded { case: None, notes: renew(&mut root), root });
    } else {
        for (name, case, with) in cases {
            let values = parameters.filled_with(Some(&with), Some(&name.at))?;
            left.take_copy(&root, &name.at)?;
            let mut root = whole(root.clone(), &values, &mut used, &mut left)?;
            describe(&mut root, &case);
            walks.push(Expanded { case: Some(name.name), notes: renew(&mut root), root });
        }
    }
    parameters.all_used(&used)?;
    Ok(walks)
}

/// Appends a case's own description to that of the file.
fn describe(root: &mut Node, case: &RawCase) {
    if let Kind::Map(members) = &mut root.kind
        && let Some((_, node)) = members.iter_mut().find(|(key, _)| key.name == "description")
        && let Kind::Text(text) = &mut node.kind
    {
        *text = format!("{} {}", text.trim(), case.description.trim());
    }
}

fn document(text: &str, path: &Path) -> Result<Node, ScenarioError> {
    let file = Arc::new(path.to_owned());
    let root = Node::parse(text, &file).map_err(|fault| {
        let hint = syntax::hint(text, &fault);
        let place = Place { file: file.clone(), line: fault.line, column: fault.column };
        ScenarioError::at(&place, fault.message, hint)
    })?;
    match root.kind {
        Kind::Map(_) => Ok(root),
        _ => {
            let message = if text.trim().is_empty() {
                "the file is empty".to_owned()
            } else {
                format!("a scenario must be a map, found {}", root.description())
            };
            Err(ScenarioError::at(
                &root.at,
                message,
                Some("start with `description:` and `steps:`".to_owned()),
            ))
        }
    }
}

fn cases(root: &mut Node) -> Result<Vec<(Key, RawCase, Node)>, ScenarioError> {
    let Some(cases) = root.take("cases") else { return Ok(vec![]) };
    let Kind::Map(rows) = cases.kind else {
        let message = format!("`cases` must be a map of names to rows, found {}", cases.description());
        return Err(ScenarioError::at(&cases.at, message, None));
    };
    if rows.is_empty() {
        return Err(ScenarioError::at(&cases.at, "`cases` is empty", None));
    }
    rows.into_iter()
        .map(|(name, mut row)| {
            // The name is part of a file name.
            if !name.name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
                let message = format!("`{}` is not a valid name for a case", name.name);
                let hint = Some("use letters, digits and `-`".to_owned());
                return Err(ScenarioError::at(&name.at, message, hint));
            }
            let case: RawCase = typed(&row).map_err(|error| ScenarioError::typed(error, &row.at))?;
            let at = row.at.clone();
            let with = row.take("with").unwrap_or(Node { at, kind: Kind::Map(vec![]) });
            Ok((name, case, with))
        })
        .collect()
}

/// The scenario with parameters filled in and includes followed.
fn whole(
    mut root: Node,
    values: &Values,
    used: &mut BTreeSet<String>,
    left: &mut Left,
) -> Result<Node, ScenarioError> {
    fill(&mut root, values, used, left)?;
    let mut trail = Trail { files: vec![root.at.file.to_path_buf()], left };
    top_level_includes(&mut root, &mut trail)?;
    steps_included(&mut root, &mut trail)?;
    Ok(root)
}

/// `include:` of a file: its own `given` overrides the included one, and included steps come first.
fn top_level_includes(root: &mut Node, trail: &mut Trail<'_>) -> Result<(), ScenarioError> {
    let Some(list) = root.take("include") else { return Ok(()) };
    let files: Vec<Placed<String>> = typed(&list).map_err(|error| ScenarioError::typed(error, &list.at))?;
    let (mut given, mut steps): (Option<Node>, Vec<Node>) = (None, vec![]);
    for file in files {
        let mut part = fragment(&file.value, &file.at, None, trail)?;
        if let Some(more) = part.take("given") {
            given = Some(match given {
                Some(before) => before.overlaid(more),
                None => more,
            });
        }
        if let Some(Node { kind: Kind::List(more), .. }) = part.take("steps") {
            steps.extend(more);
        }
    }
    let Kind::Map(members) = &mut root.kind else { return Ok(()) };
    if let Some(below) = given {
        match members.iter_mut().find(|(key, _)| key.name == "given") {
            Some((_, own)) => {
                let own_value = std::mem::replace(own, Node { at: own.at.clone(), kind: Kind::Null });
                *own = below.overlaid(own_value);
            }
            None => members.push((Key { name: "given".to_owned(), at: below.at.clone() }, below)),
        }
    }
    if steps.is_empty() {
        return Ok(());
    }
    match members.iter_mut().find(|(key, _)| key.name == "steps") {
        Some((_, Node { kind: Kind::List(own), .. })) => {
            steps.append(own);
            *own = steps;
        }
        // If it is not a list, the type check reports it.
        Some(_) => {}
        None => {
            let at = steps[0].at.clone();
            members.push((
                Key { name: "steps".to_owned(), at: at.clone() },
                Node { at, kind: Kind::List(steps) },
            ));
        }
    }
    Ok(())
}

/// Steps `include:` become the steps of that file.
fn steps_included(root: &mut Node, trail: &mut Trail<'_>) -> Result<(), ScenarioError> {
    let Kind::Map(members) = &mut root.kind else { return Ok(()) };
    let list = members.iter_mut().find(|(key, _)| key.name == "steps").map(|(_, value)| &mut value.kind);
    let Some(Kind::List(steps)) = list else { return Ok(()) };
    let mut all = Vec::new();
    for mut step in std::mem::take(steps) {
        let Some(file) = step.take("include") else {
            all.push(step);
            continue;
        };
        let with = step.take("with");
        if let Kind::Map(rest) = &step.kind
            && let Some((key, _)) = rest.first()
        {
            let hint =
                Some("put it into a step before or after this one, or into the included file".to_owned());
            let message = format!("a step that includes a file cannot have `{}`", key.name);
            return Err(ScenarioError::at(&key.at, message, hint));
        }
        let name: String = typed(&file).map_err(|error| ScenarioError::typed(error, &file.at))?;
        let mut part = fragment(&name, &file.at, with.as_ref(), trail)?;
        if let Some(given) = part.get("given") {
            let hint = Some(format!("include `{name}` at the top of the scenario, or remove its `given`"));
            return Err(ScenarioError::at(&given.at, "`given` of an included step comes too late", hint));
        }
        match part.take("steps") {
            Some(Node { kind: Kind::List(more), .. }) => all.extend(more),
            Some(other) => {
                let message = format!("`steps` must be a list, found {}", other.description());
                return Err(ScenarioError::at(&other.at, message, None));
            }
            None => return Err(ScenarioError::at(&part.at, "`steps` is missing", None)),
        }
    }
    *steps = all;
    Ok(())
}

/// Shortens `sign-in/../shared` to `shared`: messages get shorter, and each file has one name.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match (part, plain.components().next_back()) {
            (Component::ParentDir, Some(Component::Normal(_))) => {
                plain.pop();
            }
            (Component::CurDir, _) => {}
            (part, _) => plain.push(part),
        }
    }
    plain
}

/// Reads a file of shared `given` and steps, with its own includes resolved.
fn fragment(
    name: &str,
    at: &Place,
    with: Option<&Node>,
    trail: &mut Trail<'_>,
) -> Result<Node, ScenarioError> {
    const KEYS: [&str; 5] = ["description", "include", "parameters", "given", "steps"];
    let path = plain(&at.file.parent().unwrap_or(Path::new("")).join(name));
    if trail.files.contains(&path) || trail.files.len() == DEPTH_LIMIT {
        let chain: Vec<String> = trail.files.iter().map(|path| path.display().to_string()).collect();
        let message = format!("`{name}` includes itself: {}", chain.join(" → "));
        return Err(ScenarioError::include(at, message));
    }
    let text = files::read_text(&path, files::SETTINGS_LIMIT).map_err(|error| {
        let hint = format!("looked for {}", path.display());
        ScenarioError::include(at, format!("`{name}` cannot be included: {error}\n  hint: {hint}"))
    })?;
    let mut root = document(&text, &path)?;
    if let Kind::Map(members) = &root.kind
        && let Some((key, _)) = members.iter().find(|(key, _)| !KEYS.contains(&key.name.as_str()))
    {
        let message = format!("unknown key `{}` in an included file", key.name);
        return Err(ScenarioError::at(&key.at, message, known(&key.name, &KEYS)));
    }
    let parameters = Parameters::take(&mut root)?;
    let values = parameters.filled_with(with, Some(with.map_or(at, |with| &with.at)))?;
    let mut used = BTreeSet::new();
    trail.left.take_copy(&root, at)?;
    fill(&mut root, &values, &mut used, trail.left)?;
    parameters.all_used(&used)?;
    trail.files.push(path);
    top_level_includes(&mut root, trail)?;
    steps_included(&mut root, trail)?;
    trail.files.pop();
    Ok(root)
}
