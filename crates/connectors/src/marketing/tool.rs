//! What a marketing tool says of itself.

use std::borrow::Cow;

use claimwire_model::Timestamp;
use claimwire_wire::driver::{Batch, Input, Step};
use claimwire_wire::send::{Answer, Method};
use serde_json::Value;

use super::news::News;
use super::state::Progress;
use crate::account::Account;
use crate::vendor::About;

/// A call, before it has an address and credentials.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Ask {
    pub(crate) method: Method,
    /// Path and query, from the base URL.
    pub(crate) path: String,
    pub(crate) body: Option<Value>,
}

impl Ask {
    pub(crate) fn get(path: impl Into<String>) -> Self {
        Self {
            method: Method::Get,
            path: path.into(),
            body: None,
        }
    }

    pub(crate) fn post(path: impl Into<String>, body: Value) -> Self {
        Self {
            method: Method::Post,
            path: path.into(),
            body: Some(body),
        }
    }
}

/// A call for several deliveries: what each has of it, and between which texts the list of all stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bulk {
    pub(crate) batch: Batch,
    pub(crate) path: &'static str,
    pub(crate) before: &'static str,
    pub(crate) after: &'static str,
}

/// A vendor's API, as far as events need it.
pub(crate) trait Tool: Send + Sync {
    fn about(&self) -> &'static About;

    /// Who we are to it, and the form of what is sent.
    fn headers(&self, account: &Account) -> Vec<(Cow<'static, str>, String)>;

    /// The call that tells the news by this name to the customer with this address.
    fn event(&self, account: &Account, news: &News, name: &str, email: &str) -> Ask;

    /// How it takes several deliveries in one call. None where it does not, or keeps both of two that are the same.
    fn bulk(&self) -> Option<Bulk> {
        None
    }

    /// What such a call has of one delivery: the news by these names, for the customer with this address.
    fn items(&self, account: &Account, news: &News, names: &[&str], email: &str) -> Vec<Value> {
        let _ = (account, news, names, email);
        Vec::new()
    }

    /// The name as the vendor shows it.
    fn shown(&self, account: &Account, name: &str) -> String;

    /// A call that changes nothing and shows whether we are let in.
    fn who(&self) -> Ask;

    /// The vendor's own words for what is wrong.
    fn reason(&self, answer: &Value) -> Option<String>;

    /// What to do about a missing right.
    fn right(&self) -> &'static str;

    /// Until when the answer asks for quiet, where the vendor has a way of its own to say that.
    fn quiet_until(&self, answer: &Answer, now: Timestamp) -> Option<Timestamp> {
        let _ = (answer, now);
        None
    }

    /// What to do after an answer to this event that is not a success, or in the middle of doing it, where
    /// that is more than to judge it.
    fn prepare(&self, asked: &Asked<'_>, progress: &Progress, input: &Input<'_>) -> Option<Step> {
        let _ = (asked, progress, input);
        None
    }
}

/// What is told now, to whom, on which account.
pub(crate) struct Asked<'a> {
    pub(crate) account: &'a Account,
    pub(crate) news: &'a News,
    pub(crate) name: &'a str,
}
