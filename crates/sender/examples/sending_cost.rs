//! What one request over a kept connection costs: a receiver and a sender in processes of their own, so that
//! `valgrind --tool=callgrind`, `strace -c` or the CPU time of the sender are the sender's alone.
//!
//! ```sh
//! cargo build --release -p claimwire-sender --example sending_cost
//! target/release/examples/sending_cost receive        # prints its port
//! target/release/examples/sending_cost send PORT 100000 1
//! ```
//!
//! The cost of one is the difference of two runs that differ in the number of requests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use claimwire_model::ShopNo;
use claimwire_sender::{HttpSender, SenderSettings};
use claimwire_wire::send::{Method, Request, Sender};

const BODY: usize = 1500;
const ANSWER: &[u8] =
    b"HTTP/1.1 200 OK\r\nDate: Thu, 29 Jan 2026 14:48:47 GMT\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["receive"] => receive(),
        ["send", port, count, at_once] => send(
            port.parse().expect("a port"),
            count.parse().expect("a count"),
            at_once.parse().expect("a count"),
        ),
        _ => println!("cost receive | cost send PORT COUNT AT-ONCE"),
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

fn send(port: u16, count: usize, at_once: usize) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let began = Instant::now();
    runtime.block_on(async {
        let sender = Arc::new(
            HttpSender::new(SenderSettings {
                allow_http: true,
                allow_networks: vec!["127.0.0.0/8".parse().expect("a network")],
                ..SenderSettings::default()
            })
            .expect("a sender"),
        );
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..at_once {
            let sender = Arc::clone(&sender);
            tasks.spawn(async move {
                for _ in 0..count / at_once {
                    let answer = sender.send(request(port)).await.expect("an answer");
                    assert_eq!(answer.status, 200);
                }
            });
        }
        tasks.join_all().await;
    });
    println!("{count} requests in {:?}", began.elapsed());
}

/// As the engine makes it for a webhook of the karla dialect.
fn request(port: u16) -> Request {
    static PAYLOAD: [u8; BODY] = [b'x'; BODY];
    Request {
        method: Method::Post,
        url: format!("http://127.0.0.1:{port}/hooks/claims?token=abcdef"),
        headers: [
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
        .into(),
        body: bytes::Bytes::from_static(&PAYLOAD),
        timeout: Duration::from_secs(15),
        egress: None,
        answer_limit: claimwire_wire::send::RESPONSE_BODY_READ,
        answer_room: None,
        shop: ShopNo(1),
    }
}
