//! Where a webhook may point: the URL's text, and the address that would be connected to; and the URL of a
//! proxy from the settings.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::OnceLock;

use claimwire_sender::{HttpSender, Proxy, SenderSettings, address};
use claimwire_wire::send::{SendErrorKind, Sender};

/// Nothing panics; what is refused says why; what is accepted is https to a host that, where it is an
/// address, is public by a table made apart from the program's.
pub fn urls(data: &[u8]) {
    if let Ok(four) = <[u8; 4]>::try_from(data) {
        judged(IpAddr::V4(four.into()));
    }
    if let Ok(sixteen) = <[u8; 16]>::try_from(data) {
        judged(IpAddr::V6(sixteen.into()));
    }
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let shown = match Proxy::parse(text) {
        Ok(proxy) => format!("{proxy:?}"),
        Err(why) => why.to_string(),
    };
    let holds_password = text.contains("//user:s3cret@") && text.matches("s3cret").count() == 1;
    assert!(!shown.is_empty());
    assert!(!holds_password || !shown.contains("s3cret"));
    match sender().check_url(text) {
        Err(refused) => {
            assert!(
                matches!(
                    refused.kind,
                    SendErrorKind::Url | SendErrorKind::AddressRefused
                ),
                "{refused:?}"
            );
            assert!(!refused.detail.is_empty());
        }
        Ok(kept) => {
            assert!(kept.starts_with("https://"), "{text:?}");
            assert!(
                kept.bytes().all(|b| b.is_ascii_graphic() && b != b'\\'),
                "{kept:?}"
            );
            assert_eq!(sender().check_url(&kept).as_ref(), Ok(&kept), "{text:?}");
            let is_plain = |c: char| !c.is_whitespace() && !c.is_control() && c != '\\';
            assert!(text.chars().all(is_plain), "{text:?}");
            let start = text.get(..8).unwrap_or_default();
            assert!(start.eq_ignore_ascii_case("https://"), "{text:?}");
            let uri = hyper::Uri::try_from(text);
            let host = uri
                .ok()
                .and_then(|uri| uri.host().map(|h| h.trim_matches(['[', ']']).to_owned()));
            if let Some(address) = host.and_then(|host| host.parse().ok()) {
                assert!(public(address), "{text:?}");
            }
        }
    }
}

fn judged(address: IpAddr) {
    let verdict = address::verdict(address);
    assert!(
        verdict.is_err() || public(address),
        "{address} is let through"
    );
    let text = match address {
        IpAddr::V4(v4) => format!("https://{v4}/"),
        IpAddr::V6(v6) => format!("https://[{v6}]/"),
    };
    assert_eq!(sender().check_url(&text).is_ok(), verdict.is_ok(), "{text}");
    if let IpAddr::V4(v4) = address {
        let mapped = IpAddr::V6(v4.to_ipv6_mapped());
        assert_eq!(
            address::verdict(mapped).is_ok(),
            verdict.is_ok(),
            "{mapped}"
        );
        for form in [
            format!("https://{}/", v4.to_bits()),
            format!("https://0x{:x}/", v4.to_bits()),
        ] {
            assert_eq!(sender().check_url(&form).is_ok(), verdict.is_ok(), "{form}");
        }
    }
}

/// Without the sender's table: what the standard library and the RFCs say.
fn public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => public_v4(v4),
        IpAddr::V6(v6) => public_v6(v6),
    }
}

fn public_v4(v4: Ipv4Addr) -> bool {
    let [a, b, ..] = v4.octets();
    !(v4.is_private()
        || v4.is_loopback()
        || v4.is_link_local()
        || v4.is_broadcast()
        || v4.is_documentation()
        || v4.is_multicast()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 198 && (b == 18 || b == 19))
        || v4.octets()[..3] == [192, 0, 0])
}

fn public_v6(v6: Ipv6Addr) -> bool {
    let s = v6.segments();
    let carried =
        |high: u16, low: u16| Ipv4Addr::from_bits((u32::from(high) << 16) | u32::from(low));
    match s {
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            public_v4(carried(high, low))
        }
        [0x2002, high, low, ..] => public_v4(carried(high, low)),
        [0x2001, second, ..] if second < 0x200 || second == 0xdb8 => false,
        _ => s[0] & 0xe000 == 0x2000,
    }
}

fn sender() -> &'static HttpSender {
    static SENDER: OnceLock<HttpSender> = OnceLock::new();
    SENDER.get_or_init(|| HttpSender::new(SenderSettings::default()).unwrap())
}
