//! Requests leave by the profile that they name: a source address, an HTTP proxy, a SOCKS 5 proxy. None of them
//! lets anything in that would not be let in without.

use std::sync::Arc;

use claimwire_sender::{Egress, HttpSender, Proxy, SenderSettings};
use claimwire_testkit::tls::{Authority, Validity};
use claimwire_testkit::{Receiver, Reply};
use claimwire_wire::send::{Request, SendErrorKind, Sender};

use crate::common::proxies::{Manner, TestProxy};
use crate::common::{Scripted, on_loopback, post, post_within};

/// A sender whose one profile, `way`, is this.
fn by(egress: Egress) -> SenderSettings {
    let mut settings = on_loopback();
    settings.egress.insert("way".to_owned(), egress);
    settings
}

fn proxy(text: &str) -> Egress {
    Egress::Proxy(Proxy::parse(text).unwrap())
}

fn way(request: Request) -> Request {
    Request {
        egress: Some("way".to_owned()),
        ..request
    }
}

#[tokio::test]
async fn a_source_address_is_where_requests_come_from() {
    let receiver = Receiver::start().await.unwrap();
    let source = Egress::SourceAddress("127.0.0.2".parse().unwrap());
    let sender = HttpSender::new(by(source)).unwrap();
    for (request, ip) in [
        (way(post(receiver.url("/"))), "127.0.0.2"),
        (post(receiver.url("/")), "127.0.0.1"),
        (way(post(receiver.url("/"))), "127.0.0.2"),
        (post(receiver.url("/")), "127.0.0.1"),
    ] {
        sender.send(request).await.unwrap();
        let requests = receiver.requests();
        assert_eq!(requests.last().unwrap().peer.ip().to_string(), ip);
    }
    assert_eq!(receiver.connections(), 2, "kept, per profile");
}

#[tokio::test]
async fn a_source_address_that_is_not_here_is_ours_and_one_of_the_other_family_is_not() {
    let receiver = Receiver::start().await.unwrap();
    let rows = [
        ("192.0.2.1", SendErrorKind::LocalNetwork),
        ("::1", SendErrorKind::Connect),
    ];
    for (address, kind) in rows {
        let source = Egress::SourceAddress(address.parse().unwrap());
        let sender = HttpSender::new(by(source)).unwrap();
        let failed = sender.send(way(post(receiver.url("/")))).await.unwrap_err();
        assert_eq!(failed.kind, kind, "{failed}");
        assert!(
            failed.detail.contains("by the egress profile `way`"),
            "{failed}"
        );
    }
}

#[tokio::test]
async fn a_profile_that_is_not_there_is_an_error_and_those_that_are_can_be_named() {
    let receiver = Receiver::start().await.unwrap();
    let sender = HttpSender::new(by(proxy("http://127.0.0.1:9"))).unwrap();
    assert_eq!(sender.egress_profiles(), ["way"]);
    let request = Request {
        egress: Some("gone".to_owned()),
        ..post(receiver.url("/"))
    };
    let failed = sender.send(request).await.unwrap_err();
    assert_eq!(failed.kind, SendErrorKind::Egress);
    assert_eq!(receiver.connections(), 0);
}

