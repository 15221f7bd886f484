//! Receivers that mean harm, one row each, over real sockets: every one ends as a named error or is read
//! properly, within the deadline. How much is read and kept of them is counted in `src/h1/connection/tests.rs`.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use claimwire_sender::HttpSender;
use claimwire_wire::send::{Request, SendErrorKind, Sender};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::common::{Connections, post, post_within, raw, read_request, sender};

/// What a receiver does after it has said its piece.
#[derive(Clone, Copy)]
enum Then {
    /// Nothing; it keeps the connection open.
    Stays,
    Closes,
    /// Tears the connection down.
    Resets,
    /// Says this, a byte every few milliseconds, without end.
    Drips(u8),
    /// Says this, without end and as fast as it is taken.
    Floods(&'static str),
}

/// What comes of it.
enum Ends {
    /// This status and this many bytes of body.
    Answer(u16, usize),
    /// This error; its detail holds this text.
    Error(SendErrorKind, &'static str),
}

/// What it reads of the request first.
#[derive(Clone, Copy)]
enum Reads {
    All,
    Nothing,
    /// This many bytes.
    Some(usize),
}

use Ends::{Answer, Error};
use SendErrorKind::{Closed, Protocol, Timeout};
use Then::{Closes, Drips, Floods, Resets, Stays};

const OK: &str = "HTTP/1.1 200 OK\r\n";
const WAITING: &str = "deadline passed while waiting for the whole answer";
const BOUND: usize = claimwire_wire::send::RESPONSE_BODY_READ;

/// What it says once it has the request, what it does then, what comes of it.
fn table() -> Vec<(Vec<u8>, Then, Ends)> {
    let ok = |rest: &str| format!("{OK}{rest}").into_bytes();
    let text = |whole: &str| whole.as_bytes().to_vec();
    let chunks = |rest: &str| ok(&format!("Transfer-Encoding: chunked\r\n\r\n{rest}"));
    vec![
        // It drips, or stops in the middle.
        (text(""), Stays, Error(Timeout, WAITING)),
        (text("HTTP/1."), Stays, Error(Timeout, WAITING)),
        (text("HTTP/1.1 "), Drips(b'2'), Error(Timeout, WAITING)),
        (ok("X: "), Drips(b'y'), Error(Timeout, WAITING)),
        (
            ok("Content-Length: 99999\r\n\r\n"),
            Drips(b'x'),
            Error(Timeout, WAITING),
        ),
        (ok("\r\n"), Drips(b'x'), Error(Timeout, WAITING)),
        (chunks(""), Drips(b'0'), Error(Timeout, WAITING)),
        (chunks("5\r\nhell"), Stays, Error(Timeout, WAITING)),
        (chunks("0\r\nX: "), Drips(b'y'), Error(Timeout, WAITING)),
        (
            text("HTTP/1.1 100 Continue\r\n\r\n"),
            Stays,
            Error(Timeout, WAITING),
        ),
        // It does not stop.
        (ok("\r\n"), Floods("xxxxxxxx"), Answer(200, BOUND)),
        (
            ok("Content-Length: 18446744073709551615\r\n\r\n"),
            Floods("x"),
            Answer(200, BOUND),
        ),
        (
            chunks(""),
            Floods("8\r\nxxxxxxxx\r\n"),
            Error(Protocol, "chunk sizes"),
        ),
        (
            chunks(""),
            Floods("40\r\n0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\r\n"),
            Answer(200, BOUND),
        ),
        (
            chunks("7fffffffffffffff\r\n"),
            Floods("xxxxxxxx"),
            Answer(200, BOUND),
        ),
        (
            chunks("1;"),
            Floods("extension"),
            Error(Protocol, "chunk sizes"),
        ),
        (
            chunks("0\r\n"),
            Floods("X: y\r\n"),
            Error(Protocol, "chunk sizes"),
        ),
        (
            text("HTTP/1.1 200 "),
            Floods("huge status line "),
            Error(Protocol, "more than 65536 bytes"),
        ),
        (
            ok(""),
            Floods("X: y\r\n"),
            Error(Protocol, "more than 65536 bytes"),
        ),
        (
            ok("X: "),
            Floods("yyyyyyyy"),
            Error(Protocol, "more than 65536 bytes"),
        ),
        (
            text(""),
            Floods("HTTP/1.1 102 Processing\r\n\r\n"),
            Error(Protocol, "more than 65536 bytes"),
        ),
        (
            text(""),
            Floods("HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n"),
            Error(Protocol, "more than 65536 bytes"),
        ),
        (
            text(""),
            Floods("\r\n"),
            Error(Protocol, "more than 65536 bytes"),
        ),
        // It closes early.
        (text(""), Closes, Error(Closed, "before an answer")),
        (
            text("HTTP/1.1 200"),
            Closes,
            Error(Closed, "before an answer"),
        ),
        (ok("Content-"), Closes, Error(Closed, "before an answer")),
        (
            text("HTTP/1.1 100 Continue\r\n\r\n"),
            Closes,
            Error(Closed, "before an answer"),
        ),
        (
            ok("Content-Length: 5\r\n\r\n"),
            Closes,
            Error(Closed, "within the answer's body"),
        ),
        (
            ok("Content-Length: 5\r\n\r\nhell"),
            Closes,
            Error(Closed, "within the answer's body"),
        ),
        (
            chunks(""),
            Closes,
            Error(Closed, "within the answer's body"),
        ),
        (
            chunks("5\r\nhello"),
            Closes,
            Error(Closed, "within the answer's body"),
        ),
        (
            chunks("5\r\nhello\r\n"),
            Closes,
            Error(Closed, "within the answer's body"),
        ),
        (
            chunks("0\r\n"),
            Closes,
            Error(Closed, "within the answer's body"),
        ),
        (text(""), Resets, Error(Closed, "broke")),
        // Lengths and chunks that are wrong.
        (
            ok("Content-Length: x\r\n\r\n"),
            Stays,
            Error(Protocol, "no number"),
        ),
        (
            ok("Content-Length: -1\r\n\r\n"),
            Stays,
            Error(Protocol, "no number"),
        ),
        (
            ok("Content-Length: +5\r\n\r\nhello"),
            Stays,
            Error(Protocol, "no number"),
        ),
        (
            ok("Content-Length: 99999999999999999999\r\n\r\n"),
            Stays,
            Error(Protocol, "no number"),
        ),
        (
            ok("Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx"),
            Stays,
            Error(Protocol, "differ"),
        ),
        (
            ok("Content-Length: 2\r\nContent-Length: 2\r\n\r\nxx"),
            Stays,
            Answer(200, 2),
        ),
        (ok("Content-Length: 1\r\n\r\nxyz"), Stays, Answer(200, 1)),
        (chunks("x\r\n"), Stays, Error(Protocol, "chunks are broken")),
        (
            chunks("-5\r\n"),
            Stays,
            Error(Protocol, "chunks are broken"),
        ),
        (
            chunks("0x5\r\nhello\r\n"),
            Stays,
            Error(Protocol, "chunks are broken"),
        ),
        (
            chunks("5\nhello\n0\n\n"),
            Stays,
            Error(Protocol, "chunks are broken"),
        ),
        (
            chunks("5\r\nhello!!0\r\n\r\n"),
            Stays,
            Error(Protocol, "chunks are broken"),
        ),
        (
            chunks("ffffffffffffffffff\r\n"),
            Stays,
            Error(Protocol, "too large"),
        ),
        (
            chunks("5\r\nhello\r\n0\r\nX: y\r\n\r\n"),
            Stays,
            Answer(200, 5),
        ),
        (
            ok("Transfer-Encoding: gzip\r\n\r\nhello"),
            Closes,
            Answer(200, 5),
        ),
        (
            ok("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n5\r\nhello\r\n0\r\n\r\n"),
            Stays,
            Answer(200, 5),
        ),
        // Other versions, and what is not HTTP.
        (text("HTTP/1.0 200 OK\r\n\r\nhello"), Closes, Answer(200, 5)),
        (
            text("HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello"),
            Stays,
            Answer(200, 5),
        ),
        (
            text("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            Stays,
            Error(Protocol, "HTTP/1.0"),
        ),
        (
            text("HTTP/0.9 200 OK\r\n\r\n"),
            Stays,
            Error(Protocol, "status line"),
        ),
        (
            text("HTTP/2 200\r\n\r\n"),
            Stays,
            Error(Protocol, "status line"),
        ),
        (
            text("HTTP/1.9 200\r\nContent-Length: 0\r\n\r\n"),
            Stays,
            Answer(200, 0),
        ),
        (
            text("<html>hello</html>"),
            Stays,
            Error(Protocol, "status line"),
        ),
        (
            text("SSH-2.0-OpenSSH_9.6\r\n"),
            Stays,
            Error(Protocol, "status line"),
        ),
        (
            text("220 mail.example ESMTP\r\n"),
            Stays,
            Error(Protocol, "status line"),
        ),
        (
            b"\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x05\x00\x00\x40\x00".to_vec(),
            Stays,
            Error(Protocol, "status line"),
        ),
        (
            b"\x15\x03\x01\x00\x02\x02\x46".to_vec(),
            Closes,
            Error(Protocol, "status line"),
        ),
        (
            text("HTTP/1.1 abc OK\r\n"),
            Stays,
            Error(Protocol, "status line is broken"),
        ),
        (
            text("HTTP/1.1 2000 OK\r\n"),
            Stays,
            Error(Protocol, "status line is broken"),
        ),
        (
            text("HTTP/1.1 000 No\r\n\r\n"),
            Stays,
            Error(Protocol, "its status is 0"),
        ),
        (
            text("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"),
            Stays,
            Error(Protocol, "its status is 101"),
        ),
        // Headers that are none; where the body ends is clear, or is not.
        (ok("broken\r\n\r\nhello"), Closes, Answer(200, 5)),
        (ok(": no name\r\n\r\n"), Closes, Answer(200, 0)),
        (
            ok("X: y\r\n folded\r\nContent-Length : 0\r\n\r\n"),
            Stays,
            Answer(200, 0),
        ),
        (
            ok("X: y\0z\r\nContent-Length: 0\r\n\r\n"),
            Stays,
            Answer(200, 0),
        ),
        (ok("X\0: y\r\n\r\n"), Closes, Answer(200, 0)),
        (ok("X: y\rz\r\n\r\n"), Closes, Answer(200, 0)),
        (
            ok("Content-Length\0: 0\r\n\r\n"),
            Stays,
            Error(Protocol, "where its body ends"),
        ),
        (
            b"HTTP/1.1 200 \xfc\xff\r\nX: \xff\xfe\r\nContent-Length: 1\r\n\r\n\xff".to_vec(),
            Stays,
            Answer(200, 1),
        ),
        (
            b"HTTP/1.1 200 OK\r\n\xff: y\r\n\r\n".to_vec(),
            Closes,
            Answer(200, 0),
        ),
        // Nothing wrong, though odd.
        (
            text(
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 X\r\n\r\nHTTP/1.1 204 No\r\nContent-Length: 9\r\n\r\n",
            ),
            Stays,
            Answer(204, 0),
        ),
        (
            text("HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n"),
            Stays,
            Answer(304, 0),
        ),
        (
            text("HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n"),
            Stays,
            Answer(200, 0),
        ),
    ]
}

async fn act(tcp: &mut TcpStream, says: &[u8], then: Then) {
    if tcp.write_all(says).await.is_err() {
        return;
    }
    match then {
        Stays => drop(tcp.read_to_end(&mut Vec::new()).await),
        Closes => drop(tcp.shutdown().await),
        Resets => tcp.set_zero_linger().unwrap(),
        Drips(byte) => {
            while tcp.write_all(&[byte]).await.is_ok() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
        Floods(again) => {
            let many = again.repeat(100);
            while tcp.write_all(many.as_bytes()).await.is_ok() {}
        }
    }
}

/// Sends to each peer of the table at once, and compares.
async fn all_end(rows: Vec<(String, Request, Ends)>, sender: HttpSender) {
    let sender = Arc::new(sender);
    let mut all = tokio::task::JoinSet::new();
    for (what, request, ends) in rows {
        let sender = Arc::clone(&sender);
        all.spawn(async move {
            let within = tokio::time::timeout(Duration::from_secs(60), sender.send(request));
            let came = within
                .await
                .unwrap_or_else(|_| panic!("never ended: {what}"));
            match (ends, came) {
                (Answer(status, length), Ok(answer)) => {
                    assert_eq!(
                        (answer.status, answer.body.len()),
                        (status, length),
                        "{what}"
                    );
                }
                (Error(kind, says), Err(failed)) => {
                    assert_eq!(failed.kind, kind, "{failed} after {what}");
                    let shown = &failed.detail;
                    assert!(
                        shown.contains(says) && !shown.contains("SECRET"),
                        "{failed} after {what}"
                    );
                }
                (_, came) => panic!("{came:?} after {what}"),
            }
        });
    }
    while let Some(row) = all.join_next().await {
        row.unwrap();
    }
}

/// Long enough for a slow machine, unless it is to pass.
fn request(url: String, ends: &Ends) -> Request {
    match ends {
        Error(Timeout, _) => post_within(url, 2000),
        _ => post(url),
    }
}

#[tokio::test]
async fn every_hostile_answer_ends_as_a_named_error_or_is_read_properly() {
    let mut rows = Vec::new();
    for (says, then, ends) in table() {
        let what = format!("{:?}", String::from_utf8_lossy(&says));
        let address = raw(move |mut tcp| {
            let says = says.clone();
            async move {
                read_request(&mut tcp).await;
                act(&mut tcp, &says, then).await;
            }
        })
        .await;
        let url = format!("http://{address}/SECRET?SECRET");
        rows.push((what, request(url, &ends), ends));
    }
    all_end(rows, sender()).await;
}

/// A body that no socket buffer takes whole.
const LARGE: usize = 32 << 20;

#[tokio::test]
async fn a_receiver_that_does_not_read_the_request_is_answered_for_all_the_same() {
    const SENDING: &str = "deadline passed while sending the request to";
    let mut rows = Vec::new();
    for (reads, says, then, ends) in [
        (Reads::Nothing, "", Stays, Error(Timeout, SENDING)),
        (Reads::Some(1000), "", Stays, Error(Timeout, SENDING)),
        (
            Reads::Some(1000),
            "HTTP/1.1 100 Continue\r\n\r\n",
            Stays,
            Error(Timeout, SENDING),
        ),
        (Reads::Some(1000), "", Resets, Error(Closed, "broke")),
        (
            Reads::Some(1000),
            "HTTP/1.1 413 Large\r\nContent-Length: 2\r\n\r\nno",
            Stays,
            Answer(413, 2),
        ),
        (
            Reads::Nothing,
            "HTTP/1.1 413 Large\r\nContent-Length: 2\r\n\r\nno",
            Stays,
            Answer(413, 2),
        ),
        (
            Reads::All,
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
            Stays,
            Answer(200, 0),
        ),
    ] {
        let address = raw(move |mut tcp| async move {
            match reads {
                Reads::Nothing => {}
                Reads::Some(many) => drop(tcp.read_exact(&mut vec![0; many]).await),
                Reads::All => read_to(&mut tcp, LARGE).await,
            }
            if let Stays = then {
                tcp.write_all(says.as_bytes()).await.unwrap();
                // Without reading, which would let the request go on.
                std::future::pending::<()>().await;
            }
            act(&mut tcp, says.as_bytes(), then).await;
        })
        .await;
        let request = Request {
            body: Bytes::from(vec![b'x'; LARGE]),
            ..request(format!("http://{address}/SECRET"), &ends)
        };
        rows.push((says.to_owned(), request, ends));
    }
    all_end(rows, sender()).await;
}

/// Reads a request whose body has this many bytes.
async fn read_to(tcp: &mut TcpStream, body: usize) {
    let (mut read, mut chunk) = (0, vec![0; 1 << 16]);
    while read < body {
        match tcp.read(&mut chunk).await {
            Ok(0) | Err(_) => return,
            Ok(many) => read += many,
        }
    }
}

#[tokio::test]
async fn a_receiver_that_stalls_or_breaks_in_the_tls_handshake_ends_by_name() {
    use SendErrorKind::{Tls, TlsVersion};
    const HANDSHAKE: &str = "deadline passed while agreeing on TLS";
    let record = |kind: u8, version: u8, content: &[u8]| {
        let length = u16::try_from(content.len()).unwrap().to_be_bytes();
        [&[kind, 3, version, length[0], length[1]], content].concat()
    };
    // A ServerHello: version, random, no session id, cipher suite (RSA with AES-128-CBC-SHA), no compression.
    let hello = |version: u8| {
        let body = [&[3, version][..], &[7; 32], &[0, 0, 0x2f, 0]].concat();
        let length = u8::try_from(body.len()).unwrap();
        record(
            22,
            version.min(3),
            &[&[2, 0, 0, length], &body[..]].concat(),
        )
    };
    let part = hello(3)[..20].to_vec();
    let mut rows = Vec::new();
    for (what, says, then, ends) in [
        ("silence", vec![], Stays, Error(Timeout, HANDSHAKE)),
        (
            "part of a hello",
            part.clone(),
            Stays,
            Error(Timeout, HANDSHAKE),
        ),
        (
            "drip",
            vec![22, 3, 3, 0x3f, 0xff],
            Drips(2),
            Error(Timeout, HANDSHAKE),
        ),
        ("close", vec![], Closes, Error(Tls, "no TLS with")),
        (
            "close within a hello",
            part,
            Closes,
            Error(Tls, "no TLS with"),
        ),
        ("reset", vec![], Resets, Error(Tls, "no TLS with")),
        (
            "plain HTTP",
            b"HTTP/1.1 400 Bad\r\n\r\n".to_vec(),
            Closes,
            Error(Tls, "no TLS with"),
        ),
        ("garbage", vec![0xff; 100], Stays, Error(Tls, "no TLS with")),
        (
            "a flood",
            vec![],
            Floods("garbage"),
            Error(Tls, "no TLS with"),
        ),
        ("TLS 1.1", hello(2), Stays, Error(TlsVersion, "no TLS with")),
        ("TLS 1.0", hello(1), Stays, Error(TlsVersion, "no TLS with")),
        ("SSL 3", hello(0), Stays, Error(TlsVersion, "no TLS with")),
        (
            "a refusal of the version",
            record(21, 2, &[2, 70]),
            Closes,
            Error(TlsVersion, "no TLS with"),
        ),
        (
            "a refusal of the ciphers",
            record(21, 3, &[2, 40]),
            Closes,
            Error(Tls, "no TLS with"),
        ),
    ] {
        let address = raw(move |mut tcp| {
            let says = says.clone();
            async move {
                let mut hello = [0; 5];
                tcp.read_exact(&mut hello).await.unwrap();
                let mut rest = vec![0; usize::from(u16::from_be_bytes([hello[3], hello[4]]))];
                tcp.read_exact(&mut rest).await.unwrap();
                act(&mut tcp, &says, then).await;
            }
        })
        .await;
        let url = format!("https://{address}/SECRET");
        rows.push((what.to_owned(), request(url, &ends), ends));
    }
    all_end(rows, sender()).await;
}

#[tokio::test]
async fn a_connection_over_which_more_was_said_than_asked_for_is_not_used_again() {
    let connections = Connections::default();
    let counted = connections.clone();
    let address = raw(move |mut tcp| {
        let counted = counted.clone();
        async move {
            counted.one_more();
            while read_request(&mut tcp).await {
                // The second answer is for a request that nobody made yet.
                let twice = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".repeat(2);
                tcp.write_all(twice.as_bytes()).await.unwrap();
            }
        }
    })
    .await;
    let sender = sender();
    for n in 1..=3 {
        let answer = sender.send(post(format!("http://{address}/"))).await;
        assert_eq!(answer.unwrap().status, 200);
        assert_eq!(connections.count(), n);
    }
}
