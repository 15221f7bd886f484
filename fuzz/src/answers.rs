//! What a receiver may say to a request, read by the sender's HTTP/1.1 and by hyper's.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use claimwire_sender::answer_of;
use claimwire_wire::send::{Answer, RESPONSE_BODY_READ, SendError, SendErrorKind};
use hyper::body::{Body, Incoming};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Header lines that an answer keeps at most: 100, and when to come again.
const KEPT: usize = 101;

/// The first byte says where the rest is cut into two reads. An answer is bounded, and the same however it is cut;
/// where hyper has an answer, this is the same or the reason is a known one; a connection is only used again when
/// hyper would.
pub fn answers(data: &[u8]) {
    let Some((cut, said)) = data.split_first() else {
        return;
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.unwrap().block_on(compare(usize::from(*cut), said));
}

async fn compare(cut: usize, said: &[u8]) {
    let whole = answer_of(&[said]).await;
    let (first, second) = said.split_at(cut.min(said.len()));
    let pieces = answer_of(&[first, second]).await;
    match (&whole, &pieces) {
        (Ok((answer, _)), Ok((same, _))) => {
            assert_eq!(answer, same);
            assert!(answer.body.len() <= RESPONSE_BODY_READ);
            assert!(answer.headers.len() <= KEPT);
            assert!((200..=999).contains(&answer.status));
        }
        // What is wrong first depends on what has been read; that something is does not.
        (Err(one), Err(other)) => {
            for failed in [one, other] {
                let known = matches!(failed.kind, SendErrorKind::Closed | SendErrorKind::Protocol);
                assert!(known && !failed.detail.is_empty(), "{failed:?}");
            }
        }
        _ => panic!("whole: {whole:?}, in pieces: {pieces:?}"),
    }
    if said.len() <= RESPONSE_BODY_READ {
        like_hyper(&whole, by_hyper(said).await, said);
    }
}

fn like_hyper(
    ours: &Result<(Answer, bool), SendError>,
    hypers: Option<(u16, Vec<u8>)>,
    said: &[u8],
) {
    match (ours, hypers) {
        (Ok((answer, _)), Some((status, body))) => {
            assert_eq!((answer.status, &answer.body[..]), (status, &body[..]));
        }
        (Ok((_, reusable)), None) => assert!(!reusable, "{:?}", String::from_utf8_lossy(said)),
        (Err(failed), Some((status, _))) => {
            let reasons = [
                "its status is 101",
                "bytes of it are chunk sizes",
                "its head has more than",
                "its chunks are broken",
                "its Transfer-Encoding is not text",
            ];
            let known = reasons.iter().any(|reason| failed.detail.contains(reason));
            assert!(
                known,
                "{status}, {failed}: {:?}",
                String::from_utf8_lossy(said)
            );
        }
        (Err(_), None) => {}
    }
}

/// Status and body, if hyper has both.
async fn by_hyper(said: &[u8]) -> Option<(u16, Vec<u8>)> {
    let stream = Said {
        asked: false,
        rest: said.to_vec(),
        waker: None,
    };
    let io = hyper_util::rt::TokioIo::new(stream);
    let (mut send, connection) = hyper::client::conn::http1::handshake(io).await.ok()?;
    let request = hyper::Request::post("/")
        .header("Host", "a.example")
        .body(String::from("{}"));
    let exchange = async {
        let answer = send.send_request(request.unwrap()).await.ok()?;
        let (head, body) = answer.into_parts();
        if head.status == 101 {
            return Some((101, Vec::new()));
        }
        Some((head.status.as_u16(), whole(body).await?))
    };
    let mut exchange = std::pin::pin!(exchange);
    tokio::select! {
        biased;
        came = &mut exchange => came,
        _ = connection => exchange.await,
    }
}

async fn whole(mut body: Incoming) -> Option<Vec<u8>> {
    let mut all = Vec::new();
    loop {
        let next = std::future::poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await;
        match next {
            None => return Some(all),
            Some(Err(_)) => return None,
            Some(Ok(frame)) => all.extend(frame.into_data().unwrap_or_default()),
        }
    }
}

/// Says everything once it was asked something, and closes.
struct Said {
    asked: bool,
    rest: Vec<u8>,
    waker: Option<std::task::Waker>,
}

impl AsyncRead for Said {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        space: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if !self.asked {
            self.waker = Some(cx.waker().clone());
            return Poll::Pending;
        }
        let many = self.rest.len().min(space.remaining());
        let rest = self.rest.split_off(many);
        space.put_slice(&std::mem::replace(&mut self.rest, rest));
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Said {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.asked |= bytes.ends_with(b"{}");
        if self.asked {
            self.waker
                .take()
                .into_iter()
                .for_each(std::task::Waker::wake);
        }
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
