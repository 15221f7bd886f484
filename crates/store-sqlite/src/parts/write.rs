//! Writes the rows of parts.

use std::sync::Arc;
use std::time::{Duration, Instant};

use claimwire_model::ShopNo;
use claimwire_model::id::time_of_number;

use crate::error::{Error, Result};
use crate::jobs::fan_out::FanOut;
use crate::rows;
use crate::work::Work;

/// Deliveries of one part that are made with it; more are made behind it.
const DELIVERIES: usize = 256;
/// For how long a group writes parts when somebody waits for it: as long as its sync takes, between these.
const BESIDE: (Duration, Duration) = (Duration::from_micros(300), Duration::from_millis(1));
/// And when nobody does, unless another shop comes meanwhile.
const ALONE: Duration = Duration::from_millis(4);

/// Writes parts, of one shop after another; for a short time if somebody waits for this group, or for the next one.
pub(crate) fn step(work: &mut Work, awaited: bool) -> Result<()> {
    let begun = Instant::now();
    let beside = work.parts.sync.clamp(BESIDE.0, BESIDE.1);
    let time = if awaited { beside } else { ALONE };
    while work.parts.due_in(begun) == Some(Duration::ZERO)
        && (work.parts.taken == 0 || begun.elapsed() < time)
    {
        let place = work.parts.taken % work.parts.turns.len().max(1);
        let Some(shop) = work.parts.turns.get(place).copied() else {
            break;
        };
        if work.parts.taken > 0 && work.others_wait(shop) {
            break;
        }
        work.parts.taken += 1;
        if work.parts.ended.contains(&shop) {
            if work.parts.ended.len() == work.parts.turns.len() {
                break;
            }
            continue;
        }
        if of_shop(work, shop)? {
            work.parts.ended.push(shop);
        }
    }
    Ok(())
}

/// Writes a shop's first part. True: it was the last.
fn of_shop(work: &mut Work, shop: ShopNo) -> Result<bool> {
    let of = match work.shop(shop) {
        Ok(of) => of,
        Err(Error::Sql(rusqlite::Error::QueryReturnedNoRows)) => {
            rows::part::remove_all(&work.conn, shop)?;
            return Ok(true);
        }
        Err(error) => return Err(error),
    };
    let Some((no, events)) = rows::part::first(&work.conn, shop)? else {
        return Ok(true);
    };
    let mut fan_out = FanOut::new(work, &of, time_of_number(no), DELIVERIES)?;
    for event in events {
        fan_out.add(work, Arc::new(event), None)?;
    }
    fan_out.finish(work)?;
    rows::part::remove(&work.conn, no)?;
    Ok(!rows::part::is_left(&work.conn, shop)?)
}
