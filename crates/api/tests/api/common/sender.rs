//! A sender that answers as it is told and remembers what it was asked to send.

use std::collections::VecDeque;
use std::sync::Mutex;

use async_trait::async_trait;
use bytes::Bytes;
use claimwire_wire::send::{Answer, Request, SendError, SendErrorKind, Sender};

#[derive(Default)]
pub struct Scripted {
    answers: Mutex<VecDeque<Result<Answer, SendError>>>,
    sent: Mutex<Vec<Request>>,
}

impl Scripted {
    pub fn answers(&self, status: u16, body: &str) {
        let body = Bytes::copy_from_slice(body.as_bytes());
        self.answers.lock().unwrap().push_back(Ok(Answer {
            status,
            headers: Vec::new(),
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

    pub fn sent(&self) -> Vec<Request> {
        self.sent.lock().unwrap().clone()
    }
}

#[async_trait]
impl Sender for Scripted {
    async fn send(&self, request: Request) -> Result<Answer, SendError> {
        self.sent.lock().unwrap().push(request);
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
