//! An answer without a socket, for those who try answers by the thousand: the fuzzer, and the comparison with
//! another client.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use claimwire_wire::send::{Answer, SendError};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::Connection;
use crate::error::error;
use crate::exchange::{Broken, Exchange};
use crate::message::Message;

/// What a request comes to when the receiver takes it, says these pieces, one read each, and closes; and whether
/// the connection could be used again if it had not.
///
/// # Errors
/// `closed` or `protocol`.
pub async fn answer_of(pieces: &[&[u8]]) -> Result<(Answer, bool), SendError> {
    let pieces = pieces.iter().filter(|piece| !piece.is_empty());
    let stream = Said(pieces.map(|piece| piece.to_vec()).collect());
    let message = Message {
        answer_limit: claimwire_wire::send::RESPONSE_BODY_READ,
        answer_room: None,
        head: b"POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 2\r\n\r\n".to_vec(),
        body: Bytes::from_static(b"{}"),
    };
    match Connection::new(stream).exchange(&message).await {
        Ok((Exchange::Answered(answer), reusable)) => Ok((answer, reusable)),
        Ok((Exchange::NotSent(why) | Exchange::GoneAway(why) | Exchange::Unanswered(why), _))
        | Err(why) => {
            let Broken { kind, what } = why;
            Err(error(kind, what))
        }
    }
}

/// Takes everything and says these pieces.
struct Said(VecDeque<Vec<u8>>);

impl AsyncRead for Said {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        space: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let Some(mut piece) = self.0.pop_front() else {
            return Poll::Ready(Ok(()));
        };
        let rest = piece.split_off(piece.len().min(space.remaining()));
        space.put_slice(&piece);
        if !rest.is_empty() {
            self.0.push_front(rest);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Said {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
