//! What the engine stands on, chosen by the one who starts it: tests and the simulator put their own in.

use std::sync::Arc;

use claimwire_store::Store;
use claimwire_wire::driver::{Drivers, Photos};
use claimwire_wire::send::Sender;
use claimwire_wire::trace::Traces;

use crate::clock::Clock;
use crate::rng::Rng;

/// What the engine stands on.
pub struct Ports {
    /// Where deliveries are.
    pub store: Arc<dyn Store>,
    /// Makes the requests.
    pub sender: Arc<dyn Sender>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// For the jitter of retries.
    pub rng: Arc<dyn Rng>,
    /// Who decides what to send to each kind of target.
    pub drivers: Drivers,
    /// Where the photos are that drivers ask for.
    pub photos: Arc<dyn Photos>,
    /// How attempts are followed; none: they are not.
    pub traces: Option<Traces>,
}
