//! The listener when it speaks TLS: the same bounds, and certificates that change.

use std::path::Path;

use claimwire_testkit::tls::Authority;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::ServerName;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::super::tls::{Files, Look, Tls};
use super::*;

const NAME: &str = "claims.example";

struct Pair {
    dir: tempfile::TempDir,
    authority: Authority,
}

impl Pair {
    fn new() -> Self {
        let pair = Self {
            dir: tempfile::tempdir().unwrap(),
            authority: Authority::new().unwrap(),
        };
        pair.renew();
        pair
    }

    fn files(&self) -> Files {
        Files {
            certificates: self.dir.path().join("cert.pem"),
            key: self.dir.path().join("key.pem"),
        }
    }

    fn write(&self, certificates: &str, key: &str) {
        std::fs::write(self.files().certificates, certificates).unwrap();
        std::fs::write(self.files().key, key).unwrap();
    }

    /// A new certificate with a new key.
    fn renew(&self) {
        let (certificate, key) = self.authority.pem(&[NAME]).unwrap();
        self.write(&certificate, &key);
    }

    fn tls(&self) -> Tls {
        Tls::open(self.files()).unwrap()
    }

    fn client(&self, protocols: &[&str]) -> TlsConnector {
        let mut roots = RootCertStore::empty();
        roots.add(self.authority.root()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let protocols = protocols.iter().map(|name| name.as_bytes().to_vec());
        config.alpn_protocols = protocols.collect();
        TlsConnector::from(Arc::new(config))
    }

    async fn connect(&self, listener: &Listener) -> TlsStream<TcpStream> {
        let name = ServerName::try_from(NAME).unwrap();
        let stream = connect(listener).await;
        let client = self.client(&["h2", "http/1.1"]);
        client.connect(name, stream).await.unwrap()
    }
}

async fn serve_tls(router: Router, limits: Limits, tls: &Tls) -> Listener {
    let address: ListenAddress = "127.0.0.1:0".parse().unwrap();
    let bound = Bound::to(&address, "--listen", "test").await.unwrap();
    bound.serve(router, limits, Some(tls.acceptor()))
}

async fn hello<S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin>(stream: &mut S) {
    let request = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    stream.write_all(request).await.unwrap();
    until(stream, "hello").await;
}

fn shown(stream: &TlsStream<TcpStream>) -> Vec<u8> {
    stream.get_ref().1.peer_certificates().unwrap()[0].to_vec()
}

#[tokio::test]
async fn what_the_plain_listener_speaks_is_offered() {
    let pair = Pair::new();
    let listener = serve_tls(router(), limits(PATIENT), &pair.tls()).await;
    let mut stream = pair.connect(&listener).await;
    let agreed = stream.get_ref().1.alpn_protocol();
    assert_eq!(agreed, Some(&b"http/1.1"[..]));
    hello(&mut stream).await;
    hello(&mut stream).await;
    let name = ServerName::try_from(NAME).unwrap();
    let other = connect(&listener).await;
    assert!(pair.client(&["h2"]).connect(name, other).await.is_err());
}

#[tokio::test]
async fn a_handshake_has_a_deadline_and_does_not_outlast_a_stop() {
    let pair = Pair::new();
    let limits = Limits {
        head: SHORT,
        ..limits(PATIENT)
    };
    let tls = pair.tls();
    let listener = serve_tls(router(), limits, &tls).await;
    for sent in [
        &b""[..],
        b"\x16\x03\x01",
        b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    ] {
        let mut stream = connect(&listener).await;
        stream.write_all(sent).await.unwrap();
        let (mut read, _write) = stream.into_split();
        let mut answer = Vec::new();
        let ended = timeout(PATIENCE, read.read_to_end(&mut answer)).await;
        assert!(ended.is_ok(), "{sent:?}");
        assert!(!answer.starts_with(b"HTTP"), "{sent:?}");
    }
    let limits = Limits {
        head: LONG,
        ..limits
    };
    let listener = serve_tls(router(), limits, &tls).await;
    let silent = connect(&listener).await;
    hello(&mut pair.connect(&listener).await).await;
    timeout(PATIENCE, listener.stop(LONG)).await.unwrap();
    drop(silent);
}

#[tokio::test]
async fn handshakes_make_room_when_the_listener_is_full() {
    let pair = Pair::new();
    let limits = Limits {
        connections: 2,
        ..limits(PATIENT)
    };
    let listener = serve_tls(router(), limits, &pair.tls()).await;
    let silent = [connect(&listener).await, connect(&listener).await];
    for _ in 0..4 {
        hello(&mut pair.connect(&listener).await).await;
    }
    for silent in silent {
        let (mut read, _write) = silent.into_split();
        assert_eq!(rest(&mut read).await, "");
    }
}

#[tokio::test]
async fn a_client_that_does_not_read_its_answer_by_tls_is_let_go() {
    let pair = Pair::new();
    let (router, mut drops) = endless();
    let listener = serve_tls(router, limits(READ_IN_TIME), &pair.tls()).await;
    let mut stream = pair.connect(&listener).await;
    let request = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    stream.write_all(request).await.unwrap();
    timeout(PATIENCE, drops.recv()).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_changed_pair_is_taken_and_a_bad_one_changes_nothing() {
    let pair = Pair::new();
    let tls = pair.tls();
    let listener = serve_tls(router(), limits(PATIENT), &tls).await;
    let mut before = pair.connect(&listener).await;
    assert_eq!(tls.look(), Look::Same);

    pair.renew();
    assert_eq!(tls.look(), Look::Taken);
    assert_eq!(tls.look(), Look::Same);
    let renewed = pair.connect(&listener).await;
    assert_ne!(shown(&renewed), shown(&before));
    hello(&mut before).await;

    let (certificate, _) = pair.authority.pem(&[NAME]).unwrap();
    let (_, key) = pair.authority.pem(&[NAME]).unwrap();
    for (certificate, key) in [
        (certificate.as_str(), key.as_str()),
        ("", &key),
        (&certificate, ""),
        ("no PEM", "no PEM"),
        (&certificate, &certificate),
    ] {
        pair.write(certificate, key);
        assert_eq!(tls.look(), Look::Refused);
        assert_eq!(tls.look(), Look::Same);
        let now = pair.connect(&listener).await;
        assert_eq!(shown(&now), shown(&renewed));
    }
    remove(&pair.files().key);
    assert_eq!(tls.look(), Look::Refused);
    assert_eq!(tls.look(), Look::Same);

    pair.renew();
    assert_eq!(tls.look(), Look::Taken);
    assert_ne!(shown(&pair.connect(&listener).await), shown(&renewed));
}

fn remove(path: &Path) {
    std::fs::remove_file(path).unwrap();
}

#[test]
fn files_that_cannot_be_used_are_named() {
    let pair = Pair::new();
    let (certificate, key) = pair.authority.pem(&[NAME]).unwrap();
    let (_, other) = pair.authority.pem(&[NAME]).unwrap();
    for (certificate, key, named) in [
        (&certificate, &other, "--tls-cert"),
        (&certificate, &String::new(), "--tls-key"),
        (&String::new(), &key, "--tls-cert"),
    ] {
        pair.write(certificate, key);
        let error = format!("{:#}", Tls::open(pair.files()).err().unwrap());
        assert!(error.contains(named), "{error}");
        assert!(
            error.contains("cert.pem") || error.contains("key.pem"),
            "{error}"
        );
    }
}
