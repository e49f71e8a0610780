//! Secrets on the command line and in its variables.

use std::collections::HashMap;

use clap::Command;

use super::{in_address, learn};

/// Registers the secrets that a command was given: the values of options that take secrets, and of
/// their variables, the hidden parts of URLs, and what follows an unknown option, which may be
/// misspelled. Call it before the arguments are parsed, because errors may quote them.
///
/// An option takes a secret if clap is told to hide the value of its variable (`hide_env_values`);
/// this is also set for options without a variable.
pub fn learn_arguments(command: &Command, arguments: impl IntoIterator<Item = String>) {
    let mut options = HashMap::new();
    collect(command, &mut options);
    for option in options.values() {
        match option.variable.as_ref().and_then(|variable| std::env::var(variable).ok()) {
            Some(value) if option.secret => learn_credentials(&value),
            Some(value) => in_address(&value).iter().for_each(|part| learn(part)),
            None => {}
        }
    }
    // What the previous option takes, as long as values follow.
    let mut secret = false;
    for argument in arguments.into_iter().skip(1) {
        in_address(&argument).iter().for_each(|part| learn(part));
        if let Some(name) = argument.strip_prefix("--").filter(|name| !name.is_empty()) {
            let (name, value) =
                name.split_once('=').map_or((name, None), |(name, value)| (name, Some(value)));
            secret = options.get(name).is_none_or(|option| option.secret);
            match value {
                Some(value) if secret => learn_credentials(value),
                Some(value) => in_address(value).iter().for_each(|part| learn(part)),
                None => {}
            }
            // The option already had its value after `=`.
            secret &= value.is_none();
        } else if secret && !argument.starts_with('-') {
            learn_credentials(&argument);
            secret = false;
        }
    }
}

/// Registers more after the arguments could not be parsed: what follows a secret may be a part of
/// it.
pub fn learn_what_follows_secrets(command: &Command, arguments: impl IntoIterator<Item = String>) {
    let mut options = HashMap::new();
    collect(command, &mut options);
    let mut secret = false;
    for argument in arguments.into_iter().skip(1) {
        match argument.strip_prefix("--") {
            Some(name) => {
                let name = name.split_once('=').map_or(name, |(name, _)| name);
                secret = options.get(name).is_none_or(|option| option.secret);
            }
            None if secret => learn_credentials(&argument),
            None => {}
        }
    }
}

struct Known {
    secret: bool,
    variable: Option<String>,
}

fn collect(command: &Command, options: &mut HashMap<String, Known>) {
    options.insert("help".to_owned(), Known { secret: false, variable: None });
    options.insert("version".to_owned(), Known { secret: false, variable: None });
    for argument in command.get_arguments() {
        let Some(name) = argument.get_long() else { continue };
        let secret = argument.is_hide_env_values_set();
        let variable = argument.get_env().map(|name| name.to_string_lossy().into_owned());
        options.insert(name.to_owned(), Known { secret, variable });
    }
    command.get_subcommands().for_each(|command| collect(command, options));
}

/// Registers `ID:SECRET`, or a secret alone.
fn learn_credentials(text: &str) {
    match text.split_once(':') {
        Some((_, secret)) if !text.contains("://") => {
            learn(secret);
            learn(text);
        }
        _ => learn(text),
    }
}

#[cfg(test)]
mod tests {
    use clap::Arg;

    use super::*;
    use crate::secret::hide;

    fn command() -> Command {
        let run = Command::new("run")
            .arg(Arg::new("m2m").long("m2m").env("KIT_TEST_M2M_OF_NO_MACHINE").hide_env_values(true))
            .arg(Arg::new("jobs").long("jobs"))
            .arg(Arg::new("paths"));
        Command::new("testkit").subcommand(run)
    }

    fn given(arguments: &[&str]) -> impl Iterator<Item = String> {
        ["testkit", "run"].iter().chain(arguments).map(ToString::to_string).collect::<Vec<_>>().into_iter()
    }

    #[test]
    fn what_was_given_as_a_secret_is_learned_and_nothing_else() {
        learn_arguments(
            &command(),
            given(&["--m2m", "id-one:Secret-One", "scenarios/Path-One", "--jobs", "Jobs-One"]),
        );
        learn_arguments(&command(), given(&["--m2m=id-two:Secret-Two", "--m2n", "id-three:Secret-Three"]));
        learn_arguments(
            &command(),
            given(&["--m2nx=Secret-Four", "https://u:Secret-Five@host-five/?q=Secret-Six"]),
        );
        for number in ["One", "Two", "Three", "Four", "Five", "Six"] {
            assert!(!hide(&format!("Secret-{number}")).contains(number), "{number}");
        }
        for kept in ["scenarios/Path-One", "Jobs-One", "host-five"] {
            assert_eq!(hide(kept), kept);
        }
        learn_what_follows_secrets(&command(), given(&["--m2m", "id-seven", "Secret-Seven"]));
        assert!(!hide("Secret-Seven").contains("Seven"));
    }
}
