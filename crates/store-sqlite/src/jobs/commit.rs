//! The commit: change, events, deliveries and the idempotency record.

use std::collections::HashMap;
use std::sync::Arc;

use claimwire_model::Event;
use claimwire_model::event::Fact;
use claimwire_model::json::SharedJson;
use claimwire_store::commit::{Shares, is_repeated};
use claimwire_store::{Commit, Committed, StoreError};

use crate::error::Result;
use crate::jobs::fan_out::FanOut;
use crate::rows::{self, idempotency};
use crate::terms::Terms;
use crate::work::Work;
use crate::writer::Load;

/// What a fact comes to.
enum Plan {
    /// An event.
    New,
    /// The event that the shop has under its id.
    Known(Arc<Event>),
    /// The event of an earlier fact of the same commit.
    SameAs(usize),
}

/// About what it writes. What is handed over is no row.
pub(crate) fn load(commit: &Commit) -> Load {
    Load {
        shop: Some(commit.shop.no),
        rows: 1 + commit.writes.len() + commit.facts.len(),
        bytes: bytes(commit),
    }
}

fn bytes(commit: &Commit) -> usize {
    let written = commit
        .writes
        .iter()
        .filter_map(|w| w.after.as_ref())
        .map(|c| c.json.len());
    let mut holder: Option<&Fact> = None;
    let facts = commit.facts.iter().map(|fact| {
        let shares = holder.map_or(Shares::Nothing, |held| Shares::of(fact, held));
        if shares == Shares::Nothing && fact.context.is_some() {
            holder = Some(fact);
        }
        let length = |text: Option<&SharedJson>| text.map_or(0, |raw| raw.get().len());
        let context = length(fact.context.as_ref());
        let own = length(Some(&fact.event_data)) + length(fact.changes.as_ref());
        let written = match shares {
            Shares::Nothing => context + own,
            Shares::Context => own,
            Shares::All => 0,
        };
        256 + written
    });
    written.chain(facts).sum()
}

/// See [`claimwire_store::Subjects::commit`].
/// `terms`: what each document is found by.
pub(crate) fn commit(
    work: &mut Work,
    commit: Commit,
    terms: &[Option<Terms>],
) -> Result<Committed> {
    let shop = work.shop(commit.shop.no)?;
    let before = idempotency::before(work, Some(shop.no), commit.idempotency.as_ref(), commit.now)?;
    if let Some(answered) = before {
        return Ok(Committed::Before(answered));
    }
    rows::document::check_versions(&work.conn, &commit)?;
    rows::document::check_messages(&work.conn, &commit)?;
    let plans = plan(work, &commit)?;
    rows::document::write(work, &commit, terms)?;
    rows::image::change_uses(work, shop.no, &commit.images, commit.now)?;

    let mut fan_out = FanOut::new(work, &shop, commit.now)?;
    let mut events: Vec<Arc<Event>> = Vec::with_capacity(commit.facts.len());
    // The event that holds what those after it may share.
    let mut holder: Option<Arc<Event>> = None;
    for (index, fact) in commit.facts.into_iter().enumerate() {
        let event = match plans.get(&index) {
            None | Some(Plan::New) => {
                let shared = holder
                    .as_ref()
                    .map(|held| (held.no, Shares::of(&fact, &held.fact)))
                    .filter(|(_, shares)| *shares != Shares::Nothing);
                let event = fan_out.add(work, fact, shared)?;
                if shared.is_none() && event.fact.context.is_some() {
                    holder = Some(event.clone());
                }
                event
            }
            Some(Plan::Known(event)) => event.clone(),
            Some(Plan::SameAs(first)) => events
                .get(*first)
                .cloned()
                .ok_or(rusqlite::Error::QueryReturnedNoRows)?,
        };
        events.push(event);
    }
    fan_out.finish(work)?;
    idempotency::keep(work, Some(shop.no), commit.idempotency, &events, commit.now)?;
    Ok(Committed::Now(events))
}

/// For each fact with an id of the caller's, by its place: whether it is there already.
fn plan(work: &Work, commit: &Commit) -> Result<HashMap<usize, Plan>> {
    let mut plans = HashMap::new();
    let mut first_of: HashMap<&str, usize> = HashMap::new();
    for (index, fact) in commit.facts.iter().enumerate() {
        let Some(id) = fact.given_id.as_deref() else {
            continue;
        };
        let earlier = first_of
            .get(id)
            .and_then(|first| Some((*first, commit.facts.get(*first)?)));
        let plan = if let Some((first, earlier)) = earlier {
            same(earlier, fact)?;
            Plan::SameAs(first)
        } else if let Some(event) = rows::event::by_given_id(&work.conn, commit.shop.no, id)? {
            same(&event.fact, fact)?;
            Plan::Known(event)
        } else {
            Plan::New
        };
        if matches!(plan, Plan::New) {
            first_of.insert(id, index);
        }
        plans.insert(index, plan);
    }
    Ok(plans)
}

/// `Conflict` when two facts under one id differ.
fn same(first: &Fact, again: &Fact) -> Result<()> {
    if is_repeated(first, again) {
        Ok(())
    } else {
        Err(StoreError::Conflict.into())
    }
}
