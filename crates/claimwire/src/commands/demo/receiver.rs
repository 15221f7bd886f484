//! A receiver that keeps what it gets.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use claimwire_engine::{Clock as _, SystemClock};
use claimwire_model::{Dialect, Timestamp};
use serde_json::Value;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

use crate::listener::{Bound, Listener};

/// One request, as it came.
#[derive(Debug, Clone)]
pub struct Arrived {
    /// When.
    pub at: Timestamp,
    /// All headers.
    pub headers: Vec<(String, String)>,
    /// The exact bytes.
    pub body: Bytes,
}

#[derive(Default)]
struct Inbox {
    requests: Mutex<Vec<Arrived>>,
    came: Notify,
}

/// An endpoint on a port of its own that answers 200.
pub struct Receiver {
    /// Where it listens.
    pub address: SocketAddr,
    inbox: Arc<Inbox>,
    _listener: Listener,
}

impl Receiver {
    /// Starts listening on a free port of this machine.
    pub async fn start() -> anyhow::Result<Self> {
        let inbox = Arc::new(Inbox::default());
        let router = Router::new()
            .fallback(receive)
            .with_state(Arc::clone(&inbox));
        let listener = Bound::to(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))
            .await?
            .serve(router);
        Ok(Self {
            address: listener.address,
            inbox,
            _listener: listener,
        })
    }

    /// What has come, test events left out: when there are `count`, else at the deadline.
    pub async fn wait_for(&self, count: usize, deadline: Instant) -> Vec<Arrived> {
        loop {
            let came = self.inbox.came.notified();
            let events = self.inbox.events();
            if events.len() >= count || timeout_at(deadline, came).await.is_err() {
                return events;
            }
        }
    }
}

impl Inbox {
    fn events(&self) -> Vec<Arrived> {
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        requests
            .iter()
            .filter(|r| name_of(Dialect::Claimport, &r.body) != "webhook.test")
            .cloned()
            .collect()
    }
}

async fn receive(State(inbox): State<Arc<Inbox>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let headers = headers
        .iter()
        .map(|(name, value)| {
            (
                name.as_str().to_owned(),
                String::from_utf8_lossy(value.as_bytes()).into_owned(),
            )
        })
        .collect();
    let arrived = Arrived {
        at: SystemClock::new().now(),
        headers,
        body,
    };
    inbox
        .requests
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(arrived);
    inbox.came.notify_one();
    StatusCode::OK
}

/// What the dialect calls the event in this body.
pub fn name_of(dialect: Dialect, body: &[u8]) -> String {
    let field = match dialect {
        Dialect::Karla => "ref",
        Dialect::Claimable => "event_name",
        Dialect::Claimport | Dialect::Standard | Dialect::Cloudevents => "type",
    };
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    body.get(field)
        .and_then(Value::as_str)
        .unwrap_or("(no name)")
        .to_owned()
}
