//! A sender that answers as it is told and remembers what it was asked to send.

use std::collections::VecDeque;
use std::sync::Mutex;

use async_trait::async_trait;
use bytes::Bytes;
use claimwire_wire::send::{Answer, Request, SendError, SendErrorKind, Sender};

#[derive(Default)]
pub struct Scripted {
    answers: Mutex<VecDeque<Result<Answer, SendError>>>,
    pub sent: Mutex<Vec<Request>>,
}

impl Scripted {
    pub fn answers(&self, status: u16, body: &str) {
        self.answers.lock().unwrap().push_back(Ok(Answer {
            status,
            headers: [("x-receiver", "<i>r1</i>")].into(),
            body: Bytes::copy_from_slice(body.as_bytes()),
        }));
    }

    pub fn fails(&self, kind: SendErrorKind) {
        let detail = "as the test says".to_owned();
        let error = SendError { kind, detail };
        self.answers.lock().unwrap().push_back(Err(error));
    }
}

#[async_trait]
impl Sender for Scripted {
    async fn send(&self, request: Request) -> Result<Answer, SendError> {
        self.sent.lock().unwrap().push(request);
        let answer = self.answers.lock().unwrap().pop_front();
        answer.expect("the test told of no answer")
    }

    fn egress_profiles(&self) -> Vec<&str> {
        Vec::new()
    }

    fn check_url(&self, url: &str) -> Result<String, SendError> {
        if url.starts_with("https://") {
            return Ok(url.to_owned());
        }
        Err(SendError {
            kind: SendErrorKind::Url,
            detail: "is not an https URL".to_owned(),
        })
    }
}
