//! Keys in the spelling of earlier versions: they are still read, with a note.

use super::node::{Kind, Node};

/// The way to the map, the old key, and the new one. A list on the way stands for each of its items.
const RENAMED: [(&[&str], &str, &str); 3] = [
    (&["given", "huggingface"], "organisations", "organizations"),
    (&["given", "huggingface", "switches"], "organisations_without_scope", "organizations_without_scope"),
    (&["steps", "at_huggingface", "switches"], "organisations_without_scope", "organizations_without_scope"),
];

/// Whether a key is in an old spelling, which no hint recommends.
pub(crate) fn is_old(key: &str) -> bool {
    RENAMED.iter().any(|(_, old, _)| *old == key)
}

/// Gives old keys their new names, and returns a note with the position of each.
pub(crate) fn renew(root: &mut Node) -> Vec<String> {
    let mut notes = Vec::new();
    for (path, old, new) in RENAMED {
        rename(root, path, old, new, &mut notes);
    }
    notes
}

fn rename(node: &mut Node, path: &[&str], old: &str, new: &str, notes: &mut Vec<String>) {
    match (&mut node.kind, path) {
        (Kind::List(items), _) => items.iter_mut().for_each(|item| rename(item, path, old, new, notes)),
        (Kind::Map(members), [next, rest @ ..]) => {
            let on_the_way = members.iter_mut().filter(|(key, _)| key.name == *next);
            on_the_way.for_each(|(_, value)| rename(value, rest, old, new, notes));
        }
        (Kind::Map(members), []) => {
            for (key, _) in members.iter_mut().filter(|(key, _)| key.name == old) {
                new.clone_into(&mut key.name);
                let (file, line, column) = (key.at.file.display(), key.at.line, key.at.column);
                notes.push(format!("{file}:{line}:{column}: `{old}` is spelled `{new}` now"));
            }
        }
        _ => {}
    }
}
