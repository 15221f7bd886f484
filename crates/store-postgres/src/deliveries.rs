//! Lists of deliveries: those of an event, of what events are about, or of targets in a state, each by its
//! index, newest event first.

use claimwire_model::delivery::{Delivery, DeliveryStatus, Stage};
use claimwire_model::target::TargetStatus;
use claimwire_model::{DeliveryId, ShopNo, Timestamp};
use claimwire_store::codes::Code;
use claimwire_store::log::DeliveryFilter;
use claimwire_store::page::bounds;
use claimwire_store::{Page, PageRequest};

use crate::connection::{Connection, Param};
use crate::error::Result;
use crate::events::About;
use crate::listing::{Paging, by_kept_plan, page};
use crate::rows;
use crate::rows::delivery::{COLUMNS, FROM, leased};
use crate::shared::Shared;

/// The newest of several lists by target and state, merged. Leased or not, where that is asked for.
pub(crate) const OF_STATES: &str = "SELECT newest.event, newest.target
     FROM UNNEST($8::BIGINT[], $9::BIGINT[]) AS list (target, state) JOIN webhooks w ON w.no = list.target
     CROSS JOIN LATERAL
       (SELECT d.event, d.target FROM deliveries d
        WHERE d.target = list.target AND d.state = list.state AND d.event >= $3 AND d.event < $4
          AND (d.event < $5 OR d.event = $5 AND d.target < $6) AND {leased}
        ORDER BY d.event DESC LIMIT $7) AS newest
     ORDER BY newest.event DESC, newest.target DESC LIMIT $7";

/// Those under a lease: what is due, or ordered by hand, is looked through, and nothing that waits for its time. Clocks of
/// nodes may be a minute apart. Each step is shut off (`OFFSET 0`) from a planner who would rather go through all that wait,
/// newest first.
pub(crate) const OF_LEASED: &str = "SELECT d.event, d.target
     FROM UNNEST($8::BIGINT[], $9::BIGINT[]) AS list (target, state) JOIN webhooks w ON w.no = list.target
     CROSS JOIN LATERAL
       (SELECT d.event, d.target, d.state FROM deliveries d
        WHERE d.target = list.target AND d.due_at <= (SELECT coalesce($1::BIGINT, clock_ms()) + 60000) AND {leased}
        UNION ALL
        SELECT d.event, d.target, d.state FROM deliveries d WHERE d.target = list.target AND d.manual > 0
          AND (d.due_at > (SELECT coalesce($1::BIGINT, clock_ms()) + 60000)) IS NOT FALSE AND {leased}
        OFFSET 0) AS d
     WHERE d.state = list.state AND d.event >= $3 AND d.event < $4
       AND (d.event < $5 OR d.event = $5 AND d.target < $6)
     ORDER BY d.event DESC, d.target DESC LIMIT $7";

/// Those of events about any of some subjects: first these, then what was delivered of them. Each step is shut off
/// (`OFFSET 0`) from a planner who would rather go through all deliveries of the shop.
pub(crate) const OF_SUBJECTS: &str = "SELECT DISTINCT d.event, d.target
     FROM (SELECT DISTINCT told.no FROM UNNEST($10::TEXT[], $11::BIGINT[]) AS about (id, kind) CROSS JOIN LATERAL
       (SELECT e.no FROM events e WHERE e.shop = $2 AND e.subject_id = about.id AND e.no >= $3 AND e.no < $4
          AND (about.kind IS NULL OR e.subject_kind = about.kind) OFFSET 0) AS told) AS told
     CROSS JOIN LATERAL (SELECT d.* FROM deliveries d WHERE d.event = told.no OFFSET 0) AS d
     JOIN webhooks w ON w.no = d.target
     JOIN UNNEST($8::BIGINT[], $9::BIGINT[]) AS list (target, state)
       ON list.target = d.target AND list.state = d.state
     WHERE (d.event < $5 OR d.event = $5 AND d.target < $6) AND {leased}
     ORDER BY d.event DESC, d.target DESC LIMIT $7";

/// Those of one event.
pub(crate) const OF_EVENT: &str =
    "SELECT d.event, d.target FROM deliveries d JOIN webhooks w ON w.no = d.target
     JOIN UNNEST($8::BIGINT[], $9::BIGINT[]) AS list (target, state)
       ON list.target = d.target AND list.state = d.state
     WHERE d.event = $10 AND d.event >= $3 AND d.event < $4
       AND (d.event < $5 OR d.event = $5 AND d.target < $6) AND {leased}
     ORDER BY d.target DESC LIMIT $7";

