//! Requests and answers over real sockets.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use claimwire_testkit::{Receiver, Reply};
use claimwire_wire::send::{AnswerRoom, RESPONSE_BODY_READ, Request, SendErrorKind, Sender};
use tokio::io::AsyncWriteExt;
use tokio::sync::Notify;

use crate::common::{post, post_within, raw, raw_answer, read_request, sender};

#[tokio::test]
async fn the_request_arrives_as_given_and_the_answer_comes_back() {
    let receiver = Receiver::start().await.unwrap();
    receiver.reply_next([Reply::status(201)
        .with_header("X-Seen", "yes")
        .with_body("thanks")]);
    let request = Request {
        headers: [("Content-Type", "application/json"), ("X-Ünsent", "")].into(),
        body: Bytes::from_static("{\"a\": \"ü\" }\n".as_bytes()),
        ..post(receiver.url("/hook?token=1"))
    };
    let mut good = request.clone();
    good.headers = [("Content-Type", "application/json")].into();
    assert_eq!(
        sender().send(request).await.unwrap_err().kind,
        SendErrorKind::Protocol
    );

    let answer = sender().send(good).await.unwrap();
    assert_eq!((answer.status, &answer.body[..]), (201, &b"thanks"[..]));
    assert_eq!(answer.header("x-seen"), Some("yes"));
    let [received] = &receiver.requests()[..] else {
        panic!("one request")
    };
    assert_eq!(
        (&received.method[..], &received.path[..]),
        ("POST", "/hook?token=1")
    );
    assert_eq!(received.body, "{\"a\": \"ü\" }\n");
    assert_eq!(
        received.header("host"),
        Some(&receiver.address().to_string()[..])
    );
    assert_eq!(received.header("content-length"), Some("13"));
    assert_eq!(received.header("content-type"), Some("application/json"));
}

#[tokio::test]
async fn connections_are_kept() {
    let (receiver, sender) = (Receiver::start().await.unwrap(), sender());
    for n in 0..10 {
        receiver.reply_next([Reply::status(200).with_body("x".repeat(n * 1000))]);
        assert_eq!(
            sender
                .send(post(receiver.url("/")))
                .await
                .unwrap()
                .body
                .len(),
            n * 1000
        );
    }
    assert_eq!((receiver.requests().len(), receiver.connections()), (10, 1));
}

#[tokio::test]
async fn requests_at_the_same_time_have_connections_of_their_own() {
    let (receiver, sender) = (Receiver::start().await.unwrap(), Arc::new(sender()));
    let mut all = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let (sender, request) = (Arc::clone(&sender), post(receiver.url("/")));
        all.spawn(async move { sender.send(request).await.unwrap().status });
    }
    assert_eq!(all.join_all().await, vec![200; 50]);
    assert!(receiver.connections() <= 50);
}

#[tokio::test]
async fn a_connection_that_the_receiver_gives_up_is_not_used_again() {
    let (receiver, sender) = (Receiver::start().await.unwrap(), sender());
    receiver.reply_next([Reply::status(200).with_header("Connection", "close")]);
    for _ in 0..2 {
        assert_eq!(
            sender.send(post(receiver.url("/"))).await.unwrap().status,
            200
        );
    }
    assert_eq!(receiver.connections(), 2);
}

#[tokio::test]
async fn a_kept_connection_that_was_closed_is_replaced_within_the_same_attempt() {
    let served = Arc::new(AtomicUsize::new(0));
    let (close, closed) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let theirs = (Arc::clone(&served), Arc::clone(&close), Arc::clone(&closed));
    let address = raw(move |mut tcp| {
        let (served, close, closed) = theirs.clone();
        async move {
            read_request(&mut tcp).await;
            served.fetch_add(1, Ordering::Relaxed);
            tcp.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                .await
                .unwrap();
            close.notified().await;
            drop(tcp);
            closed.notify_one();
        }
    })
    .await;
    let (sender, other) = (sender(), Receiver::start().await.unwrap());
    for _ in 0..5 {
        assert_eq!(
            sender
                .send(post(format!("http://{address}/")))
                .await
                .unwrap()
                .status,
            200
        );
        close.notify_one();
        closed.notified().await;
        // Another exchange makes the runtime look at its sockets.
        sender.send(post(other.url("/"))).await.unwrap();
    }
    assert_eq!(served.load(Ordering::Relaxed), 5);
}

