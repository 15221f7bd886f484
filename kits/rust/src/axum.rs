//! For axum: a handler that verifies, parses and does the work once.
//!
//! ```
//! use std::sync::Arc;
//!
//! use axum::{Router, body::Bytes, extract::State, http::HeaderMap, response::IntoResponse, routing::post};
//! use claimwire_receive::axum::Endpoint;
//! use claimwire_receive::events::standard::ClaimsCreated;
//! use claimwire_receive::{Dialect, Received, Receiver, Seen};
//!
//! async fn work(received: Received) -> Result<(), serde_json::Error> {
//!     if received.name() == "claim.created" {
//!         let event: ClaimsCreated = received.parse()?;
//!         println!("{}: {:?}", received.event_id, event.data.claim.reason);
//!     }
//!     Ok(())
//! }
//!
//! async fn claims(State(endpoint): State<Arc<Endpoint<Seen>>>, headers: HeaderMap, body: Bytes) -> impl IntoResponse {
//!     endpoint.answer(&headers, &body, work).await
//! }
//!
//! fn app(secret: String) -> Router {
//!     let receiver = Receiver::new(Dialect::Standard, secret);
//!     Router::new().route("/claims", post(claims)).with_state(Endpoint::new(receiver, Seen::default()))
//! }
//! ```

use std::future::Future;
use std::sync::Arc;

use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use tokio::sync::Mutex;

use crate::once::{Memory, Turns};
use crate::receiver::{ReceiveError, Received, Receiver};

/// Answers a webhook's requests: verifies them and has their work done once.
#[derive(Debug)]
pub struct Endpoint<M> {
    receiver: Receiver,
    memory: M,
    turns: Turns<Mutex<()>>,
    done: StatusCode,
}

impl<M: Memory> Endpoint<M> {
    /// Of this receiver, with this memory of what was done. The memory is asked between two steps of the work: it must
    /// not block for long.
    pub fn new(receiver: Receiver, memory: M) -> Arc<Self> {
        Arc::new(Self {
            receiver,
            memory,
            turns: Turns::default(),
            done: StatusCode::NO_CONTENT,
        })
    }

    /// The same, which says 200 for what is done: a webhook with `ack: "200"` needs it.
    pub fn that_says_200(receiver: Receiver, memory: M) -> Arc<Self> {
        Arc::new(Self {
            receiver,
            memory,
            turns: Turns::default(),
            done: StatusCode::OK,
        })
    }

    /// The status and, for whoever reads the attempt, why. 401: not genuine. 400: genuine and no JSON. 500: the work
    /// failed, and Claimwire sends it again. Else 204 (or 200): done, now or before.
    pub async fn answer<E, F>(
        &self,
        headers: &HeaderMap,
        body: &Bytes,
        work: impl FnOnce(Received) -> F,
    ) -> (StatusCode, String)
    where
        F: Future<Output = Result<(), E>>,
    {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let received = match self.receiver.receive(header, body) {
            Ok(received) => received,
            Err(why @ ReceiveError::Refused(_)) => {
                return (StatusCode::UNAUTHORIZED, why.to_string());
            }
            Err(why @ ReceiveError::NotJson(_)) => {
                return (StatusCode::BAD_REQUEST, why.to_string());
            }
        };
        match self.once(received, work).await {
            Ok(()) => (self.done, String::new()),
            Err(why) => (StatusCode::INTERNAL_SERVER_ERROR, why.to_owned()),
        }
    }

    async fn once<E, F>(
        &self,
        received: Received,
        work: impl FnOnce(Received) -> F,
    ) -> Result<(), &'static str>
    where
        F: Future<Output = Result<(), E>>,
    {
        const FAILED: &str = "the work failed";
        let id = received.event_id.clone();
        if id.is_empty() {
            return work(received).await.map_err(|_| FAILED);
        }
        let turn = self.turns.of(&id);
        let _held = turn.lock.lock().await;
        let unknown = |_| "which events were done is not known";
        if self.memory.has(&id).map_err(unknown)? {
            return Ok(());
        }
        work(received).await.map_err(|_| FAILED)?;
        self.memory.add(&id).map_err(unknown)
    }
}
