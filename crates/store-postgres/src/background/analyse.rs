//! Statistics of tables that have [grown](crate::growth).

use crate::error::Result;
use crate::housekeeping::{self, Work};
use crate::transaction::Transaction;

/// Tables whose rows groups find by lists of keys, and that have four times as many pages as when they were last
/// analysed, with the columns that their indexes are by: what headers and answers are like tells no plan anything, and
/// takes longest. Of large tables autovacuum thinks soon enough. In less than a hundred pages PostgreSQL may well read all.
const GROWN: &str = "SELECT relname::TEXT,
       (SELECT string_agg(DISTINCT quote_ident(a.attname), ', ') FROM pg_index i
        JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey) WHERE i.indrelid = c.oid)
     FROM pg_class c
     WHERE oid = ANY (ARRAY['deliveries', 'documents', 'event_ids', 'idempotency', 'tickets']::REGCLASS[])
       AND relpages < 10000 AND pg_relation_size(oid) / 8192 > greatest(100, 4 * relpages)";

/// Analyses what has grown, unless another node is at it.
pub(super) async fn step(tx: &Transaction<'_>) -> Result<()> {
    if !housekeeping::begin(tx, Work::Analyse).await? {
        return Ok(());
    }
    for row in tx.query(GROWN, &[]).await? {
        let (table, columns): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        tx.batch_execute(&format!("ANALYZE {table} ({columns})"))
            .await?;
    }
    Ok(())
}
