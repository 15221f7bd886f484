//! What is in a vector's file.

use std::collections::BTreeMap;
use std::path::PathBuf;

use claimwire_model::{Dialect, PerformedBy, Timestamp};
use data_encoding::BASE64;
use serde::Serialize;

/// A request, and what a receiver has to make of it.
#[derive(Serialize)]
pub struct Verify {
    pub kind: &'static str,
    pub dialect: Dialect,
    pub name: String,
    pub about: String,
    pub secret: String,
    pub headers: BTreeMap<String, String>,
    pub body: Body,
    pub tolerance_seconds: u64,
    pub now: i64,
    pub expect: Judgement,
}

/// Bytes of a body.
#[derive(Serialize, Clone)]
#[serde(untagged)]
pub enum Body {
    Text { text: String },
    Base64 { base64: String },
}

impl Body {
    pub fn text(text: &str) -> Self {
        Self::Text {
            text: text.to_owned(),
        }
    }

    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Text { text } => text.clone().into_bytes(),
            Self::Base64 { base64 } => BASE64.decode(base64.as_bytes()).unwrap(),
        }
    }
}

#[derive(Serialize)]
pub struct Judgement {
    pub valid: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
}

/// An event, and the exact request that it becomes.
#[derive(Serialize)]
pub struct Encode {
    pub kind: &'static str,
    pub dialect: Dialect,
    pub name: String,
    pub about: String,
    pub shop: Shop,
    /// None: the event that checks an endpoint.
    pub event: Option<Event>,
    pub secret: String,
    pub previous_secret: String,
    pub now: i64,
    pub expect: Made,
}

#[derive(Serialize)]
pub struct Shop {
    pub id: String,
    pub slug: String,
}

/// `event_data`, `context` and `changes` are JSON in a string: their bytes count.
#[derive(Serialize)]
pub struct Event {
    pub id: String,
    pub r#ref: String,
    pub event_group: Option<String>,
    pub triggered_at: Timestamp,
    pub subject: Option<claimwire_model::subject::Subject>,
    pub event_data: String,
    pub context: Option<String>,
    pub changes: Option<String>,
    pub performed_by: PerformedBy,
    pub posted: bool,
}

#[derive(Serialize)]
pub struct Made {
    pub headers: BTreeMap<String, String>,
    pub body: Body,
}

pub fn path(dialect: Dialect, kind: &str, name: &str) -> PathBuf {
    PathBuf::from(dialect.as_str()).join(format!("{kind}_{name}.json"))
}

pub fn text(vector: &impl Serialize) -> String {
    serde_json::to_string_pretty(vector).unwrap() + "\n"
}
