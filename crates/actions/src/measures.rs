//! What `/metrics` shows of what users did.

use metrics::{counter, describe_counter};

const EVENTS: &str = "claimwire_events_accepted_total";

/// Says what is counted. To be called after the recorder is installed.
pub(crate) fn describe() {
    describe_counter!(
        EVENTS,
        "Events that were committed, by whatever change or post made them."
    );
    counter!(EVENTS).increment(0);
}

/// So many events were committed.
pub(crate) fn accepted(events: usize) {
    if events > 0 {
        counter!(EVENTS).increment(events as u64);
    }
}
