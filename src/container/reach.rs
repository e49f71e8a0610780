//! How a container reaches the mock on this machine.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use kit::Bound;

use super::error::ContainerError;

/// Docker's name for this machine within a container (`--add-host NAME:host-gateway`).
pub(super) const HOST_NAME: &str = "host.docker.internal";

/// What the engine suggests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wish {
    /// The engine's bridge has an address that belongs to this machine.
    Bridge { address: IpAddr },
    /// The engine's containers are behind something that forwards to this machine.
    HostGateway { why: &'static str },
}

/// Where the mock listens for containers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// On the bridge's own address: not reachable from other machines, nor from loopback.
    Bridge(SocketAddr),
    /// On loopback; the engine forwards `host.docker.internal` to it.
    HostGateway {
        /// The address on which the mock listens.
        listen: SocketAddr,
        /// Why it is not on the bridge, in words.
        why: &'static str,
    },
}

impl Reach {
    /// The address on which the mock listens.
    #[must_use]
    pub fn listen(&self) -> SocketAddr {
        match self {
            Self::Bridge(listen) | Self::HostGateway { listen, .. } => *listen,
        }
    }

    /// Host and port of the mock as the container sees them.
    pub(super) fn seen_from_within(&self) -> (String, u16) {
        match self {
            Self::Bridge(listen) => (listen.ip().to_string(), listen.port()),
            Self::HostGateway { listen, .. } => (HOST_NAME.to_owned(), listen.port()),
        }
    }

    /// What to do if the container cannot reach the mock.
    pub(super) fn hint(&self) -> &'static str {
        match self {
            Self::Bridge(_) => {
                "a firewall on this machine may drop connections from containers: allow them on the bridge \
                 (`ufw allow in on docker0`, or firewalld's zone `docker`). If this command itself runs in a container, \
                 start that one with --network host"
            }
            Self::HostGateway { .. } => {
                "Docker Desktop forwards without any set-up; a rootless engine does so if you start it with \
                 DOCKERD_ROOTLESS_ROOTLESSKIT_DISABLE_HOST_LOOPBACK=false and --host-gateway-ip=10.0.2.2"
            }
        }
    }
}

impl std::fmt::Display for Reach {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Bridge(listen) => write!(f, "{listen}, on the container bridge"),
            Self::HostGateway { listen, why } => write!(f, "{listen}, behind {HOST_NAME} ({why})"),
        }
    }
}

/// Listens on an address that containers can reach.
///
/// # Errors
/// [`ContainerError::Bind`] if no loopback port is free either.
pub(super) async fn listen(wish: Wish) -> Result<(Reach, Bound), ContainerError> {
    let why = match wish {
        Wish::Bridge { address } => match Bound::at(SocketAddr::new(address, 0)).await {
            Ok(bound) => return Ok((Reach::Bridge(bound.addr()), bound)),
            // The bridge belongs to another machine or namespace.
            Err(error) if error.source.kind() == std::io::ErrorKind::AddrNotAvailable => {
                "the bridge's address does not belong to this machine"
            }
            Err(error) => return Err(error.into()),
        },
        Wish::HostGateway { why } => why,
    };
    let bound = Bound::at(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
    Ok((Reach::HostGateway { listen: bound.addr(), why }, bound))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn takes_the_bridge_where_it_is_this_machine_s() {
        let (reach, _bound) = listen(Wish::Bridge { address: Ipv4Addr::LOCALHOST.into() }).await.unwrap();
        assert!(matches!(reach, Reach::Bridge(listen) if listen.ip().is_loopback() && listen.port() != 0));
        assert_eq!(reach.seen_from_within().0, "127.0.0.1");
    }

    #[tokio::test]
    async fn takes_loopback_where_the_bridge_is_elsewhere() {
        // TEST-NET-1 (RFC 5737) is not assigned to any machine.
        let (reach, _bound) = listen(Wish::Bridge { address: [192, 0, 2, 1].into() }).await.unwrap();
        assert!(matches!(reach, Reach::HostGateway { listen, .. } if listen.ip().is_loopback()), "{reach:?}");
        assert_eq!(reach.seen_from_within(), (HOST_NAME.to_owned(), reach.listen().port()));
        assert!(
            reach.to_string().contains("the bridge's address does not belong to this machine"),
            "{reach}"
        );
    }
}
