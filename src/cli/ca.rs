//! `logto-testkit ca`.

use kit::{Ca, Clock};
use logto_testkit::stack::HUGGINGFACE_HOST;

use super::arguments::CaCommand;
use super::exit::CliError;

pub(crate) fn ca(command: CaCommand) -> Result<(), CliError> {
    match command {
        CaCommand::Create { directory, if_missing } => {
            let there = directory.join("ca.pem");
            if if_missing && there.exists() {
                // One that cannot be used is told of now, not by whoever needs it later.
                Ca::load(&directory)?;
                println!("{} (existing)", there.display());
                return Ok(());
            }
            let certificate = Ca::create(&Clock::system(), &[HUGGINGFACE_HOST])?.save(&directory)?;
            println!("{}", certificate.display());
            eprintln!(
                "Start Logto with NODE_EXTRA_CA_CERTS={}, then run with --ca {}.\n\
                 The CA can vouch for {HUGGINGFACE_HOST} only.",
                std::path::absolute(&certificate).unwrap_or(certificate).display(),
                directory.display(),
            );
            Ok(())
        }
    }
}
