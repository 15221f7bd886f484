//! No request reaches an address that is not allowed, whatever a name resolves to, and when.

use std::net::IpAddr;
use std::sync::Arc;

use claimwire_model::ShopNo;
use claimwire_sender::resolve::Resolve;
use claimwire_sender::{HttpSender, SenderSettings};
use claimwire_testkit::{Receiver, Reply};
use claimwire_wire::send::{SendError, SendErrorKind, Sender};

use crate::common::{Scripted, on_loopback, post, post_within};

#[tokio::test]
async fn literal_addresses_are_refused_unless_allowed() {
    let receiver = Receiver::start().await.unwrap();
    let strict = HttpSender::new(SenderSettings {
        allow_http: true,
        ..SenderSettings::default()
    })
    .unwrap();
    for host in [
        "127.0.0.1",
        "2130706433",
        "0x7f.1",
        "0177.0.0.1",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
    ] {
        let url = format!("http://{host}:{}/", receiver.address().port());
        assert_eq!(
            strict.send(post(&url)).await.unwrap_err().kind,
            SendErrorKind::AddressRefused,
            "{url}"
        );
        assert_eq!(
            strict.check_url(&url).unwrap_err().kind,
            SendErrorKind::AddressRefused,
            "{url}"
        );
    }
    assert_eq!(receiver.connections(), 0);
    let open = HttpSender::new(on_loopback()).unwrap();
    assert!(open.check_url(&receiver.url("/")).is_ok());
    assert_eq!(
        open.send(post(receiver.url("/"))).await.unwrap().status,
        200
    );
}

#[tokio::test]
async fn http_is_refused_unless_allowed() {
    let receiver = Receiver::start().await.unwrap();
    let settings = SenderSettings {
        allow_http: false,
        ..on_loopback()
    };
    let failed = HttpSender::new(settings)
        .unwrap()
        .send(post(receiver.url("/")))
        .await
        .unwrap_err();
    assert_eq!(failed.kind, SendErrorKind::Url);
    assert_eq!(receiver.connections(), 0);
}

#[tokio::test]
async fn resolved_addresses_are_refused_and_no_socket_is_opened() {
    let receiver = Receiver::start().await.unwrap();
    let port = receiver.address().port();
    for address in [
        "127.0.0.1",
        "::ffff:127.0.0.1",
        "10.0.0.1",
        "64:ff9b::7f00:1",
        "fe80::1",
        "0.0.0.0",
    ] {
        let settings = SenderSettings {
            allow_http: true,
            ..SenderSettings::default()
        };
        let sender = HttpSender::with_resolver(settings, Scripted::new(&[&[address]])).unwrap();
        let url = format!("http://inside.example:{port}/SECRET");
        assert!(
            sender.check_url(&url).is_ok(),
            "names are not resolved by the check"
        );
        let failed = sender.send(post(url)).await.unwrap_err();
        assert_eq!(failed.kind, SendErrorKind::AddressRefused, "{address}");
        assert!(
            failed.detail.contains("inside.example") && !failed.detail.contains("SECRET"),
            "{failed}"
        );
    }
    assert_eq!(receiver.connections(), 0);
}

#[tokio::test]
async fn localhost_by_the_systems_resolver_is_refused() {
    let receiver = Receiver::start().await.unwrap();
    let settings = SenderSettings {
        allow_http: true,
        ..SenderSettings::default()
    };
    let url = format!("http://localhost:{}/", receiver.address().port());
    let failed = HttpSender::new(settings)
        .unwrap()
        .send(post(url))
        .await
        .unwrap_err();
    assert_eq!(failed.kind, SendErrorKind::AddressRefused);
    assert_eq!(receiver.connections(), 0);
}

#[tokio::test]
async fn a_name_that_changes_its_address_is_checked_each_time_and_looked_up_once_a_connection() {
    let receiver = Receiver::start().await.unwrap();
    // First an allowed address; then, were there a second lookup between check and connect, one that is not.
    let resolver = Scripted::new(&[&["127.0.0.1"], &["10.0.0.1"], &["127.0.0.1"]]);
    let sender = HttpSender::with_resolver(on_loopback(), resolver.clone()).unwrap();
    let url = format!("http://moves.example:{}/", receiver.address().port());
    receiver.reply_always(Reply::status(200).with_header("Connection", "close"));
    assert_eq!(sender.send(post(&url)).await.unwrap().status, 200);
    assert_eq!(resolver.left(), 2);
    assert_eq!(
        sender.send(post(&url)).await.unwrap_err().kind,
        SendErrorKind::AddressRefused
    );
    assert_eq!(sender.send(post(&url)).await.unwrap().status, 200);
    assert_eq!(
        sender.send(post(&url)).await.unwrap_err().kind,
        SendErrorKind::Dns
    );
    assert_eq!(receiver.connections(), 2);
}

#[tokio::test]
async fn of_several_addresses_only_allowed_ones_are_tried_and_all_of_those() {
    let receiver = Receiver::start().await.unwrap();
    // Nobody listens on 127.0.0.99.
    let resolver = Scripted::new(&[
        &["10.0.0.1", "127.0.0.99", "::1", "127.0.0.1"],
        &[],
        &["127.0.0.99"],
    ]);
    let sender = HttpSender::with_resolver(on_loopback(), resolver).unwrap();
    let url = format!("http://several.example:{}/", receiver.address().port());
    receiver.reply_always(Reply::status(200).with_header("Connection", "close"));
    assert_eq!(sender.send(post(&url)).await.unwrap().status, 200);
    assert_eq!(
        sender.send(post(&url)).await.unwrap_err().kind,
        SendErrorKind::Dns
    );
    assert_eq!(
        sender.send(post(&url)).await.unwrap_err().kind,
        SendErrorKind::Connect
    );
}

#[tokio::test]
async fn a_resolver_that_hangs_ends_at_the_deadline() {
    struct Hangs;
    #[async_trait::async_trait]
    impl Resolve for Hangs {
        async fn resolve(&self, _: &str, _: ShopNo) -> Result<Vec<IpAddr>, SendError> {
            std::future::pending().await
        }
    }
    let sender = HttpSender::with_resolver(on_loopback(), Arc::new(Hangs)).unwrap();
    let failed = sender
        .send(post_within("https://slow.example/SECRET", 100))
        .await
        .unwrap_err();
    assert_eq!(failed.kind, SendErrorKind::Timeout);
    assert_eq!(
        failed.detail,
        "the deadline passed while resolving slow.example"
    );
}
