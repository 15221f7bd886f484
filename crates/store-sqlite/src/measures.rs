//! What `/metrics` shows of the store.

use metrics::{describe_counter, describe_gauge, describe_histogram};

/// Says what is counted. To be called after the recorder is installed.
pub(crate) fn describe() {
    describe_counter!(
        "claimwire_store_commits_total",
        "Groups of writes that were committed."
    );
    describe_counter!(
        "claimwire_store_commits_failed_total",
        "Groups of writes that failed; all of each was undone."
    );
    describe_histogram!(
        "claimwire_store_commit_jobs",
        "Writes that one group committed together."
    );
    describe_histogram!(
        "claimwire_store_commit_seconds",
        "From the begin of a group of writes to its commit on disk."
    );
    describe_gauge!(
        "claimwire_store_waiting_writes",
        "Writes that wait for a group."
    );
    describe_gauge!(
        "claimwire_store_wal_bytes",
        "Size of the database's write-ahead log."
    );
}
