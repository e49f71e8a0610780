//! Parameters of a query or a form, including repeated ones.

use std::collections::HashSet;

use thiserror::Error;

/// Parameters in the order in which they were sent.
///
/// RFC 6749 §3.1 and §3.2 forbid sending a parameter twice, so a map would hide an error; this list
/// keeps every value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Params(Vec<(String, String)>);

/// A parameter was sent more than once.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("parameter `{0}` was sent more than once")]
pub struct Duplicate(pub String);

impl Params {
    /// Parses a query or an `application/x-www-form-urlencoded` body.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        Params(form_urlencoded::parse(text.as_bytes()).into_owned().collect())
    }

    /// The single value of `name`, if it was sent.
    ///
    /// # Errors
    /// [`Duplicate`] if it was sent more than once.
    pub fn one(&self, name: &str) -> Result<Option<&str>, Duplicate> {
        let mut values = self.all(name);
        let first = values.next();
        match values.next() {
            Some(_) => Err(Duplicate(name.to_owned())),
            None => Ok(first),
        }
    }

    /// Every value of `name`, in order.
    pub fn all<'own>(&'own self, name: &str) -> impl Iterator<Item = &'own str> {
        self.0.iter().filter(move |(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// The first value of `name`, for parameters whose repetition does no harm.
    #[must_use]
    pub fn first(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// Names that were sent more than once, each listed once, in order.
    #[must_use]
    pub fn repeated(&self) -> Vec<&str> {
        let (mut seen, mut told) = (HashSet::new(), HashSet::new());
        let mut repeated: Vec<&str> = Vec::new();
        for (name, _) in &self.0 {
            if !seen.insert(name) && told.insert(name) {
                repeated.push(name);
            }
        }
        repeated
    }

    /// Every pair, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Whether no parameter was sent.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Params {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        Params(pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_hostile_values() {
        let params = Params::parse("secret=a%2Bb%25+c%21d%3F&empty=&state=%7B%22a%22%3A1%7D");
        assert_eq!(params.one("secret"), Ok(Some("a+b% c!d?")));
        assert_eq!(params.one("empty"), Ok(Some("")));
        assert_eq!(params.one("state"), Ok(Some("{\"a\":1}")));
        assert_eq!(params.one("absent"), Ok(None));
    }

    #[test]
    fn reports_repetition_even_of_equal_values() {
        let params = Params::parse("code=1&state=s&resource=a&code=1&resource=b&resource=c");
        assert_eq!(params.one("code"), Err(Duplicate("code".to_owned())));
        assert_eq!(params.all("resource").collect::<Vec<_>>(), ["a", "b", "c"]);
        assert_eq!(params.repeated(), ["code", "resource"]);
        assert_eq!(params.first("resource"), Some("a"));
        assert_eq!(params.first("scope"), None);
    }

    #[test]
    fn keeps_every_pair_in_order() {
        let pairs = [("code", "1"), ("state", "s"), ("code", "")];
        let params = Params::from_iter(pairs);
        assert_eq!(params, Params::parse("code=1&state=s&code="));
        assert_eq!(params.iter().collect::<Vec<_>>(), pairs);
        assert!(!params.is_empty());
        assert!(Params::parse("").is_empty());
    }
}
