//! What a transcript hides because it differs in every run and nothing shows that it does.

use serde::Deserialize;

/// A part of the app's own messages that the transcript shows as `[MASKED]`, with the reason. Exactly one of
/// `field`, `cookie`, `member`, `query`, `text` says which; a `*` in it stands for any characters.
///
/// A mask never covers a status, a redirect target, or a cookie's name and attributes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "Written")]
#[cfg_attr(feature = "schema", schemars(with = "Written"))]
pub struct Mask {
    /// Which part.
    pub part: MaskedPart,
    /// The name of the part, or the text.
    pub pattern: String,
    /// Why it is hidden.
    pub reason: String,
}

crate::named::named! {
    /// The part of a message that a mask covers.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum MaskedPart {
        /// The value of a form's field: in the page, and in the form as it is sent.
        Field => "field",
        /// The value of a cookie that the app sets.
        Cookie => "cookie",
        /// The value of a member of JSON, at any depth, answered or sent.
        Member => "member",
        /// The value of a parameter in a link or a form's action, and in an address of the app that the browser
        /// did not reach by a redirect.
        Query => "query",
        /// A text of a page, or of an answer that is neither JSON nor a page.
        Text => "text",
    }
}

/// A mask as a file has it.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(feature = "schema", schemars(rename = "Mask", extend("required" = ["reason"], "minProperties" = 2, "maxProperties" = 2)))]
struct Written {
    /// The name of a form's field.
    field: Option<String>,
    /// The name of a cookie that the app sets.
    cookie: Option<String>,
    /// The name of a member of JSON, at any depth.
    member: Option<String>,
    /// The name of a parameter of an address.
    query: Option<String>,
    /// A text; `*` stands for what differs in it.
    text: Option<String>,
    /// Why it is hidden; the transcript says so.
    reason: Option<String>,
}

/// A mask that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MaskError {
    /// It names no part.
    #[error("a mask names what it covers: one of `field`, `cookie`, `member`, `query` and `text`")]
    NoPart,
    /// It names several parts.
    #[error("a mask covers one thing, and this one names `{first}` and `{second}`: write two masks")]
    TwoParts {
        /// The first part that it names.
        first: MaskedPart,
        /// The second one.
        second: MaskedPart,
    },
    /// It does not say why.
    #[error("a mask needs a `reason`, which the transcript shows: why does `{pattern}` differ in every run?")]
    NoReason {
        /// What it covers.
        pattern: String,
    },
    /// It would cover everything.
    #[error("`{part}: \"{pattern}\"` covers everything: write at least one character other than `*`")]
    Everything {
        /// The part that it covers.
        part: MaskedPart,
        /// What it covers.
        pattern: String,
    },
}

impl TryFrom<Written> for Mask {
    type Error = MaskError;

    fn try_from(written: Written) -> Result<Self, MaskError> {
        let named = [
            (MaskedPart::Field, written.field),
            (MaskedPart::Cookie, written.cookie),
            (MaskedPart::Member, written.member),
            (MaskedPart::Query, written.query),
            (MaskedPart::Text, written.text),
        ];
        let mut named = named.into_iter().filter_map(|(part, pattern)| Some((part, pattern?)));
        let (part, pattern) = named.next().ok_or(MaskError::NoPart)?;
        if let Some((second, _)) = named.next() {
            return Err(MaskError::TwoParts { first: part, second });
        }
        Self::new(part, pattern, written.reason.unwrap_or_default())
    }
}

impl Mask {
    /// A mask of this part.
    ///
    /// # Errors
    /// [`MaskError`] if it would cover everything, or does not say why.
    pub fn new(
        part: MaskedPart,
        pattern: impl Into<String>,
        reason: impl Into<String>,
    ) -> Result<Self, MaskError> {
        let (pattern, reason) = (pattern.into(), reason.into());
        if pattern.chars().all(|c| c == '*' || c.is_whitespace()) {
            return Err(MaskError::Everything { part, pattern });
        }
        if reason.trim().is_empty() {
            return Err(MaskError::NoReason { pattern });
        }
        Ok(Self { part, pattern, reason })
    }

    /// Whether this is the name that the mask covers.
    pub(crate) fn covers(&self, part: MaskedPart, name: &str) -> bool {
        self.part == part && is_whole(&self.pattern, name)
    }

