//! How much is read and kept of peers that do not stop. Over real sockets, counted, not guessed from memory.

use claimwire_wire::send::RESPONSE_BODY_READ;
use claimwire_wire::send::SendErrorKind;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::limits::CHUNK_FRAMING_BYTES;

/// Counts the bytes that are read.
struct Counting {
    tcp: TcpStream,
    read: usize,
}

impl AsyncRead for Counting {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        space: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = space.filled().len();
        let polled = Pin::new(&mut self.tcp).poll_read(cx, space);
        self.read += space.filled().len() - before;
        polled
    }
}

impl AsyncWrite for Counting {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.tcp).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_shutdown(cx)
    }
}

fn message() -> Message {
    Message {
        answer_limit: RESPONSE_BODY_READ,
        answer_room: None,
        head: b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n".to_vec(),
        body: Bytes::from_static(b"{}"),
    }
}

/// To a peer that reads the request, says `first`, and then `again` without end.
async fn endless(first: &'static str, again: String) -> Connection<Counting> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut tcp, _) = listener.accept().await.unwrap();
        let mut request = [0; 49];
        tcp.read_exact(&mut request).await.unwrap();
        assert!(request.ends_with(b"\r\n\r\n{}"));
        tcp.write_all(first.as_bytes()).await.unwrap();
        while tcp.write_all(again.as_bytes()).await.is_ok() {}
    });
    let tcp = TcpStream::connect(address).await.unwrap();
    Connection::new(Counting { tcp, read: 0 })
}

const OK: &str = "HTTP/1.1 200 OK\r\n";
const CHUNKED: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

#[tokio::test]
async fn an_endless_body_is_read_to_the_limit_and_no_further() {
    let x = "x".repeat(1000);
    for (first, again) in [
        ("HTTP/1.1 200 OK\r\n\r\n", x.clone()),
        ("HTTP/1.0 200 OK\r\n\r\n", x.clone()),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
            x.clone(),
        ),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
            x.clone(),
        ),
        (CHUNKED, format!("3e8\r\n{x}\r\n")),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffff\r\n",
            x.clone(),
        ),
    ] {
        let mut connection = endless(first, again).await;
        let Ok((Exchange::Answered(answer), reusable)) = connection.exchange(&message()).await
        else {
            panic!("{first}");
        };
        assert_eq!(
            (answer.body.len(), reusable),
            (RESPONSE_BODY_READ, false),
            "{first}"
        );
        let read = connection.stream.read;
        assert!(
            read <= RESPONSE_BODY_READ + 2 * READ_AT_ONCE,
            "{first}: {read}"
        );
        assert!(connection.received.capacity() <= SPARE_BYTES, "{first}");
    }
}

#[tokio::test]
async fn what_has_no_end_and_is_no_body_is_given_up_at_its_bound() {
    let y = "y".repeat(1000);
    for (first, again, bound) in [
        ("HTTP/1.1 200 ", y.clone(), HEAD_BYTES),
        (OK, y.clone(), HEAD_BYTES),
        ("HTTP/1.1 200 OK\r\nX: ", y.clone(), HEAD_BYTES),
        (OK, "X: y\r\n".to_owned(), HEAD_BYTES),
        ("", "HTTP/1.1 102 Processing\r\n\r\n".to_owned(), HEAD_BYTES),
        (
            "",
            format!("HTTP/1.1 103 Early Hints\r\nLink: {y}\r\n\r\n"),
            HEAD_BYTES,
        ),
        ("", y.clone(), 0),
        (CHUNKED, "0".to_owned(), CHUNK_FRAMING_BYTES),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;",
            y.clone(),
            CHUNK_FRAMING_BYTES,
        ),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
            "X: y\r\n".to_owned(),
            CHUNK_FRAMING_BYTES,
        ),
        (
            CHUNKED,
            "1;a=b\r\nx\r\n".to_owned(),
            2 * CHUNK_FRAMING_BYTES,
        ),
    ] {
        let mut connection = endless(first, again.clone()).await;
        let Err(broken) = connection.exchange(&message()).await else {
            panic!("{first}{again:.20}");
        };
        assert_eq!(broken.kind, SendErrorKind::Protocol, "{first}{again:.20}");
        let (read, kept) = (connection.stream.read, connection.received.capacity());
        assert!(
            read <= bound + 2 * READ_AT_ONCE,
            "{first}{again:.20}: {read}"
        );
        assert!(kept <= 2 * HEAD_BYTES, "{first}{again:.20}: {kept}");
    }
}

#[tokio::test]
async fn a_head_that_comes_byte_by_byte_is_read() {
    let text = format!(
        "{OK}X-Long: {}\r\nContent-Length: 0\r\n\r\n",
        "y".repeat(3000)
    );
    let (ours, mut theirs) = tokio::io::duplex(1);
    let (answered, ()) = tokio::join!(
        async { Connection::new(ours).exchange(&message()).await },
        async {
            let mut request = [0; 49];
            theirs.read_exact(&mut request).await.unwrap();
            for byte in text.as_bytes() {
                theirs.write_all(&[*byte]).await.unwrap();
            }
        }
    );
    let Ok((Exchange::Answered(answer), true)) = answered else {
        panic!("no answer");
    };
    assert_eq!((answer.status, answer.headers.len()), (200, 2));
}
