//! How slow a peer may be. One that sends its body byte by byte, announces one that never comes, or does not read its
//! answer would else hold a connection, and what is in memory for it, for as long as it likes.

use std::future::Future as _;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::BoxError;
use bytes::Bytes;
use claimwire_http::body::TooSlow;
use hyper::body::{Body, Frame, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

/// So many bytes in each such time in which a peer is waited for, or all that there are.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// How many.
    pub bytes: usize,
    /// In which time.
    pub time: Duration,
}

/// Whether one direction keeps a pace.
struct Meter {
    pace: Pace,
    moved: usize,
    /// The end of the time that is measured in.
    end: Option<Pin<Box<Sleep>>>,
    measuring: bool,
}

impl Meter {
    fn new(pace: Pace) -> Self {
        Self {
            pace,
            moved: 0,
            end: None,
            measuring: false,
        }
    }

    fn moved(&mut self, bytes: usize) {
        self.moved = self.moved.saturating_add(bytes);
        if self.moved >= self.pace.bytes {
            self.rest();
        }
    }

    /// Nothing is waited for.
    fn rest(&mut self) {
        self.moved = 0;
        self.measuring = false;
    }

    /// The peer is waited for: ready when that has been too long.
    fn poll_too_slow(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let deadline = || Instant::now() + self.pace.time;
        let end = self
            .end
            .get_or_insert_with(|| Box::pin(sleep_until(deadline())));
        if !self.measuring {
            self.measuring = true;
            end.as_mut().reset(Instant::now() + self.pace.time);
        }
        end.as_mut().poll(cx)
    }
}

/// A request's body that ends with [`TooSlow`] when it does not keep its pace.
pub struct PacedBody<B> {
    body: B,
    meter: Meter,
}

impl<B> PacedBody<B> {
    /// The body, from now on.
    pub fn new(body: B, pace: Pace) -> Self {
        let meter = Meter::new(pace);
        Self { body, meter }
    }
}

impl<B> Body for PacedBody<B>
where
    B: Body<Data = Bytes, Error: Into<BoxError>> + Unpin,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = &mut *self;
        match Pin::new(&mut this.body).poll_frame(cx) {
            Poll::Ready(Some(Ok(frame))) => {
                this.meter.moved(frame.data_ref().map_or(0, Bytes::len));
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(end) => Poll::Ready(end.map(|end| end.map_err(Into::into))),
            Poll::Pending => {
                ready!(this.meter.poll_too_slow(cx));
                Poll::Ready(Some(Err(TooSlow.into())))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A connection that fails when its peer does not read at its pace what is written to it.
pub struct PacedWrites<S> {
    stream: S,
    meter: Meter,
}

impl<S> PacedWrites<S> {
    /// The connection, from now on.
    pub fn new(stream: S, pace: Pace) -> Self {
        let meter = Meter::new(pace);
        Self { stream, meter }
    }

    fn judge(
        &mut self,
        cx: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        match written {
            Poll::Ready(written) => {
                self.meter.moved(*written.as_ref().unwrap_or(&0));
                Poll::Ready(written)
            }
            Poll::Pending => {
                ready!(self.meter.poll_too_slow(cx));
                Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
            }
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for PacedWrites<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for PacedWrites<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.judge(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bytes);
        self.judge(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    /// hyper asks for it when it has nothing more to write.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.meter.rest();
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
