//! The same through pgbouncer, which gives out the server's connections by transaction.

use std::sync::{Arc, LazyLock};

use claimwire_store::Store;
use claimwire_store::conformance::shared::SharedStore;
use claimwire_testkit::postgres::{Cluster, Database, Pooler};

use super::{Kept, fresh_at, fresh_shared_at};

/// In turn, so that hardly two statements of one client meet the same connection. They are not kept: a database whose
/// test has ended can go.
const SETTINGS: &str = "server_round_robin = 1\nserver_idle_timeout = 1";

static POOLER: LazyLock<Pooler> = LazyLock::new(|| {
    let cluster = Cluster::shared().expect("a PostgreSQL cluster");
    Pooler::start(cluster, SETTINGS).expect("pgbouncer")
});

fn url(database: &Database<'static>) -> String {
    POOLER.url(database)
}

async fn fresh() -> (Arc<dyn Store>, Kept) {
    fresh_at(url).await
}

async fn fresh_shared() -> (Arc<dyn SharedStore>, Arc<Database<'static>>) {
    fresh_shared_at(url).await
}

// Of each way to talk to the database some; all of them pass, and take as long as those without a pooler.
claimwire_store::conformance! { @cases fresh
    commit: [
        everything_is_there_together,
        a_stale_write_writes_nothing,
        another_content_under_a_given_id_writes_nothing,
        the_same_event_posted_again_is_the_first,
        the_same_id_twice_in_one_commit_is_one_event,
    ]
    taking: [
        a_taken_delivery_has_all_that_an_attempt_needs,
        nothing_goes_before_it_is_due,
        what_is_leased_is_not_taken_until_the_lease_ends,
        a_limit_leaves_the_rest_due,
    ]
    recording: [
        delivered_is_the_end,
        a_failure_is_tried_again_in_its_time,
        an_attempt_is_kept_whole,
        a_late_failure_adds_its_attempt_and_changes_nothing,
    ]
    replays: [
        failed_ones,
        missing_ones,
        all_of_them,
    ]
    wide: [
        who_gets_an_event_is_fixed_by_its_commit,
        an_order_holds_across_a_wide_commit,
    ]
    finding: [
        documents_are_found_by_their_terms,
        a_document_is_found_by_what_it_holds_now,
        events_are_found_by_ref_and_subject,
    ]
    chance: [
        a_busy_day,
        another_day,
    ]
}
claimwire_store::conformance! { @cases fresh_shared
    ownership: [
        two_nodes_share_everything_and_never_the_same,
    ]
    shared_leases: [
        a_lease_ends_by_the_stores_clock_whatever_its_callers_say,
        an_outcome_of_an_older_epoch_is_late,
    ]
    shared_taking: [
        a_delivery_is_born_leased_only_at_its_owner,
    ]
}
