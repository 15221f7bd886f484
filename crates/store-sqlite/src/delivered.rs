//! Which deliveries of a target were acknowledged, in rows that are [written behind](crate::write_behind). One that is sent
//! again keeps its row: the delivery itself says in which state it is.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write;

use claimwire_model::{DeliveryId, EventNo, ShopNo, TargetNo};
use rusqlite::{Connection, OptionalExtension, params};

use crate::error::Result;
use crate::write_behind::{Entry, WriteBehind};

/// So many events of a target share a row.
const MOST: usize = 128;

/// That a delivery was acknowledged. By shop first, so that a list finds its own in memory; a target has one shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Delivered {
    shop: ShopNo,
    target: TargetNo,
    event: EventNo,
}

/// Those that have no row yet.
pub(crate) type AllDelivered = WriteBehind<Delivered>;

impl Delivered {
    pub(crate) fn new(shop: ShopNo, id: DeliveryId) -> Self {
        let DeliveryId { event, target } = id;
        Self {
            shop,
            target,
            event,
        }
    }
}

/// Those of later events may have no row.
pub(crate) fn settled(conn: &Connection) -> Result<EventNo> {
    let sql = "SELECT event FROM settled WHERE no = 3";
    Ok(EventNo(conn.query_row(sql, [], |row| row.get(0))?))
}

/// What an earlier process left without a row.
pub(crate) const LEFT: &str =
    "SELECT e.shop, d.target, d.event FROM deliveries d CROSS JOIN events e
     WHERE d.event > (SELECT event FROM settled WHERE no = 3) AND d.state = 1 AND e.no = d.event";

