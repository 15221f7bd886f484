//! Claim and contact numbers without a commit of their own.
//!
//! A number is given out from memory, and the counter goes into the very next transaction. Whatever
//! bears the number is committed after that or with it, so no number is ever given twice.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use claimwire_model::{ShopNo, SubjectKind};

/// Whose number: a shop's, of a kind of subject.
pub(crate) type Counter = (ShopNo, SubjectKind);

#[derive(Default)]
struct Given {
    /// The highest number given out, of each that was asked for since the start.
    last: HashMap<Counter, u64>,
    /// What the database does not have yet.
    unkept: HashMap<Counter, u64>,
}

impl Given {
    fn next(&mut self, counter: Counter) -> Option<u64> {
        let last = self.last.get_mut(&counter)?;
        *last += 1;
        self.unkept.insert(counter, *last);
        Some(*last)
    }
}

/// The shops' counters.
#[derive(Default)]
pub(crate) struct Counters(Mutex<Given>);

impl Counters {
    fn given(&self) -> MutexGuard<'_, Given> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next number, if the counter is in memory.
    pub(crate) fn next(&self, counter: Counter) -> Option<u64> {
        self.given().next(counter)
    }

    /// Puts a counter that was just read from the database into memory, unless it is there by now.
    pub(crate) fn load(&self, counter: Counter, kept: u64) {
        self.given().last.entry(counter).or_insert(kept);
    }

    /// What the next transaction has to write.
    pub(crate) fn take_unkept(&self) -> HashMap<Counter, u64> {
        std::mem::take(&mut self.given().unkept)
    }

    /// The transaction failed: the next one has to write it.
    pub(crate) fn give_back(&self, unkept: HashMap<Counter, u64>) {
        let mut given = self.given();
        for (counter, last) in unkept {
            given.unkept.entry(counter).or_insert(last);
        }
    }
}
