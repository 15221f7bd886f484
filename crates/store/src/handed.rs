//! A delivery in a node's hands.

use std::sync::Arc;

use claimwire_model::delivery::SavedState;
use claimwire_model::lease::Lease;
use claimwire_model::target::Target;
use claimwire_model::{DeliveryId, Event, Shop, Timestamp};

/// A delivery leased to this node, with all that an attempt needs.
#[derive(Debug, Clone)]
pub struct Handed {
    /// Event and target.
    pub id: DeliveryId,
    /// The event; shared by all its deliveries.
    pub event: Arc<Event>,
    /// The event's shop.
    pub shop: Arc<Shop>,
    /// The target as it was when the lease began.
    pub target: Arc<Target>,
    /// Attempts made before, manual ones too.
    pub attempts: u32,
    /// Scheduled attempts that failed before, in the target's present activation.
    pub failures: u32,
    /// Someone pressed "retry": attempt now, and leave the schedule as it is.
    pub manual: bool,
    /// What an earlier run saved: this one goes on from there.
    pub state: Option<SavedState>,
    /// It was in someone's hands who neither recorded an end nor gave it back: it may have been sent.
    pub in_doubt: bool,
    /// Under which lease. An outcome recorded after it is late if another node took the delivery.
    pub lease: Lease,
    /// When the lease is over by the caller's clock, reckoned from the time that the call named: the
    /// store's clock may be another.
    pub expires: Timestamp,
}

impl Handed {
    /// A delivery that is new: nothing was tried yet.
    #[must_use]
    pub fn new(
        id: DeliveryId,
        event: Arc<Event>,
        shop: Arc<Shop>,
        target: Arc<Target>,
        lease: Lease,
        expires: Timestamp,
    ) -> Self {
        Self {
            id,
            event,
            shop,
            target,
            attempts: 0,
            failures: 0,
            manual: false,
            state: None,
            in_doubt: false,
            lease,
            expires,
        }
    }

    /// It, given back.
    #[must_use]
    pub fn returned(&self) -> Returned {
        Returned {
            id: self.id,
            lease: self.lease,
            in_doubt: self.in_doubt,
        }
    }
}

/// A leased delivery that is given back unattempted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Returned {
    /// Which delivery.
    pub id: DeliveryId,
    /// The lease that it was taken under.
    pub lease: Lease,
    /// It was taken in doubt ([`Handed::in_doubt`]), and stays so.
    pub in_doubt: bool,
}
