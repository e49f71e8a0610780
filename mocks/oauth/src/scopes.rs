//! Lists of scopes.

use std::collections::HashSet;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// A list of scopes without repetitions, in the order in which they were sent (RFC 6749 §3.3). Two
/// lists are equal only if their order is; use [`Scopes::same_set`] if only the members count.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Scopes(Vec<String>);

impl Scopes {
    /// Splits at spaces, and at no other white space (RFC 6749 §3.3); that around a scope is dropped. An empty text is
    /// an empty list.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        text.split(' ').map(str::trim_ascii).filter(|scope| !scope.is_empty()).collect()
    }

    /// Whether `scope` is in the list. Scopes are case-sensitive.
    #[must_use]
    pub fn contains(&self, scope: &str) -> bool {
        self.0.iter().any(|own| own == scope)
    }

    /// The scopes, in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// The scopes that `other` contains too, in the order of this list.
    #[must_use]
    pub fn intersect(&self, other: &Scopes) -> Scopes {
        let others = other.members();
        Scopes(self.0.iter().filter(|scope| others.contains(scope.as_str())).cloned().collect())
    }

    /// The scopes that `other` does not contain, in the order of this list.
    #[must_use]
    pub fn minus(&self, other: &Scopes) -> Scopes {
        let others = other.members();
        Scopes(self.0.iter().filter(|scope| !others.contains(scope.as_str())).cloned().collect())
    }

    /// Whether `other` contains every scope of this list.
    #[must_use]
    pub fn is_subset(&self, other: &Scopes) -> bool {
        let others = other.members();
        self.iter().all(|scope| others.contains(scope))
    }

    /// Whether both lists have the same members, in any order.
    #[must_use]
    pub fn same_set(&self, other: &Scopes) -> bool {
        self.0.len() == other.0.len() && self.is_subset(other)
    }

    /// For many look-ups: a list may come from outside, and be long.
    fn members(&self) -> HashSet<&str> {
        self.iter().collect()
    }

    /// Appends a scope unless it is already in the list.
    pub fn insert(&mut self, scope: &str) {
        if !self.contains(scope) {
            self.0.push(scope.to_owned());
        }
    }

    /// The number of scopes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether the list is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<S: AsRef<str>> FromIterator<S> for Scopes {
    fn from_iter<I: IntoIterator<Item = S>>(scopes: I) -> Self {
        let mut seen = HashSet::new();
        let mut list = Vec::new();
        for scope in scopes {
            let scope = scope.as_ref();
            if !seen.contains(scope) {
                seen.insert(scope.to_owned());
                list.push(scope.to_owned());
            }
        }
        Scopes(list)
    }
}

/// The wire form: joined by single spaces.
impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(" "))
    }
}

/// Written as a list of strings, the form of configuration files and token claims.
impl Serialize for Scopes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

/// Read from a list of strings. An element with white space is refused: it is two scopes written as
/// one.
impl<'de> Deserialize<'de> for Scopes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let list = Vec::<String>::deserialize(deserializer)?;
        for scope in &list {
            if scope.is_empty() || scope.contains(char::is_whitespace) {
                return Err(D::Error::custom(format!(
                    "`{scope}` is not one scope: write a list with one scope per element"
                )));
            }
        }
        Ok(list.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_order_and_drops_repetitions() {
        let scopes = Scopes::parse("  openid  profile openid email ");
        assert_eq!(scopes.iter().collect::<Vec<_>>(), ["openid", "profile", "email"]);
        assert_eq!(scopes.to_string(), "openid profile email");
    }

    #[test]
    fn compares_members_case_sensitively() {
        let scopes = Scopes::parse("openid profile");
        assert!(!scopes.contains("OpenID"));
        assert!(scopes.same_set(&Scopes::parse("profile openid")));
        assert!(!scopes.same_set(&Scopes::parse("profile openid email")));
        assert!(!scopes.same_set(&Scopes::parse("openid email")), "as many, but others");
        assert_ne!(scopes, Scopes::parse("profile openid"));
    }

    #[test]
    fn grows_by_what_is_new_only() {
        let mut scopes = Scopes::default();
        assert!(scopes.is_empty());
        for scope in ["openid", "profile", "openid"] {
            scopes.insert(scope);
        }
        assert_eq!((scopes.to_string().as_str(), scopes.len()), ("openid profile", 2));
        assert!(!scopes.is_empty());
    }

    /// RFC 6749 §3.3: a scope does not contain white space, and is not empty.
    #[test]
    fn is_a_list_in_json_with_one_scope_an_element() {
        let scopes: Scopes = serde_json::from_str(r#"["openid", "profile", "openid"]"#).unwrap();
        assert_eq!(serde_json::to_string(&scopes).unwrap(), r#"["openid","profile"]"#);
        for wrong in ["", "openid profile", "\topenid"] {
            let refused = serde_json::from_value::<Scopes>(serde_json::json!(["email", wrong]));
            let message = refused.unwrap_err().to_string();
            assert_eq!(
                message,
                format!("`{wrong}` is not one scope: write a list with one scope per element")
            );
        }
    }

    #[test]
    fn intersects_and_subtracts_in_own_order() {
        let asked = Scopes::parse("email openid jobs");
        let allowed = Scopes::parse("openid profile email");
        assert_eq!(asked.intersect(&allowed).to_string(), "email openid");
        assert_eq!(asked.minus(&allowed).to_string(), "jobs");
        assert!(!asked.is_subset(&allowed));
        assert!(Scopes::default().is_subset(&allowed));
    }
}
