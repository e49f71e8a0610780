//! `logto-testkit ca`.

use kit::output::complain;
use kit::{Ca, Clock};

use super::arguments::CaCommand;
use super::exit::CliError;
use super::output;
use crate::stack::HUGGINGFACE_HOST;

pub(crate) fn ca(command: CaCommand) -> Result<(), CliError> {
    match command {
        CaCommand::Create { directory, if_missing } => {
            let there = directory.join("ca.pem");
            if if_missing && Ca::is_in(&directory) {
                // Report an unusable CA now, and not when it is needed later.
                Ca::load(&directory)?;
                return output::print(&format!("{} (existing)\n", there.display()));
            }
            let certificate = Ca::create(&Clock::system(), &[HUGGINGFACE_HOST])?.save(&directory)?;
            output::print(&format!("{}\n", certificate.display()))?;
            complain(&format!(
                "Start Logto with NODE_EXTRA_CA_CERTS={}, then run with --ca {}.",
                std::path::absolute(&certificate).unwrap_or(certificate).display(),
                directory.display(),
            ));
            complain(&format!("The CA is valid for {HUGGINGFACE_HOST} only."));
            Ok(())
        }
    }
}
