//! Over raw sockets: what clients do that no client library does.

use std::future::pending;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::Body;
use axum::routing::{get, post};
use bytes::Bytes;
use claimwire_http::body;
use claimwire_http::problem::Problem;
use hyper::HeaderMap;
use hyper::body::Frame;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::OwnedReadHalf;
use tokio::sync::{Notify, mpsc};
use tokio::time::timeout;

use axum::Router;

use super::*;

mod tls;

/// What does not come by then is not coming.
const PATIENCE: Duration = Duration::from_secs(60);
/// So long that nothing ends by it within a test.
const LONG: Duration = Duration::from_secs(3600);
const SHORT: Duration = Duration::from_millis(100);

fn limits(pace: Pace) -> Limits {
    Limits {
        connections: 64,
        head: LONG,
        pace,
    }
}

const PATIENT: Pace = Pace {
    bytes: 1,
    time: LONG,
};

async fn upload(headers: HeaderMap, body: Body) -> Result<String, Problem> {
    let bytes = body::bytes(&headers, body, 1 << 20).await?;
    Ok(format!("{} bytes", bytes.len()))
}

fn router() -> Router {
    Router::new()
        .route("/", post(upload).get(|| async { "hello" }))
        .route("/never", get(pending::<String>))
}

async fn serve(router: Router, limits: Limits) -> Listener {
    let address: ListenAddress = "127.0.0.1:0".parse().unwrap();
    let bound = Bound::to(&address, "--listen", "test").await.unwrap();
    bound.serve(router, limits, None)
}

async fn connect(listener: &Listener) -> TcpStream {
    TcpStream::connect(listener.address).await.unwrap()
}

async fn send(stream: &mut TcpStream, request: &str) {
    stream.write_all(request.as_bytes()).await.unwrap();
}

/// Reads until this has come; answers all that has.
async fn until<R: tokio::io::AsyncRead + Unpin>(stream: &mut R, end: &str) -> String {
    let mut read = String::new();
    let reading = async {
        while !read.contains(end) {
            let mut chunk = [0; 4096];
            let length = stream.read(&mut chunk).await.unwrap();
            assert!(length > 0, "the connection ended after {read:?}");
            read.push_str(std::str::from_utf8(&chunk[..length]).unwrap());
        }
    };
    let waited = timeout(PATIENCE, reading).await;
    assert!(waited.is_ok(), "no {end:?} came, but {read:?}");
    read
}

/// Reads until the connection ends.
async fn rest(stream: &mut OwnedReadHalf) -> String {
    let mut read = Vec::new();
    let ended = timeout(PATIENCE, stream.read_to_end(&mut read)).await;
    // Bytes of ours that were not read make it a reset; what was answered has come before.
    let _ = ended.unwrap();
    String::from_utf8(read).unwrap()
}

#[tokio::test]
async fn what_follows_a_body_does_not_hold_back_the_answer() {
    let listener = serve(router(), limits(PATIENT)).await;
    for behind in ["\r\n", "\n", "\r\n\r\n\r\n", "POST / HTTP/1.1\r\nHo"] {
        let mut stream = connect(&listener).await;
        let request = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}";
        send(&mut stream, &format!("{request}{behind}")).await;
        until(&mut stream, "2 bytes").await;
        // The connection goes on with the next request.
        let next = if behind.ends_with('\n') {
            "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
        } else {
            "st: a\r\nContent-Length: 3\r\n\r\n{ }"
        };
        send(&mut stream, next).await;
        until(
            &mut stream,
            if next.starts_with('G') {
                "hello"
            } else {
                "3 bytes"
            },
        )
        .await;
    }
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let pace = Pace {
        bytes: 1024,
        time: SHORT,
    };
    let listener = serve(router(), limits(pace)).await;
    for (more, sent) in [
        ("Content-Length: 100\r\n", ""),
        ("Content-Length: 100\r\n", "some"),
        ("Content-Length: 100\r\nExpect: 100-continue\r\n", ""),
        ("Transfer-Encoding: chunked\r\n", "4\r\nsome\r\n"),
    ] {
        let mut stream = connect(&listener).await;
        let head = format!("POST / HTTP/1.1\r\nHost: a\r\n{more}\r\n{sent}");
        send(&mut stream, &head).await;
        let (mut read, _write) = stream.into_split();
        let answer = rest(&mut read).await;
        assert!(answer.contains("HTTP/1.1 408 "), "{more}: {answer}");
        assert!(answer.contains("body_too_slow"), "{more}: {answer}");
        assert!(answer.contains("connection: close"), "{more}: {answer}");
    }
}