/// See [`claimwire_store::Log::deliveries`].
pub(crate) async fn list(
    conn: &Connection,
    shared: &Shared,
    shop: ShopNo,
    filter: &DeliveryFilter,
    request: PageRequest,
    now: Timestamp,
) -> Result<Page<Delivery>> {
    if !rows::shop::is_there(conn, shop).await? {
        return Ok(Page::empty());
    }
    let event = match &filter.event {
        None => None,
        Some(id) => match rows::event::number(conn, shop, id).await? {
            None => return Ok(Page::empty()),
            event => event,
        },
    };
    let (targets, states) = lists(conn, shop, filter).await?;
    let (from, below) = bounds(filter.since, filter.until, PageRequest::first(0));
    let (after_event, after_target) = request.after.unwrap_or((i64::MAX, i64::MAX));
    let least = request.rows().saturating_add(request.skipped());
    let about = About::of(filter.about.as_deref().unwrap_or_default());
    let clock = shared.clock(now);
    let event = event.map(|event| event.0);
    let mut params: Vec<Param<'_>> = vec![
        &clock,
        &shop.0,
        &from,
        &below,
        &after_event,
        &after_target,
        &least,
        &targets,
        &states,
    ];
    let candidates = if event.is_some() {
        params.push(&event);
        OF_EVENT
    } else if filter.about.is_some() {
        params.extend([&about.ids as Param<'_>, &about.kinds]);
        OF_SUBJECTS
    } else if filter.status == Some(DeliveryStatus::Delivering) {
        OF_LEASED
    } else {
        OF_STATES
    };
    let leased = leased();
    let asked = match filter.status {
        Some(DeliveryStatus::Delivering) => leased.clone(),
        Some(DeliveryStatus::Pending | DeliveryStatus::Held) => format!("NOT {leased}"),
        _ => "TRUE".to_owned(),
    };
    let sql = format!(
        "SELECT {COLUMNS}, {leased} FROM ({}) AS found
         JOIN deliveries d ON d.event = found.event AND d.target = found.target
         JOIN events e ON e.no = d.event JOIN webhooks w ON w.no = d.target
         WHERE e.shop = $2 ORDER BY d.event DESC, d.target DESC OFFSET {}",
        candidates.replace("{leased}", &asked),
        request.skip
    );
    let found = by_kept_plan(conn, &sql, &params).await?;
    page(request, &found, |row| {
        let delivery = rows::delivery::read(row)?;
        Ok(((delivery.id.event.0, delivery.id.target.0), delivery))
    })
}

/// The lists, by target and state, that the filter's deliveries stand in.
async fn lists(
    conn: &Connection,
    shop: ShopNo,
    filter: &DeliveryFilter,
) -> Result<(Vec<i64>, Vec<i64>)> {
    let sql = "SELECT no, status, deleted_at IS NOT NULL FROM webhooks WHERE shop = $1 AND ($2::BIGINT IS NULL OR no = $2)";
    let target = filter.target.map(|target| target.0);
    let (mut targets, mut states) = (Vec::new(), Vec::new());
    for row in conn.query(sql, &[&shop.0, &target]).await? {
        let status = TargetStatus::from_code(row.try_get(1)?)?;
        let deleted: bool = row.try_get(2)?;
        for stage in Stage::with_status(filter.status, (!deleted).then_some(status)) {
            targets.push(row.try_get(0)?);
            states.push(stage.code());
        }
    }
    Ok((targets, states))
}

/// One delivery of a shop; `NotFound` without one.
pub(crate) async fn by_id(
    conn: &Connection,
    shared: &Shared,
    shop: ShopNo,
    id: DeliveryId,
    now: Timestamp,
) -> Result<Delivery> {
    let sql = format!(
        "SELECT {COLUMNS}, {} FROM {FROM} JOIN shops s ON s.no = e.shop
         WHERE d.event = $2 AND d.target = $3 AND e.shop = $4 AND NOT s.deleted",
        leased(),
    );
    let clock = shared.clock(now);
    let params: [Param<'_>; 4] = [&clock, &id.event.0, &id.target.0, &shop.0];
    rows::delivery::read(&conn.query_one(&sql, &params).await?)
}
