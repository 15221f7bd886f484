//! Ways to write an address that nothing may be sent to: none is let through, whatever the parser of URLs makes
//! of it, and no socket is opened. What a name leads to is in `addresses.rs`, each range's edges in
//! `src/address/tests.rs`.

use claimwire_sender::{HttpSender, SenderSettings};
use claimwire_testkit::Receiver;
use claimwire_wire::send::{SendErrorKind, Sender};

use crate::common::post;

/// What the refusal says, and the hosts that it is said of.
const HOSTS: &[(&str, &[&str])] = &[
    (
        "127.0.0.1 is not a public address (loopback)",
        &[
            "127.0.0.1",
            "127.0.0.1.",
            "127.1",
            "127.0.1",
            "127.1.",
            "2130706433",
            "2130706433.",
            "0x7f000001",
            "0X7F000001",
            "0x7F.0.0.1",
            "0x7f.0x0.0x0.0x1",
            "0x7f.1",
            "0x7f.0.1",
            "0177.0.0.1",
            "0177.0.0.01",
            "00000177.0.0.1",
            "017700000001",
            "0177.1",
            "0177.0x0.1",
            "127.0x1",
            "127.0.0x1",
            "127.000.000.001",
            "127.0.0.0x000000001",
            "%31%32%37.0.0.1",
            "127%2e0%2e0%2e1",
            "127.0.0.%31",
            "%30x7f.1",
            "1%327.0.0.1",
            "１２７.０.０.１",
            "１２７．０．０．１",
            "127。0。0。1",
            "127｡0｡0｡1",
            "127．0．0．1",
            "①②⑦.⓪.⓪.①",
            "①27.0.0.1",
            "１２７.1",
            "₁₂₇.0.0.1",
            "¹²⁷.0.0.1",
            "𝟏𝟐𝟕.𝟎.𝟎.𝟏",
            "𝟣𝟤𝟩.0.0.1",
            "127.0.0.\u{ad}1",
            "127.0.0.\u{200b}1",
            "12\u{2060}7.0.0.1",
            "０ｘ７ｆ.1",
            "2130７06433",
            "%EF%BC%9127.0.0.1",
            "127.0\t.0.1",
            "127.0.0\n.1",
            "127.0.0.1\r",
        ],
    ),
    (
        "127.255.255.254 is not a public address (loopback)",
        &[
            "127.255.255.254",
            "127.16777214",
            "0x7ffffffe",
            "2147483646",
        ],
    ),
    (
        "0.0.0.0 is not a public address (this network)",
        &[
            "0",
            "0.0.0.0",
            "0x0",
            "00",
            "0.0",
            "0.0.0",
            "0.",
            "0x",
            "0x.0x.0x.0x",
            "０",
            "%30",
        ],
    ),
    (
        "0.1.2.3 is not a public address (this network)",
        &["0.1.2.3", "66051", "0x10203"],
    ),
    (
        "10.0.0.1 is not a public address (private)",
        &[
            "10.0.0.1",
            "10.1",
            "10.0.1",
            "167772161",
            "0xa000001",
            "0xa.1",
            "012.0.0.1",
            "01200000001",
            "10.0.0.1.",
            "１０.0.0.1",
            "①⓪.1",
            "⑩.0.0.1",
        ],
    ),
    (
        "172.16.0.1 is not a public address (private)",
        &[
            "172.16.0.1",
            "172.1048577",
            "2886729729",
            "0xac100001",
            "0254.020.0.1",
        ],
    ),
    (
        "192.168.1.1 is not a public address (private)",
        &[
            "192.168.1.1",
            "192.168.257",
            "192.11010305",
            "3232235777",
            "0xc0a80101",
            "0300.0250.1.1",
            "030052000401",
            "192.168.0x101",
        ],
    ),
    (
        "169.254.169.254 is not a public address (link-local)",
        &[
            "169.254.169.254",
            "169.254.43518",
            "169.16689662",
            "2852039166",
            "0xa9fea9fe",
            "0xA9.0xFE.0xA9.0xFE",
            "0251.0376.0251.0376",
            "025177524776",
            "169.254.169.254.",
            "169。254。169。254",
            "１６９.254.169.254",
            "169.254.0xa9fe",
            "0251.254.0xa9.254",
        ],
    ),
    (
        "100.100.100.200 is not a public address (carrier-grade NAT)",
        &["100.100.100.200", "1684301000", "0x646464c8"],
    ),
    (
        "192.0.2.1 is not a public address (documentation)",
        &["192.0.2.1", "3221225985"],
    ),
    (
        "198.18.0.1 is not a public address (benchmarking)",
        &["198.18.0.1", "0xc6120001"],
    ),
    (
        "198.51.100.1 is not a public address (documentation)",
        &["198.51.100.1"],
    ),
    (
        "203.0.113.1 is not a public address (documentation)",
        &["203.0.113.1"],
    ),
    (
        "192.0.0.192 is not a public address (protocol assignments)",
        &["192.0.0.192", "3221225664"],
    ),
    (
        "192.88.99.1 is not a public address (6to4 relay)",
        &["192.88.99.1"],
    ),
    (
        "224.0.0.1 is not a public address (multicast)",
        &["224.0.0.1", "3758096385", "0xe0000001"],
    ),
    (
        "240.0.0.1 is not a public address (reserved)",
        &["240.0.0.1", "4026531841"],
    ),
    (
        "255.255.255.255 is not a public address (broadcast)",
        &[
            "255.255.255.255",
            "4294967295",
            "0xffffffff",
            "037777777777",
            "255.255.65535",
            "0xff.0xff.0xff.0xff",
        ],
    ),
    (
        ":: is not a public address (unspecified)",
        &["[::]", "[0:0:0:0:0:0:0:0]", "[0::0]", "[::0.0.0.0]"],
    ),
    (
        "::1 is not a public address (loopback)",
        &[
            "[::1]",
            "[0:0:0:0:0:0:0:1]",
            "[0000:0000:0000:0000:0000:0000:0000:0001]",
            "[::0.0.0.1]",
            "[0::1]",
        ],
    ),
    (
        "IPv4-compatible",
        &[
            "[::127.0.0.1]",
            "[::7f00:1]",
            "[::10.0.0.1]",
            "[::8.8.8.8]",
            "[::ffff]",
        ],
    ),
    (
        "127.0.0.1 is not a public address (loopback)",
        &[
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[::FFFF:7F00:0001]",
            "[0:0:0:0:0:ffff:127.0.0.1]",
            "[0:0:0:0:0:FFFF:7f00:1]",
        ],
    ),
    (
        "10.0.0.1 is not a public address (private)",
        &["[::ffff:10.0.0.1]", "[::ffff:a00:1]"],
    ),
    (
        "169.254.169.254 is not a public address (link-local)",
        &["[::ffff:169.254.169.254]", "[::ffff:a9fe:a9fe]"],
    ),
    (
        "192.168.1.1 is not a public address (private)",
        &["[::ffff:c0a8:101]"],
    ),
    (
        "0.0.0.0 is not a public address (this network)",
        &["[::ffff:0:0]", "[::ffff:0.0.0.0]"],
    ),
    (
        "(loopback)",
        &[
            "[64:ff9b::127.0.0.1]",
            "[64:ff9b::7f00:1]",
            "[0064:ff9b:0:0:0:0:7f00:0001]",
            "[2002:7f00:1::]",
            "[2002:7f00:1::1]",
            "[2a00:1450::5efe:127.0.0.1]",
        ],
    ),
    (
        "(private)",
        &[
            "[64:ff9b::10.0.0.1]",
            "[64:ff9b::c0a8:101]",
            "[2002:a00:1::]",
            "[2002:c0a8:101::1]",
            "[2002:ac10:1::]",
            "[2a00:1450::200:5efe:10.0.0.1]",
        ],
    ),
    (
        "(link-local)",
        &[
            "[64:ff9b::a9fe:a9fe]",
            "[2002:a9fe:a9fe::]",
            "[fe80::1]",
            "[FE80::1]",
            "[febf:ffff::1]",
            "[fe80::5efe:8.8.8.8]",
        ],
    ),
    (
        "local-use NAT64",
        &[
            "[64:ff9b:1::127.0.0.1]",
            "[64:ff9b:1::8.8.8.8]",
            "[64:ff9b:1:a00:0:100::]",
        ],
    ),
    (
        "Teredo",
        &[
            "[2001::1]",
            "[2001:0:4136:e378:8000:63bf:3fff:fdd2]",
            "[2001:0:7f00:1::]",
        ],
    ),
    (
        "unique local",
        &["[fc00::1]", "[fd00::1]", "[fd00:ec2::254]", "[fdff::]"],
    ),
    ("site-local", &["[fec0::1]"]),
    ("multicast", &["[ff02::1]", "[ff0e::1]"]),
    ("documentation", &["[2001:db8::1]", "[3fff::1]"]),
    ("discard-only", &["[100::1]"]),
    ("segment routing", &["[5f00::1]"]),
    ("6bone", &["[3ffe::1]"]),
    ("AS112", &["[2620:4f:8000::1]"]),
    (
        "protocol assignments",
        &["[2001:2::1]", "[2001:10::1]", "[2001:20::1]"],
    ),
    (
        "not global unicast",
        &[
            "[4000::1]",
            "[64:ff9b:2::1]",
            "[1::1]",
            "[::ffff:0:127.0.0.1]",
        ],
    ),
];