#[tokio::test]
async fn a_tunnel_is_asked_for_by_address_and_the_receiver_sees_its_own_name() {
    let authority = Authority::new().unwrap();
    let config = authority.server(&["hooks.example"], Validity::Now).unwrap();
    let receiver = Receiver::start_tls(config).await.unwrap();
    let port = receiver.address().port();
    let http = TestProxy::http("127.0.0.1", Manner::Works).await;
    let http_signed = TestProxy::http("127.0.0.1", Manner::Works).await;
    let socks = TestProxy::socks5("127.0.0.1", None, Manner::Works).await;
    let signed = Some(("ann", "p w:é"));
    let socks_signed = TestProxy::socks5("127.0.0.1", signed, Manner::Works).await;
    let connect = format!("CONNECT 127.0.0.1:{port} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n");
    for (proxied, text, asked) in [
        (
            &http,
            format!("http://{}", http.address),
            format!("{connect}\r\n"),
        ),
        (
            &http_signed,
            format!("http://ann:p%20w:%C3%A9@{}", http_signed.address),
            format!("{connect}Proxy-Authorization: Basic YW5uOnAgdzrDqQ==\r\n\r\n"),
        ),
        (
            &socks,
            format!("socks5://{}", socks.address),
            format!("127.0.0.1:{port}"),
        ),
        (
            &socks_signed,
            format!("socks5://ann:p%20w:%C3%A9@{}", socks_signed.address),
            format!("127.0.0.1:{port}"),
        ),
    ] {
        let settings = SenderSettings {
            allow_http: false,
            extra_roots: vec![authority.root()],
            ..by(proxy(&text))
        };
        let names = Scripted::always("127.0.0.1");
        let sender = HttpSender::with_resolver(settings, names).unwrap();
        let before = receiver.connections();
        for _ in 0..3 {
            let request = way(post(format!("https://hooks.example:{port}/in")));
            assert_eq!(sender.send(request).await.unwrap().status, 200);
        }
        assert_eq!(proxied.asked(), [asked], "one tunnel, kept; by address");
        assert_eq!(receiver.connections(), before + 1);
        let last = receiver.requests().pop().unwrap();
        let host = format!("hooks.example:{port}");
        assert_eq!((last.header("host"), &*last.path), (Some(&*host), "/in"));
        assert_eq!(last.header("proxy-authorization"), None);
    }
}

#[tokio::test]
async fn plain_http_goes_through_a_tunnel_as_well() {
    let receiver = Receiver::start().await.unwrap();
    for http in [true, false] {
        let (proxied, scheme) = if http {
            (TestProxy::http("127.0.0.1", Manner::Works).await, "http")
        } else {
            (
                TestProxy::socks5("127.0.0.1", None, Manner::Works).await,
                "socks5",
            )
        };
        let text = format!("{scheme}://{}", proxied.address);
        let sender = HttpSender::new(by(proxy(&text))).unwrap();
        receiver.reply_next([Reply::status(201).with_body("hello")]);
        let answer = sender.send(way(post(receiver.url("/")))).await.unwrap();
        assert_eq!((answer.status, &answer.body[..]), (201, &b"hello"[..]));
        assert_eq!(proxied.asked().len(), 1);
    }
}

#[tokio::test]
async fn a_proxy_lets_nothing_in_that_is_refused_without_it() {
    let receiver = Receiver::start().await.unwrap();
    let port = receiver.address().port();
    let http = TestProxy::http("127.0.0.1", Manner::Works).await;
    let socks = TestProxy::socks5("127.0.0.1", None, Manner::Works).await;
    for text in [
        format!("http://{}", http.address),
        format!("socks5://{}", socks.address),
    ] {
        let settings = SenderSettings {
            allow_networks: Vec::new(),
            ..by(proxy(&text))
        };
        for address in [
            "127.0.0.1",
            "10.0.0.1",
            "::ffff:127.0.0.1",
            "64:ff9b::7f00:1",
            "169.254.169.254",
        ] {
            let names = Scripted::always(address);
            let sender = HttpSender::with_resolver(settings.clone(), names).unwrap();
            for url in [
                format!("http://inside.example:{port}/"),
                format!("http://{}:{port}/", receiver.address().ip()),
            ] {
                let failed = sender.send(way(post(url))).await.unwrap_err();
                assert_eq!(failed.kind, SendErrorKind::AddressRefused, "{failed}");
            }
        }
    }
    assert!(http.asked().is_empty() && socks.asked().is_empty());
    assert_eq!(receiver.connections(), 0);
}

