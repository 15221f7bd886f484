//! The `Idempotency-Key` (contract section 2): a write with one is done once, and its answer is
//! recorded in the same commit, to be given again.
//!
//! The record holds the answer as it went out, so whoever writes answers down says how; the statuses
//! are the API's, since it alone takes keys.

use claimwire_store::Idempotency;

/// The record's status of a thing that was there already, or of a question answered.
pub(crate) const OK: u16 = 200;
/// The record's status of a thing made.
pub(crate) const CREATED: u16 = 201;
/// The record's status of work taken in.
pub(crate) const ACCEPTED: u16 = 202;

/// The `Idempotency-Key` of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// The header's value.
    pub key: String,
    /// SHA-256 over method, path and body.
    pub fingerprint: [u8; 32],
}

impl IdempotencyKey {
    /// For an action that answers a `T`, with how that is written down.
    #[must_use]
    pub fn answered<T: ?Sized>(self, written: fn(&T) -> Vec<u8>) -> Keyed<T> {
        Keyed { key: self, written }
    }
}

/// An [`IdempotencyKey`] with how the action's answer is written down for the record.
#[derive(Debug)]
pub struct Keyed<T: ?Sized> {
    pub(crate) key: IdempotencyKey,
    pub(crate) written: fn(&T) -> Vec<u8>,
}

impl<T: ?Sized> Keyed<T> {
    /// The record of an answer that is known before the commit.
    pub(crate) fn record(&self, status: u16, value: &T) -> Idempotency {
        let body = (self.written)(value);
        self.record_with(status, move |_| body.clone())
    }

    /// The record of an answer that is known once the events have their numbers.
    pub(crate) fn record_with(
        &self,
        status: u16,
        body: impl Fn(&[std::sync::Arc<claimwire_model::Event>]) -> Vec<u8> + Send + Sync + 'static,
    ) -> Idempotency {
        let IdempotencyKey { key, fingerprint } = self.key.clone();
        Idempotency {
            key,
            fingerprint,
            status,
            body: Box::new(body),
        }
    }
}