/// What surrounds a host in a URL without changing where it leads.
const AROUND: &[(&str, &str)] = &[
    ("https://", "/"),
    ("https://", ":8443/x?y#z"),
    ("HTTPS://", ":443"),
    ("https://", "?x"),
    ("https://", "#x"),
    ("http://", ":80/"),
];

fn strict() -> HttpSender {
    HttpSender::new(SenderSettings {
        allow_http: true,
        ..SenderSettings::default()
    })
    .unwrap()
}

/// No URL is taken that has such a host, wherever it leads.
fn in_disguise(host: &str) -> bool {
    host.contains([
        '%', '\u{ad}', '\u{200b}', '\u{2060}', '\u{feff}', '\t', '\n', '\r', '\\',
    ])
}

#[test]
fn no_form_of_a_forbidden_address_is_taken() {
    let sender = strict();
    let mut forms = 0;
    for (what, hosts) in HOSTS {
        for host in *hosts {
            forms += 1;
            for (before, after) in AROUND {
                let url = format!("{before}{host}{after}");
                let refused = sender.check_url(&url).unwrap_err();
                if in_disguise(host) {
                    assert_eq!(refused.kind, SendErrorKind::Url, "{url:?}: {refused}");
                    continue;
                }
                assert_eq!(
                    refused.kind,
                    SendErrorKind::AddressRefused,
                    "{url:?}: {refused}"
                );
                assert!(refused.detail.contains(what), "{url:?}: {refused}");
            }
        }
    }
    assert!(forms >= 180, "{forms}");
}

