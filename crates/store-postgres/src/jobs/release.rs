//! Deliveries given back unattempted.

use claimwire_model::DeliveryId;
use claimwire_model::lease::Lease;
use claimwire_store::StoreResult;

use crate::store::PostgresStore;
use crate::transaction::transact;

/// See [`claimwire_store::Queue::release`].
pub(crate) async fn release(
    store: &PostgresStore,
    deliveries: &[(DeliveryId, Lease)],
) -> StoreResult<()> {
    if deliveries.is_empty() {
        return Ok(());
    }
    let column =
        |of: fn(&(DeliveryId, Lease)) -> i64| deliveries.iter().map(of).collect::<Vec<_>>();
    let events = column(|(id, _)| id.event.0);
    let targets = column(|(id, _)| id.target.0);
    let nodes = column(|(_, lease)| lease.node.0.cast_signed());
    let epochs = column(|(_, lease)| lease.epoch.0.cast_signed());
    let untils = column(|(_, lease)| lease.until.as_millis());
    transact!(store, tx => async {
            tx.execute(
                "WITH ended AS MATERIALIZED (
                   SELECT d.event, d.target
                   FROM unnest($1::BIGINT[], $2::BIGINT[], $3::BIGINT[], $4::BIGINT[], $5::BIGINT[])
                     AS u (event, target, node, epoch, until)
                   JOIN deliveries d ON d.event = u.event AND d.target = u.target
                   WHERE d.lease_node = u.node AND d.lease_epoch = u.epoch AND d.lease_until = u.until
                   ORDER BY d.event, d.target FOR UPDATE OF d
                 )
                 UPDATE deliveries d SET lease_node = NULL, lease_epoch = NULL, lease_until = NULL
                 FROM ended WHERE d.event = ended.event AND d.target = ended.target",
                &[&events, &targets, &nodes, &epochs, &untils],
            )
            .await?;
            Ok(())
        }.await)
}
