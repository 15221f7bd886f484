//! A group of commits at work: what is known of the database, and what is to be written.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use claimwire_model::health::Health;
use claimwire_model::lease::{Epoch, Lease};
use claimwire_model::ownership::Partition;
use claimwire_model::target::Target;
use claimwire_model::{DeliveryId, Event, EventNo, Lane, ShopNo, SubjectKind, TargetNo, Timestamp};
use claimwire_store::Commit;
use claimwire_store::codes::Code;
use claimwire_store::images::ImageUse;

use crate::cache::View;
use crate::effects::Effects;
use crate::outbox::sealed::Sealed;

/// Shop, kind and id.
pub(crate) type DocumentKey = (i64, i64, String);

/// A commit, and the hashes of the terms of what it writes.
pub(crate) struct Asked {
    pub(crate) commit: Commit,
    pub(crate) terms: Vec<Option<Vec<i64>>>,
}

/// A document in the group.
#[derive(Default)]
pub(crate) struct Slot {
    /// Of the row that the database has.
    pub(crate) row: Option<i64>,
    /// As the group leaves it.
    pub(crate) now: Option<Kept>,
    /// Whether it differs from the row.
    pub(crate) written: bool,
}

/// What is kept of a document.
pub(crate) struct Kept {
    pub(crate) no: i64,
    pub(crate) version: u64,
    /// None: as the row has it.
    pub(crate) content: Option<Written>,
}

/// What a document holds anew.
pub(crate) struct Written {
    pub(crate) parent: Option<String>,
    pub(crate) json: String,
    pub(crate) terms: Option<Vec<i64>>,
}

/// A recorded answer.
pub(crate) struct Recorded {
    pub(crate) fingerprint: Vec<u8>,
    pub(crate) status: u16,
    /// Sealed.
    pub(crate) body: Vec<u8>,
    /// To be written, under this number.
    pub(crate) no: Option<i64>,
}

/// An event to be written.
pub(crate) struct NewEvent {
    pub(crate) shop: ShopNo,
    pub(crate) event: Arc<Event>,
    /// Whose row holds its context, if another's does.
    pub(crate) context_of: Option<EventNo>,
}

/// A delivery to be written.
pub(crate) struct NewDelivery {
    pub(crate) id: DeliveryId,
    pub(crate) due: Timestamp,
    pub(crate) lane: Option<Lane>,
    pub(crate) lease: Option<Lease>,
}

/// Deliveries to be made later: of each event for each target.
pub(crate) struct NewFanOut {
    pub(crate) no: i64,
    pub(crate) shop: ShopNo,
    pub(crate) events: Vec<i64>,
    pub(crate) targets: Vec<i64>,
}

/// What is known of the database, and what the group makes of it.
pub(crate) struct Group {
    /// Of living shops.
    pub(crate) views: HashMap<ShopNo, Arc<View>>,
    /// New events get greater numbers.
    pub(crate) newest: i64,
    pub(crate) documents: HashMap<DocumentKey, Slot>,
    /// The messages on claims that are to be removed.
    pub(crate) messages: HashMap<(ShopNo, String), HashSet<String>>,
    /// By the ids that callers chose.
    pub(crate) given: HashMap<(ShopNo, String), Arc<Event>>,
    pub(crate) answers: HashMap<(ShopNo, String), Recorded>,
    /// Of those that are subscribed to something in the group.
    pub(crate) targets: HashMap<TargetNo, Arc<Target>>,
    /// What this node owns.
    pub(crate) owned: HashMap<Partition, Epoch>,
    /// The store's time.
    pub(crate) clock: Timestamp,

    pub(crate) events: Vec<NewEvent>,
    pub(crate) deliveries: Vec<NewDelivery>,
    pub(crate) fan_outs: Vec<NewFanOut>,
    pub(crate) images: Vec<(ShopNo, ImageUse, Timestamp)>,
    /// Claims that were deleted, by shop, and when.
    pub(crate) claims_gone: Vec<(ShopNo, String, Timestamp)>,
    pub(crate) letters: Vec<Sealed>,
    pub(crate) effects: Effects,
}

impl Group {
    /// Of which nothing is known yet.
    pub(crate) fn at(clock: Timestamp) -> Self {
        Self {
            views: HashMap::new(),
            newest: 0,
            documents: HashMap::new(),
            messages: HashMap::new(),
            given: HashMap::new(),
            answers: HashMap::new(),
            targets: HashMap::new(),
            owned: HashMap::new(),
            clock,
            events: Vec::new(),
            deliveries: Vec::new(),
            fan_outs: Vec::new(),
            images: Vec::new(),
            claims_gone: Vec::new(),
            letters: Vec::new(),
            effects: Effects::default(),
        }
    }

    /// Whether there is anything to be written.
    pub(crate) fn writes(&self) -> bool {
        let documents = || self.documents.values().any(|slot| slot.written);
        let answers = || self.answers.values().any(|recorded| recorded.no.is_some());
        let letters = !self.letters.is_empty();
        !self.events.is_empty() || !self.images.is_empty() || letters || documents() || answers()
    }
}

/// The place of a document.
pub(crate) fn key(shop: ShopNo, kind: SubjectKind, id: &str) -> DocumentKey {
    (shop.0, kind.code(), id.to_owned())
}

/// The same target with this health.
pub(crate) fn with_health(target: &Arc<Target>, health: Health) -> Arc<Target> {
    if target.health == health {
        return target.clone();
    }
    Arc::new(Target {
        health,
        ..Target::clone(target)
    })
}
