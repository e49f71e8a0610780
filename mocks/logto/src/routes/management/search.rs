//! Searches of lists (`search`, `mode`, `joint`, `isCaseSensitive`), as `utils/search.ts` of Logto's sources
//! parses and applies them.

use oauth::params::Params;

/// Searchable fields, as the query and as Logto's tables name them.
pub(super) type Fields = &'static [(&'static str, &'static str)];

/// Why a search is not made.
#[derive(Debug, PartialEq, thiserror::Error)]
pub(super) enum SearchError {
    #[error("{0}")]
    Invalid(String),
    #[error("this double searches by `like` and `exact` only")]
    Mode,
}

/// Whether a parameter says yes.
pub(super) fn is_yes(text: &str) -> bool {
    ["1", "true", "y", "yes", "yep", "yeah"].contains(&text.to_lowercase().as_str())
}

pub(super) struct Search {
    matches: Vec<Match>,
    all: bool,
    case_sensitive: bool,
}

/// A condition: one field or any field, and one of these values.
struct Match {
    field: Option<String>,
    exact: bool,
    values: Vec<String>,
}

impl Search {
    /// The search in a query.
    ///
    /// # Errors
    /// [`SearchError`].
    pub(super) fn of(params: &Params, fields: Fields) -> Result<Self, SearchError> {
        let after = |name: &str| name.split_once('.').map(|(_, field)| field.to_owned());
        let named = |start: &str| {
            let start = start.to_owned();
            params.iter().filter(move |(name, _)| name.starts_with(&start))
        };
        let mut matches: Vec<Match> = Vec::new();
        for (name, value) in named("search") {
            let field = after(name);
            if let Some(unknown) =
                field.as_ref().filter(|field| fields.iter().all(|(known, _)| known != field))
            {
                let known: Vec<&str> = fields.iter().map(|(_, column)| *column).collect();
                let known = known.join(", ");
                let why = format!("Search field `{unknown}` is not valid, expect one of {known}.");
                return Err(SearchError::Invalid(why));
            }
            if value.is_empty() {
                return Err(SearchError::Invalid("Search value cannot be empty.".to_owned()));
            }
            match matches.iter_mut().find(|known| known.field == field) {
                Some(known) => known.values.push(value.to_owned()),
                None => matches.push(Match { field, exact: false, values: vec![value.to_owned()] }),
            }
        }
        let mode = |field: &Option<String>| {
            named("mode").find(|(name, _)| after(name) == *field).map(|(_, mode)| mode)
        };
        let case_sensitive = params.first("isCaseSensitive").is_some_and(is_yes);
        for known in &mut matches {
            known.exact = match mode(&known.field).or_else(|| mode(&None)) {
                None | Some("like") => false,
                Some("exact") => true,
                Some("posix") => return Err(SearchError::Mode),
                Some("similar_to") if case_sensitive => return Err(SearchError::Mode),
                Some("similar_to") => {
                    let why = "Cannot use case-insensitive match for `similar to`.";
                    return Err(SearchError::Invalid(why.to_owned()));
                }
                Some(other) => {
                    let why = format!(
                        "Search match mode `{other}` is not valid, expect one of exact, like, similar_to, posix."
                    );
                    return Err(SearchError::Invalid(why));
                }
            };
            if !known.exact && known.values.len() > 1 {
                let why = "Only one search value is allowed when search mode is not `exact`.";
                return Err(SearchError::Invalid(why.to_owned()));
            }
        }
        let joint = params.first("joint").or_else(|| params.first("jointMode"));
        Ok(Self { matches, all: joint == Some("and"), case_sensitive })
    }

    /// Whether it finds what has these values, in the order of the fields.
    pub(super) fn finds(&self, fields: Fields, held: &[Option<&str>]) -> bool {
        let matched = |known: &Match| self.matches(known, fields, held);
        match self.all {
            _ if self.matches.is_empty() => true,
            true => self.matches.iter().all(matched),
            false => self.matches.iter().any(matched),
        }
    }

    fn matches(&self, known: &Match, fields: Fields, held: &[Option<&str>]) -> bool {
        let folded = |text: &str| if self.case_sensitive { text.to_owned() } else { text.to_lowercase() };
        let fits = |held: &str| {
            let held = folded(held);
            known.values.iter().map(|value| folded(value)).any(|value| {
                if known.exact { value == held } else { like(&characters(&value), &characters(&held)) }
            })
        };
        let asked = |name: &str| known.field.as_deref().is_none_or(|asked| asked == name);
        let mut held = fields.iter().zip(held).filter(|((name, _), _)| asked(name));
        held.any(|(_, held)| held.is_some_and(fits))
    }
}

fn characters(text: &str) -> Vec<char> {
    text.chars().collect()
}

/// `LIKE`: `%` matches any characters, `_` one character.
fn like(pattern: &[char], text: &[char]) -> bool {
    match (pattern, text) {
        ([], []) => true,
        (['%', rest @ ..], _) => (0..=text.len()).any(|at| like(rest, &text[at..])),
        (['_', pattern @ ..], [_, text @ ..]) => like(pattern, text),
        ([wanted, pattern @ ..], [found, text @ ..]) if wanted == found => like(pattern, text),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELDS: Fields = &[("id", "id"), ("primaryEmail", "primary_email")];

    #[test]
    fn like_supports_two_wildcards() {
        for (pattern, text, expected) in [
            ("%da%", "ada", true),
            ("a_a", "ada", true),
            ("ada", "adam", false),
            ("%", "", true),
            ("_", "", false),
        ] {
            assert_eq!(like(&characters(pattern), &characters(text)), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn only_some_fields_can_be_searched() {
        let refused = Search::of(&Params::parse("search.identities=x"), FIELDS).err().unwrap();
        assert_eq!(
            refused.to_string(),
            "Search field `identities` is not valid, expect one of id, primary_email."
        );
        let query = "search.primaryEmail=ADA%40example.com&mode.primaryEmail=exact";
        let search = Search::of(&Params::parse(query), FIELDS).ok().unwrap();
        assert!(!search.finds(FIELDS, &[Some("ada@example.com"), None]));
        assert!(search.finds(FIELDS, &[Some("u"), Some("ada@example.com")]));
    }
}
