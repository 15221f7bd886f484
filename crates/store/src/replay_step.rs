//! A step of a replay: what is searched, what of it asks for a delivery, and what of that is made due now. The search
//! may be ahead of what is made due. Decided here for every store; a store only looks at its events.

use claimwire_model::EventNo;

/// How far a replay is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reached {
    /// Events up to this one have been looked at.
    pub searched: i64,
    /// What was found of events up to this one has been made due.
    pub seen: i64,
}

/// A step to be made true.
#[derive(Debug)]
pub struct Step {
    /// Events looked at.
    pub scanned: usize,
    /// Deliveries that they ask for.
    pub found: usize,
    /// Events whose delivery is to be made due.
    pub due: Vec<EventNo>,
    /// How far the replay is with it.
    pub reached: Reached,
    /// Nothing is left to do after it.
    pub ended: bool,
}

impl Step {
    /// Of a replay whose target is gone.
    #[must_use]
    pub fn end(at: Reached) -> Self {
        Self {
            scanned: 0,
            found: 0,
            due: Vec::new(),
            reached: at,
            ended: true,
        }
    }
}

/// How far a store came that looked at events in their order.
#[derive(Debug, Clone, Copy)]
pub struct Pass {
    /// Events looked at.
    pub looked: usize,
    /// The last event looked at, or where it began.
    pub last: i64,
    /// It came to its end.
    pub is_whole: bool,
}

/// A step in the making. A store first looks once more at [`Plan::left_behind`], then goes on behind
/// `at.searched`.
#[derive(Debug)]
pub struct Plan {
    at: Reached,
    room: usize,
    reached: Reached,
    due: Vec<EventNo>,
    /// All that was found before is due.
    caught_up: bool,
    found: usize,
    /// The last event before the first that there was no room for.
    last_due: Option<i64>,
}

impl Plan {
    /// With room for so many more that are due.
    #[must_use]
    pub fn new(at: Reached, room: usize) -> Self {
        Self {
            at,
            room,
            reached: at,
            due: Vec::new(),
            caught_up: at.seen >= at.searched,
            found: 0,
            last_due: None,
        }
    }

    /// Behind which event, and up to which, the search was ahead; none: it was not, or there is no room.
    #[must_use]
    pub fn left_behind(&self) -> Option<(i64, i64)> {
        let is = !self.caught_up && self.room > 0;
        is.then_some((self.at.seen, self.at.searched))
    }

    /// An event that was left behind asks for a delivery. False: there is no room for it, and the pass ends before it.
    pub fn take(&mut self, event: EventNo) -> bool {
        let has_room = self.due.len() < self.room;
        if has_room {
            self.due.push(event);
        }
        has_room
    }

    /// What was left behind has been looked at so far.
    pub fn took(&mut self, pass: Pass) {
        self.caught_up = pass.is_whole;
        self.reached.seen = if pass.is_whole {
            self.at.searched
        } else {
            pass.last
        };
    }

    /// An event behind `at.searched` asks for a delivery.
    pub fn find(&mut self, event: EventNo) {
        self.found += 1;
        if self.caught_up && self.last_due.is_none() {
            if self.due.len() < self.room {
                self.due.push(event);
            } else {
                self.last_due = Some(event.0 - 1);
            }
        }
    }

    /// The step, once the search has come so far; none: there is no room, and nothing to search.
    #[must_use]
    pub fn step(mut self, pass: Pass) -> Option<Step> {
        self.reached.searched = pass.last;
        if self.caught_up {
            self.reached.seen = self.last_due.unwrap_or(pass.last);
        }
        let ended = pass.is_whole && self.caught_up && self.last_due.is_none();
        (ended || self.reached != self.at).then_some(Step {
            scanned: pass.looked,
            found: self.found,
            due: self.due,
            reached: self.reached,
            ended,
        })
    }
}
