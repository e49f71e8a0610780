//! `GET /users`: pages and searches (contract §4, "Users").

use axum::response::Response;
use oauth::params::Params;
use serde_json::json;

use super::auth::Authorized;
use super::pagination::Page;
use crate::store::User;
use crate::wire::{Answer, Code, NotImplemented, refusals};

refusals! {
    /// Why no list is returned.
    enum SearchError {
        #[error("{0}")]
        Invalid(why: String) => Code::RequestInvalidInput.about(&[why]).with_data(json!({})),
        #[error("this double searches by `like` and `exact` only")]
        Mode => NotImplemented,
    }
}

/// Newest first, with the total number in `Total-Number` and the pages in `Link`.
pub(super) fn list(shared: Authorized, page: Page) -> Answer<Response> {
    let search = Search::of(&page.params)?;
    let store = shared.store();
    let found: Vec<&User> = store.users.iter().filter(|user| search.finds(user)).collect();
    Ok(page.answer(&shared, found.iter().map(|user| user.json(shared.context.version))))
}

/// Searchable fields, as the query and as the refusal name them.
const FIELDS: [(&str, &str); 5] = [
    ("id", "id"),
    ("primaryEmail", "primary_email"),
    ("primaryPhone", "primary_phone"),
    ("username", "username"),
    ("name", "name"),
];

struct Search {
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
    fn of(params: &Params) -> Result<Self, SearchError> {
        let after = |name: &str| name.split_once('.').map(|(_, field)| field.to_owned());
        let named = |start: &str| {
            let start = start.to_owned();
            params.iter().filter(move |(name, _)| name.starts_with(&start))
        };
        let mut matches: Vec<Match> = Vec::new();
        for (name, value) in named("search") {
            let field = after(name);
            if let Some(unknown) =
                field.as_ref().filter(|field| FIELDS.iter().all(|(known, _)| known != field))
            {
                let known = FIELDS.map(|(_, column)| column).join(", ");
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
        let case = params.first("isCaseSensitive").unwrap_or_default();
        let case_sensitive = ["1", "true", "y", "yes", "yep", "yeah"].contains(&case.to_lowercase().as_str());
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

    fn finds(&self, user: &User) -> bool {
        let matched = |known: &Match| self.matches(known, user);
        match self.all {
            _ if self.matches.is_empty() => true,
            true => self.matches.iter().all(matched),
            false => self.matches.iter().any(matched),
        }
    }

    fn matches(&self, known: &Match, user: &User) -> bool {
        let folded = |text: &str| if self.case_sensitive { text.to_owned() } else { text.to_lowercase() };
        let fits = |held: &str| {
            let held = folded(held);
            known.values.iter().map(|value| folded(value)).any(|value| {
                if known.exact { value == held } else { like(&characters(&value), &characters(&held)) }
            })
        };
        [
            ("id", Some(&user.id)),
            ("primaryEmail", user.primary_email.as_ref()),
            ("primaryPhone", user.primary_phone.as_ref()),
            ("username", user.username.as_ref()),
            ("name", user.name.as_ref()),
        ]
        .into_iter()
        .filter(|(field, _)| known.field.as_deref().is_none_or(|asked| asked == *field))
        .any(|(_, held)| held.is_some_and(|held| fits(held)))
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
    fn only_five_fields_can_be_searched() {
        let refused = Search::of(&Params::parse("search.identities=x")).err().unwrap();
        assert_eq!(
            refused.to_string(),
            "Search field `identities` is not valid, expect one of id, primary_email, primary_phone, username, name."
        );
        let search =
            Search::of(&Params::parse("search.primaryEmail=ADA%40example.com&mode.primaryEmail=exact"));
        let mut user = User::new("u".to_owned(), 0);
        assert!(!search.as_ref().unwrap().finds(&user));
        user.primary_email = Some("ada@example.com".to_owned());
        assert!(search.unwrap().finds(&user));
    }
}
