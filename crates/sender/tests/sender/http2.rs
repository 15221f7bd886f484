//! HTTP/2 with receivers that offer it: shared connections, bounds, and what a receiver may do to them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use claimwire_sender::{HttpSender, SenderSettings};
use claimwire_testkit::tls::{Authority, Validity};
use claimwire_wire::send::{
    Answer, AnswerRoom, RESPONSE_BODY_READ, Request, SendError, SendErrorKind, Sender,
};
use h2::server::{Builder, Connection, SendResponse};
use h2::{Reason, RecvStream};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::common::{Connections, Scripted, on_loopback, post, post_within};

type Tls = TlsStream<TcpStream>;
type Incoming = http::Request<RecvStream>;
type Reply = SendResponse<Bytes>;

/// A receiver over TLS that agrees on HTTP/2, and a sender that trusts it.
struct World {
    sender: Arc<HttpSender>,
    url: String,
    connections: Connections,
}

impl World {
    /// Each connection goes to `serve`.
    async fn new<F>(serve: impl Fn(Tls) -> F + Send + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let authority = Authority::new().unwrap();
        let config = authority.server(&["hooks.example"], Validity::Now).unwrap();
        let mut config = rustls::ServerConfig::clone(&config);
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let connections = Connections::default();
        let counted = connections.clone();
        tokio::spawn(async move {
            loop {
                let (tcp, _) = listener.accept().await.unwrap();
                counted.one_more();
                if let Ok(tls) = acceptor.accept(tcp).await {
                    tokio::spawn(serve(tls));
                }
            }
        });
        let settings = SenderSettings {
            allow_http: false,
            extra_roots: vec![authority.root()],
            ..on_loopback()
        };
        let names = Scripted::always("127.0.0.1");
        Self {
            sender: Arc::new(HttpSender::with_resolver(settings, names).unwrap()),
            url: format!("https://hooks.example:{port}/in?a=b"),
            connections,
        }
    }

    /// Each request of each connection goes to `answer`.
    async fn answering<F>(
        answer: impl Fn(Incoming, Reply) -> F + Clone + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        Self::new(move |tls| {
            let answer = answer.clone();
            async move { all(Builder::new().handshake(tls).await.unwrap(), answer).await }
        })
        .await
    }

    async fn send(&self, request: Request) -> Result<Answer, SendError> {
        self.sender.send(request).await
    }

    async fn post(&self) -> Result<Answer, SendError> {
        self.send(post(&self.url)).await
    }

    /// So many at once; all their answers.
    async fn many(&self, count: usize) -> Vec<Result<Answer, SendError>> {
        let mut all = tokio::task::JoinSet::new();
        for _ in 0..count {
            let (sender, request) = (Arc::clone(&self.sender), post(&self.url));
            all.spawn(async move { sender.send(request).await });
        }
        all.join_all().await
    }
}

/// Serves a connection to its end.
async fn all<F>(mut connection: Connection<Tls, Bytes>, answer: impl Fn(Incoming, Reply) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    while let Some(Ok((request, reply))) = connection.accept().await {
        tokio::spawn(answer(request, reply));
    }
}

/// The body, read as it comes.
async fn read(body: &mut RecvStream) -> usize {
    let mut length = 0;
    while let Some(Ok(data)) = body.data().await {
        length += data.len();
        body.flow_control().release_capacity(data.len()).unwrap();
    }
    length
}

fn status(status: u16) -> http::Response<()> {
    http::Response::builder().status(status).body(()).unwrap()
}

async fn ok(mut request: Incoming, mut reply: Reply) {
    read(request.body_mut()).await;
    drop(reply.send_response(status(200), true));
}

#[tokio::test]
async fn a_shared_connection_is_made_once_and_then_only_waited_on() {
    let world = World::answering(ok).await;
    for expected in [[true; 4], [false, false, false, true]] {
        let timed = world.sender.timed(post(&world.url)).await;
        assert_eq!(timed.came.unwrap().status, 200);
        let gone_through = timed.stages.all().map(|stage| stage.is_some());
        assert_eq!(gone_through, expected);
    }
}

fn kinds(all: &[Result<Answer, SendError>]) -> Vec<Result<u16, SendErrorKind>> {
    all.iter()
        .map(|came| came.as_ref().map(|a| a.status).map_err(|e| e.kind))
        .collect()
}

