//! Several deliveries of one target in one call.
//!
//! Each delivery is rendered by itself, as a part; a call is made of parts. The engine relies on a part saying the
//! same as the call that delivers it alone, and on the vendor keeping one of two that are the same: a call whose
//! answer was lost is made again, with other deliveries beside.

use std::time::Duration;

use bytes::Bytes;
use claimwire_model::{Shop, Target, Timestamp};

use super::{Call, End, Failure, Last};

/// What a vendor takes in one call. A driver whose deliveries save something, or keep a ticket, has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Batch {
    /// So many deliveries.
    pub deliveries: usize,
    /// So many bytes of parts.
    pub bytes: usize,
    /// From the start of one such call to that of the next.
    pub every: Duration,
    /// Whether it may hold a delivery that was tried before, or may have been, so that the vendor may have it already.
    pub again: bool,
}

/// A delivery, as it is in a batch.
#[derive(Debug)]
pub enum Part {
    /// It needs no call: the run has ended.
    End(End),
    /// It goes alone.
    Alone,
    /// This of the call's body.
    Joins(Bytes),
}

/// What a driver decides about a batch by.
pub struct BatchInput<'a> {
    /// For whom.
    pub target: &'a Target,
    /// Where.
    pub shop: &'a Shop,
    /// When it is asked.
    pub now: Timestamp,
    /// Its deliveries.
    pub parts: &'a [Bytes],
    /// What came of the call; before it: nothing.
    pub last: Last<'a>,
}

/// What a driver wants done with a batch.
#[derive(Debug)]
pub enum BatchStep {
    /// Make this call, then ask again with what came of it.
    Send(Call),
    /// It has ended for each delivery, in their order.
    End(Vec<End>),
    /// Something is wrong, and nothing says with which: they are told apart by smaller batches. Also whatever ends a
    /// delivery or disables the target for good: a delivery hears that alone.
    Apart(Failure),
}
