//! What one request over a kept connection costs, beside hyper's client with its pool and beside hyper's bare
//! HTTP/1.1 connection: CPU time of the sending thread, user and system, in runs that alternate. The receiver is a
//! process of its own.
//!
//! ```sh
//! cargo run --release -p claimwire-sender --example against_hyper -- 100000 9
//! ```
//!
//! The bare connection gets less to do: it is at hand, where the other two take the URL apart, look for a kept
//! connection and put it back. All have a deadline, and make the same answer of what they read.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::time::Duration;

use bytes::Bytes;
use claimwire_model::ShopNo;
use claimwire_sender::{HttpSender, SenderSettings};
use claimwire_wire::send::{Answer, Method, Request, Sender};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioIo};

const BODY: usize = 1500;
const ANSWER: &[u8] =
    b"HTTP/1.1 200 OK\r\nDate: Thu, 29 Jan 2026 14:48:47 GMT\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok";
const TIMEOUT: Duration = Duration::from_secs(15);

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["receive"] => receive(),
        [count, runs] => compare(
            count.parse().expect("a count"),
            runs.parse().expect("a count"),
        ),
        _ => println!("against_hyper REQUESTS RUNS"),
    }
}

fn receive() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    println!("{}", listener.local_addr().expect("bound").port());
    for tcp in listener.incoming() {
        std::thread::spawn(|| serve(tcp.expect("a connection")));
    }
}

/// Every request has a body of [`BODY`] bytes.
fn serve(mut tcp: TcpStream) {
    let mut read = Vec::new();
    let mut chunk = [0; 8192];
    loop {
        match tcp.read(&mut chunk) {
            Ok(0) | Err(_) => return,
            Ok(n) => read.extend_from_slice(&chunk[..n]),
        }
        let head = read.windows(4).position(|end| end == b"\r\n\r\n");
        if let Some(head) = head
            && read.len() >= head + 4 + BODY
        {
            read.drain(..head + 4 + BODY);
            if tcp.write_all(ANSWER).is_err() {
                return;
            }
        }
    }
}

fn compare(count: u32, runs: usize) {
    let mut receiver = Command::new(std::env::current_exe().expect("this program"))
        .arg("receive")
        .stdout(Stdio::piped())
        .spawn()
        .expect("a receiver");
    let mut line = String::new();
    let said = receiver.stdout.take().expect("its output");
    BufReader::new(said).read_line(&mut line).expect("its port");
    let port: u16 = line.trim().parse().expect("a port");

    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let (mut ours, mut clients, mut bare) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..runs {
        ours.push(runtime.block_on(by_the_sender(port, count)));
        clients.push(runtime.block_on(by_hypers_client(port, count)));
        bare.push(runtime.block_on(by_hyper(port, count)));
    }
    receiver.kill().expect("it runs");
    receiver.wait().expect("it ran");
    let all = [
        ("sender", ours),
        ("hyper's client", clients),
        ("hyper's bare connection", bare),
    ];
    for (name, mut each) in all {
        each.sort_by(f64::total_cmp);
        let (least, most) = (each[0], each[each.len() - 1]);
        println!(
            "{name}: {:.2} µs a request [{least:.2}–{most:.2}]",
            each[each.len() / 2]
        );
    }
}

/// Microseconds of CPU that one of `count` requests takes.
async fn each<F: AsyncFnMut() -> Answer>(count: u32, mut request: F) -> f64 {
    for _ in 0..count / 20 {
        request().await;
    }
    let before = cpu();
    for _ in 0..count {
        let answer = request().await;
        assert_eq!((answer.status, answer.body.len()), (200, 2));
    }
    (cpu() - before).as_secs_f64() * 1e6 / f64::from(count)
}

/// CPU time of this thread so far.
fn cpu() -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux");
    let nanoseconds = told.split(' ').next().and_then(|first| first.parse().ok());
    Duration::from_nanos(nanoseconds.expect("a number"))
}

