//! A sender that answers as it is told and remembers what it was asked to send.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use claimwire_wire::send::{Answer, Request, SendError, SendErrorKind, Sender};
use tokio::sync::Semaphore;

pub struct Scripted {
    answers: Mutex<VecDeque<Result<Answer, SendError>>>,
    sent: Mutex<Vec<Request>>,
    held: Semaphore,
    holds: AtomicBool,
}

impl Default for Scripted {
    fn default() -> Self {
        Self {
            answers: Mutex::default(),
            sent: Mutex::default(),
            held: Semaphore::new(0),
            holds: AtomicBool::new(false),
        }
    }
}

impl Scripted {
    pub fn answers(&self, status: u16, body: &str) {
        let body = Bytes::copy_from_slice(body.as_bytes());
        self.answers.lock().unwrap().push_back(Ok(Answer {
            status,
            headers: claimwire_model::Headers::default(),
            body,
        }));
    }

    pub fn fails(&self, kind: SendErrorKind) {
        let error = SendError {
            kind,
            detail: "as the test says".to_owned(),
        };
        self.answers.lock().unwrap().push_back(Err(error));
    }

    /// From now on each request waits until it is let go.
    pub fn hold(&self) {
        self.holds.store(true, Ordering::Relaxed);
    }

    /// Lets one request go that waits, or the next one.
    pub fn let_go(&self) {
        self.held.add_permits(1);
    }

    pub fn sent(&self) -> Vec<Request> {
        self.sent.lock().unwrap().clone()
    }
}

#[async_trait]
impl Sender for Scripted {
    async fn send(&self, request: Request) -> Result<Answer, SendError> {
        self.sent.lock().unwrap().push(request);
        if self.holds.load(Ordering::Relaxed) {
            self.held.acquire().await.unwrap().forget();
        }
        self.answers
            .lock()
            .unwrap()
            .pop_front()
            .expect("the test told of no answer")
    }

    fn egress_profiles(&self) -> Vec<&str> {
        vec!["fixed", "office"]
    }

    fn check_url(&self, url: &str) -> Result<String, SendError> {
        let refused = |kind, detail: &str| {
            Err(SendError {
                kind,
                detail: detail.to_owned(),
            })
        };
        match url {
            _ if url.contains("127.0.0.1") => {
                refused(SendErrorKind::AddressRefused, "the address is not public")
            }
            _ if url.starts_with("https://") => Ok(url.to_owned()),
            _ => refused(SendErrorKind::Url, "the URL is not https"),
        }
    }
}
