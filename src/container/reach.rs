//! How a container reaches the mock on this machine.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use kit::Bound;

use super::error::ContainerError;

/// The name that Docker gives this machine within a container (`--add-host
/// NAME:host-gateway`).
pub(super) const HOST_NAME: &str = "host.docker.internal";

/// What the engine suggests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wish {
    /// Its bridge has an address of this machine.
    Bridge { address: IpAddr },
    /// Its containers are behind something that forwards to this machine.
    HostGateway { why: &'static str },
}

/// Where the mock listens for containers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// On the bridge's own address: neither other machines nor the loopback see it.
    Bridge(SocketAddr),
    /// On loopback; the engine forwards `host.docker.internal` to it.
    HostGateway {
        /// Where it listens.
        listen: SocketAddr,
        /// Why not on the bridge.
        why: &'static str,
    },
}

impl Reach {
    /// Where the mock listens.
    #[must_use]
    pub fn listen(&self) -> SocketAddr {
        match self {
            Self::Bridge(listen) | Self::HostGateway { listen, .. } => *listen,
        }
    }

    /// Host and port as the container sees them.
    pub(super) fn seen_from_within(&self) -> (String, u16) {
        match self {
            Self::Bridge(listen) => (listen.ip().to_string(), listen.port()),
            Self::HostGateway { listen, .. } => (HOST_NAME.to_owned(), listen.port()),
        }
    }

    /// What to do when the container does not get through.
    pub(super) fn hint(&self) -> &'static str {
        match self {
            Self::Bridge(_) => {
                "a firewall on this machine may drop what comes from containers: allow it on the bridge \
                 (`ufw allow in on docker0`, or firewalld's zone `docker`). If this command itself runs in a container, \
                 start that one with --network host"
            }
            Self::HostGateway { .. } => {
                "Docker Desktop forwards by itself; a rootless engine does so when it is started with \
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

/// Listens where containers get through.
///
/// # Errors
/// [`ContainerError::Bind`] when there is no port to be had on loopback either.
pub(super) async fn listen(wish: Wish) -> Result<(Reach, Bound), ContainerError> {
    let why = match wish {
        Wish::Bridge { address } => match Bound::at(SocketAddr::new(address, 0)).await {
            Ok(bound) => return Ok((Reach::Bridge(bound.addr()), bound)),
            // The bridge is in another machine's or namespace's hands.
            Err(error) if error.source.kind() == std::io::ErrorKind::AddrNotAvailable => {
                "the bridge's address is not this machine's"
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
        // TEST-NET-1 (RFC 5737) is nobody's address.
        let (reach, _bound) = listen(Wish::Bridge { address: [192, 0, 2, 1].into() }).await.unwrap();
        assert!(matches!(reach, Reach::HostGateway { listen, .. } if listen.ip().is_loopback()), "{reach:?}");
        assert_eq!(reach.seen_from_within(), (HOST_NAME.to_owned(), reach.listen().port()));
        assert!(reach.to_string().contains("the bridge's address is not this machine's"), "{reach}");
    }
}
