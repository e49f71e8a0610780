//! Reads a configuration file. Only the command does: the YAML parser is compiled for every type in the file.

use std::path::{Path, PathBuf};

use kit::{document, files};
use thiserror::Error;

use super::{Config, Invalid};

/// Why a configuration file cannot be used.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{path}: {source}")]
    Read {
        /// Path of the file.
        path: PathBuf,
        /// The error of the system.
        source: std::io::Error,
    },
    /// The file is not YAML or JSON of the expected structure.
    #[error("{path}:{line}:{column}: {message}")]
    Parse {
        /// Path of the file.
        path: PathBuf,
        /// Line of the error, from 1.
        line: u64,
        /// Column of the error, from 1.
        column: u64,
        /// The error of the parser.
        message: String,
    },
    /// The structure is valid, but a rule is broken.
    #[error("{path}: {source}")]
    Invalid {
        /// Path of the file.
        path: PathBuf,
        /// The broken rule.
        source: Invalid,
    },
}

impl Config {
    /// Reads a YAML or JSON file.
    ///
    /// # Errors
    /// [`ConfigError`], with line and column if the text is invalid.
    pub fn load(path: &Path) -> Result<Config, ConfigError> {
        let text = files::read_text(path, files::SETTINGS_LIMIT)
            .map_err(|source| ConfigError::Read { path: path.to_owned(), source })?;
        Config::parse(&text, path)
    }

    /// Parses YAML or JSON; `path` is used in messages only.
    ///
    /// # Errors
    /// [`ConfigError`], with line and column if the text is invalid.
    pub fn parse(text: &str, path: &Path) -> Result<Config, ConfigError> {
        // An empty document stands for the defaults.
        if text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
            return Ok(Config::default());
        }
        let config: Config = document::yaml(text).map_err(|fault| ConfigError::Parse {
            path: path.to_owned(),
            line: fault.line,
            column: fault.column,
            message: fault.message,
        })?;
        config.check().map_err(|source| ConfigError::Invalid { path: path.to_owned(), source })?;
        Ok(config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::App;

    fn parse(text: &str) -> Result<Config, ConfigError> {
        Config::parse(text, Path::new("hf.yaml"))
    }

    #[test]
    fn an_empty_file_means_ada_and_grace() {
        for text in ["", "# nothing\n", "{}"] {
            let config = parse(text).unwrap();
            let names: Vec<_> = config.users.iter().map(|user| user.username.as_str()).collect();
            assert_eq!(names, ["ada", "grace"], "{text:?}");
        }
    }

    #[test]
    fn reads_json_and_yaml_alike() {
        let yaml = "apps:\n  - name: Shop\n    secret: 'a+b% c!?:'\n    scopes: [openid, jobs]\n";
        let json = r#"{"apps":[{"name":"Shop","secret":"a+b% c!?:","scopes":["openid","jobs"]}]}"#;
        assert_eq!(parse(yaml).unwrap(), parse(json).unwrap());
        let indented = json.replace(",", ",\n\t\t").replace("{", "{\n\t");
        assert_eq!(parse(&indented).unwrap(), parse(json).unwrap(), "{indented}");
    }

    #[test]
    fn reads_keys_in_the_old_spelling() {
        let text = "organizations: [{username: o}]\nswitches: {organizations_without_scope: listed}\n";
        assert_eq!(parse(&text.replace("organiz", "organis")).unwrap(), parse(text).unwrap());
    }

    #[test]
    fn survives_a_round_trip() {
        let config = Config { apps: vec![App::default()], ..Config::default() };
        let json = serde_json::to_string(&config).unwrap();
        assert_eq!(parse(&json).unwrap(), config);
    }

    #[test]
    fn names_file_line_and_column_of_an_unknown_key() {
        let text = "users:\n  - username: ada\n    emial: x\n";
        let message = parse(text).unwrap_err().to_string();
        assert!(message.starts_with("hf.yaml:3:5: "), "{message}");
        assert!(message.contains("emial"), "{message}");
    }

    #[test]
    fn refuses_broken_rules() {
        for (text, part) in [
            ("users: [{}]", "needs a username"),
            ("users: [{username: 'a b'}]", "may contain only"),
            ("users: [{username: a, sub: XYZ}]", "24 lowercase"),
            ("users: [{username: a}, {username: a}]", "used twice"),
            ("users: [{username: a, orgs: [{org: o}]}]", "not defined"),
            ("apps: [{public: true, secret: x}]", "choose one"),
            ("apps: [{secret: ''}]", "empty secret"),
            ("apps: [{redirect_uris: [/callback]}]", "not an absolute URL"),
            ("apps: [{redirect_uris: ['https://a/#b']}]", "fragment"),
            ("apps: [{scopes: [proflie]}]", "does not exist"),
            ("apps: [{scopes: ['openid profile']}]", "not one scope"),
            ("apps: [{token_duration_minutes: 43201}]", "1 to 43200"),
        ] {
            let message = parse(text).unwrap_err().to_string();
            assert!(message.contains(part), "{text}: {message}");
        }
    }
}
