//! First answers, kept for 24 hours, their bodies sealed.

use std::sync::Arc;
use std::time::Duration;

use claimwire_model::id::first_number_at;
use claimwire_model::{Event, ShopNo, Timestamp};
use claimwire_store::commit::IDEMPOTENCY_KEPT;
use claimwire_store::vault::Vault;
use claimwire_store::{Answered, Idempotency, StoreError};
use tokio_postgres::Row;

use crate::connection::Connection;
use crate::error::Result;
use crate::locks::{lock_key, lock_shop};
use crate::rows::count;
use crate::transaction::Transaction;

/// What [`read`] reads.
pub(crate) const COLUMNS: &str = "i.fingerprint, i.status, i.body";

/// Under which number records live that belong to no shop.
pub(crate) fn place(shop: Option<ShopNo>) -> i64 {
    shop.map_or(0, |shop| shop.0)
}

/// The number from which on records are still good: they end 24 hours after they were made.
pub(crate) fn oldest_kept(now: Timestamp) -> i64 {
    first_number_at(now.minus(IDEMPOTENCY_KEPT).plus(Duration::from_millis(1)))
}

/// The answer of a record from [`COLUMNS`]; `Conflict` when its request was another.
pub(crate) fn read(
    row: &Row,
    vault: &Vault,
    shop: Option<ShopNo>,
    key: &str,
    fingerprint: &[u8; 32],
) -> Result<Answered> {
    if row.try_get::<_, &[u8]>(0)? != fingerprint {
        return Err(StoreError::Conflict.into());
    }
    Ok(Answered {
        status: count(row, 1)?,
        body: vault.open_answer(shop, key, row.try_get(2)?)?,
    })
}

/// The answer recorded under a key; `Conflict` when its request was another.
pub(crate) async fn recall(
    conn: &Connection,
    vault: &Vault,
    shop: Option<ShopNo>,
    key: &str,
    fingerprint: &[u8; 32],
    now: Timestamp,
) -> Result<Option<Answered>> {
    let sql =
        format!("SELECT {COLUMNS} FROM idempotency i WHERE shop = $1 AND key = $2 AND no >= $3");
    let params = [&place(shop) as _, &key as _, &oldest_kept(now) as _];
    let found = conn.query_opt(&sql, &params).await?;
    found
        .map(|row| read(&row, vault, shop, key, fingerprint))
        .transpose()
}

/// The `Idempotency-Key` of a call that may be worked on several times: [`before`] first, then
/// [`keep`](Record::keep).
pub(crate) struct Record {
    shop: Option<ShopNo>,
    given: Option<Given>,
}

struct Given {
    key: String,
    fingerprint: [u8; 32],
    status: u16,
    /// Rendered: of these calls no answer depends on events.
    body: Vec<u8>,
}

impl Record {
    /// Of a call that makes no events.
    pub(crate) fn new(shop: Option<ShopNo>, idempotency: Option<Idempotency>) -> Self {
        let given = idempotency.map(|given| Given {
            key: given.key,
            fingerprint: given.fingerprint,
            status: given.status,
            body: (given.body)(&[] as &[Arc<Event>]),
        });
        Self { shop, given }
    }

    /// The first answer, if the key was used. From here on the shop is locked, or the key where there is no shop.
    pub(crate) async fn before(
        &self,
        tx: &Transaction<'_>,
        now: Timestamp,
    ) -> Result<Option<Answered>> {
        let key = self.given.as_ref().map(|given| &given.key);
        match (self.shop, key) {
            (Some(shop), _) => lock_shop(tx, shop).await?,
            (None, Some(key)) => lock_key(tx, key).await?,
            (None, None) => {}
        }
        let Some(given) = &self.given else {
            return Ok(None);
        };
        let vault = &tx.shared.vault;
        recall(tx, vault, self.shop, &given.key, &given.fingerprint, now).await
    }

    /// Keeps the answer.
    pub(crate) async fn keep(&self, tx: &Transaction<'_>, now: Timestamp) -> Result<()> {
        let Some(given) = &self.given else {
            return Ok(());
        };
        let body = tx
            .shared
            .vault
            .seal_answer(self.shop, &given.key, &given.body)?;
        tx.execute(
            "INSERT INTO idempotency (shop, key, no, fingerprint, status, body) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (shop, key) DO UPDATE SET no = excluded.no, fingerprint = excluded.fingerprint,
               status = excluded.status, body = excluded.body",
            &[
                &place(self.shop),
                &given.key,
                &tx.shared.next_number(now),
                &given.fingerprint.as_slice(),
                &i64::from(given.status),
                &body,
            ],
        )
        .await?;
        Ok(())
    }
}
