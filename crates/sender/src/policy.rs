//! What the operator allows beyond https to public addresses.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::address::{self, Refused};

/// The operator's allowances.
#[derive(Debug, Clone, Default)]
pub(crate) struct Policy {
    pub(crate) allow_http: bool,
    pub(crate) allow_networks: Vec<IpNet>,
}

impl Policy {
    /// Whether a socket may be connected to this address.
    pub(crate) fn permit(&self, address: IpAddr) -> Result<(), Refused> {
        let real = address.to_canonical();
        if self
            .allow_networks
            .iter()
            .any(|network| network.contains(&real))
        {
            return Ok(());
        }
        address::verdict(real)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_allowed_network_is_let_in_also_in_its_mapped_form() {
        let policy = Policy {
            allow_http: false,
            allow_networks: vec!["127.0.0.0/8".parse().unwrap()],
        };
        for (address, permitted) in [
            ("127.0.0.1", true),
            ("::ffff:127.0.0.1", true),
            ("93.184.216.34", true),
            ("10.0.0.1", false),
            ("::1", false),
            ("64:ff9b::7f00:1", false),
        ] {
            assert_eq!(
                policy.permit(address.parse().unwrap()).is_ok(),
                permitted,
                "{address}"
            );
        }
    }
}
