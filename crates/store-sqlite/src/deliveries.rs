//! Lists of deliveries: those of an event, of what events are about, or of targets in a state, each by its
//! index, newest event first.

use std::collections::HashMap;

use claimwire_model::delivery::{Delivery, DeliveryStatus, Stage};
use claimwire_model::target::TargetStatus;
use claimwire_model::{DeliveryId, EventNo, ShopNo, TargetNo, Timestamp};
use claimwire_store::codes::Code;
use claimwire_store::log::DeliveryFilter;
use claimwire_store::page::{Filling, bounds};
use claimwire_store::{Page, PageRequest};
use rusqlite::{Connection, OptionalExtension, Row};

use crate::delivered;
use crate::error::{Error, Result};
use crate::events::About;
use crate::listing::is_there;
use crate::merge::{Merge, Place};
use crate::rows;
use crate::shared::Shared;

/// Deliveries that one page looks at, at most; a page that found fewer than it was asked for by then
/// ends, and the next one goes on from there.
const LOOKS: usize = 50_000;

/// The newest delivery of a target in a state, those that were acknowledged aside.
pub(crate) const OF_STATE: &str = "SELECT event FROM deliveries INDEXED BY deliveries_state
     WHERE target = ?1 AND state = ?4 AND state <> 1 AND event >= ?2 AND event <= ?3 ORDER BY event DESC LIMIT 1";
/// A shop's targets, those that were deleted too.
pub(crate) const TARGETS: &str = "SELECT no, status, deleted_at IS NOT NULL
     FROM webhooks INDEXED BY webhooks_shop WHERE shop = ?1";
/// To whom an event goes.
pub(crate) const OF_EVENT: &str =
    "SELECT target FROM deliveries WHERE event = ?1 AND target < ?2 ORDER BY target DESC";

/// The shop's targets; a deleted one has no status.
type Targets = HashMap<TargetNo, Option<TargetStatus>>;

/// What is next of those that may be on the list, newest first.
type Candidates<'a> = Box<dyn FnMut() -> Result<Option<Place>> + 'a>;

/// See [`claimwire_store::Log::deliveries`].
pub(crate) fn list(
    conn: &Connection,
    shared: &Shared,
    shop: ShopNo,
    filter: &DeliveryFilter,
    request: PageRequest,
    now: Timestamp,
) -> Result<Page<Delivery>> {
    // Before the snapshot begins: see `unwritten`.
    let mut handed = shared.unwritten.of_shop(shop);
    let leased = match filter.status {
        Some(DeliveryStatus::Delivering) => shared.leases.newest_first(),
        _ => Vec::new(),
    };
    let (mut from, mut below) = bounds(filter.since, filter.until, PageRequest::first(0));
    let after = request.after.unwrap_or((i64::MAX, i64::MAX));
    let range = (from, after.min((below, i64::MIN)).0.saturating_add(1));
    let by_target = filter.event.is_none() && filter.about.is_none();
    let delivered = match filter.status {
        None | Some(DeliveryStatus::Delivered) if by_target => {
            delivered::unwritten(&shared.delivered, shop, filter.target)
        }
        _ => HashMap::new(),
    };
    let subjects = filter.about.as_deref().unwrap_or_default();
    let about = About::ask(shared, shop, subjects, range);
    if !is_there(conn, shared, shop)? {
        return Ok(Page::empty());
    }
    if let Some(id) = &filter.event {
        let Some(event) = rows::event::number(conn, shop, id)? else {
            return Ok(Page::empty());
        };
        (from, below) = (from.max(event.0), below.min(event.0.saturating_add(1)));
    }
    let start = after.min((below, i64::MIN));
    let targets = targets(conn, shop)?;
    let asked = |id: DeliveryId| {
        let place = (id.event.0, id.target.0);
        place.0 >= from
            && place < start
            && targets.contains_key(&id.target)
            && filter.target.is_none_or(|target| target == id.target)
    };
    handed.retain(|(id, _)| asked(*id));
    let candidates: Candidates<'_> = if filter.event.is_some() {
        let mut done = from >= below || from > start.0;
        of_events(conn, start, move || {
            Ok((!std::mem::replace(&mut done, true)).then_some((from, 0)))
        })?
    } else if filter.about.is_some() {
        of_events(conn, start, about.numbers(conn)?)?
    } else if filter.status == Some(DeliveryStatus::Delivering) {
        let mut leased = leased.into_iter().filter(move |id| asked(*id));
        Box::new(move || Ok(leased.next().map(|id| (id.event.0, id.target.0))))
    } else {
        let lists = lists(&targets, filter);
        of_lists(conn, lists, delivered, from, start)?
    };
    if let Some(about) = &filter.about {
        retain_about(conn, &mut handed, about)?;
    }
    let page = Listing {
        conn,
        shared,
        shop,
        filter,
        now,
    };
    page.fill(request, handed, candidates)
}

fn targets(conn: &Connection, shop: ShopNo) -> Result<Targets> {
    let mut statement = conn.prepare_cached(TARGETS)?;
    let mut found = statement.query([shop.0])?;
    let mut targets = Targets::new();
    while let Some(row) = found.next()? {
        let status = TargetStatus::from_code(row.get(1)?)?;
        let deleted: bool = row.get(2)?;
        targets.insert(TargetNo(row.get(0)?), (!deleted).then_some(status));
    }
    Ok(targets)
}

/// The lists, by target and state, that the filter's deliveries stand in.
fn lists(targets: &Targets, filter: &DeliveryFilter) -> Vec<(TargetNo, Stage)> {
    targets
        .iter()
        .filter(|(no, _)| filter.target.is_none_or(|target| target == **no))
        .flat_map(|(no, status)| {
            Stage::with_status(filter.status, *status).map(|stage| (*no, stage))
        })
        .collect()
}

