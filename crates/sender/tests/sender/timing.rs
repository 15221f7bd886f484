//! What is measured of a request: each stage that it went through and none that it did not.

use claimwire_model::delivery::Stages;
use claimwire_sender::{HttpSender, SenderSettings};
use claimwire_testkit::Receiver;
use claimwire_testkit::tls::{Authority, Validity};
use claimwire_wire::send::{SendErrorKind, Sender};

use crate::common::{Scripted, on_loopback, post, post_within, raw, sender};

/// Which stages there are: DNS, connect, TLS, first byte.
fn gone_through(stages: &Stages) -> [bool; 4] {
    stages.all().map(|stage| stage.is_some())
}

#[tokio::test]
async fn a_fresh_connection_has_all_stages_and_a_kept_one_only_its_answer() {
    let authority = Authority::new().unwrap();
    let config = authority.server(&["hooks.example"], Validity::Now).unwrap();
    let receiver = Receiver::start_tls(config).await.unwrap();
    let settings = SenderSettings {
        allow_http: false,
        extra_roots: vec![authority.root()],
        ..on_loopback()
    };
    let names = Scripted::always("127.0.0.1");
    let sender = HttpSender::with_resolver(settings, names).unwrap();
    let url = format!("https://hooks.example:{}/", receiver.address().port());
    for expected in [[true; 4], [false, false, false, true]] {
        let timed = sender.timed(post(&*url)).await;
        assert_eq!(timed.came.unwrap().status, 200);
        assert_eq!(gone_through(&timed.stages), expected);
    }
}

#[tokio::test]
async fn an_address_is_not_looked_up_and_plain_http_has_no_tls() {
    let receiver = Receiver::start().await.unwrap();
    let url = format!("http://{}/", receiver.address());
    let timed = sender().timed(post(url)).await;
    assert_eq!(gone_through(&timed.stages), [false, true, false, true]);
}

#[tokio::test]
async fn a_failure_tells_how_far_it_came() {
    let silent = raw(|tcp| async move {
        std::future::pending::<()>().await;
        drop(tcp);
    })
    .await;
    let no_tls = Authority::new().unwrap();
    let with_names = |answers| {
        let settings = SenderSettings {
            extra_roots: vec![no_tls.root()],
            ..on_loopback()
        };
        HttpSender::with_resolver(settings, Scripted::new(answers)).unwrap()
    };
    let port = silent.port();
    for (names, url, kind, expected) in [
        (
            &[][..],
            format!("https://gone.example:{port}/"),
            SendErrorKind::Dns,
            [true, false, false, false],
        ),
        (
            &[&["127.0.0.1"][..]][..],
            format!("https://slow.example:{port}/"),
            SendErrorKind::Timeout,
            [true, true, true, false],
        ),
        (
            &[&["127.0.0.1"][..]][..],
            format!("http://slow.example:{port}/"),
            SendErrorKind::Timeout,
            [true, true, false, false],
        ),
    ] {
        let timed = with_names(names).timed(post_within(url, 50)).await;
        assert_eq!(timed.came.unwrap_err().kind, kind);
        assert_eq!(gone_through(&timed.stages), expected, "{kind}");
    }
    let refused = "https://10.0.0.1/".to_owned();
    let timed = sender().timed(post(refused)).await;
    assert_eq!(timed.stages, Stages::default(), "nothing was begun");
}
