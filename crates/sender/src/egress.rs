//! Where requests leave from (contract section 6, promise 8).

use std::net::IpAddr;

/// An egress profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Egress {
    /// Sockets are bound to this local address; only targets of its family can be reached.
    SourceAddress(IpAddr),
}
