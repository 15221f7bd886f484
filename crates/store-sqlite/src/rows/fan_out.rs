//! Fan-outs: deliveries that are fixed and have no rows yet.

use claimwire_model::{EventNo, ShopNo, TargetNo};
use rusqlite::{Connection, OptionalExtension, params};

use crate::error::{Result, damaged};

/// What is left of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FanOut {
    pub(crate) no: i64,
    /// The event that is at work.
    pub(crate) event: EventNo,
    /// Targets of it before this one are done.
    pub(crate) from: TargetNo,
    pub(crate) events: Vec<i64>,
    pub(crate) targets: Vec<i64>,
}

/// Adds one; both lists in rising order, and neither empty.
pub(crate) fn insert(
    conn: &Connection,
    no: i64,
    shop: ShopNo,
    events: &[i64],
    targets: &[i64],
) -> Result<()> {
    let (Some(event), Some(target)) = (events.first(), targets.first()) else {
        return Ok(());
    };
    conn.prepare_cached(
        "INSERT INTO fan_outs (no, shop, next_event, next_target, events, targets)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![
        no,
        shop.0,
        event,
        target,
        pack(events),
        pack(targets)
    ])?;
    Ok(())
}

/// The shop's one with the earliest event: all deliveries of events before that have their rows.
pub(crate) fn first(conn: &Connection, shop: ShopNo) -> Result<Option<FanOut>> {
    let found = conn
        .prepare_cached(
            "SELECT no, next_event, next_target, events, targets FROM fan_outs
             WHERE shop = ?1 ORDER BY next_event LIMIT 1",
        )?
        .query_row([shop.0], |row| {
            Ok(FanOut {
                no: row.get(0)?,
                event: EventNo(row.get(1)?),
                from: TargetNo(row.get(2)?),
                events: unpack(row.get_ref(3)?.as_blob()?),
                targets: unpack(row.get_ref(4)?.as_blob()?),
            })
        })
        .optional()?;
    if let Some(FanOut { no, events, .. }) = &found
        && events.is_empty()
    {
        return Err(damaged(format_args!("fan-out {no} is of no event")).into());
    }
    Ok(found)
}

/// The first of the shop's events some of whose deliveries have no rows yet.
pub(crate) fn first_event(conn: &Connection, shop: ShopNo) -> Result<Option<EventNo>> {
    Ok(conn
        .prepare_cached("SELECT min(next_event) FROM fan_outs WHERE shop = ?1")?
        .query_row([shop.0], |row| row.get::<_, Option<i64>>(0))?
        .map(EventNo))
}

/// The same of all shops.
pub(crate) fn first_event_of_all(conn: &Connection) -> Result<Option<EventNo>> {
    Ok(conn
        .prepare_cached("SELECT min(next_event) FROM fan_outs")?
        .query_row([], |row| row.get::<_, Option<i64>>(0))?
        .map(EventNo))
}

/// Notes how far one is.
pub(crate) fn reached(conn: &Connection, no: i64, event: i64, target: i64) -> Result<()> {
    conn.prepare_cached("UPDATE fan_outs SET next_event = ?2, next_target = ?3 WHERE no = ?1")?
        .execute([no, event, target])?;
    Ok(())
}

/// One is done.
pub(crate) fn remove(conn: &Connection, no: i64) -> Result<()> {
    conn.prepare_cached("DELETE FROM fan_outs WHERE no = ?1")?
        .execute([no])?;
    Ok(())
}

/// A shop is deleted: nothing of it goes out.
pub(crate) fn remove_all(conn: &Connection, shop: ShopNo) -> Result<()> {
    conn.execute("DELETE FROM fan_outs WHERE shop = ?1", [shop.0])?;
    Ok(())
}

/// Shops that have one.
pub(crate) fn shops(conn: &Connection) -> Result<Vec<ShopNo>> {
    let mut statement = conn.prepare("SELECT DISTINCT shop FROM fan_outs")?;
    let shops = statement.query_map([], |row| row.get(0).map(ShopNo))?;
    Ok(shops.collect::<rusqlite::Result<_>>()?)
}

/// Rising numbers as their distances, seven bits to a byte, the least first.
pub(crate) fn pack(numbers: &[i64]) -> Vec<u8> {
    let mut packed = Vec::with_capacity(numbers.len() + 8);
    let mut last = 0;
    for number in numbers {
        let mut distance = number.abs_diff(last);
        last = *number;
        while distance > 0x7f {
            packed.push(low_bits(distance) | 0x80);
            distance >>= 7;
        }
        packed.push(low_bits(distance));
    }
    packed
}

fn low_bits(number: u64) -> u8 {
    u8::try_from(number & 0x7f).unwrap_or(0)
}

/// The other way.
pub(crate) fn unpack(packed: &[u8]) -> Vec<i64> {
    let mut numbers = Vec::with_capacity(packed.len());
    let (mut last, mut distance, mut shift) = (0_i64, 0_u64, 0_u32);
    for byte in packed {
        distance |= u64::from(byte & 0x7f).wrapping_shl(shift);
        shift += 7;
        if byte & 0x80 == 0 {
            last = last.wrapping_add_unsigned(distance);
            numbers.push(last);
            (distance, shift) = (0, 0);
        }
    }
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_out_as_they_went_in() {
        for numbers in [
            vec![],
            vec![0],
            vec![1, 2, 3, 200, 100_000],
            vec![
                1_790_000_000_000_000_000,
                1_790_000_000_000_000_001,
                i64::MAX,
            ],
        ] {
            assert_eq!(unpack(&pack(&numbers)), numbers);
        }
    }
}
