//! Vendors' APIs as far as connectors call them. Each checks every request by the vendor's JSON Schema
//! (`schemas/`, with where they are from), keeps what it was given, and fails when it is told to.

mod brevo;
mod hubspot;
mod klaviyo;
mod schema;

use std::collections::VecDeque;

pub use brevo::Brevo;
pub use hubspot::HubSpot;
pub use klaviyo::Klaviyo;
pub use schema::Schema;

use crate::reply::Reply;

/// A request to a vendor.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// `POST`, …
    pub method: &'a str,
    /// Path and query.
    pub path: &'a str,
    /// In any case.
    pub headers: &'a [(String, String)],
    /// The exact bytes.
    pub body: &'a [u8],
}

impl Asked<'_> {
    /// The first header of this name, in any case; empty where there is none.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .iter()
            .find(|(n, _)| n.eq_ignore_ascii_case(name))
            .map_or("", |(_, value)| value)
    }

    /// The path without its query.
    #[must_use]
    pub fn route(&self) -> &str {
        self.path.split('?').next().unwrap_or(self.path)
    }
}

/// A vendor's API.
pub trait Vendor: Send {
    /// What it answers.
    fn answer(&mut self, asked: Asked<'_>) -> Reply;
}

/// Replies to be given before a vendor's own.
pub type Failures = VecDeque<Reply>;

/// A JSON answer.
fn json(status: u16, body: &serde_json::Value) -> Reply {
    Reply::status(status)
        .with_header("content-type", "application/json")
        .with_body(body.to_string())
}