#[tokio::test]
async fn a_body_that_drips_comes_too_slowly_however_long_it_goes_on() {
    let pace = Pace {
        bytes: usize::MAX,
        time: SHORT,
    };
    let listener = serve(router(), limits(pace)).await;
    let mut stream = connect(&listener).await;
    let head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n";
    send(&mut stream, head).await;
    let (mut read, mut write) = stream.into_split();
    let dripping = tokio::spawn(async move {
        while write.write_all(b" ").await.is_ok() {
            tokio::task::yield_now().await;
        }
    });
    until(&mut read, "408").await;
    timeout(PATIENCE, dripping).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_body_that_keeps_its_pace_may_take_many_times_as_long() {
    let pace = Pace {
        bytes: 1,
        time: Duration::from_secs(20),
    };
    let listener = serve(router(), limits(pace)).await;
    let mut stream = connect(&listener).await;
    let head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 64\r\nExpect: 100-continue\r\n\r\n";
    send(&mut stream, head).await;
    until(&mut stream, "100 Continue").await;
    for _ in 0..64 {
        send(&mut stream, " ").await;
        tokio::task::yield_now().await;
    }
    until(&mut stream, "64 bytes").await;
}

/// Bytes without end; says when it is dropped.
struct Endless(mpsc::UnboundedSender<()>);

impl hyper::body::Body for Endless {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(&[b'x'; 16_384])))))
    }
}

impl Drop for Endless {
    fn drop(&mut self) {
        let _ = self.0.send(());
    }
}

/// Answers with bytes without end, and what tells of each such answer that is dropped.
fn endless() -> (Router, mpsc::UnboundedReceiver<()>) {
    let (dropped, drops) = mpsc::unbounded_channel();
    let body = move || {
        let dropped = dropped.clone();
        async move { Body::new(Endless(dropped)) }
    };
    (Router::new().route("/", get(body)), drops)
}

/// Who does not read is found out soon.
const READ_IN_TIME: Pace = Pace {
    bytes: 1024,
    time: SHORT,
};

#[tokio::test]
async fn a_client_that_does_not_read_its_answer_is_let_go() {
    let (router, mut drops) = endless();
    let listener = serve(router, limits(READ_IN_TIME)).await;
    let mut stream = connect(&listener).await;
    send(&mut stream, "GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    timeout(PATIENCE, drops.recv()).await.unwrap().unwrap();

    // One that reads is served on.
    let mut reads = connect(&listener).await;
    send(&mut reads, "GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    let mut chunk = vec![0; 1 << 16];
    for _ in 0..256 {
        reads.read_exact(&mut chunk).await.unwrap();
    }
    assert!(drops.try_recv().is_err());
}

#[tokio::test]
async fn more_than_a_hundred_header_lines_are_too_many() {
    let listener = serve(router(), limits(PATIENT)).await;
    for (lines, status) in [(99, " 200 "), (100, " 431 "), (1000, " 431 ")] {
        let mut stream = connect(&listener).await;
        let mut request = "GET / HTTP/1.1\r\nHost: a\r\n".to_owned();
        request.extend((0..lines).map(|no| format!("X-{no}: a\r\n")));
        send(&mut stream, &format!("{request}\r\n")).await;
        until(&mut stream, status).await;
    }
}

#[tokio::test]
async fn a_full_listener_serves_on_and_makes_room_by_closing_what_is_idle() {
    let release = Arc::new(Notify::new());
    let held = release.clone();
    let slow = move || {
        let held = held.clone();
        async move {
            held.notified().await;
            "released"
        }
    };
    let limits = Limits {
        connections: 3,
        ..limits(PATIENT)
    };
    let listener = serve(router().route("/slow", get(slow)), limits).await;
    let mut served = connect(&listener).await;
    send(&mut served, "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n").await;
    let mut idle = connect(&listener).await;
    send(&mut idle, "GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    until(&mut idle, "hello").await;
    let silent = connect(&listener).await;

    // They stay open: those after them are served all the same.
    let mut open = Vec::new();
    for _ in 0..8 {
        let mut next = connect(&listener).await;
        send(&mut next, "GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
        until(&mut next, "hello").await;
        open.push(next);
    }
    for closed in [idle, silent] {
        let (mut read, _write) = closed.into_split();
        assert_eq!(rest(&mut read).await, "");
    }
    release.notify_one();
    until(&mut served, "released").await;
}

#[tokio::test]
async fn a_stop_lets_requests_finish_and_closes_what_is_idle() {
    let release = Arc::new(Notify::new());
    let (began, mut begun) = mpsc::unbounded_channel();
    let held = release.clone();
    let slow = move || {
        let (held, began) = (held.clone(), began.clone());
        async move {
            let _ = began.send(());
            held.notified().await;
            "released"
        }
    };
    let listener = serve(Router::new().route("/", get(slow)), limits(PATIENT)).await;
    let idle = connect(&listener).await;
    let mut served = connect(&listener).await;
    send(&mut served, "GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    begun.recv().await.unwrap();
    let stopping = tokio::spawn(listener.stop(LONG));
    let (mut read, _write) = idle.into_split();
    assert_eq!(rest(&mut read).await, "");
    release.notify_one();
    until(&mut served, "released").await;
    timeout(PATIENCE, stopping).await.unwrap().unwrap();
}