fn headers() -> [(&'static str, String); 6] {
    [
        ("Content-Type", "application/json"),
        ("User-Agent", "claimwire/0.1.0"),
        ("Claimwire-Event-Id", "0197a3f2-7c1e-7b3a-9d55-0a1b2c3d4e5f"),
        (
            "Claimwire-Delivery-Id",
            "0197a3f2-7c1e-7b3a-9d55-0a1b2c3d4e5f-12",
        ),
        ("Claimwire-Attempt", "1"),
        (
            "Karla-Signature",
            "t=1769698127,v1=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        ),
    ]
    .map(|(name, value)| (name, value.to_owned()))
}

fn body() -> Bytes {
    static PAYLOAD: [u8; BODY] = [b'x'; BODY];
    Bytes::from_static(&PAYLOAD)
}

async fn by_the_sender(port: u16, count: u32) -> f64 {
    let sender = HttpSender::new(SenderSettings {
        allow_http: true,
        allow_networks: vec!["127.0.0.0/8".parse().expect("a network")],
        ..SenderSettings::default()
    })
    .expect("a sender");
    each(count, async || {
        let request = Request {
            method: Method::Post,
            url: format!("http://127.0.0.1:{port}/hooks/claims?token=abcdef"),
            headers: headers().into(),
            body: body(),
            timeout: TIMEOUT,
            egress: None,
            answer_limit: claimwire_wire::send::RESPONSE_BODY_READ,
            answer_room: None,
            shop: ShopNo(1),
        };
        sender.send(request).await.expect("an answer")
    })
    .await
}

async fn by_hyper(port: u16, count: u32) -> f64 {
    let tcp = tokio::net::TcpStream::connect(("127.0.0.1", port))
        .await
        .expect("a receiver");
    tcp.set_nodelay(true).expect("a socket");
    let (mut send, connection) = handshake(TokioIo::new(tcp)).await.expect("a connection");
    let connection = tokio::spawn(connection);
    let cost = each(count, async || {
        let answer = tokio::time::timeout(TIMEOUT, one(&mut send, port)).await;
        answer.expect("in time").expect("an answer")
    })
    .await;
    connection.abort();
    cost
}

async fn by_hypers_client(port: u16, count: u32) -> f64 {
    let client = Client::builder(TokioExecutor::new()).build_http();
    each(count, async || {
        let url = format!("http://127.0.0.1:{port}/hooks/claims?token=abcdef");
        let answer = tokio::time::timeout(TIMEOUT, async {
            read(client.request(request(&url)).await.expect("an answer")).await
        });
        answer.await.expect("in time").expect("an answer")
    })
    .await
}

async fn one(send: &mut SendRequest<Full<Bytes>>, port: u16) -> hyper::Result<Answer> {
    send.ready().await?;
    let mut request = request("/hooks/claims?token=abcdef");
    let host = format!("127.0.0.1:{port}").try_into().expect("a value");
    request.headers_mut().insert(hyper::header::HOST, host);
    read(send.send_request(request).await?).await
}

fn request(url: &str) -> hyper::Request<Full<Bytes>> {
    let mut request = hyper::Request::post(url)
        .body(Full::new(body()))
        .expect("a request");
    for (name, value) in headers() {
        let value = value.try_into().expect("a value");
        request.headers_mut().append(
            hyper::header::HeaderName::from_bytes(name.as_bytes()).expect("a name"),
            value,
        );
    }
    request
}

async fn read(answer: hyper::Response<Incoming>) -> hyper::Result<Answer> {
    let (head, body) = answer.into_parts();
    Ok(Answer {
        status: head.status.as_u16(),
        headers: head
            .headers
            .iter()
            .map(|(name, value)| (name, String::from_utf8_lossy(value.as_bytes())))
            .collect(),
        body: body.collect().await?.to_bytes(),
    })
}
