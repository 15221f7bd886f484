//! Where to listen, as people write it: `ADDRESS:PORT`, `NAME:PORT`, or `:PORT` for all addresses of this machine.

use std::fmt;
use std::net::{Ipv6Addr, SocketAddr};
use std::str::FromStr;

use anyhow::{Context as _, bail};

/// A host and a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListenAddress {
    /// An IPv6 address without its brackets.
    host: String,
    port: u16,
}

impl FromStr for ListenAddress {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const FORM: &str =
            "write ADDRESS:PORT, NAME:PORT, or :PORT for all addresses of this machine";
        let (host, port) = text.trim().rsplit_once(':').ok_or(FORM)?;
        let port = port
            .parse()
            .map_err(|_| format!("`{port}` is no port: {FORM}"))?;
        let host = match host.strip_prefix('[') {
            Some(rest) => {
                let address = rest.strip_suffix(']').unwrap_or_default();
                if address.parse::<Ipv6Addr>().is_err() {
                    return Err(format!("`{host}` is no IPv6 address: {FORM}"));
                }
                address
            }
            None if host.contains(':') => {
                return Err(format!(
                    "put the IPv6 address in brackets: `[{host}]:{port}`"
                ));
            }
            None if host.is_empty() => "0.0.0.0",
            None => host,
        };
        Ok(Self {
            host: host.to_owned(),
            port,
        })
    }
}

impl fmt::Display for ListenAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.host.contains(':') {
            true => write!(f, "[{}]:{}", self.host, self.port),
            false => write!(f, "{}:{}", self.host, self.port),
        }
    }
}

impl From<SocketAddr> for ListenAddress {
    fn from(address: SocketAddr) -> Self {
        Self {
            host: address.ip().to_string(),
            port: address.port(),
        }
    }
}

impl ListenAddress {
    /// The addresses that it stands for, IPv4 first: that is where the commands look for a server.
    pub async fn resolve(&self) -> anyhow::Result<Vec<SocketAddr>> {
        let found = tokio::net::lookup_host((self.host.as_str(), self.port)).await;
        let found = found.with_context(|| {
            format!("--listen {self}: this name has no address; write one of this machine's")
        })?;
        let mut addresses: Vec<SocketAddr> = found.collect();
        if addresses.is_empty() {
            bail!("--listen {self}: this name has no address; write one of this machine's");
        }
        addresses.sort_by_key(SocketAddr::is_ipv6);
        Ok(addresses)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_and_ports_are_read() {
        for (text, shown) in [
            ("127.0.0.1:8480", "127.0.0.1:8480"),
            ("localhost:0", "localhost:0"),
            (":8480", "0.0.0.0:8480"),
            ("[::1]:8480", "[::1]:8480"),
            (" box.example:80\n", "box.example:80"),
        ] {
            assert_eq!(text.parse::<ListenAddress>().unwrap().to_string(), shown);
        }
        for refused in [
            "", "nowhere", "8480", "a:", "a:http", "a:99999", "::1:80", "[::1:80", "[a]:80",
        ] {
            assert!(refused.parse::<ListenAddress>().is_err(), "{refused}");
        }
    }

    #[tokio::test]
    async fn the_loopbacks_name_is_its_ipv4_address_first() {
        let local: ListenAddress = "localhost:8480".parse().unwrap();
        assert_eq!(
            local.resolve().await.unwrap()[0].to_string(),
            "127.0.0.1:8480"
        );
        let nowhere: ListenAddress = "nowhere.invalid:1".parse().unwrap();
        let said = nowhere.resolve().await.unwrap_err().to_string();
        assert!(said.contains("--listen nowhere.invalid:1"), "{said}");
    }
}
