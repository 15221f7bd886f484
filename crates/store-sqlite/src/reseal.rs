//! Seals what older encryption keys sealed with the current one.

use async_trait::async_trait;
use claimwire_model::ShopNo;
use claimwire_store::reseal::{Reached, Reseal, Resealed};
use claimwire_store::vault::{KeyId, Vault, place};
use claimwire_store::{StoreError, StoreResult};
use rusqlite::params;

use crate::error::Result;
use crate::rows;
use crate::seals;
use crate::store::SqliteStore;
use crate::work::Work;

const WEBHOOKS: u8 = 0;
const ANSWERS: u8 = 1;
const LETTERS: u8 = 2;

#[async_trait]
impl Reseal for SqliteStore {
    async fn older_keys(&self) -> StoreResult<Vec<KeyId>> {
        self.read(|conn, shared| {
            let mut ids = seals::keys(conn)?;
            ids.retain(|id| *id != shared.vault.current());
            Ok(ids)
        })
        .await
    }

    async fn reseal(&self, from: Reached, limit: usize) -> StoreResult<Resealed> {
        self.write(move |work| step(work, from, limit)).await
    }
}

fn step(work: &mut Work, from: Reached, limit: usize) -> Result<Resealed> {
    let (looked_at, last, values) = match from.table {
        WEBHOOKS => webhooks(work, from.no, limit)?,
        ANSWERS => answers(work, from.no, limit)?,
        _ => letters(work, from.no, limit)?,
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
        let current = work.shared.vault.current();
        work.conn
            .execute("DELETE FROM sealed_keys WHERE id <> ?1", [current.0])?;
    }
    Ok(Resealed { values, next })
}

/// Rows looked at, the last of them, and how many values were sealed anew.
type Looked = (usize, i64, u64);
/// Number, uuid, secrets, headers.
type WebhookRow = (i64, Vec<u8>, Vec<u8>, Vec<u8>);
/// Number, shop, key, body.
type AnswerRow = (i64, i64, String, Vec<u8>);

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

/// Deleted ones too: their rows may stay for as long as their log.
fn webhooks(work: &Work, after: i64, limit: usize) -> Result<Looked> {
    let vault = &work.shared.vault;
    let mut rows = work.conn.prepare_cached(
        "SELECT no, uuid, secrets, headers FROM webhooks WHERE no > ?1 ORDER BY no LIMIT ?2",
    )?;
    let mut write = work
        .conn
        .prepare_cached("UPDATE webhooks SET secrets = ?2, headers = ?3 WHERE no = ?1")?;
    let found: Vec<WebhookRow> = rows
        .query_map(params![after, limit], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })?
        .collect::<rusqlite::Result<_>>()?;
    let mut values = 0;
    for (no, uuid, secrets, headers) in &found {
        let uuid = rows::uuid(uuid)?;
        let new = (
            anew(vault, &place::secrets(uuid), secrets)?,
            anew(vault, &place::headers(uuid), headers)?,
        );
        let count = u64::from(new.0.is_some()) + u64::from(new.1.is_some());
        if count > 0 {
            values += count;
            write.execute(params![
                no,
                new.0.as_ref().unwrap_or(secrets),
                new.1.as_ref().unwrap_or(headers)
            ])?;
        }
    }
    Ok((found.len(), found.last().map_or(after, |row| row.0), values))
}

fn answers(work: &Work, after: i64, limit: usize) -> Result<Looked> {
    let vault = &work.shared.vault;
    let mut rows = work.conn.prepare_cached(
        "SELECT no, shop, key, body FROM idempotency WHERE no > ?1 ORDER BY no LIMIT ?2",
    )?;
    let mut write = work
        .conn
        .prepare_cached("UPDATE idempotency SET body = ?2 WHERE no = ?1")?;
    let found: Vec<AnswerRow> = rows
        .query_map(params![after, limit], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })?
        .collect::<rusqlite::Result<_>>()?;
    let mut values = 0;
    for (no, shop, key, body) in &found {
        let shop = (*shop != 0).then_some(ShopNo(*shop));
        if let Some(body) = anew(vault, &place::answer(shop, key), body)? {
            values += 1;
            write.execute(params![no, body])?;
        }
    }
    Ok((found.len(), found.last().map_or(after, |row| row.0), values))
}

fn letters(work: &Work, after: i64, limit: usize) -> Result<Looked> {
    let vault = &work.shared.vault;
    let mut rows = work
        .conn
        .prepare_cached("SELECT no, letter FROM letters WHERE no > ?1 ORDER BY no LIMIT ?2")?;
    let mut write = work
        .conn
        .prepare_cached("UPDATE letters SET letter = ?2 WHERE no = ?1")?;
    let found: Vec<(i64, Vec<u8>)> = rows
        .query_map(params![after, limit], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    let mut values = 0;
    for (no, letter) in &found {
        if let Some(letter) = anew(vault, &place::letter(*no), letter)? {
            values += 1;
            write.execute(params![no, letter])?;
        }
    }
    Ok((found.len(), found.last().map_or(after, |row| row.0), values))
}