#[tokio::test]
async fn a_request_arrives_as_given_and_the_answer_comes_back() {
    let world = World::answering(async |mut request: Incoming, mut reply: Reply| {
        assert_eq!(request.method(), "POST");
        assert_eq!(request.uri().path_and_query().unwrap(), "/in?a=b");
        assert_eq!(request.uri().host(), Some("hooks.example"));
        let header = |name| {
            request
                .headers()
                .get(name)
                .map(|v| v.to_str().unwrap().to_owned())
        };
        assert_eq!(header("x-mixed").as_deref(), Some("Case"));
        assert_eq!(header("content-length").as_deref(), Some("2"));
        assert_eq!(read(request.body_mut()).await, 2);
        let mut head = status(201);
        head.headers_mut().insert("x-seen", "yes".parse().unwrap());
        let mut body = reply.send_response(head, false).unwrap();
        body.send_data(Bytes::from_static(b"thanks"), true).unwrap();
    })
    .await;
    let mut request = post(&world.url);
    request.headers.push("X-Mixed", "Case");
    let answer = world.send(request).await.unwrap();
    assert_eq!((answer.status, &answer.body[..]), (201, &b"thanks"[..]));
    assert_eq!(answer.header("X-Seen"), Some("yes"));
}

#[tokio::test]
async fn attempts_share_a_connection_one_after_another_and_at_once() {
    let world = World::answering(ok).await;
    for _ in 0..5 {
        assert_eq!(world.post().await.unwrap().status, 200);
    }
    assert_eq!(kinds(&world.many(90).await), vec![Ok(200); 90]);
    assert_eq!(world.connections.count(), 1);
}

#[tokio::test]
async fn a_body_larger_than_any_window_goes_out_as_it_is_taken() {
    let world = World::answering(async |mut request: Incoming, mut reply: Reply| {
        let length = read(request.body_mut()).await;
        let mut body = reply.send_response(status(200), false).unwrap();
        body.send_data(length.to_string().into(), true).unwrap();
    })
    .await;
    let request = Request {
        body: Bytes::from(vec![b'x'; 3 << 20]),
        ..post(&world.url)
    };
    assert_eq!(
        world.send(request).await.unwrap().body,
        (3 << 20).to_string()
    );
}

/// Room for so many bytes.
#[derive(Debug)]
struct Room(usize);

impl AnswerRoom for Room {
    fn holds(&self, bytes: usize) -> bool {
        bytes <= self.0
    }
}

#[tokio::test]
async fn a_body_without_room_ends_its_own_request_alone() {
    let world = World::answering(async |_: Incoming, mut reply: Reply| {
        let mut body = reply.send_response(status(200), false).unwrap();
        body.send_data(vec![b'x'; 300_000].into(), true).unwrap();
    })
    .await;
    let file = |room| Request {
        answer_limit: 400_000,
        answer_room: Some(Arc::new(Room(room))),
        ..post(&world.url)
    };
    for _ in 0..3 {
        let refused = world.send(file(200_000)).await.unwrap_err();
        assert_eq!(refused.kind, SendErrorKind::LocalMemory);
    }
    let whole = world.send(file(300_000)).await.unwrap();
    assert_eq!(whole.body.len(), 300_000);
    assert_eq!(world.connections.count(), 1);
}

#[tokio::test]
async fn no_more_are_under_way_than_the_receiver_allows() {
    let most = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&most);
    let world = World::new(move |tls| {
        let most = Arc::clone(&seen);
        async move {
            let connection = Builder::new()
                .max_concurrent_streams(2)
                .handshake(tls)
                .await;
            let on_this = Arc::new(AtomicUsize::new(0));
            all(connection.unwrap(), move |request, reply| {
                let (on_this, most) = (Arc::clone(&on_this), Arc::clone(&most));
                async move {
                    let at_once = on_this.fetch_add(1, Ordering::Relaxed) + 1;
                    most.fetch_max(at_once, Ordering::Relaxed);
                    tokio::task::yield_now().await;
                    on_this.fetch_sub(1, Ordering::Relaxed);
                    ok(request, reply).await;
                }
            })
            .await;
        }
    })
    .await;
    assert_eq!(world.post().await.unwrap().status, 200);
    assert_eq!(kinds(&world.many(20).await), vec![Ok(200); 20]);
    assert!(most.load(Ordering::Relaxed) <= 2);
    assert!(
        world.connections.count() > 1,
        "others got connections of their own"
    );
}

