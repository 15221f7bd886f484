//! The `[egress.NAME]` tables of the settings file: where requests can leave from (contract section 6, promise 8).

use std::collections::BTreeMap;
use std::net::{IpAddr, TcpListener};

use claimwire_sender::{Egress, Proxy};

/// Characters of a profile's name, as a webhook's `egress` takes it.
const NAME_CHARS: usize = 64;

/// Egress profiles by name.
pub type Profiles = BTreeMap<String, Egress>;

/// The profiles that the value of `egress` in the file holds.
///
/// # Errors
/// Which profile is wrong, and what to write instead; never the proxy's text, which can hold a password.
pub fn read(value: &toml::Value) -> Result<Profiles, String> {
    let tables = value.as_table().ok_or_else(|| {
        "`egress` is no table: write [egress.NAME], and source_address or proxy below".to_owned()
    })?;
    tables
        .iter()
        .map(|(name, value)| {
            let egress = profile(value).map_err(|why| format!("[egress.{name}]: {why}"))?;
            check_name(name)?;
            Ok((name.clone(), egress))
        })
        .collect()
}

fn check_name(name: &str) -> Result<(), String> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    if (1..=NAME_CHARS).contains(&name.len()) && name.bytes().all(plain) {
        Ok(())
    } else {
        Err(format!(
            "[egress.{name}]: a profile's name is 1 to {NAME_CHARS} letters, digits, `-`, `_` and `.`"
        ))
    }
}

fn profile(value: &toml::Value) -> Result<Egress, String> {
    const ONE: &str = "give it either source_address or proxy, as text, and nothing else";
    let table = value.as_table().ok_or(ONE)?;
    match table.iter().collect::<Vec<_>>()[..] {
        [(key, toml::Value::String(text))] if key == "source_address" => {
            let address: IpAddr = text.parse().map_err(|_| {
                format!("source_address `{text}` is no IP address: write one of this machine's")
            })?;
            Ok(Egress::SourceAddress(address))
        }
        [(key, toml::Value::String(text))] if key == "proxy" => Proxy::parse(text)
            .map(Egress::Proxy)
            .map_err(|why| format!("proxy: {why}")),
        _ => Err(ONE.to_owned()),
    }
}

/// Whether this machine can send from the source addresses; proxies are found out about when they are used.
///
/// # Errors
/// The first profile whose address is none of this machine's.
pub fn check(profiles: &Profiles) -> anyhow::Result<()> {
    for (name, egress) in profiles {
        if let Egress::SourceAddress(address) = egress
            && let Err(error) = TcpListener::bind((*address, 0))
        {
            anyhow::bail!(
                "[egress.{name}] in the settings file: cannot send from source_address {address} ({error}): use an \
                 address of this machine"
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Profiles, String> {
        let table: toml::Table = text.parse().unwrap();
        read(&table["egress"])
    }

    #[test]
    fn profiles_are_read() {
        let profiles = parse(
            "[egress.office]\nsource_address = \"127.0.0.2\"\n\
             [egress.\"partner-2\"]\nproxy = \"http://u:SECRET@proxy.internal:3128\"\n\
             [egress.socks]\nproxy = \"socks5://10.0.0.1\"\n",
        )
        .unwrap();
        assert_eq!(
            profiles.keys().collect::<Vec<_>>(),
            ["office", "partner-2", "socks"]
        );
        assert_eq!(
            profiles["office"],
            Egress::SourceAddress("127.0.0.2".parse().unwrap())
        );
        assert!(!format!("{profiles:?}").contains("SECRET"));
        assert!(check(&profiles).is_ok());
    }

    #[test]
    fn what_is_wrong_is_said_with_the_profiles_name_and_without_secrets() {
        for (text, says) in [
            ("egress = \"x\"", "[egress.NAME]"),
            ("[egress]\na = 1", "[egress.a]: give it either"),
            ("[egress.a]", "[egress.a]: give it either"),
            (
                "[egress.a]\nproxy = \"http://a\"\nsource_address = \"127.0.0.1\"",
                "either",
            ),
            ("[egress.a]\nproxi = \"http://u:SECRET@a\"", "either"),
            ("[egress.a]\nsource_address = 127", "either"),
            (
                "[egress.a]\nsource_address = \"localhost\"",
                "no IP address",
            ),
            ("[egress.a]\nproxy = \"ftp://u:SECRET@a\"", "`ftp`"),
            ("[egress.a]\nproxy = \"http://u:SECRET@\"", "proxy: "),
            ("[egress.\"a b\"]\nproxy = \"http://a\"", "letters, digits"),
        ] {
            let said = parse(text).unwrap_err();
            assert!(said.contains(says) && !said.contains("SECRET"), "{said}");
        }
    }

    #[test]
    fn an_address_of_another_machine_is_refused_at_the_start() {
        let profiles = parse("[egress.far]\nsource_address = \"192.0.2.1\"").unwrap();
        let said = check(&profiles).unwrap_err().to_string();
        assert!(
            said.contains("[egress.far]") && said.contains("192.0.2.1"),
            "{said}"
        );
    }
}
