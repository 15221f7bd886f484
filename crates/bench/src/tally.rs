//! What the receiver counts. Pure: times come in.

use crate::payload::Mark;

/// The deliveries of one measurement.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    run: u32,
    places: Vec<Place>,
    /// When the first distinct delivery came.
    pub(crate) first: u64,
    /// When the last distinct delivery came.
    pub(crate) last: u64,
    /// First arrivals, of all webhooks.
    pub(crate) unique: u64,
    /// Further arrivals of what had come already.
    pub(crate) duplicates: u64,
    /// First arrivals after one with a higher number, per webhook.
    pub(crate) out_of_order: u64,
    /// From mark to first arrival, nanoseconds.
    pub(crate) latencies: Vec<u64>,
}

/// One webhook's.
#[derive(Debug, Clone)]
struct Place {
    seen: Vec<bool>,
    highest: Option<u32>,
}

impl Tally {
    /// Counts marks of `run` with numbers below `events`, for this many webhooks.
    pub(crate) fn new(run: u32, webhooks: usize, events: u32) -> Self {
        let events = usize::try_from(events).unwrap_or(usize::MAX);
        let place = Place {
            seen: vec![false; events],
            highest: None,
        };
        Self {
            run,
            places: vec![place; webhooks],
            ..Self::default()
        }
    }

    /// Adds the counts of a later one.
    pub(crate) fn add(&mut self, more: Self) {
        self.last = more.last;
        self.unique += more.unique;
        self.duplicates += more.duplicates;
        self.out_of_order += more.out_of_order;
        self.latencies.extend(more.latencies);
    }

    /// Counts one arrival; true if it is the first of its event at this webhook.
    pub(crate) fn count(&mut self, webhook: usize, mark: Mark, now: u64) -> bool {
        if mark.run != self.run {
            return false;
        }
        let Some(place) = self.places.get_mut(webhook) else {
            return false;
        };
        let seq = usize::try_from(mark.seq).unwrap_or(usize::MAX);
        let Some(seen) = place.seen.get_mut(seq) else {
            return false;
        };
        if std::mem::replace(seen, true) {
            self.duplicates += 1;
            return false;
        }
        if place.highest > Some(mark.seq) {
            self.out_of_order += 1;
        } else {
            place.highest = Some(mark.seq);
        }
        if self.unique == 0 {
            self.first = now;
        }
        self.unique += 1;
        self.last = now;
        self.latencies.push(now.saturating_sub(mark.at));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_arrival_is_counted_as_what_it_is() {
        let mut tally = Tally::new(3, 2, 10);
        let mark = |seq| Mark {
            run: 3,
            seq,
            at: 100,
        };
        assert!(tally.count(0, mark(0), 150));
        assert!(tally.count(0, mark(2), 160));
        assert!(tally.count(0, mark(1), 170));
        assert!(!tally.count(0, mark(2), 180));
        assert!(tally.count(1, mark(2), 190));
        assert!(!tally.count(2, mark(0), 200), "no such webhook");
        assert!(!tally.count(0, mark(10), 200), "no such event");
        assert!(
            !tally.count(
                0,
                Mark {
                    run: 4,
                    seq: 3,
                    at: 0
                },
                200
            ),
            "another run"
        );
        assert_eq!(
            (
                tally.unique,
                tally.duplicates,
                tally.out_of_order,
                (tally.first, tally.last)
            ),
            (4, 1, 1, (150, 190))
        );
        assert_eq!(tally.latencies, [50, 60, 70, 90]);
    }
}