#[tokio::test]
async fn a_connection_that_is_going_away_is_replaced_within_the_same_attempt() {
    let world = World::new(async |tls| {
        let mut connection = Builder::new().handshake::<_, Bytes>(tls).await.unwrap();
        let (request, reply) = connection.accept().await.unwrap().unwrap();
        ok(request, reply).await;
        connection.graceful_shutdown();
        while connection.accept().await.is_some() {}
    })
    .await;
    for n in 1..=4 {
        assert_eq!(world.post().await.unwrap().status, 200);
        assert_eq!(world.connections.count(), n);
    }
}

/// Agrees on HTTP/2 and winds the connection up before it has taken a request.
async fn goes_away(mut tls: Tls) {
    const SETTINGS: &[u8] = &[0, 0, 0, 4, 0, 0, 0, 0, 0];
    const GOAWAY: &[u8] = &[0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    drop(tls.write_all(&[SETTINGS, GOAWAY].concat()).await);
    drop(tls.flush().await);
    drop(tls.read_to_end(&mut Vec::new()).await);
}

/// A receiver of which the first `count` connections go away at once.
async fn going_away_at_first(count: usize) -> World {
    let seen = Arc::new(AtomicUsize::new(0));
    World::new(move |tls| {
        let n = seen.fetch_add(1, Ordering::Relaxed);
        async move {
            if n < count {
                goes_away(tls).await;
            } else {
                all(Builder::new().handshake(tls).await.unwrap(), ok).await;
            }
        }
    })
    .await
}

#[tokio::test]
async fn fresh_connections_that_go_away_at_once_are_replaced_a_few_times() {
    for (goes, ends) in [
        (1, Ok(200)),
        (2, Ok(200)),
        (3, Ok(200)),
        (9, Err(SendErrorKind::Closed)),
    ] {
        let world = going_away_at_first(goes).await;
        assert_eq!(kinds(&[world.post().await]), [ends], "{goes}");
        assert_eq!(world.connections.count(), (goes + 1).min(4));
    }
}

#[tokio::test]
async fn a_shared_connection_that_ends_unanswered_is_replaced_once() {
    let seen = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&seen);
    // Each connection answers one request and ends at the next; from the third on at the first.
    let world = World::new(move |tls| {
        let n = counted.fetch_add(1, Ordering::Relaxed);
        async move {
            let mut connection = Builder::new().handshake::<_, Bytes>(tls).await.unwrap();
            if n < 2 {
                let (request, reply) = connection.accept().await.unwrap().unwrap();
                tokio::spawn(ok(request, reply));
            }
            drop(connection.accept().await);
        }
    })
    .await;
    assert_eq!(world.post().await.unwrap().status, 200);
    assert_eq!(world.post().await.unwrap().status, 200);
    assert_eq!(world.connections.count(), 2);
    let failed = world.post().await.unwrap_err();
    assert_eq!(failed.kind, SendErrorKind::Closed, "{failed}");
    assert_eq!(world.connections.count(), 3, "once");
    let failed = world.post().await.unwrap_err();
    assert_eq!(failed.kind, SendErrorKind::Closed, "{failed}");
    assert_eq!(world.connections.count(), 4, "a fresh one is not replaced");
}

#[tokio::test]
async fn a_refused_request_is_sent_once_more_over_a_fresh_connection_and_only_there() {
    let served = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&served);
    let world = World::answering(move |request, mut reply: Reply| {
        let n = counted.fetch_add(1, Ordering::Relaxed);
        async move {
            if n == 0 || n == 2 {
                ok(request, reply).await;
            } else {
                reply.send_reset(Reason::REFUSED_STREAM);
            }
        }
    })
    .await;
    assert_eq!(world.post().await.unwrap().status, 200);
    // Refused over the kept connection, taken over the fresh one; then refused over both.
    assert_eq!(world.post().await.unwrap().status, 200);
    assert_eq!(world.connections.count(), 2);
    let failed = world.post().await.unwrap_err();
    assert_eq!(failed.kind, SendErrorKind::Closed, "{failed}");
    assert_eq!(
        (served.load(Ordering::Relaxed), world.connections.count()),
        (5, 3)
    );
}