#[tokio::test]
async fn a_name_that_leads_elsewhere_the_second_time_is_not_asked_twice_for_a_tunnel() {
    let receiver = Receiver::start().await.unwrap();
    let http = TestProxy::http("127.0.0.1", Manner::Works).await;
    let names = Scripted::new(&[&["127.0.0.1"], &["10.0.0.1"], &["127.0.0.1", "10.0.0.1"]]);
    let settings = by(proxy(&format!("http://{}", http.address)));
    let sender = HttpSender::with_resolver(settings, names.clone()).unwrap();
    receiver.reply_always(Reply::status(200).with_header("Connection", "close"));
    let url = format!("http://moves.example:{}/", receiver.address().port());
    assert_eq!(sender.send(way(post(&url))).await.unwrap().status, 200);
    assert_eq!(names.left(), 2, "looked up once");
    let failed = sender.send(way(post(&url))).await.unwrap_err();
    assert_eq!(failed.kind, SendErrorKind::AddressRefused);
    assert_eq!(sender.send(way(post(&url))).await.unwrap().status, 200);
    let target = format!("CONNECT {} ", receiver.address());
    let asked = http.asked();
    assert_eq!(asked.len(), 2);
    assert!(
        asked.iter().all(|head| head.starts_with(&target)),
        "{asked:?}"
    );
}

#[tokio::test]
async fn where_the_proxy_is_is_the_operators_choice() {
    let receiver = Receiver::start().await.unwrap();
    let http = TestProxy::http("127.0.0.2", Manner::Works).await;
    let settings = SenderSettings {
        // The receiver's address, not the proxy's.
        allow_networks: vec!["127.0.0.1/32".parse().unwrap()],
        ..by(proxy(&format!(
            "http://proxy.internal:{}",
            http.address.port()
        )))
    };
    let names = Scripted::always("127.0.0.2");
    let sender = HttpSender::with_resolver(settings, names).unwrap();
    assert_eq!(
        sender
            .send(way(post(receiver.url("/"))))
            .await
            .unwrap()
            .status,
        200
    );
}

