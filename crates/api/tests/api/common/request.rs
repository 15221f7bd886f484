//! One request, put together bit by bit.

use axum::body::Body;
use axum::response::Response;
use claimwire_http::Served;
use http::Request;
use http::request::Builder;
use serde_json::Value;

use super::Answer;

pub struct Call<'a> {
    served: &'a Served,
    request: Builder,
    body: Body,
    label: String,
}

impl<'a> Call<'a> {
    pub fn new(served: &'a Served, method: &str, path: &str) -> Self {
        let request = Request::builder().method(method).uri(path);
        Self {
            served,
            request,
            body: Body::empty(),
            label: format!("{method} {path}"),
        }
    }

    pub fn key(self, key: &str) -> Self {
        self.header("Authorization", &format!("Bearer {key}"))
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.request = self.request.header(name, value);
        self
    }

    pub fn once(self, idempotency_key: &str) -> Self {
        self.header("Idempotency-Key", idempotency_key)
    }

    pub fn json(self, body: &Value) -> Self {
        self.text(&body.to_string())
    }

    /// A body that says that it is JSON.
    pub fn text(self, body: &str) -> Self {
        self.header("Content-Type", "application/json")
            .bytes(body.as_bytes().to_vec())
    }

    pub fn bytes(mut self, body: Vec<u8>) -> Self {
        self.body = Body::from(body);
        self
    }

    pub async fn send(self) -> Answer {
        let label = self.label.clone();
        Answer::read(label, self.response().await).await
    }

    /// The answer, its body unread.
    pub async fn response(self) -> Response {
        let request = self.request.body(self.body).unwrap();
        self.served.answer(request).await
    }
}
