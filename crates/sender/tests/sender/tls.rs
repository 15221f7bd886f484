//! Certificates and names are checked, over real TLS.

use claimwire_sender::{HttpSender, SenderSettings};
use claimwire_testkit::Receiver;
use claimwire_testkit::tls::{Authority, Validity, self_signed};
use claimwire_wire::send::{SendErrorKind, Sender};

use crate::common::{Scripted, on_loopback, post};

/// Trusts this authority; every name leads to loopback; no plain http.
fn trusting(authority: &Authority) -> HttpSender {
    let settings = SenderSettings {
        allow_http: false,
        extra_roots: vec![authority.root()],
        ..on_loopback()
    };
    HttpSender::with_resolver(settings, Scripted::always("127.0.0.1")).unwrap()
}

#[tokio::test]
async fn a_good_certificate_is_accepted_for_a_name_and_for_an_address() {
    let authority = Authority::new().unwrap();
    let config = authority
        .server(&["hooks.example", "127.0.0.1"], Validity::Now)
        .unwrap();
    let receiver = Receiver::start_tls(config).await.unwrap();
    let sender = trusting(&authority);
    let port = receiver.address().port();
    for _ in 0..3 {
        for host in ["hooks.example", "HOOKS.example.", "127.0.0.1"] {
            assert_eq!(
                sender
                    .send(post(format!("https://{host}:{port}/")))
                    .await
                    .unwrap()
                    .status,
                200
            );
        }
    }
    assert_eq!(receiver.connections(), 2, "kept, per name");
}

#[tokio::test]
async fn a_bad_certificate_is_refused_by_name_and_no_request_is_sent() {
    use SendErrorKind::{Tls, TlsExpired, TlsNotYetValid, TlsUntrusted, TlsWrongName};
    let (authority, stranger) = (Authority::new().unwrap(), Authority::new().unwrap());
    let sender = trusting(&authority);
    let ours = |names: &[&str], validity| authority.server(names, validity).unwrap();
    let good = &["hooks.example"][..];
    for (config, kind) in [
        (ours(good, Validity::Expired), TlsExpired),
        (ours(good, Validity::NotYet), TlsNotYetValid),
        (ours(&["other.example"], Validity::Now), TlsWrongName),
        (ours(&["example"], Validity::Now), TlsWrongName),
        (ours(&["*.hooks.example"], Validity::Now), TlsWrongName),
        (ours(&["127.0.0.1"], Validity::Now), TlsWrongName),
        (stranger.server(good, Validity::Now).unwrap(), TlsUntrusted),
        (self_signed(good).unwrap(), TlsUntrusted),
        (authority.as_server().unwrap(), Tls),
    ] {
        let receiver = Receiver::start_tls(config).await.unwrap();
        let url = format!("https://hooks.example:{}/SECRET", receiver.address().port());
        let failed = sender.send(post(url)).await.unwrap_err();
        assert_eq!(failed.kind, kind, "{failed}");
        assert!(
            failed.detail.contains("certificate") && !failed.detail.contains("SECRET"),
            "{failed}"
        );
        assert!(receiver.requests().is_empty());
    }
}

#[tokio::test]
async fn a_certificate_for_a_name_is_none_for_its_address() {
    let authority = Authority::new().unwrap();
    let config = authority.server(&["hooks.example"], Validity::Now).unwrap();
    let receiver = Receiver::start_tls(config).await.unwrap();
    let url = format!("https://127.0.0.1:{}/", receiver.address().port());
    let failed = trusting(&authority).send(post(url)).await.unwrap_err();
    assert_eq!(failed.kind, SendErrorKind::TlsWrongName);
}

#[tokio::test]
async fn a_port_without_tls_is_a_tls_error() {
    let receiver = Receiver::start().await.unwrap();
    let sender = trusting(&Authority::new().unwrap());
    let url = format!("https://hooks.example:{}/", receiver.address().port());
    assert_eq!(
        sender.send(post(url)).await.unwrap_err().kind,
        SendErrorKind::Tls
    );
    assert!(receiver.requests().is_empty());
}

#[tokio::test]
async fn a_root_that_is_no_certificate_is_an_error_at_the_start() {
    let settings = SenderSettings {
        extra_roots: vec![b"no".to_vec().into()],
        ..SenderSettings::default()
    };
    let failed = HttpSender::new(settings).err().unwrap();
    assert!(failed.to_string().contains("endpoint-ca-file"), "{failed}");
}
