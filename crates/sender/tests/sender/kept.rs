//! Connections that the receiver closes while they are kept: at any moment of the next request, in every way. What
//! ends before the first byte of an answer is sent once more, within the same attempt.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use claimwire_testkit::{Receiver, Reply};
use claimwire_wire::send::{SendErrorKind, Sender};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Notify;

use crate::common::{Connections, post, post_within, raw, read_request, sender};

const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

/// How a connection ends.
#[derive(Debug, Clone, Copy)]
enum End {
    Closes,
    Resets,
    /// Says no more, but goes on reading.
    HalfCloses,
    /// Says this and closes.
    Says(&'static str),
    /// Nothing happens any more.
    Hangs,
}

async fn end(mut tcp: TcpStream, how: End) {
    match how {
        End::Closes => drop(tcp),
        End::Resets => {
            tcp.set_zero_linger().unwrap();
            drop(tcp);
        }
        End::HalfCloses => {
            tcp.shutdown().await.unwrap();
            drop(tcp.read_to_end(&mut Vec::new()).await);
        }
        End::Says(text) => drop(tcp.write_all(text.as_bytes()).await),
        End::Hangs => drop(tcp.read_to_end(&mut Vec::new()).await),
    }
}

/// Answers one request per connection; at the next it ends without an answer. After `well` connections it ends so
/// at the first. Counts connections and requests.
async fn ending(how: End, well: usize) -> (SocketAddr, Connections, Arc<AtomicUsize>) {
    let (connections, requests) = (Connections::default(), Arc::new(AtomicUsize::new(0)));
    let (counted, asked) = (connections.clone(), Arc::clone(&requests));
    let address = raw(move |mut tcp| {
        counted.one_more();
        let (well, asked) = (counted.count() <= well, Arc::clone(&asked));
        async move {
            if well {
                read_request(&mut tcp).await;
                asked.fetch_add(1, Ordering::Relaxed);
                tcp.write_all(OK).await.unwrap();
            }
            if read_request(&mut tcp).await {
                asked.fetch_add(1, Ordering::Relaxed);
                end(tcp, how).await;
            }
        }
    })
    .await;
    (address, connections, requests)
}

#[tokio::test]
async fn what_ends_before_the_first_byte_is_sent_once_more_on_a_fresh_connection() {
    for how in [End::Closes, End::Resets, End::HalfCloses] {
        let (address, connections, requests) = ending(how, 9).await;
        let (sender, url) = (sender(), format!("http://{address}/"));
        for n in 1..=4 {
            let answer = sender.send(post(&url)).await;
            assert_eq!(answer.unwrap().status, 200, "{how:?}");
            assert_eq!(connections.count(), n, "{how:?}");
        }
        // The first, and each other over the kept connection and over a fresh one.
        assert_eq!(requests.load(Ordering::Relaxed), 1 + 3 * 2, "{how:?}");
    }
}

#[tokio::test]
async fn it_is_not_sent_a_third_time_and_never_again_on_a_fresh_connection() {
    for how in [End::Closes, End::Resets, End::HalfCloses] {
        let (address, connections, requests) = ending(how, 1).await;
        let (sender, url) = (sender(), format!("http://{address}/"));
        assert_eq!(sender.send(post(&url)).await.unwrap().status, 200);
        for (count, asked) in [(2, 3), (3, 4)] {
            let failed = sender.send(post(&url)).await.unwrap_err();
            assert_eq!(failed.kind, SendErrorKind::Closed, "{how:?}: {failed}");
            assert_eq!(connections.count(), count, "{how:?}");
            assert_eq!(requests.load(Ordering::Relaxed), asked, "{how:?}");
        }
    }
}

#[tokio::test]
async fn after_a_byte_of_an_answer_it_is_not_sent_again() {
    for said in [
        "H",
        "\r\n",
        "HTTP/1.1 200 OK\r\n",
        "HTTP/1.1 100 Continue\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf",
    ] {
        let (address, connections, requests) = ending(End::Says(said), 9).await;
        let (sender, url) = (sender(), format!("http://{address}/"));
        assert_eq!(sender.send(post(&url)).await.unwrap().status, 200);
        let failed = sender.send(post(&url)).await.unwrap_err();
        assert_eq!(failed.kind, SendErrorKind::Closed, "{said:?}: {failed}");
        let seen = (connections.count(), requests.load(Ordering::Relaxed));
        assert_eq!(seen, (1, 2), "{said:?}");
    }
}

#[tokio::test]
async fn the_second_try_has_no_deadline_of_its_own() {
    let connections = Connections::default();
    let counted = connections.clone();
    let address = raw(move |mut tcp| {
        counted.one_more();
        let first = counted.count() == 1;
        async move {
            if first {
                read_request(&mut tcp).await;
                tcp.write_all(OK).await.unwrap();
            }
            read_request(&mut tcp).await;
            end(tcp, if first { End::Closes } else { End::Hangs }).await;
        }
    })
    .await;
    let (sender, url) = (sender(), format!("http://{address}/"));
    assert_eq!(sender.send(post(&url)).await.unwrap().status, 200);
    for count in [2, 3] {
        let failed = sender.send(post_within(&url, 200)).await.unwrap_err();
        assert_eq!(failed.kind, SendErrorKind::Timeout);
        assert_eq!(connections.count(), count, "what hangs is not sent again");
    }
}

#[tokio::test]
async fn a_receiver_that_closes_idle_connections_at_the_moment_of_the_request_misses_none() {
    let (close, served) = (Arc::new(Notify::new()), Arc::new(AtomicUsize::new(0)));
    let (closes, counted) = (Arc::clone(&close), Arc::clone(&served));
    let address = raw(move |mut tcp| {
        let (close, served) = (Arc::clone(&closes), Arc::clone(&counted));
        async move {
            loop {
                tokio::select! {
                    biased;
                    () = close.notified() => return,
                    asked = read_request(&mut tcp) => if !asked { return },
                }
                served.fetch_add(1, Ordering::Relaxed);
                if tcp.write_all(OK).await.is_err() {
                    return;
                }
            }
        }
    })
    .await;
    let (sender, url) = (sender(), format!("http://{address}/"));
    for n in 0..200 {
        // It closes before the request, while it is on its way, or when it is there.
        let moment = async {
            for _ in 0..n % 8 {
                tokio::task::yield_now().await;
            }
            close.notify_waiters();
        };
        let (answer, ()) = tokio::join!(sender.send(post(&url)), moment);
        assert_eq!(answer.unwrap().status, 200, "{n}");
    }
    assert!(served.load(Ordering::Relaxed) >= 200);
}

#[tokio::test]
async fn a_receiver_that_answers_on_the_second_try_has_the_request_whole() {
    let (receiver, sender) = (Receiver::start().await.unwrap(), sender());
    sender.send(post(receiver.url("/a"))).await.unwrap();
    receiver.reply_next([Reply::Close]);
    let mut request = post(receiver.url("/b?c"));
    request.body = vec![b'x'; 300_000].into();
    request.timeout = Duration::from_secs(20);
    assert_eq!(sender.send(request).await.unwrap().status, 200);
    let requests = receiver.requests();
    assert_eq!(requests.len(), 3);
    assert_eq!(requests[1].body, requests[2].body);
    assert_eq!(requests[2].body.len(), 300_000);
    assert_eq!(receiver.connections(), 2);
}
