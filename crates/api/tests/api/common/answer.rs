//! One answer, and what every answer must be.

use axum::response::Response;
use bytes::Bytes;
use http::HeaderMap;
use http_body_util::BodyExt;
use serde_json::Value;

#[derive(Debug)]
pub struct Answer {
    pub label: String,
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    pub async fn read(label: String, response: Response) -> Self {
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Self {
            label,
            status: parts.status.as_u16(),
            headers: parts.headers,
            body,
        }
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|e| panic!("{}: {e}: {:?}", self.label, self.body))
    }

    /// A success with this status.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}: {:?}", self.label, self.body);
        if self.body.is_empty() {
            Value::Null
        } else {
            self.json()
        }
    }

    /// A success that is this text.
    #[track_caller]
    pub fn expect_text(&self, text: &str) {
        assert_eq!((self.status, self.text()), (200, text), "{}", self.label);
    }

    /// A problem with this status and key; gives its body.
    #[track_caller]
    pub fn problem(&self, status: u16, key: &str) -> Value {
        assert_eq!(self.status, status, "{}: {:?}", self.label, self.body);
        assert_eq!(
            self.header("content-type"),
            Some("application/problem+json"),
            "{}",
            self.label
        );
        let problem = self.json();
        assert_eq!(problem["key"], key, "{}: {problem}", self.label);
        assert_eq!(problem["status"], status, "{}", self.label);
        assert_eq!(
            problem["type"],
            format!("/docs#problem-{key}"),
            "{}",
            self.label
        );
        assert_eq!(
            problem["request_id"].as_str(),
            self.header("x-request-id"),
            "{}",
            self.label
        );
        for field in ["title", "detail"] {
            assert!(
                problem[field].as_str().is_some_and(|text| !text.is_empty()),
                "{}: {problem}",
                self.label
            );
        }
        problem
    }

    /// A 422; gives the pointers of the fields.
    #[track_caller]
    pub fn invalid(&self, key: &str) -> Vec<String> {
        let problem = self.problem(422, key);
        let errors = problem["errors"]
            .as_array()
            .unwrap_or_else(|| panic!("{}: {problem}", self.label));
        errors
            .iter()
            .map(|error| error["field"].as_str().unwrap().to_owned())
            .collect()
    }
}
