//! Where requests leave from (contract section 6, promise 8).

use std::net::IpAddr;

use crate::proxy::Proxy;

/// An egress profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Egress {
    /// Sockets are bound to this local address; only targets of its family can be reached.
    SourceAddress(IpAddr),
    /// Connections are tunnels through this proxy. What they lead to is resolved and checked here all the same,
    /// and the proxy is given the address, never the name.
    Proxy(Proxy),
}
