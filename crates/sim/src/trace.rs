//! What can happen in a run.

use std::sync::Arc;

use claimwire_model::lease::{Epoch, Lease};
use claimwire_model::ownership::Partition;
use claimwire_model::{DeliveryId, Event, ShopNo, Target, TargetNo, Timestamp};
use claimwire_store::Handed;
use claimwire_store::queue::{Outcome, Saved};
use claimwire_wire::send::Request;

use crate::process::ProcessNo;

/// A request that a receiver sees, by its place.
pub type RequestNo = usize;

/// What happened.
#[derive(Debug, Clone)]
pub enum TraceEvent {
    /// The store keeps this of a webhook from now on.
    Kept(Arc<Target>),
    /// A webhook is gone.
    Deleted(TargetNo),
    /// An event is in the store, for these webhooks.
    Committed {
        /// The event.
        event: Arc<Event>,
        /// Whose.
        shop: ShopNo,
        /// Whom it concerns.
        matched: Vec<TargetNo>,
        /// The idempotency key of its commit.
        key: String,
    },
    /// The writer of the commit with this idempotency key was told that it is done.
    Acknowledged(String),
    /// The store leased a delivery.
    Granted {
        /// To whom.
        process: ProcessNo,
        /// What.
        handed: Handed,
        /// What the node took for the time.
        told: Timestamp,
    },
    /// A lease was given back.
    Released {
        /// By whom.
        process: ProcessNo,
        /// Which delivery.
        id: DeliveryId,
        /// Which lease.
        lease: Lease,
    },
    /// A node that has the store to itself started: the leases of its earlier processes are given up.
    Opened(ProcessNo),
    /// A heartbeat reached the store: this is what the process owns from then on.
    Claimed {
        /// Whose.
        process: ProcessNo,
        /// What, in which epochs; none: what it owned already.
        owned: Option<Vec<(Partition, Epoch)>>,
        /// What of it the process did not name as its own.
        gained: Vec<(Partition, Epoch)>,
    },
    /// A step was saved, now or before.
    Saved {
        /// By whom.
        process: ProcessNo,
        /// What.
        saved: Arc<Saved>,
        /// The lease from then on.
        renewed: Lease,
        /// When it ends, by what the node took for the time.
        expires: Timestamp,
    },
    /// An outcome reached the store.
    Recorded {
        /// From whom.
        process: ProcessNo,
        /// What.
        outcome: Arc<Outcome>,
    },
    /// A request went out.
    Started {
        /// Its number.
        request_no: RequestNo,
        /// From whom.
        process: ProcessNo,
        /// What that node took for the time.
        told: Timestamp,
        /// When it reaches the receiver, in true milliseconds.
        arrives: u64,
        /// When the receiver is done with it.
        ends: u64,
        /// What.
        request: Arc<Request>,
    },
    /// A vendor did what the request asks for, whether or not anyone hears of it.
    Done(RequestNo),
    /// The node that made a request has its answer.
    Ended {
        /// Which request.
        request_no: RequestNo,
        /// The status, none without an answer.
        status: Option<u16>,
        /// Until when the receiver asked for quiet, in true milliseconds.
        quiet_until: Option<u64>,
    },
    /// The node that made a request broke it off.
    CutOff(RequestNo),
    /// A process stands still until then, in true milliseconds.
    Frozen(ProcessNo, u64),
    /// A process of this node begins.
    Born(ProcessNo, usize),
    /// A process is over.
    Crashed(ProcessNo),
    /// A fault of a store call.
    Fault(&'static str, &'static str),
    /// An attempt was ordered by hand.
    Ordered(DeliveryId),
    /// A replay may have armed deliveries of this webhook.
    Replayed(TargetNo),
    /// Nothing fails any more.
    Calm,
}
