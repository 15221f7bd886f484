//! Which encryption keys the file's values are sealed with.

use claimwire_store::StoreError;
use claimwire_store::vault::{KeyId, Vault};
use rusqlite::Connection;

use crate::error::Result;

/// Refuses to open what the vault has not all keys of; from here on its current key may have sealed
/// something.
pub(crate) fn check(conn: &Connection, vault: &Vault) -> Result<()> {
    for id in keys(conn)? {
        if vault.has(id) {
            continue;
        }
        if in_use(conn, id)? {
            return Err(StoreError::Damaged(format!(
                "it holds secrets sealed with the encryption key {id}, and that key is not given: give \
                 it as the encryption key, or as an older one until everything is sealed with the new one"
            ))
            .into());
        }
        conn.execute("DELETE FROM sealed_keys WHERE id = ?1", [id.0])?;
    }
    conn.execute(
        "INSERT OR IGNORE INTO sealed_keys (id) VALUES (?1)",
        [vault.current().0],
    )?;
    Ok(())
}

/// The keys that something may be sealed with.
pub(crate) fn keys(conn: &Connection) -> Result<Vec<KeyId>> {
    let mut statement = conn.prepare_cached("SELECT id FROM sealed_keys")?;
    let ids = statement.query_map([], |row| row.get(0).map(KeyId))?;
    Ok(ids.collect::<rusqlite::Result<_>>()?)
}

/// Whether anything is sealed with this key. Looks at every row: for a key that was used and is gone.
fn in_use(conn: &Connection, id: KeyId) -> Result<bool> {
    let sealed = Vault::beginning(id);
    Ok(conn.query_row(
        "SELECT EXISTS (SELECT 1 FROM webhooks
           WHERE substr(secrets, 1, length(?1)) = ?1 OR substr(headers, 1, length(?1)) = ?1)
         OR EXISTS (SELECT 1 FROM idempotency WHERE substr(body, 1, length(?1)) = ?1)
         OR EXISTS (SELECT 1 FROM letters WHERE substr(letter, 1, length(?1)) = ?1)",
        [sealed],
        |row| row.get(0),
    )?)
}
