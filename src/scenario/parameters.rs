//! `${name}`: values that a case or an `include` provides.

use std::collections::BTreeSet;

use super::error::ScenarioError;
use super::size::Left;
use crate::document::node::{Key, Kind, Node, Place};
use crate::document::typed::known;

/// Parameters with their values.
pub(super) type Values = Vec<(String, Node)>;

/// The parameters of a file with their defaults.
#[derive(Debug)]
pub(super) struct Parameters {
    declared: Vec<(Key, Node)>,
}

impl Parameters {
    pub(super) fn take(root: &mut Node) -> Result<Self, ScenarioError> {
        let Some(node) = root.take("parameters") else { return Ok(Self { declared: vec![] }) };
        match node.kind {
            Kind::Map(declared) => Ok(Self { declared }),
            _ => {
                let message =
                    format!("`parameters` must be a map of names to values, found {}", node.description());
                Err(ScenarioError::at(&node.at, message, None))
            }
        }
    }

    /// Every parameter with its value. A missing one is reported at `at`, where the file is
    /// included, or else where it is declared.
    pub(super) fn filled_with(
        &self,
        with: Option<&Node>,
        at: Option<&Place>,
    ) -> Result<Values, ScenarioError> {
        let names: Vec<&str> = self.declared.iter().map(|(key, _)| key.name.as_str()).collect();
        let given = match with.map(|with| (&with.kind, with)) {
            None => &[][..],
            Some((Kind::Map(given), _)) => given,
            Some((_, with)) => {
                let message =
                    format!("`with` must be a map of names to values, found {}", with.description());
                return Err(ScenarioError::at(&with.at, message, None));
            }
        };
        if let Some((key, _)) = given.iter().find(|(key, _)| !names.contains(&key.name.as_str())) {
            let message = format!("unknown parameter `{}`", key.name);
            return Err(ScenarioError::at(&key.at, message, known(&key.name, &names)));
        }
        self.declared
            .iter()
            .map(|(key, default)| {
                let value =
                    given.iter().find(|(name, _)| name.name == key.name).map_or(default, |(_, value)| value);
                if value.kind == Kind::Null {
                    let message = format!("the parameter `{}` has no value", key.name);
                    let hint = Some(format!(
                        "set it with `with: {{ {}: … }}`, or give it a default under `parameters`",
                        key.name
                    ));
                    return Err(ScenarioError::at(at.unwrap_or(&key.at), message, hint));
                }
                Ok((key.name.clone(), value.clone()))
            })
            .collect()
    }

    /// Rejects a parameter that is never used: it is probably a mistake.
    pub(super) fn all_used(&self, used: &BTreeSet<String>) -> Result<(), ScenarioError> {
        match self.declared.iter().find(|(key, _)| !used.contains(&key.name)) {
            Some((key, _)) => {
                let hint =
                    Some(format!("write `${{{}}}` where it belongs, or remove the parameter", key.name));
                Err(ScenarioError::at(&key.at, format!("the parameter `{}` is not used", key.name), hint))
            }
            None => Ok(()),
        }
    }
}

/// Substitutes the values. A text that consists only of `${name}` becomes the value, of whatever
/// type; within a longer text it is written out. `$${` is a literal `${`.
pub(super) fn fill(
    node: &mut Node,
    values: &Values,
    used: &mut BTreeSet<String>,
    left: &mut Left,
) -> Result<(), ScenarioError> {
    match &mut node.kind {
        Kind::List(items) => items.iter_mut().try_for_each(|item| fill(item, values, used, left)),
        Kind::Map(members) => members.iter_mut().try_for_each(|(_, value)| fill(value, values, used, left)),
        Kind::Text(text) if text.contains("${") => {
            let whole = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
            if let Some(name) = whole.filter(|name| !name.contains(['$', '{', '}'])) {
                let value = value(name, values, used, &node.at)?;
                left.take_copy(value, &node.at)?;
                node.kind = value.kind.clone();
                return Ok(());
            }
            *text = written(text, values, used, left, &node.at)?;
            Ok(())
        }
        _ => Ok(()),
    }
}

fn written(
    text: &str,
    values: &Values,
    used: &mut BTreeSet<String>,
    left: &mut Left,
    at: &Place,
) -> Result<String, ScenarioError> {
    let mut filled = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        if rest[..start].ends_with('$') {
            filled.push_str(&rest[..start - 1]);
            filled.push_str("${");
            rest = &rest[start + 2..];
            continue;
        }
        let Some(length) = rest[start..].find('}') else {
            let hint = Some("write `$${` for a literal `${`".to_owned());
            return Err(ScenarioError::at(at, "`${` is not closed by `}`", hint));
        };
        filled.push_str(&rest[..start]);
        let name = &rest[start + 2..start + length];
        match &value(name, values, used, at)?.kind {
            Kind::Text(text) => {
                left.take(text.len(), at)?;
                filled.push_str(text);
            }
            Kind::Number(number) => filled.push_str(&number.to_string()),
            Kind::Bool(value) => filled.push_str(&value.to_string()),
            Kind::Null | Kind::List(_) | Kind::Map(_) => {
                let message = format!("`${{{name}}}` is a list or a map: it cannot be part of a text");
                return Err(ScenarioError::at(at, message, None));
            }
        }
        rest = &rest[start + length + 1..];
    }
    filled.push_str(rest);
    Ok(filled)
}

fn value<'v>(
    name: &str,
    values: &'v Values,
    used: &mut BTreeSet<String>,
    at: &Place,
) -> Result<&'v Node, ScenarioError> {
    let names: Vec<&str> = values.iter().map(|(name, _)| name.as_str()).collect();
    let (name, value) = values.iter().find(|(known, _)| known == name).ok_or_else(|| {
        let hint = match known(name, &names) {
            Some(hint) => hint,
            None => "declare it under `parameters`, or write `$${` for a literal `${`".to_owned(),
        };
        ScenarioError::at(at, format!("unknown parameter `{name}`"), Some(hint))
    })?;
    used.insert(name.clone());
    Ok(value)
}
