//! What a receiver has got, and waiting for it.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use tokio::sync::Notify;

/// A wait for requests ends with an error after this; a wait that succeeds takes as long as the requests do.
const WAIT_AT_MOST: Duration = Duration::from_secs(180);

/// One request as it arrived.
#[derive(Debug, Clone)]
pub struct Received {
    /// `POST`, …
    pub method: String,
    /// Path and query.
    pub path: String,
    /// In the order and case of the wire's parser (names in lower case).
    pub headers: Vec<(String, String)>,
    /// The exact bytes.
    pub body: Bytes,
    /// When the body had arrived.
    pub at: SystemTime,
    /// Which connection brought it: 1 for the receiver's first, 2, …
    pub connection: usize,
    /// The sender's address.
    pub peer: std::net::SocketAddr,
}

impl Received {
    /// The first header of this name, in any case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

/// Fewer requests than waited for came in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Late {
    /// How many were waited for.
    pub wanted: usize,
    /// How many came.
    pub came: usize,
}

impl fmt::Display for Late {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} of {} requests came within {WAIT_AT_MOST:?}",
            self.came, self.wanted
        )
    }
}

impl std::error::Error for Late {}

#[derive(Debug, Default)]
pub(crate) struct Log {
    entries: Mutex<Vec<Received>>,
    came: Notify,
}

impl Log {
    pub(crate) fn push(&self, received: Received) {
        self.entries
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(received);
        self.came.notify_waiters();
    }

    pub(crate) fn all(&self) -> Vec<Received> {
        self.entries
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(crate) async fn wait_until(
        &self,
        wanted: usize,
        matches: impl Fn(&Received) -> bool,
    ) -> Result<Vec<Received>, Late> {
        let matching = || self.all().into_iter().filter(&matches).collect::<Vec<_>>();
        let enough = async {
            loop {
                let came = self.came.notified();
                let found = matching();
                if found.len() >= wanted {
                    return found;
                }
                came.await;
            }
        };
        tokio::time::timeout(WAIT_AT_MOST, enough)
            .await
            .map_err(|_| Late {
                wanted,
                came: matching().len(),
            })
    }
}
