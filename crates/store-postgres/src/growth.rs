//! Statistics of tables that grow fast while they are small. The plans of statements are kept on each connection; one that is
//! made while a table is empty reads all of it, or by the wrong index, until the table is analysed. Autovacuum looks once
//! a minute, and a table that was empty has ten thousands of rows by then. So a node that writes much looks by itself,
//! each time that it has written a quarter more.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Rows after which it is looked, until a quarter of what was written is more.
const LEAST: usize = 1_000;

/// What a node has written so far.
#[derive(Default)]
pub(crate) struct Growth(Mutex<[Written; 2]>);

#[derive(Default)]
struct Written {
    rows: usize,
    looked_at: usize,
}

impl Written {
    /// Whether they are so many more than when it was looked last.
    fn is_due(&self) -> bool {
        self.rows - self.looked_at >= LEAST.max(self.looked_at / 4)
    }
}

impl Growth {
    fn written(&self) -> MutexGuard<'_, [Written; 2]> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A group was written. True: it is time to look.
    pub(crate) fn add(&self, deliveries: usize, documents: usize) -> bool {
        let mut written = self.written();
        let [of_deliveries, of_documents] = &mut *written;
        of_deliveries.rows += deliveries;
        of_documents.rows += documents;
        written.iter().any(Written::is_due)
    }

    /// Whether it is time to look; not again until more is written.
    pub(crate) fn take_due(&self) -> bool {
        let mut written = self.written();
        let due = written.iter().any(Written::is_due);
        for one in written.iter_mut().filter(|one| one.is_due()) {
            one.looked_at = one.rows;
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_looked_each_time_that_a_quarter_more_is_written() {
        let growth = Growth::default();
        assert!(!growth.add(LEAST - 1, 0));
        assert!(!growth.take_due());
        assert!(growth.add(1, 0));
        assert!(growth.take_due());
        assert!(!growth.take_due(), "once");
        assert!(!growth.add(LEAST - 1, LEAST - 1));
        assert!(growth.add(0, 1), "documents by themselves");
        assert!(growth.take_due());
        assert!(growth.add(8 * LEAST, 0));
        assert!(growth.take_due());
        assert!(!growth.add(2 * LEAST, 0));
        assert!(growth.add(LEAST / 2, 0));
    }
}
