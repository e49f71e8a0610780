//! Arguments of the command.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Parser;

use super::CliError;

/// A mock of the Hugging Face OAuth 2.0 and OpenID Connect provider.
#[derive(Debug, Parser)]
#[command(
    name = "mock-huggingface",
    version,
    after_help = "Exit codes: 0 stopped by Ctrl-C, 2 bad arguments or configuration, 3 did not start, 70 failed while serving."
)]
pub struct Args {
    /// Users, organizations, apps and switches, as YAML or JSON
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Address of the site; port 0 lets the system choose
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
    /// Address of the control API; port 0 lets the system choose
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:0")]
    pub control: SocketAddr,
    /// Additional host name of the control API, such as that of a container [default: names of this
    /// machine only]
    #[arg(long, value_name = "NAME")]
    pub control_host: Vec<String>,
    /// Serve https, as huggingface.co unless --origin names another host
    #[arg(long)]
    pub tls: bool,
    /// Directory of the CA, which is created if it is missing; without it, the CA is kept in memory
    #[arg(long, value_name = "DIR", requires = "tls")]
    pub ca: Option<PathBuf>,
    /// URL at which clients reach the mock, and issuer of its tokens [default:
    /// http://localhost:PORT]
    #[arg(long, value_name = "URL")]
    pub origin: Option<String>,
    /// Allow addresses that other machines can reach. Anyone there can sign in as any user
    #[arg(long, alias = "allow-exposed")]
    pub expose: bool,
}

impl Args {
    /// A mock without passwords listens on loopback only, unless `--expose` is given.
    pub(super) fn check_exposure(&self, addr: SocketAddr) -> Result<(), CliError> {
        if addr.ip().is_loopback() || self.expose { Ok(()) } else { Err(CliError::Exposed(addr)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_addresses_that_other_machines_reach() {
        for addr in ["0.0.0.0:80", "[::]:80", "192.168.1.2:80", "[::ffff:10.0.0.1]:80"] {
            let addr: SocketAddr = addr.parse().unwrap();
            let args = Args::parse_from(["mock-huggingface"]);
            assert!(matches!(args.check_exposure(addr), Err(CliError::Exposed(_))), "{addr}");
            let args = Args::parse_from(["mock-huggingface", "--expose"]);
            assert!(args.check_exposure(addr).is_ok(), "{addr}");
        }
        for addr in ["127.0.0.1:80", "127.8.8.8:80", "[::1]:80"] {
            let args = Args::parse_from(["mock-huggingface"]);
            assert!(args.check_exposure(addr.parse().unwrap()).is_ok(), "{addr}");
        }
    }
}