#[tokio::test]
async fn a_proxy_that_does_not_do_its_work_is_named_by_what_it_did() {
    use SendErrorKind::{Connect, Proxy as Broken, ProxyRefused, Timeout};
    const SOCKS_OK: &[u8] = b"\x05\0\0\x01\0\0\0\0\0\0";
    let receiver = Receiver::start().await.unwrap();
    let says = |text: &str| Manner::Says(text.as_bytes().to_vec());
    let mut rows = Vec::new();
    for (manner, credentials, kind, shown) in [
        (
            says("HTTP/1.1 407 Auth\r\n\r\n"),
            "",
            ProxyRefused,
            "put a user name",
        ),
        (
            says("HTTP/1.1 407 Auth\r\n\r\n"),
            "ann:SECRET@",
            ProxyRefused,
            "does not take",
        ),
        (
            says("HTTP/1.1 403 No\r\n\r\n"),
            "",
            ProxyRefused,
            "answered 403",
        ),
        (
            says("HTTP/1.1 301 There\r\nLocation: /\r\n\r\n"),
            "",
            ProxyRefused,
            "answered 301",
        ),
        (
            says("HTTP/1.1 502 Bad\r\n\r\n"),
            "",
            Connect,
            "answered 502",
        ),
        (
            says("HTTP/1.1 504 Late\r\n\r\n"),
            "",
            Connect,
            "answered 504",
        ),
        (
            says("HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"),
            "",
            Broken,
            "more than a head",
        ),
        (
            says("HTTP/1.1 100 Continue\r\n\r\n"),
            "",
            ProxyRefused,
            "answered 100",
        ),
        (says("SSH-2.0\r\n"), "", Broken, "status line"),
        (Manner::Says(vec![5, 0]), "", Broken, "status line"),
        (
            says(&format!("HTTP/1.1 200 {}", "x".repeat(80_000))),
            "",
            Broken,
            "more than 65536",
        ),
        (
            says("HTTP/1.1 200 OK\r\nX: y"),
            "",
            Timeout,
            "deadline passed",
        ),
        (Manner::Closes, "", Broken, "closed the connection"),
        (Manner::Hangs, "", Timeout, "deadline passed"),
    ] {
        let proxied = TestProxy::http("127.0.0.1", manner).await;
        rows.push((
            format!("http://{credentials}{}", proxied.address),
            kind,
            shown,
        ));
    }
    let signed = Some(("ann", "good"));
    for (manner, wanted, credentials, kind, shown) in [
        (
            Manner::Works,
            signed,
            "",
            ProxyRefused,
            "put them into the profile",
        ),
        (
            Manner::Works,
            None,
            "ann:SECRET@",
            ProxyRefused,
            "takes no user name",
        ),
        (
            Manner::Works,
            signed,
            "ann:SECRET@",
            ProxyRefused,
            "does not take",
        ),
        (
            Manner::Says(b"\x05\x02\0\x01\0\0\0\0\0\0".to_vec()),
            None,
            "",
            ProxyRefused,
            "rules",
        ),
        (
            Manner::Says(b"\x05\x01\0\x01\0\0\0\0\0\0".to_vec()),
            None,
            "",
            ProxyRefused,
            "answered 1",
        ),
        (
            Manner::Says(b"\x05\x05\0\x01\0\0\0\0\0\0".to_vec()),
            None,
            "",
            Connect,
            "connection refused",
        ),
        (
            Manner::Says(b"\x04\0\0\x01\0\0\0\0\0\0".to_vec()),
            None,
            "",
            Broken,
            "version 4",
        ),
        (
            Manner::Says(b"\x05\0\0\x02\0\0\0\0\0\0".to_vec()),
            None,
            "",
            Broken,
            "kind 2",
        ),
        (
            Manner::Says(SOCKS_OK[..5].to_vec()),
            None,
            "",
            Timeout,
            "deadline passed",
        ),
        (
            Manner::Says(b"HTTP/1.1 400 Bad\r\n\r\n".to_vec()),
            None,
            "",
            Broken,
            "version 72",
        ),
        (Manner::Closes, None, "", Broken, "eof"),
        (Manner::Hangs, None, "", Timeout, "deadline passed"),
    ] {
        let proxied = TestProxy::socks5("127.0.0.1", wanted, manner).await;
        rows.push((
            format!("socks5://{credentials}{}", proxied.address),
            kind,
            shown,
        ));
    }
    let other = Receiver::start().await.unwrap();
    other.reply_always(Reply::status(405));
    // An HTTP receiver is no SOCKS proxy, and nobody is none either.
    rows.push((
        format!("http://{}", other.address()),
        ProxyRefused,
        "answered 405",
    ));
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = free.local_addr().unwrap();
    drop(free);
    rows.push((
        format!("socks5://{nobody}"),
        Broken,
        "no connection to the proxy",
    ));
    rows.push((
        "http://nowhere.example:9".to_owned(),
        Broken,
        "no connection to the proxy",
    ));

    let mut all = tokio::task::JoinSet::new();
    let url = receiver.url("/SECRET");
    for (text, kind, shown) in rows {
        let names = Scripted::new(&[]);
        let sender = HttpSender::with_resolver(by(proxy(&text)), names).unwrap();
        let request = if kind == Timeout {
            post_within(&url, 2000)
        } else {
            post(&url)
        };
        all.spawn(async move {
            let failed = sender.send(way(request)).await.unwrap_err();
            assert_eq!(failed.kind, kind, "{failed} by {text}");
            let detail = &failed.detail;
            assert!(detail.contains(shown), "{failed} by {text}");
            let place = text.rsplit(['@', '/']).next().unwrap();
            for hidden in ["SECRET", place] {
                assert!(!detail.contains(hidden), "{failed} by {text}");
            }
        });
    }
    while let Some(row) = all.join_next().await {
        row.unwrap();
    }
}

#[tokio::test]
async fn a_tunnel_to_the_next_address_is_tried_when_one_cannot_be_reached() {
    let receiver = Receiver::start().await.unwrap();
    let http = TestProxy::http(
        "127.0.0.1",
        Manner::Says(b"HTTP/1.1 503 No\r\n\r\n".to_vec()),
    )
    .await;
    let names = Scripted::new(&[&["127.0.0.7", "127.0.0.8"]]);
    let settings = by(proxy(&format!("http://{}", http.address)));
    let sender = Arc::new(HttpSender::with_resolver(settings, names).unwrap());
    let url = format!("http://two.example:{}/", receiver.address().port());
    let failed = sender.send(way(post(url))).await.unwrap_err();
    assert_eq!(
        (failed.kind, http.asked().len()),
        (SendErrorKind::Connect, 2)
    );
}