    /// The text without what the mask covers, if it covers something.
    pub(crate) fn hidden(&self, text: &str, shown: &str) -> Option<String> {
        let mut rest = text;
        let mut hidden = String::new();
        while let Some(found) = self.found(rest).filter(|found| !found.is_empty()) {
            hidden.push_str(&rest[..found.start]);
            hidden.push_str(shown);
            rest = &rest[found.end..];
        }
        (rest.len() < text.len()).then(|| hidden + rest)
    }

    /// Where the pattern first occurs. A `*` at its end goes to the end of the text.
    fn found(&self, text: &str) -> Option<std::ops::Range<usize>> {
        let mut literals = self.pattern.split('*');
        let first = literals.next().unwrap_or_default();
        let start = text.find(first)?;
        let mut end = start + first.len();
        let mut literals = literals.peekable();
        while let Some(literal) = literals.next() {
            end = match literals.peek() {
                None if literal.is_empty() => text.len(),
                _ => end + text[end..].find(literal)? + literal.len(),
            };
        }
        Some(start..end)
    }
}

/// Whether the pattern is all of the name.
fn is_whole(pattern: &str, name: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(mut name) = name.strip_prefix(first) else { return false };
    let (middle, last) = rest.rsplit_once('*').unwrap_or(("", rest));
    for literal in middle.split('*') {
        let Some(at) = name.find(literal) else { return false };
        name = &name[at + literal.len()..];
    }
    name.ends_with(last)
}

impl std::fmt::Display for Mask {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} `{}`", self.part, self.pattern)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Mask, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    #[test]
    fn a_mask_covers_one_thing_and_says_why() {
        let mask = read(r#"{"field":"build","reason":"differs in every build"}"#).unwrap();
        assert_eq!(mask.to_string(), "field `build`");
        for (json, told) in [
            (r#"{"reason":"x"}"#, "a mask names what it covers: one of `field`, `cookie`"),
            (
                r#"{"field":"a","query":"b","reason":"x"}"#,
                "this one names `field` and `query`: write two masks",
            ),
            (r#"{"text":"Build *"}"#, "a mask needs a `reason`"),
            (r#"{"text":"Build *","reason":" "}"#, "a mask needs a `reason`"),
            (r#"{"text":"* *","reason":"x"}"#, "`text: \"* *\"` covers everything"),
            (r#"{"header":"date","reason":"x"}"#, "unknown field `header`"),
        ] {
            let error = read(json).unwrap_err();
            assert!(error.contains(told), "{json}: {error}");
        }
    }

    #[cfg(feature = "schema")]
    #[test]
    fn an_editor_knows_what_a_mask_needs() {
        let schema = schemars::schema_for!(Mask);
        let schema = schema.as_value();
        assert_eq!((&schema["title"], &schema["maxProperties"]), (&"Mask".into(), &2.into()));
        assert_eq!(schema["required"], serde_json::json!(["reason"]));
        for part in ["field", "cookie", "member", "query", "text"] {
            assert!(schema["properties"][part]["description"].is_string(), "{part}: {schema}");
        }
    }

    fn mask(part: MaskedPart, pattern: &str) -> Mask {
        Mask::new(part, pattern, "a reason").unwrap()
    }

    #[test]
    fn a_name_is_covered_as_a_whole() {
        let covers = |pattern, name| mask(MaskedPart::Cookie, pattern).covers(MaskedPart::Cookie, name);
        assert!(covers("build", "build") && covers("session.*", "session.0") && covers("*.id", "a.id.id"));
        assert!(
            !covers("build", "builder") && !covers("build", "rebuild") && !covers("session.*", "a session")
        );
        assert!(!mask(MaskedPart::Cookie, "build").covers(MaskedPart::Field, "build"));
    }

    #[test]
    fn a_star_stands_for_what_differs() {
        let hidden = |pattern, text| mask(MaskedPart::Text, pattern).hidden(text, "[MASKED]");
        assert_eq!(hidden("Build *", "Hello! Build 17 of today").unwrap(), "Hello! [MASKED]");
        assert_eq!(hidden("seen * ago", "seen 2 s ago, seen 3 s ago").unwrap(), "[MASKED], [MASKED]");
        assert_eq!(hidden("Tip: * (*)", "Tip: é – be kind (4)!").unwrap(), "[MASKED]!");
        assert_eq!(hidden("Build *", "Hello"), None);
    }
}
