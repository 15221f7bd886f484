//! Which encryption keys the database's values are sealed with.

use claimwire_store::StoreError;
use claimwire_store::vault::{KeyId, Vault};

use crate::connection::Connection;
use crate::error::{Result, damaged};

/// Refuses to open what the vault has not all keys of; from here on each of its keys may have sealed something: the
/// older ones may be other nodes' current ones.
pub(crate) async fn check(conn: &Connection, vault: &Vault) -> Result<()> {
    for id in keys(conn).await? {
        if vault.has(id) {
            continue;
        }
        if in_use(conn, id).await? {
            return Err(StoreError::Damaged(format!(
                "it holds secrets sealed with the encryption key {id}, and that key is not given: give \
                 it as the encryption key, or as an older one until everything is sealed with the new one"
            ))
            .into());
        }
        conn.execute("DELETE FROM sealed_keys WHERE id = $1", &[&id.0.as_slice()])
            .await?;
    }
    let ids: Vec<Vec<u8>> = vault.ids().map(|id| id.0.to_vec()).collect();
    conn.execute(
        "INSERT INTO sealed_keys (id) SELECT UNNEST($1::BYTEA[]) ON CONFLICT DO NOTHING",
        &[&ids],
    )
    .await?;
    Ok(())
}

/// The keys that something may be sealed with.
pub(crate) async fn keys(conn: &Connection) -> Result<Vec<KeyId>> {
    let rows = conn.query("SELECT id FROM sealed_keys", &[]).await?;
    let id = |row: &tokio_postgres::Row| {
        let id: &[u8] = row.try_get(0)?;
        let id = id
            .try_into()
            .map_err(|_| damaged("the id of an encryption key is not of eight bytes"))?;
        Ok(KeyId(id))
    };
    rows.iter().map(id).collect()
}

/// Whether anything is sealed with this key. Looks at every row: for a key that was used and is gone.
async fn in_use(conn: &Connection, id: KeyId) -> Result<bool> {
    let sealed = Vault::beginning(id);
    let row = conn
        .query_one(
            "SELECT EXISTS (SELECT 1 FROM webhooks
               WHERE substr(secrets, 1, length($1::BYTEA)) = $1::BYTEA OR substr(headers, 1, length($1::BYTEA)) = $1::BYTEA)
             OR EXISTS (SELECT 1 FROM idempotency WHERE substr(body, 1, length($1::BYTEA)) = $1::BYTEA)
             OR EXISTS (SELECT 1 FROM letters WHERE substr(letter, 1, length($1::BYTEA)) = $1::BYTEA)",
            &[&sealed.as_slice()],
        )
        .await?;
    Ok(row.try_get(0)?)
}
