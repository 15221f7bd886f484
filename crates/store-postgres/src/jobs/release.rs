//! Deliveries given back unattempted.

use claimwire_store::StoreResult;
use claimwire_store::handed::Returned;

use crate::store::PostgresStore;
use crate::transaction::transact;

/// See [`claimwire_store::Queue::release`].
pub(crate) async fn release(store: &PostgresStore, deliveries: &[Returned]) -> StoreResult<()> {
    if deliveries.is_empty() {
        return Ok(());
    }
    let column = |of: fn(&Returned) -> i64| deliveries.iter().map(of).collect::<Vec<_>>();
    let events = column(|returned| returned.id.event.0);
    let targets = column(|returned| returned.id.target.0);
    let nodes = column(|returned| returned.lease.node.0.cast_signed());
    let epochs = column(|returned| returned.lease.epoch.0.cast_signed());
    let untils = column(|returned| returned.lease.until.as_millis());
    let in_doubt: Vec<bool> = deliveries
        .iter()
        .map(|returned| returned.in_doubt)
        .collect();
    transact!(store, tx => async {
            tx.execute(
                "WITH ended AS MATERIALIZED (
                   SELECT d.event, d.target, u.in_doubt
                   FROM unnest($1::BIGINT[], $2::BIGINT[], $3::BIGINT[], $4::BIGINT[], $5::BIGINT[],
                     $6::BOOLEAN[]) AS u (event, target, node, epoch, until, in_doubt)
                   JOIN deliveries d ON d.event = u.event AND d.target = u.target
                   WHERE d.lease_node = u.node AND d.lease_epoch = u.epoch AND d.lease_until = u.until
                   ORDER BY d.event, d.target FOR UPDATE OF d
                 )
                 UPDATE deliveries d SET lease_node = NULL, lease_epoch = NULL, lease_until = CASE WHEN in_doubt THEN 0 END
                 FROM ended WHERE d.event = ended.event AND d.target = ended.target",
                &[&events, &targets, &nodes, &epochs, &untils, &in_doubt],
            )
            .await?;
            Ok(())
        }.await)
}
