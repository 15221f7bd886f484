//! Idempotency records.

use std::sync::Arc;

use claimwire_model::{Event, ShopNo, Timestamp};

use super::rows::{AnswerRow, Tables};
use crate::commit::{Answered, IDEMPOTENCY_KEPT, Idempotency};
use crate::directory::Once;
use crate::error::{StoreError, StoreResult};

impl AnswerRow {
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.at.plus(IDEMPOTENCY_KEPT) <= now
    }
}

impl Tables {
    /// What was answered under this key, if it was used for the same request.
    pub fn recall(
        &self,
        shop: Option<ShopNo>,
        key: &str,
        fingerprint: &[u8; 32],
        now: Timestamp,
    ) -> StoreResult<Option<Answered>> {
        let row = self.answers.get(&(shop, key.to_owned()));
        match row.filter(|row| !row.is_over(now)) {
            Some(row) if row.fingerprint == *fingerprint => Ok(Some(row.answered.clone())),
            Some(_) => Err(StoreError::Conflict),
            None => Ok(None),
        }
    }

    /// The same, for a request that may bear no key.
    pub fn before(
        &self,
        shop: Option<ShopNo>,
        idempotency: Option<&Idempotency>,
        now: Timestamp,
    ) -> StoreResult<Option<Answered>> {
        idempotency.map_or(Ok(None), |i| self.recall(shop, &i.key, &i.fingerprint, now))
    }

    /// Keeps the answer, if the request bore a key.
    pub fn remember(
        &mut self,
        shop: Option<ShopNo>,
        idempotency: Option<Idempotency>,
        events: &[Arc<Event>],
        now: Timestamp,
    ) {
        let Some(idempotency) = idempotency else {
            return;
        };
        let row = AnswerRow {
            fingerprint: idempotency.fingerprint,
            answered: Answered {
                status: idempotency.status,
                body: (idempotency.body)(events),
            },
            at: now,
        };
        self.answers.insert((shop, idempotency.key), row);
    }

    /// Does `act` once per key.
    pub fn once<T>(
        &mut self,
        shop: Option<ShopNo>,
        idempotency: Option<Idempotency>,
        now: Timestamp,
        act: impl FnOnce(&mut Self) -> StoreResult<T>,
    ) -> StoreResult<Once<T>> {
        if let Some(answered) = self.before(shop, idempotency.as_ref(), now)? {
            return Ok(Once::Before(answered));
        }
        let done = act(self)?;
        self.remember(shop, idempotency, &[], now);
        Ok(Once::Now(done))
    }
}