#[test]
fn what_hides_a_host_is_no_url_to_send_to() {
    use SendErrorKind::{AddressRefused, Url};
    let sender = strict();
    for (url, kind) in [
        // User information: what looks like the host is none.
        ("https://a.example@127.0.0.1/", Url),
        ("https://127.0.0.1@a.example/", Url),
        ("https://a.example:443@127.0.0.1/", Url),
        ("https://a.example%00@127.0.0.1/", Url),
        ("https://@127.0.0.1/", Url),
        ("https://127.0.0.1#@a.example/", AddressRefused),
        ("https://127.0.0.1?@a.example/", AddressRefused),
        ("https://127.0.0.1\\@a.example/", Url),
        ("https:\\\\127.0.0.1\\x", Url),
        ("https:///127.0.0.1/", Url),
        ("https:/127.0.0.1/", Url),
        ("https:127.0.0.1/", Url),
        ("\thttps://127.0.0.1/", Url),
        ("https://127.0.0.1/ ", Url),
        // Zones, ports and broken addresses.
        ("https://[fe80::1%25eth0]/", Url),
        ("https://[fe80::1%eth0]/", Url),
        ("https://[::1]:0/", Url),
        ("https://[::1/", Url),
        ("https://::1/", Url),
        ("https://[::ffff:127.0.0.256]/", Url),
        ("https://[::ffff:127.1]/", Url),
        ("https://[::ffff:0x7f.0.0.1]/", Url),
        ("https://127.0.0.1:65536/", Url),
        ("https://127.0.0.1:+80/", Url),
        ("https://127.0.0.256/", Url),
        ("https://4294967296/", Url),
        ("https://0x100000000/", Url),
        ("https://127.0.0.0.1/", Url),
        ("https://09.0.0.1/", Url),
        ("https://127.0.0.1../", Url),
        ("https://127..0.1/", Url),
        ("https://127.0.0.1%00/", Url),
        ("https://127.0.0.1%20/", Url),
        ("https://a.example%2f@127.0.0.1/", Url),
        ("https://a\u{0}b.example/", Url),
        ("https://-.a..example/", Url),
    ] {
        let Err(refused) = sender.check_url(url) else {
            panic!("taken: {url:?}");
        };
        assert_eq!(refused.kind, kind, "{url:?}: {refused}");
    }
}

#[tokio::test]
async fn no_socket_is_opened_for_any_form_of_loopback() {
    let receiver = Receiver::start().await.unwrap();
    let sender = strict();
    let port = receiver.address().port();
    let loopback = HOSTS.iter().filter(|(what, _)| what.contains("loopback"));
    for host in loopback.flat_map(|(_, hosts)| *hosts) {
        let url = format!("http://{host}:{port}/");
        let failed = sender.send(post(&url)).await.unwrap_err();
        let kind = match in_disguise(host) {
            true => SendErrorKind::Url,
            false => SendErrorKind::AddressRefused,
        };
        assert_eq!(failed.kind, kind, "{url}");
    }
    assert_eq!(receiver.connections(), 0);
}