#[tokio::test]
async fn one_request_that_is_reset_or_hangs_does_not_touch_its_neighbours() {
    let go = Arc::new(Notify::new());
    let held = Arc::clone(&go);
    let world = World::answering(move |request: Incoming, mut reply: Reply| {
        let held = Arc::clone(&held);
        async move {
            match request.headers().get("x-do").map(|v| v.to_str().unwrap()) {
                Some("reset") => reply.send_reset(Reason::INTERNAL_ERROR),
                Some("hang") => std::future::pending::<()>().await,
                Some("hold") => {
                    held.notified().await;
                    ok(request, reply).await;
                }
                _ => ok(request, reply).await,
            }
        }
    })
    .await;
    let told = |what: &str, request: Request| {
        let mut request = request;
        request.headers.push("X-Do", what);
        request
    };
    world.post().await.unwrap();
    let neighbour = {
        let (sender, request) = (Arc::clone(&world.sender), told("hold", post(&world.url)));
        tokio::spawn(async move { sender.send(request).await })
    };
    let reset = world
        .send(told("reset", post(&world.url)))
        .await
        .unwrap_err();
    assert_eq!(reset.kind, SendErrorKind::Closed, "{reset}");
    let hung = told("hang", post_within(&world.url, 100));
    let hung = world.send(hung).await.unwrap_err();
    assert_eq!(hung.kind, SendErrorKind::Timeout);
    go.notify_one();
    assert_eq!(neighbour.await.unwrap().unwrap().status, 200);
    assert_eq!(world.post().await.unwrap().status, 200);
    assert_eq!(world.connections.count(), 1);
}

#[tokio::test]
async fn no_more_of_an_answer_is_read_than_the_bounds() {
    let world = World::answering(async |request: Incoming, mut reply: Reply| {
        let wanted = request.headers()["x-do"].to_str().unwrap().to_owned();
        let mut head = status(200);
        match &*wanted {
            "body" => {
                let mut body = reply.send_response(head, false).unwrap();
                // Until the sender has had enough.
                loop {
                    body.reserve_capacity(1000);
                    let got = std::future::poll_fn(|cx| body.poll_capacity(cx)).await;
                    let Some(Ok(_)) = got else { return };
                    drop(body.send_data(Bytes::from_static(&[b'x'; 1000]), false));
                }
            }
            "count" => {
                for n in 0..150 {
                    let name = http::HeaderName::try_from(format!("x-{n}")).unwrap();
                    head.headers_mut().insert(name, "y".parse().unwrap());
                }
                drop(reply.send_response(head, true));
            }
            "size" => {
                for n in 0..20 {
                    let name = http::HeaderName::try_from(format!("x-{n}")).unwrap();
                    head.headers_mut()
                        .insert(name, "y".repeat(5000).parse().unwrap());
                }
                drop(reply.send_response(head, true));
            }
            _ => {
                for _ in 0..200 {
                    drop(reply.send_informational(status(103)));
                }
                drop(reply.send_response(head, true));
            }
        }
    })
    .await;
    let told = |what: &str| {
        let mut request = post(&world.url);
        request.headers.push("X-Do", what);
        request
    };
    let answer = world.send(told("body")).await.unwrap();
    assert_eq!(
        (answer.status, answer.body.len()),
        (200, RESPONSE_BODY_READ)
    );
    let many = world.send(told("count")).await.unwrap();
    assert_eq!((many.status, many.headers.len()), (200, 100));
    for what in ["size", "interim"] {
        let failed = world.send(told(what)).await.unwrap_err();
        assert_eq!(failed.kind, SendErrorKind::Protocol, "{what}: {failed}");
    }
}

#[tokio::test]
async fn what_is_agreed_on_and_not_spoken_ends_by_name() {
    for (says, kind) in [
        (
            &b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"[..],
            SendErrorKind::Protocol,
        ),
        (b"", SendErrorKind::Closed),
        (
            b"\x00\x00\x00\x04\x00\x00\x00\x00\x00",
            SendErrorKind::Closed,
        ),
        (
            b"\xff\xff\xff\x00\x00\x00\x00\x00\x00",
            SendErrorKind::Protocol,
        ),
    ] {
        let world = World::new(async move |mut tls: Tls| {
            drop(tls.write_all(says).await);
            drop(tls.flush().await);
            // The preface and the first request, so that nothing is unread when it closes.
            drop(tls.read(&mut [0; 16384]).await);
            drop(tls.shutdown().await);
            drop(tls.read_to_end(&mut Vec::new()).await);
        })
        .await;
        let failed = world.post().await.unwrap_err();
        assert_eq!(failed.kind, kind, "{failed} after {says:?}");
    }
    let silent = World::new(async |mut tls: Tls| {
        drop(tls.read_to_end(&mut Vec::new()).await);
    })
    .await;
    let failed = silent
        .send(post_within(&silent.url, 200))
        .await
        .unwrap_err();
    assert_eq!(failed.kind, SendErrorKind::Timeout);
}