#[tokio::test]
async fn a_redirect_is_an_answer() {
    let (receiver, elsewhere) = (
        Receiver::start().await.unwrap(),
        Receiver::start().await.unwrap(),
    );
    for status in [301, 302, 303, 307, 308] {
        receiver.reply_next([Reply::status(status).with_header("Location", &elsewhere.url("/"))]);
        assert_eq!(
            sender().send(post(receiver.url("/"))).await.unwrap().status,
            status
        );
    }
    assert_eq!(elsewhere.connections(), 0);
}

#[tokio::test]
async fn no_more_of_a_body_is_read_than_the_limit() {
    let (receiver, sender) = (Receiver::start().await.unwrap(), sender());
    for (size, connections) in [
        (RESPONSE_BODY_READ, 1),
        (RESPONSE_BODY_READ + 1, 1),
        (9_000_000, 2),
        (1, 3),
    ] {
        receiver.reply_next([Reply::status(200).with_body(vec![b'x'; size])]);
        let answer = sender.send(post(receiver.url("/"))).await.unwrap();
        assert_eq!(answer.body.len(), size.min(RESPONSE_BODY_READ));
        assert_eq!(receiver.connections(), connections, "{size}");
    }
    receiver.reply_next([Reply::status(200).with_body(vec![b'x'; 9_000_000])]);
    let file = Request {
        answer_limit: 8_000_000,
        ..post(receiver.url("/"))
    };
    let answer = sender.send(file).await.unwrap();
    assert_eq!(answer.body.len(), 8_000_000, "a request has its own limit");
    let endless = format!(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n20000\r\n{}",
        "x".repeat(0x20000)
    );
    let address = raw_answer(endless).await;
    let answer = sender
        .send(post(format!("http://{address}/")))
        .await
        .unwrap();
    assert_eq!(
        (answer.status, answer.body.len()),
        (200, RESPONSE_BODY_READ)
    );
}

/// Room for so many bytes, and the most that was asked for.
#[derive(Debug)]
struct Room(usize, AtomicUsize);

impl AnswerRoom for Room {
    fn holds(&self, bytes: usize) -> bool {
        self.1.fetch_max(bytes, Ordering::Relaxed);
        bytes <= self.0
    }
}

#[tokio::test]
async fn room_is_asked_for_as_a_body_comes_and_without_it_the_request_ends() {
    let lengths = [
        "Content-Length: 300000\r\n\r\n",
        "Connection: close\r\n\r\n",
    ];
    let [length, close] =
        lengths.map(|head| format!("HTTP/1.1 200 OK\r\n{head}{}", "x".repeat(300_000)));
    let chunked = format!("{:x}\r\n{}\r\n0\r\n\r\n", 300_000, "x".repeat(300_000));
    let chunked = format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{chunked}");
    for answer in [length, close, chunked] {
        for (bytes, fits) in [(300_000, true), (200_000, false)] {
            let answer = Arc::new(answer.clone());
            let address = raw(move |mut tcp| {
                let answer = Arc::clone(&answer);
                async move {
                    read_request(&mut tcp).await;
                    drop(tcp.write_all(answer.as_bytes()).await);
                }
            });
            let address = address.await;
            let room = Arc::new(Room(bytes, AtomicUsize::new(0)));
            let file = Request {
                answer_limit: 400_000,
                answer_room: Some(room.clone()),
                ..post(format!("http://{address}/"))
            };
            let came = sender().send(file).await;
            assert_eq!(
                came.as_ref().map(|answer| answer.body.len()).ok(),
                fits.then_some(300_000)
            );
            if let Err(error) = came {
                assert_eq!(error.kind, SendErrorKind::LocalMemory);
            }
            let asked = room.1.load(Ordering::Relaxed);
            assert!(asked <= bytes + 64 * 1024, "{asked}: it stops there");
        }
    }
}

#[tokio::test]
async fn nobody_listening_is_a_connect_error() {
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let failed = sender()
        .send(post(format!("http://{free}/SECRET?SECRET")))
        .await
        .unwrap_err();
    assert_eq!(failed.kind, SendErrorKind::Connect);
    assert!(
        failed.detail.contains(&free.to_string()) && !failed.detail.contains("SECRET"),
        "{failed}"
    );
}

#[tokio::test]
async fn a_request_that_timed_out_leaves_no_connection_behind() {
    let (receiver, sender) = (Receiver::start().await.unwrap(), sender());
    receiver.reply_next([Reply::Hang]);
    sender
        .send(post_within(receiver.url("/"), 1000))
        .await
        .unwrap_err();
    sender.send(post(receiver.url("/"))).await.unwrap();
    assert_eq!(receiver.connections(), 2);
}
