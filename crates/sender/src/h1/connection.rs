//! One HTTP/1.1 connection, driven by whoever uses it: no task of its own, so that a request costs no hand-over
//! between tasks, and dropping a request closes its connection. A request on a kept connection is one write and
//! one read.

use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use claimwire_wire::send::{Answer, SendErrorKind};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

use super::chunked::{Chunked, Progress};
use super::head::{Framing, Head};
use super::parse;
use crate::exchange::{Broken, Exchange, closed, holds, protocol};
use crate::limits::{HEAD_BYTES, READ_AT_ONCE, SPARE_BYTES};
use crate::message::Message;

/// An open connection, between requests or in one.
pub(crate) struct Connection<S> {
    stream: S,
    /// What has been read and not been used yet.
    received: Vec<u8>,
    sent: bool,
    /// When the first byte came since the request began.
    heard: Option<Instant>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Connection<S> {
    /// HTTP over a fresh stream.
    pub(crate) fn new(stream: S) -> Self {
        Self {
            stream,
            received: Vec::new(),
            sent: false,
            heard: None,
        }
    }

    /// What the exchange is at, for an error that says so.
    pub(crate) fn stage(&self) -> &'static str {
        if self.sent {
            "waiting for the whole answer of"
        } else {
            "sending the request to"
        }
    }

    /// When the first byte of the answer came; none: none has.
    pub(crate) fn heard(&self) -> Option<Instant> {
        self.heard
    }

    /// Whether the peer has neither closed the connection nor said anything unasked, as far as is known without
    /// waiting.
    pub(crate) async fn is_quiet(&mut self) -> bool {
        poll_fn(|cx| {
            let mut space = [0];
            let read = Pin::new(&mut self.stream).poll_read(cx, &mut ReadBuf::new(&mut space));
            Poll::Ready(read.is_pending())
        })
        .await
    }

    /// One request and its whole answer, as far as that is read, and whether the connection can be used again. An
    /// answer that comes before the request is out is an answer; the rest of the request is then not sent.
    ///
    /// # Errors
    /// `closed` or `protocol`.
    pub(crate) async fn exchange(&mut self, message: &Message) -> Result<(Exchange, bool), Broken> {
        (self.sent, self.heard) = (false, None);
        let mut outgoing = Outgoing::new(message);
        let head = match self.head(&mut outgoing).await {
            Err(why) if outgoing.failed.is_some() && outgoing.written == 0 => {
                return Ok((Exchange::NotSent(why), false));
            }
            Err(why) if why.kind == SendErrorKind::Closed && self.heard.is_none() => {
                return Ok((Exchange::Unanswered(why), false));
            }
            head => head?,
        };
        let (body, whole) = self.body(head.framing, message, &mut outgoing).await?;
        let reusable = whole && head.keep && self.sent && self.received.is_empty();
        if self.received.capacity() > SPARE_BYTES {
            self.received = Vec::new();
        }
        let answer = Answer {
            status: head.status,
            headers: head.headers,
            body,
        };
        Ok((Exchange::Answered(answer), reusable))
    }

    /// The head of the final answer. Interim ones (1xx) are passed over; all together have one bound, and after one
    /// that was odd the connection is not kept either.
    async fn head(&mut self, outgoing: &mut Outgoing<'_>) -> Result<Head, Broken> {
        let (mut looked_at, mut passed_over) = (0, 0);
        let mut keep = true;
        loop {
            // Only the end of a line can make a head whole.
            let fresh = self.received.get(looked_at..).unwrap_or_default();
            let parsed = if fresh.contains(&b'\n') {
                parse::parse(&self.received)
            } else {
                parse::begins_well(&self.received).map(|()| None)
            };
            match parsed.map_err(protocol)? {
                Some((mut head, length)) => {
                    self.received.drain(..length);
                    keep &= head.keep;
                    head.keep = keep;
                    if head.status >= 200 {
                        return Ok(head);
                    }
                    (looked_at, passed_over) = (0, passed_over + length);
                }
                None => {
                    looked_at = self.received.len();
                    if !self.more(outgoing).await? {
                        return Err(closed("the connection was closed before an answer"));
                    }
                }
            }
            if looked_at + passed_over > HEAD_BYTES {
                return Err(protocol(format!(
                    "its head has more than {HEAD_BYTES} bytes"
                )));
            }
        }
    }

