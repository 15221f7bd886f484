//! What the sender's tests share.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub mod names;
pub mod proxies;

use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use claimwire_model::ShopNo;
use claimwire_sender::resolve::Resolve;
use claimwire_sender::{HttpSender, SenderSettings};
use claimwire_wire::send::{Method, Request, SendError, SendErrorKind};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// http to loopback is allowed.
pub fn on_loopback() -> SenderSettings {
    SenderSettings {
        allow_http: true,
        allow_networks: vec!["127.0.0.0/8".parse().unwrap()],
        ..SenderSettings::default()
    }
}

pub fn sender() -> HttpSender {
    HttpSender::new(on_loopback()).unwrap()
}

/// A POST with a deadline that no test waits for.
pub fn post(url: impl Into<String>) -> Request {
    Request {
        method: Method::Post,
        url: url.into(),
        headers: [("Content-Type", "application/json")].into(),
        body: Bytes::from_static(b"{}"),
        timeout: Duration::from_secs(20),
        egress: None,
        answer_limit: claimwire_wire::send::RESPONSE_BODY_READ,
        answer_room: None,
        shop: ShopNo(1),
    }
}

/// The same with a deadline that passes.
pub fn post_within(url: impl Into<String>, milliseconds: u64) -> Request {
    Request {
        timeout: Duration::from_millis(milliseconds),
        ..post(url)
    }
}

/// A server that is not HTTP's: each connection goes to `serve`.
pub async fn raw<F>(serve: impl Fn(TcpStream) -> F + Send + 'static) -> SocketAddr
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((tcp, _)) = listener.accept().await {
            tokio::spawn(serve(tcp));
        }
    });
    address
}

/// A server that reads one request, writes these bytes and then waits for the other side to close.
pub async fn raw_answer(bytes: impl Into<Bytes>) -> SocketAddr {
    let bytes = bytes.into();
    raw(move |mut tcp| {
        let bytes = bytes.clone();
        async move {
            read_request(&mut tcp).await;
            drop(tcp.write_all(&bytes).await);
            drop(tcp.read_to_end(&mut Vec::new()).await);
        }
    })
    .await
}

/// Reads one of the requests that [`post`] makes; false at the end.
pub async fn read_request(tcp: &mut TcpStream) -> bool {
    let mut read = Vec::new();
    while !read.ends_with(b"\r\n\r\n{}") {
        if tcp.read_buf(&mut read).await.unwrap_or(0) == 0 {
            return false;
        }
    }
    true
}

/// Counts connections from inside a server.
#[derive(Clone, Default)]
pub struct Connections(Arc<AtomicUsize>);

impl Connections {
    pub fn one_more(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    pub fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// Gives each lookup the next of its answers; none left: no such name.
pub struct Scripted {
    answers: Mutex<VecDeque<Vec<IpAddr>>>,
    usual: Option<IpAddr>,
}

impl Scripted {
    pub fn new(answers: &[&[&str]]) -> Arc<Self> {
        let parsed = answers
            .iter()
            .map(|all| all.iter().map(|one| one.parse().unwrap()).collect());
        Arc::new(Self {
            answers: Mutex::new(parsed.collect()),
            usual: None,
        })
    }

    /// Every name leads there.
    pub fn always(address: &str) -> Arc<Self> {
        Arc::new(Self {
            answers: Mutex::default(),
            usual: Some(address.parse().unwrap()),
        })
    }

    pub fn left(&self) -> usize {
        self.answers.lock().unwrap().len()
    }
}

#[async_trait::async_trait]
impl Resolve for Scripted {
    async fn resolve(&self, _: &str, _: ShopNo) -> Result<Vec<IpAddr>, SendError> {
        self.answers
            .lock()
            .unwrap()
            .pop_front()
            .or(self.usual.map(|address| vec![address]))
            .ok_or_else(|| SendError {
                kind: SendErrorKind::Dns,
                detail: "no such name".to_owned(),
            })
    }
}
