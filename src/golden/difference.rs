//! A difference from a recording, and how it is displayed.

use std::fmt::{self, Display, Formatter};

use similar::{ChangeTag, TextDiff};

/// One field of one exchange that differs from the recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Number of the exchange in the recording.
    pub exchange: u64,
    /// Method, URL and purpose of the exchange, for people.
    pub title: String,
    /// `status`, `location`, `set-cookie`, `body` …, or `call 2 body` for the second request that
    /// Logto sent to the provider during the exchange.
    pub field: String,
    /// The recorded value, with this run's values in place of the recorded ones.
    pub recorded: String,
    /// The value in this run.
    pub here: String,
}

impl Display for Difference {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "exchange {} {}: {} differs (- recorded, + here)",
            self.exchange, self.title, self.field
        )?;
        let diff = TextDiff::from_lines(&self.recorded, &self.here);
        for (at, group) in diff.grouped_ops(2).iter().enumerate() {
            if at > 0 {
                writeln!(f, "      …")?;
            }
            for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
                let sign = match change.tag() {
                    ChangeTag::Delete => '-',
                    ChangeTag::Insert => '+',
                    ChangeTag::Equal => ' ',
                };
                writeln!(f, "    {sign} {}", change.value().trim_end_matches('\n'))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_the_lines_that_differ_with_those_around() {
        let difference = Difference {
            exchange: 7,
            title: "POST [LOGTO]/oidc/token".to_owned(),
            field: "body".to_owned(),
            recorded: "{\n  \"a\": 1,\n  \"b\": 2\n}".to_owned(),
            here: "{\n  \"a\": 1,\n  \"b\": 3\n}".to_owned(),
        };
        assert_eq!(
            difference.to_string(),
            "exchange 7 POST [LOGTO]/oidc/token: body differs (- recorded, + here)\n      {\n        \"a\": 1,\n    -   \
             \"b\": 2\n    +   \"b\": 3\n      }\n"
        );
    }
}