    /// The body up to the limit, and whether that is all of it and well formed.
    async fn body(
        &mut self,
        framing: Framing,
        message: &Message,
        outgoing: &mut Outgoing<'_>,
    ) -> Result<(Bytes, bool), Broken> {
        let (limit, room) = (message.answer_limit, message.answer_room.as_ref());
        match framing {
            Framing::Length(length) => {
                let wanted = usize::try_from(length).map_or(limit, |length| length.min(limit));
                while self.received.len() < wanted {
                    if !self.more(outgoing).await? {
                        return Err(closed("the connection was closed within the answer's body"));
                    }
                    holds(room, self.received.len())?;
                }
                Ok((self.first(wanted), wanted as u64 == length))
            }
            Framing::Close => {
                while self.received.len() <= limit && self.more(outgoing).await? {
                    holds(room, self.received.len())?;
                }
                let whole = self.received.len() <= limit;
                self.received.truncate(limit);
                Ok((std::mem::take(&mut self.received).into(), whole))
            }
            Framing::Chunked => {
                let (mut chunked, mut body) = (Chunked::new(), Vec::new());
                loop {
                    let fed = chunked.feed(&self.received, &mut body, limit);
                    match fed.map_err(protocol)? {
                        Progress::Done(used) => {
                            self.received.drain(..used);
                            return Ok((body.into(), !chunked.has_trailers()));
                        }
                        Progress::Full => return Ok((body.into(), false)),
                        Progress::More => self.received.clear(),
                    }
                    holds(room, body.len())?;
                    if !self.more(outgoing).await? {
                        return Err(closed("the connection was closed within the answer's body"));
                    }
                }
            }
        }
    }

    /// Takes so many bytes out of what was received. What is large and all there is is not copied.
    fn first(&mut self, bytes: usize) -> Bytes {
        if bytes > SPARE_BYTES && bytes == self.received.len() {
            return std::mem::take(&mut self.received).into();
        }
        let first = Bytes::copy_from_slice(self.received.get(..bytes).unwrap_or_default());
        self.received.drain(..bytes);
        first
    }

    /// Reads what there is next, and sends what is left of the request meanwhile; false at the end.
    async fn more(&mut self, outgoing: &mut Outgoing<'_>) -> Result<bool, Broken> {
        let read = poll_fn(|cx| {
            if !self.sent && outgoing.failed.is_none() {
                match outgoing.poll(Pin::new(&mut self.stream), cx) {
                    Poll::Ready(Ok(())) => self.sent = true,
                    // An answer may have come before it, so that is read first.
                    Poll::Ready(Err(error)) => outgoing.failed = Some(error),
                    Poll::Pending => {}
                }
            }
            // On the stack and only while reading, so that one who waits holds no buffer.
            let mut space = [const { MaybeUninit::uninit() }; READ_AT_ONCE];
            let mut space = ReadBuf::uninit(&mut space);
            ready!(Pin::new(&mut self.stream).poll_read(cx, &mut space))?;
            self.received.extend_from_slice(space.filled());
            Poll::Ready(io::Result::Ok(!space.filled().is_empty()))
        });
        match (read.await, &outgoing.failed) {
            (Ok(true), _) => {
                self.heard.get_or_insert_with(Instant::now);
                Ok(true)
            }
            (Ok(false), None) => Ok(false),
            (_, Some(error)) => Err(closed(format!(
                "the connection broke while the request was sent: {error}"
            ))),
            (Err(error), None) => Err(closed(format!("the connection broke: {error}"))),
        }
    }
}

/// A request on its way out.
struct Outgoing<'a> {
    message: &'a Message,
    written: usize,
    failed: Option<io::Error>,
}

impl<'a> Outgoing<'a> {
    fn new(message: &'a Message) -> Self {
        Self {
            message,
            written: 0,
            failed: None,
        }
    }

    /// Head and body in one write, as far as the stream takes them.
    fn poll<S: AsyncWrite>(
        &mut self,
        mut stream: Pin<&mut S>,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        let Message { head, body, .. } = self.message;
        while self.written < head.len() + body.len() {
            let head_left = head.get(self.written..).unwrap_or_default();
            let body_left = body.get(self.written.saturating_sub(head.len())..);
            let slices = [
                IoSlice::new(head_left),
                IoSlice::new(body_left.unwrap_or_default()),
            ];
            match ready!(stream.as_mut().poll_write_vectored(cx, &slices))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                many => self.written += many,
            }
        }
        stream.poll_flush(cx)
    }
}

#[cfg(test)]
mod tests;