/// See [`LEFT`].
pub(crate) fn left(conn: &Connection) -> Result<BTreeSet<Delivered>> {
    let mut statement = conn.prepare(LEFT)?;
    let found = statement.query_map([], |row| {
        Ok(Delivered {
            shop: ShopNo(row.get(0)?),
            target: TargetNo(row.get(1)?),
            event: EventNo(row.get(2)?),
        })
    })?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

/// A shop's events, or those of one of its targets, by target and oldest first, whose deliveries were acknowledged and may have
/// no row of it; see [`WriteBehind::read`].
pub(crate) fn unwritten(
    delivered: &AllDelivered,
    shop: ShopNo,
    target: Option<TargetNo>,
) -> HashMap<TargetNo, Vec<i64>> {
    let first = |shop, target| Delivered {
        shop,
        target,
        event: EventNo(0),
    };
    let range = match target {
        Some(target) => first(shop, target)..first(shop, TargetNo(target.0 + 1)),
        None => first(shop, TargetNo(0))..first(ShopNo(shop.0 + 1), TargetNo(0)),
    };
    let mut by_target: HashMap<_, Vec<_>> = HashMap::new();
    for (target, event) in delivered.read(range, |entry| (entry.target, entry.event.0)) {
        by_target.entry(target).or_default().push(event);
    }
    by_target
}

/// A row: some of a target's events.
struct Chunk {
    /// None of its events is before this one; those from the next row's `first` on are in that.
    first: i64,
    /// Rising.
    events: Vec<i64>,
}

/// The row of a target that an event is in, if it is in one. `?1`: the target, `?2`: the event.
pub(crate) const CHUNK: &str = "SELECT first, events FROM delivered
     WHERE target = ?1 AND first <= ?2 ORDER BY first DESC LIMIT 1";
/// Where the next row begins.
pub(crate) const NEXT: &str = "SELECT first FROM delivered
     WHERE target = ?1 AND first > ?2 ORDER BY first LIMIT 1";
/// All of them from what is in `deliveries`, where no row is yet.
pub(crate) const FILL: &str = "INSERT INTO delivered
     SELECT target, min(event), group_concat(distance, ',' ORDER BY event) FROM (
       SELECT target, event, nth / 128 AS chunk, iif(nth % 128 = 0, 0, event - before) AS distance FROM (
         SELECT target, event, row_number() OVER rising - 1 AS nth, lag(event) OVER rising AS before
         FROM deliveries WHERE state = 1 WINDOW rising AS (PARTITION BY target ORDER BY event)))
     GROUP BY target, chunk";

impl Chunk {
    fn of(conn: &Connection, target: TargetNo, event: i64) -> Result<Option<Self>> {
        let mut chunk = conn.prepare_cached(CHUNK)?;
        let found = chunk.query_row([target.0, event], |row| {
            let first: i64 = row.get(0)?;
            let events = distances(row.get_ref(1)?.as_str()?).scan(first, |last, distance| {
                *last = last.saturating_add(distance);
                Some(*last)
            });
            let events = events.collect();
            Ok(Self { first, events })
        });
        Ok(found.optional()?)
    }

    /// Writes it; with no event left it goes.
    fn write(&self, conn: &Connection, target: TargetNo) -> Result<()> {
        if self.events.is_empty() {
            conn.prepare_cached("DELETE FROM delivered WHERE target = ?1 AND first = ?2")?
                .execute([target.0, self.first])?;
            return Ok(());
        }
        let mut text = String::with_capacity(self.events.len() * 8);
        let mut last = self.first;
        for event in &self.events {
            if !text.is_empty() {
                text.push(',');
            }
            // Writing to a text does not fail.
            let _ = write!(text, "{}", event - last);
            last = *event;
        }
        conn.prepare_cached(
            "INSERT OR REPLACE INTO delivered (target, first, events) VALUES (?1, ?2, ?3)",
        )?
        .execute(params![target.0, self.first, text])?;
        Ok(())
    }
}

fn distances(text: &str) -> impl Iterator<Item = i64> {
    text.split(',').filter_map(|distance| distance.parse().ok())
}

/// The newest of a target's events up to one of them, not before `from`.
pub(crate) fn newest(
    conn: &Connection,
    target: TargetNo,
    from: i64,
    mut up_to: i64,
) -> Result<Option<i64>> {
    while let Some(chunk) = Chunk::of(conn, target, up_to)? {
        if let Some(event) = newest_of(&chunk.events, from, up_to) {
            return Ok(Some(event));
        }
        // What it had up to there is gone, or older.
        if chunk.first <= from {
            break;
        }
        up_to = chunk.first - 1;
    }
    Ok(None)
}

/// The newest of rising events up to one of them, not before `from`.
pub(crate) fn newest_of(events: &[i64], from: i64, up_to: i64) -> Option<i64> {
    let events = events.get(..events.partition_point(|event| *event <= up_to))?;
    events.last().copied().filter(|event| *event >= from)
}

/// Adds rising events of a target to its rows.
fn add(conn: &Connection, target: TargetNo, mut events: &[i64]) -> Result<()> {
    while let Some(event) = events.first() {
        let next: Option<i64> = conn
            .prepare_cached(NEXT)?
            .query_row([target.0, *event], |row| row.get(0))
            .optional()?;
        let here = next.map_or(events.len(), |next| {
            events.partition_point(|event| *event < next)
        });
        let (here, rest) = events.split_at(here);
        let full = |chunk: &Chunk| {
            chunk.events.len() >= MOST / 2 && chunk.events.last().is_some_and(|last| last < event)
        };
        let chunk = Chunk::of(conn, target, *event)?.filter(|chunk| !full(chunk));
        let (first, mut all) =
            chunk.map_or((*event, Vec::new()), |chunk| (chunk.first, chunk.events));
        all.extend_from_slice(here);
        all.sort_unstable();
        all.dedup();
        let rows = all.len().div_ceil(MOST);
        for (nth, events) in all.chunks(all.len().div_ceil(rows)).enumerate() {
            let first = match events {
                [event, ..] if nth > 0 => *event,
                _ => first,
            };
            let events = events.to_vec();
            Chunk { first, events }.write(conn, target)?;
        }
        events = rest;
    }
    Ok(())
}

/// Takes rising events of a target out of its rows, where they are.
fn take_out(conn: &Connection, target: TargetNo, mut events: &[i64]) -> Result<()> {
    while let Some(event) = events.last() {
        let Some(mut chunk) = Chunk::of(conn, target, *event)? else {
            return Ok(());
        };
        let (before, here) = events.split_at(events.partition_point(|event| *event < chunk.first));
        let whole = chunk.events.len();
        chunk
            .events
            .retain(|event| here.binary_search(event).is_err());
        if chunk.events.len() < whole {
            chunk.write(conn, target)?;
        }
        events = before;
    }
    Ok(())
}

/// Runs of one target, each as its rising events.
fn by_target(
    entries: &[Delivered],
    mut run: impl FnMut(TargetNo, &[i64]) -> Result<()>,
) -> Result<()> {
    let mut entries: Vec<_> = entries.iter().map(|e| (e.target, e.event.0)).collect();
    entries.sort_unstable();
    entries
        .chunk_by(|(one, _), (other, _)| one == other)
        .try_for_each(|run_of| {
            let events: Vec<_> = run_of.iter().map(|(_, event)| *event).collect();
            run_of
                .first()
                .map_or(Ok(()), |(target, _)| run(*target, &events))
        })
}

impl Entry for Delivered {
    fn event(&self) -> EventNo {
        self.event
    }

    fn insert(conn: &Connection, entries: &[Self]) -> Result<()> {
        by_target(entries, |target, events| add(conn, target, events))
    }

    fn remove(conn: &Connection, entries: &[Self]) -> Result<()> {
        by_target(entries, |target, events| take_out(conn, target, events))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::migrations::migrate;

    const TARGET: TargetNo = TargetNo(3);

    fn database() -> Connection {
        let mut conn = Connection::open_in_memory().unwrap();
        migrate(&mut conn).unwrap();
        conn
    }

    /// All rows of the target, which must not overlap, nor hold more than they may.
    fn rows(conn: &Connection) -> Vec<Chunk> {
        let mut chunks = Vec::new();
        let mut next = i64::MAX;
        while let Some(chunk) = Chunk::of(conn, TARGET, next - 1).unwrap() {
            assert!((1..=MOST).contains(&chunk.events.len()));
            assert!(chunk.events.is_sorted_by(|one, other| one < other));
            assert!(
                chunk
                    .events
                    .iter()
                    .all(|event| (chunk.first..next).contains(event))
            );
            next = chunk.first;
            chunks.push(chunk);
        }
        chunks
    }

    fn check(conn: &Connection, there: &BTreeSet<i64>) {
        let mut events: Vec<_> = rows(conn)
            .into_iter()
            .flat_map(|chunk| chunk.events)
            .collect();
        events.sort_unstable();
        assert!(events.iter().eq(there));
        for up_to in (-1..1_100).step_by(13) {
            for from in [0, up_to - 5, up_to, up_to + 1] {
                let found = newest(conn, TARGET, from, up_to).unwrap();
                let mut expected = there
                    .iter()
                    .rev()
                    .filter(|event| (from..=up_to).contains(*event));
                assert_eq!(found, expected.next().copied(), "{from} to {up_to}");
            }
        }
    }

    #[test]
    fn they_are_found_however_they_came_and_went() {
        let conn = database();
        let other = [Delivered::new(
            ShopNo(1),
            DeliveryId {
                event: EventNo(5),
                target: TargetNo(4),
            },
        )];
        Delivered::insert(&conn, &other).unwrap();
        let mut there = BTreeSet::new();
        // A generator of numbers that are all over the place, alike in each run.
        let mut seed = 1_u64;
        let mut next = |below: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            i64::try_from((seed >> 33) % below).unwrap()
        };
        for round in 0..60 {
            let run: BTreeSet<i64> = match round % 3 {
                0 => (round * 15..round * 15 + 40).collect(),
                _ => (0..90).map(|_| next(1_000)).collect(),
            };
            let events: Vec<_> = run.iter().copied().collect();
            if round % 4 == 3 {
                take_out(&conn, TARGET, &events).unwrap();
                there.retain(|event| !run.contains(event));
            } else {
                add(&conn, TARGET, &events).unwrap();
                there.extend(run);
            }
            check(&conn, &there);
        }
        let all: Vec<_> = there.iter().copied().collect();
        take_out(&conn, TARGET, &all).unwrap();
        check(&conn, &BTreeSet::new());
        assert_eq!(newest(&conn, TargetNo(4), 0, 9).unwrap(), Some(5));
    }

    #[test]
    fn those_that_come_in_their_order_fill_rows() {
        let conn = database();
        for from in (0..64_000).step_by(64) {
            let events: Vec<_> = (from..from + 64).collect();
            add(&conn, TARGET, &events).unwrap();
        }
        assert!(rows(&conn).len() <= 1_000);
    }

    #[test]
    fn all_are_made_from_the_deliveries() {
        let conn = database();
        for event in 0..500 {
            conn.execute(
                "INSERT INTO deliveries (event, target, state, attempt_count, failures, manual)
                 VALUES (?1, ?2, ?3, 0, 0, 0)",
                [event * 3, 3 + event % 2, i64::from(event % 10 != 0)],
            )
            .unwrap();
        }
        conn.execute(FILL, []).unwrap();
        let there = (0..500).filter(|event| event % 2 == 0 && event % 10 != 0);
        check(&conn, &there.map(|event| event * 3).collect());
    }
}
