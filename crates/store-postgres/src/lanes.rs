//! The lanes of events that are on record.

use std::collections::HashMap;

use claimwire_model::target::Ordering;
use claimwire_model::{EventNo, Lane};
use claimwire_store::StoreError;

use crate::connection::Connection;
use crate::error::Result;
use crate::rows::event;

/// The lane of each of these events for a target with this ordering; those without one are not named. What cannot be
/// read cannot be sent either, and must not hold up all the others: it has none.
pub(crate) async fn of_events(
    conn: &Connection,
    ordering: Ordering,
    events: &[EventNo],
) -> Result<HashMap<EventNo, Lane>> {
    let mut lanes = HashMap::new();
    if ordering == Ordering::None || events.is_empty() {
        return Ok(lanes);
    }
    let numbers: Vec<i64> = events.iter().map(|event| event.0).collect();
    let sql = format!(
        "SELECT {} FROM events e WHERE e.no = ANY($1)",
        event::COLUMNS
    );
    for row in &conn.query(&sql, &[&numbers]).await? {
        match event::read(row) {
            Ok(event) => {
                let lane = Lane::of(ordering, &event);
                lanes.extend(lane.map(|lane| (event.no, lane)));
            }
            Err(error) => {
                let no: i64 = row.try_get(0)?;
                let error = StoreError::from(error);
                tracing::error!(event = %EventNo(no), %error, "cannot assign a delivery's lane");
            }
        }
    }
    Ok(lanes)
}