/// Reads lists by target and state as one. `unwritten` are those that were acknowledged and may have no row of it.
fn of_lists(
    conn: &Connection,
    lists: Vec<(TargetNo, Stage)>,
    unwritten: HashMap<TargetNo, Vec<i64>>,
    from: i64,
    start: Place,
) -> Result<Candidates<'_>> {
    let mut newest = conn.prepare_cached(OF_STATE)?;
    let mut merge = Merge::new(lists.len(), start, move |list, (event, target)| {
        let Some((no, stage)) = lists.get(list) else {
            return Ok(None);
        };
        // Of the event that the page begins within, the targets before that place are left.
        let up_to = if no.0 < target {
            event
        } else {
            event.saturating_sub(1)
        };
        let event = |row: &Row<'_>| row.get::<_, i64>(0);
        let found = if *stage == Stage::Delivered {
            let unwritten = unwritten.get(no).map_or(&[][..], Vec::as_slice);
            let unwritten = delivered::newest_of(unwritten, from, up_to);
            delivered::newest(conn, *no, from, up_to)?.max(unwritten)
        } else {
            let found = newest.query_row([no.0, from, up_to, stage.code()], event);
            found.optional()?
        };
        Ok(found.map(|event| (event, no.0)))
    })?;
    Ok(Box::new(move || merge.next()))
}

/// The deliveries of events, which come newest first.
fn of_events<'a>(
    conn: &'a Connection,
    start: Place,
    mut events: impl FnMut() -> Result<Option<Place>> + 'a,
) -> Result<Candidates<'a>> {
    let mut statement = conn.prepare_cached(OF_EVENT)?;
    let mut targets = Vec::new().into_iter();
    Ok(Box::new(move || {
        loop {
            if let Some(place) = targets.next() {
                return Ok(Some(place));
            }
            let Some((event, _)) = events()? else {
                return Ok(None);
            };
            let below = if event == start.0 { start.1 } else { i64::MAX };
            let found = statement.query_map([event, below], |row| Ok((event, row.get(0)?)))?;
            targets = found.collect::<rusqlite::Result<Vec<Place>>>()?.into_iter();
        }
    }))
}

/// Leaves those of events that are about one of `about`. Those of an event come together, and it is read once.
fn retain_about(
    conn: &Connection,
    handed: &mut Vec<(DeliveryId, Timestamp)>,
    about: &[claimwire_store::AboutSubject],
) -> Result<()> {
    let mut kept = Vec::new();
    let mut last = None;
    for (id, until) in handed.drain(..) {
        let stays = match last {
            Some((event, stays)) if event == id.event => stays,
            _ => is_about(conn, id.event, about)?,
        };
        last = Some((id.event, stays));
        if stays {
            kept.push((id, until));
        }
    }
    *handed = kept;
    Ok(())
}

/// Whether an event is there and about one of these.
fn is_about(
    conn: &Connection,
    event: EventNo,
    about: &[claimwire_store::AboutSubject],
) -> Result<bool> {
    match rows::event::by_no(conn, event) {
        Ok(event) => Ok(about.iter().any(|subject| subject.is_of(&event))),
        Err(Error::Sql(rusqlite::Error::QueryReturnedNoRows)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// One page.
struct Listing<'a> {
    conn: &'a Connection,
    shared: &'a Shared,
    shop: ShopNo,
    filter: &'a DeliveryFilter,
    now: Timestamp,
}

impl Listing<'_> {
    /// Fills it from those without a row and those that may have one.
    fn fill(
        &self,
        request: PageRequest,
        handed: Vec<(DeliveryId, Timestamp)>,
        mut candidates: Candidates<'_>,
    ) -> Result<Page<Delivery>> {
        let mut filling = Filling::of(request);
        let mut handed = handed.into_iter().peekable();
        let mut next = candidates()?;
        let mut looks = 0;
        loop {
            // The newer of the next with a row and the next without.
            let newer =
                handed.next_if(|(id, _)| next.is_none_or(|next| (id.event.0, id.target.0) >= next));
            let (id, until) = match (newer, next) {
                (Some((id, until)), _) => (id, Some(until)),
                (None, Some((event, target))) => {
                    next = candidates()?;
                    let (event, target) = (EventNo(event), TargetNo(target));
                    (DeliveryId { event, target }, None)
                }
                (None, None) => break,
            };
            if looks == LOOKS {
                filling.end();
                break;
            }
            looks += 1;
            let place = (id.event.0, id.target.0);
            let Some(delivery) = self.read(id, until)? else {
                continue;
            };
            if self.filter.target.is_some_and(|target| target != id.target)
                || self
                    .filter
                    .status
                    .is_some_and(|status| status != delivery.status)
            {
                filling.pass(place);
            } else if !filling.add(place, delivery) {
                break;
            }
        }
        Ok(filling.page())
    }

    /// None: one without a row has it by now, and comes as such.
    fn read(&self, id: DeliveryId, until: Option<Timestamp>) -> Result<Option<Delivery>> {
        let leases = &self.shared.leases;
        if let Some(until) = until {
            return rows::delivery::without_row(self.conn, leases, self.shop, id, until, self.now);
        }
        match rows::delivery::by_id(self.conn, leases, self.shop, id, None, self.now) {
            Ok(delivery) => Ok(Some(delivery)),
            Err(Error::Sql(rusqlite::Error::QueryReturnedNoRows)) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
