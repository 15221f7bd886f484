//! Seals what older encryption keys sealed with the current one.

use async_trait::async_trait;
use claimwire_model::ShopNo;
use claimwire_store::reseal::{Reached, Reseal, Resealed};
use claimwire_store::vault::{KeyId, Vault, place};
use claimwire_store::{StoreError, StoreResult};

use crate::error::Result;
use crate::seals;
use crate::store::PostgresStore;
use crate::transaction::{Transaction, transact};

const WEBHOOKS: u8 = 0;
const ANSWERS: u8 = 1;
const LETTERS: u8 = 2;

#[async_trait]
impl Reseal for PostgresStore {
    async fn older_keys(&self) -> StoreResult<Vec<KeyId>> {
        let mut ids = seals::keys(&self.connection().await?).await?;
        ids.retain(|id| *id != self.shared.vault.current());
        Ok(ids)
    }

    async fn reseal(&self, from: Reached, limit: usize) -> StoreResult<Resealed> {
        transact!(self, tx => step(tx, from, limit).await)
    }
}

async fn step(tx: &Transaction<'_>, from: Reached, limit: usize) -> Result<Resealed> {
    let (looked_at, last, values) = match from.table {
        WEBHOOKS => webhooks(tx, from.no, limit).await?,
        ANSWERS => answers(tx, from.no, limit).await?,
        _ => letters(tx, from.no, limit).await?,
    };
    let next = match from.table {
        table if looked_at == limit => Some(Reached { table, no: last }),
        table if table < LETTERS => Some(Reached {
            table: table + 1,
            no: 0,
        }),
        _ => None,
    };
    if next.is_none() {
        let current = tx.shared.vault.current().0;
        tx.execute(
            "DELETE FROM sealed_keys WHERE id <> $1",
            &[&current.as_slice()],
        )
        .await?;
    }
    Ok(Resealed { values, next })
}

/// Rows looked at, the last of them, and how many values were sealed anew.
type Looked = (usize, i64, u64);

/// A value that no key opens was spoiled before: it stays as it is and holds up nothing.
fn anew(vault: &Vault, aad: &[u8], sealed: &[u8]) -> Result<Option<Vec<u8>>> {
    match vault.reseal(aad, sealed) {
        Err(StoreError::Damaged(why)) => {
            let place = String::from_utf8_lossy(aad);
            tracing::error!(%place, why, "cannot be sealed anew; left as it is");
            Ok(None)
        }
        sealed => Ok(sealed?),
    }
}

fn rows(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// Deleted ones too: their rows may stay for as long as their log.
async fn webhooks(tx: &Transaction<'_>, after: i64, limit: usize) -> Result<Looked> {
    let found = tx
        .query(
            "SELECT no, uuid, secrets, headers FROM webhooks WHERE no > $1 ORDER BY no LIMIT $2 FOR UPDATE",
            &[&after, &rows(limit)],
        )
        .await?;
    let (mut values, mut last) = (0, after);
    for row in &found {
        last = row.try_get(0)?;
        let uuid = row.try_get(1)?;
        let vault = &tx.shared.vault;
        let secrets = anew(vault, &place::secrets(uuid), row.try_get(2)?)?;
        let headers = anew(vault, &place::headers(uuid), row.try_get(3)?)?;
        let count = u64::from(secrets.is_some()) + u64::from(headers.is_some());
        if count > 0 {
            values += count;
            tx.execute(
                "UPDATE webhooks SET secrets = coalesce($2, secrets), headers = coalesce($3, headers) WHERE no = $1",
                &[&last, &secrets, &headers],
            )
            .await?;
        }
    }
    Ok((found.len(), last, values))
}

async fn answers(tx: &Transaction<'_>, after: i64, limit: usize) -> Result<Looked> {
    let found = tx
        .query(
            "SELECT no, shop, key, body FROM idempotency WHERE no > $1 ORDER BY no LIMIT $2 FOR UPDATE",
            &[&after, &rows(limit)],
        )
        .await?;
    let (mut values, mut last) = (0, after);
    for row in &found {
        last = row.try_get(0)?;
        let shop: i64 = row.try_get(1)?;
        let key: &str = row.try_get(2)?;
        let place = place::answer((shop != 0).then_some(ShopNo(shop)), key);
        if let Some(body) = anew(&tx.shared.vault, &place, row.try_get(3)?)? {
            values += 1;
            tx.execute(
                "UPDATE idempotency SET body = $3 WHERE shop = $1 AND key = $2",
                &[&shop, &key, &body],
            )
            .await?;
        }
    }
    Ok((found.len(), last, values))
}

async fn letters(tx: &Transaction<'_>, after: i64, limit: usize) -> Result<Looked> {
    let found = tx
        .query(
            "SELECT no, letter FROM letters WHERE no > $1 ORDER BY no LIMIT $2 FOR UPDATE",
            &[&after, &rows(limit)],
        )
        .await?;
    let (mut values, mut last) = (0, after);
    for row in &found {
        last = row.try_get(0)?;
        if let Some(letter) = anew(&tx.shared.vault, &place::letter(last), row.try_get(1)?)? {
            values += 1;
            tx.execute(
                "UPDATE letters SET letter = $2 WHERE no = $1",
                &[&last, &letter],
            )
            .await?;
        }
    }
    Ok((found.len(), last, values))
}
