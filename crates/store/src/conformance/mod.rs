//! The suite that every store passes: one case for each promise of the port, by name.
//!
//! A store's tests say how a fresh one is made, and each case becomes a test:
//!
//! ```ignore
//! async fn fresh() -> (Arc<dyn Store>, ()) { (Arc::new(MemoryStore::new()), ()) }
//! claimwire_store::conformance!(fresh);
//! ```
//!
//! The second of the pair is kept until the case has ended: a folder that is to be removed, say.

// Cases are tests: they fail by panicking, and their names say what they show.
#![allow(
    missing_docs,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::panic,
    clippy::unwrap_used
)]

mod spy;
mod world;

pub mod commit;
pub mod documents;
pub mod idempotent;
pub mod keys;
pub mod shops;
pub mod webhooks;

use std::sync::Arc;
use std::time::Duration;

use claimwire_model::delivery::DeliveryStatus;
use claimwire_model::verdict::Next;
use claimwire_model::webhook::{Ordering, SourceFilter, WebhookStatus};
use claimwire_model::{Role, SubjectKind, Timestamp, Webhook};
use uuid::Uuid;

use crate::directory::{NewApiKey, NewShop};
use crate::{Store, StoreError};
use world::World;

fn new_key(w: &World, hash: [u8; 32]) -> NewApiKey {
    NewApiKey {
        id: w.uuid(),
        hash,
        name: "key".into(),
        role: Role::Editor,
    }
}

/// Makes every case a test of the store that `$fresh`, an async function in scope, makes.
#[macro_export]
macro_rules! conformance {
    ($fresh:ident) => {
        $crate::conformance! { @cases $fresh
            shops: [
                a_slug_is_taken_once,
                a_shop_is_as_it_was_made,
                shops_are_listed_newest_first,
                a_new_name_is_seen_everywhere,
                a_deleted_shop_hides_all_that_is_its_own,
                a_deleted_shops_slug_is_free_and_its_successor_empty,
                an_outcome_for_a_deleted_shop_is_passed_over,
            ]
            keys: [
                a_key_opens_its_shop,
                a_keys_id_and_hash_are_taken_once,
                keys_are_listed_newest_first,
                a_deleted_key_is_gone_at_once,
            ]
            webhooks: [
                a_webhook_is_kept_whole,
                a_webhooks_uuid_is_taken_once,
                webhooks_are_listed_newest_first_in_their_shop,
                an_update_replaces_what_the_caller_chose,
                an_update_of_what_was_changed_since_is_stale,
                an_update_of_what_is_not_there_is_not_found,
                an_update_leaves_the_counters_to_the_queue,
                one_that_becomes_active_begins_anew,
                a_deleted_webhook_is_gone_and_its_log_stays,
                a_strange_shop_cannot_delete_it,
                pending_counts_what_is_not_finished,
            ]
            documents: [
                a_document_grows_by_a_version_with_each_write,
                a_document_is_of_its_shop_and_kind,
                a_deleted_document_can_be_made_anew,
                a_second_write_in_one_commit_expects_the_first,
                documents_are_listed_by_their_first_write,
                documents_are_found_by_what_they_hang_on,
                numbers_are_given_once,
            ]
            commit: [
                everything_is_there_together,
                a_stale_write_writes_nothing,
                another_content_under_a_given_id_writes_nothing,
                the_same_event_posted_again_is_the_first,
                the_same_id_twice_in_one_commit_is_one_event,
                a_given_id_is_of_its_shop,
                an_event_is_found_by_the_id_that_people_see,
                an_event_never_changes,
                event_numbers_grow_in_commit_order,
                events_are_listed_without_gaps_or_doubles,
                commits_at_once_all_have_their_place,
            ]
            idempotent: [
                the_same_request_again_is_answered_as_before,
                another_request_under_the_key_is_a_conflict,
                a_record_ends_after_a_day,
                a_key_is_of_its_shop,
                what_was_refused_leaves_no_record,
                an_answer_without_a_write_is_kept,
                every_writing_call_takes_a_record,
            ]
        }
    };
    (@cases $fresh:ident $($room:ident: [$($case:ident),* $(,)?])*) => {
        $(mod $room {$(
            #[tokio::test]
            async fn $case() {
                let (store, _kept) = super::$fresh().await;
                $crate::conformance::$room::$case(store).await;
            }
        )*})*
    };
}
