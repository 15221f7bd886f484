//! The commit: change, events, deliveries and the idempotency record.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use claimwire_model::event::Fact;
use claimwire_model::json::SharedJson;
use claimwire_model::{Event, ShopNo};
use claimwire_store::commit::{Shares, is_repeated};
use claimwire_store::{Commit, Committed, StoreError, StoreResult};
use tokio::sync::oneshot;

use crate::error::Result;
use crate::jobs::fan_out::{AT_ONCE, FanOut};
use crate::parts;
use crate::rows::part::Text;
use crate::rows::{self, idempotency};
use crate::terms::{self, Terms};
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
        rows: 1 + commit.writes.len() + commit.facts.len() + commit.letters.len(),
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

/// What is made of a commit before the writer has it, so that the writer need not.
#[derive(Default)]
pub(crate) struct Prepared {
    /// What each document is found by.
    terms: Vec<Option<Terms>>,
    /// Of an array that may be put down: the texts of its events. The writer makes those that are not here.
    texts: Vec<Text>,
}

impl Prepared {
    /// `shared`: whether other shops write too.
    pub(crate) fn of(commit: &Commit, shared: impl FnOnce() -> bool) -> Self {
        let texts = || -> Result<Vec<Text>> { commit.facts.iter().map(Text::of).collect() };
        let many = Array::is_one(commit) && commit.facts.len() > parts::EVENTS;
        Self {
            terms: terms::of_commit(commit),
            // One that cannot be made is refused where it is needed.
            texts: (many && shared())
                .then(|| texts().ok())
                .flatten()
                .unwrap_or_default(),
        }
    }
}

#[cfg(test)]
impl Prepared {
    pub(crate) fn texts(&self) -> &[Text] {
        &self.texts
    }
}

/// What a commit came to.
pub(crate) struct Done {
    pub(crate) committed: Committed,
    /// Of an array that is written behind it: when it has all its rows.
    pub(crate) behind: Option<oneshot::Receiver<StoreResult<()>>>,
}

impl From<Committed> for Done {
    fn from(committed: Committed) -> Self {
        Self {
            committed,
            behind: None,
        }
    }
}

/// See [`claimwire_store::Subjects::commit`].
pub(crate) fn commit(work: &mut Work, commit: Commit, prepared: &Prepared) -> Result<Done> {
    let shop = work.shop(commit.shop.no)?;
    let before = idempotency::before(work, Some(shop.no), commit.idempotency.as_ref(), commit.now)?;
    if let Some(answered) = before {
        return Ok(Committed::Before(answered).into());
    }
    rows::document::check_versions(&work.conn, &commit)?;
    rows::document::check_messages(&work.conn, &commit)?;
    let plans = plan(work, &commit)?;
    rows::document::write(work, &commit, &prepared.terms)?;
    rows::image::change_uses(work, shop.no, &commit.images, commit.now)?;
    for letter in &commit.letters {
        rows::letter::insert(work, Some(shop.no), letter)?;
    }

    let mut fan_out = FanOut::new(work, &shop, commit.now, AT_ONCE)?;
    let mut array = Array::of(&commit);
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
                let event = work.new_event(fact, commit.now);
                if array.takes(work, shop.no, index, &event) {
                    events.push(event);
                    continue;
                }
                fan_out.add(work, event.clone(), shared)?;
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
    let behind = array.put_down(work, shop.no, &prepared.texts)?;
    idempotency::keep(work, Some(shop.no), commit.idempotency, &events, commit.now)?;
    let committed = Committed::Now(events);
    Ok(Done { committed, behind })
}

/// An array of events, of which only the first are written in the commit when others wait ([`parts`]).
struct Array {
    /// It may be put down.
    is_array: bool,
    /// Events since it was asked whether others wait, and their bytes.
    since: (usize, usize),
    /// Each with its place among the facts.
    left: Vec<(usize, Arc<Event>)>,
}

impl Array {
    fn is_one(commit: &Commit) -> bool {
        let posted = commit.facts.iter().all(|fact| fact.posted);
        commit.writes.is_empty() && commit.facts.len() > 1 && posted
    }

    fn of(commit: &Commit) -> Self {
        Self {
            is_array: Self::is_one(commit),
            since: (0, 0),
            left: Vec::new(),
        }
    }

    /// Whether an event is to be written later.
    fn takes(&mut self, work: &Work, shop: ShopNo, place: usize, event: &Arc<Event>) -> bool {
        if !self.is_array {
            return false;
        }
        if self.left.is_empty() {
            let full = self.since.0 >= parts::EVENTS || self.since.1 >= parts::BYTES;
            if !full || !work.others_wait(shop) {
                let (events, bytes) = if full { (0, 0) } else { self.since };
                self.since = (events + 1, bytes + text_bytes(&event.fact));
                return false;
            }
        }
        self.left.push((place, event.clone()));
        true
    }

    fn put_down(
        self,
        work: &mut Work,
        shop: ShopNo,
        texts: &[Text],
    ) -> Result<Option<oneshot::Receiver<StoreResult<()>>>> {
        if self.left.is_empty() {
            return Ok(None);
        }
        let mut rest = &*self.left;
        while !rest.is_empty() {
            let mut bytes = 0;
            let fits = rest.iter().take(parts::EVENTS).take_while(|(_, event)| {
                let fits = bytes < parts::BYTES;
                bytes += text_bytes(&event.fact);
                fits
            });
            let (part, behind) = rest.split_at(fits.count());
            let part = part.iter().map(|(place, event)| {
                let text = match texts.get(*place) {
                    Some(text) => Cow::Borrowed(text),
                    None => Cow::Owned(Text::of(&event.fact)?),
                };
                Ok((event.no, text))
            });
            rows::part::insert(&work.conn, shop, &part.collect::<Result<Vec<_>>>()?)?;
            rest = behind;
        }
        let (answer, behind) = oneshot::channel();
        work.parts.begin(shop, answer);
        Ok(Some(behind))
    }
}

fn text_bytes(fact: &Fact) -> usize {
    fact.event_data.get().len() + fact.context.as_ref().map_or(0, |raw| raw.get().len())
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
