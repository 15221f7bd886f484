//! Which of a replay's events ask for a delivery, and how many more may be made due now.

use claimwire_model::delivery::Stage;
use claimwire_model::event::Traits;
use claimwire_model::filter::{SourceFilter, Subscription};
use claimwire_model::id::first_number_at;
use claimwire_model::performed_by::Source;
use claimwire_model::replay::{REPLAY_AHEAD, Replay, SendAgain, room};
use claimwire_model::target::TargetStatus;
use claimwire_model::{EventNo, PerformedBy, ShopNo, Target, Timestamp};
use claimwire_store::codes::Code;
use claimwire_store::replay_step::{Pass, Plan, Reached, Step};
use tokio_postgres::Row;

use crate::error::{Result, damaged};
use crate::transaction::Transaction;

/// What there is to do; none: there is no room, and nothing to search.
pub(super) async fn step(
    tx: &Transaction<'_>,
    shop: ShopNo,
    replay: &Replay,
    webhook: &Target,
    at: Reached,
    limit: usize,
    now: Timestamp,
) -> Result<Option<Step>> {
    let search = Search {
        tx,
        shop,
        replay,
        subscription: replay.subscription(&webhook.subscription),
        webhook,
    };
    let mut plan = Plan::new(at, room_now(tx, webhook, now).await?);
    if let Some((behind, to)) = plan.left_behind() {
        let pass = search.pass(behind, to, limit, |event| plan.take(event));
        let pass = pass.await?;
        plan.took(pass);
    }
    let pass = search.pass(at.searched, i64::MAX, limit, |event| {
        plan.find(event);
        true
    });
    let pass = pass.await?;
    Ok(plan.step(pass))
}

/// How many more may be made due now.
async fn room_now(tx: &Transaction<'_>, webhook: &Target, now: Timestamp) -> Result<usize> {
    let active = webhook.status == TargetStatus::Active;
    if !active {
        return Ok(room(active, 0));
    }
    let ahead = i64::try_from(REPLAY_AHEAD).unwrap_or(i64::MAX);
    let row = tx
        .query_one(
            "SELECT count(*) FROM (SELECT 1 FROM deliveries
               WHERE target = $1 AND due_at IS NOT NULL AND due_at <= $2 LIMIT $3) AS due",
            &[&webhook.no.0, &now.as_millis(), &ahead],
        )
        .await?;
    Ok(room(active, crate::rows::count(&row, 0)?))
}

/// A search of a replay's events.
struct Search<'a> {
    tx: &'a Transaction<'a>,
    shop: ShopNo,
    replay: &'a Replay,
    subscription: Subscription,
    webhook: &'a Target,
}

impl Search<'_> {
    /// Looks at `limit` events at most, behind `after` and up to `to`, and names those that ask for a delivery, until
    /// one is not wanted.
    async fn pass(
        &self,
        after: i64,
        to: i64,
        limit: usize,
        mut wanted: impl FnMut(EventNo) -> bool,
    ) -> Result<Pass> {
        let from = first_number_at(self.replay.since) - 1;
        let below = first_number_at(self.replay.until) - 1;
        let by_source = self.subscription.source_filter == SourceFilter::UiOnly;
        let rows = self
            .tx
            .query(
                "SELECT e.no, e.ref, e.event_group, d.state, CASE WHEN $6 THEN e.performed_by END
                 FROM events e LEFT JOIN deliveries d ON d.event = e.no AND d.target = $4
                 WHERE e.shop = $1 AND e.no > $2 AND e.no <= $3 ORDER BY e.no LIMIT $5",
                &[
                    &self.shop.0,
                    &after.max(from),
                    &to.min(below),
                    &self.webhook.no.0,
                    &i64::try_from(limit).unwrap_or(i64::MAX),
                    &by_source,
                ],
            )
            .await?;
        let mut pass = Pass {
            looked: 0,
            last: after,
            is_whole: false,
        };
        for row in &rows {
            let event = EventNo(row.try_get(0)?);
            if self.asks(row)? && !wanted(event) {
                return Ok(pass);
            }
            pass.looked += 1;
            pass.last = event.0;
        }
        pass.is_whole = pass.looked < limit;
        Ok(pass)
    }

    /// Whether an event asks for a delivery.
    fn asks(&self, row: &Row) -> Result<bool> {
        let stage = row.try_get::<_, Option<i64>>(3)?;
        let stage = stage.map(Stage::from_code).transpose()?;
        if self.replay.status.send_again(stage) == SendAgain::No {
            return Ok(false);
        }
        let source = match row.try_get::<_, Option<&str>>(4)? {
            Some(text) => PerformedBy::from_kept(text).map_err(damaged)?.source,
            None => Source::Api,
        };
        Ok(self.subscription.matches_traits(Traits {
            r#ref: row.try_get(1)?,
            event_group: row.try_get(2)?,
            source,
        }))
    }
}
