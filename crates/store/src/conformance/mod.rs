//! The suite that every store passes: one case for each promise of the port, by name.
//!
//! A store's tests say how a fresh one is made, and each case becomes a test:
//!
//! ```ignore
//! async fn fresh() -> (Arc<dyn Store>, ()) { (Arc::new(MemoryStore::new()), ()) }
//! claimwire_store::conformance!(fresh);
//! ```
//!
//! A store that several nodes share passes [`ownership`], [`shared_leases`] and [`shared_taking`] too:
//! `claimwire_store::conformance!(shared: fresh)`.
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

mod make;
mod spy;
mod world;

pub mod chance;
pub mod commit;
pub mod counting;
pub mod documents;
pub mod finding;
pub mod handing;
pub mod health;
pub mod idempotent;
pub mod images;
pub mod keys;
pub mod manual;
pub mod matching;
pub mod members;
pub mod ordering;
pub mod outbox;
pub mod ownership;
pub mod pruning;
pub mod recording;
pub mod replays;
pub mod saving;
pub mod sessions;
pub mod shared;
pub mod shared_leases;
pub mod shared_taking;
pub mod shops;
pub mod taking;
pub mod tallying;
pub mod verifying;
pub mod webhooks;
pub mod wide;

use std::sync::Arc;
use std::time::Duration;

use claimwire_model::delivery::DeliveryStatus;
use claimwire_model::filter::SourceFilter;
use claimwire_model::target::{Kind, Ordering, TargetStatus};
use claimwire_model::verdict::Next;
use claimwire_model::{ApiDialect, ClaimPage, Role, SubjectKind, Target, Timestamp};
use uuid::Uuid;

use crate::directory::{NewApiKey, NewShop, ShopUpdate, TargetFilter};
use crate::find::EventFilter;
use crate::ownership::Targets;
use crate::queue::Stepped;
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
                a_shop_is_pinned_to_an_egress_profile_until_it_is_not,
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
                webhooks_are_filtered,
                an_update_replaces_what_the_caller_chose,
                an_update_of_what_was_changed_since_is_stale,
                an_update_of_what_is_not_there_is_not_found,
                an_update_leaves_the_counters_to_the_queue,
                one_that_becomes_active_begins_anew,
                its_deliveries_failures_count_from_then,
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
                documents_are_read_by_their_ids,
                documents_are_found_by_what_they_hang_on,
                siblings_are_the_newest_others_and_their_count,
                a_message_needs_its_claim,
                numbers_are_given_once,
            ]
            finding: [
                documents_are_found_by_their_terms,
                a_document_is_found_by_what_it_holds_now,
                events_are_found_by_ref_and_subject,
                events_are_followed_in_the_order_of_their_commits,
                deliveries_are_found_by_what_their_events_are_about,
                a_page_is_bounded_in_bytes,
                attempts_are_read_in_parts,
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
            matching: [
                only_what_the_filter_names,
                only_whose_changes_it_hears_of,
                a_change_of_the_filter_counts_from_then_on,
                nothing_from_before_its_time,
                nothing_of_another_shop,
                what_matches_an_idle_webhook_is_held,
                what_was_held_goes_out_in_order,
                what_waited_for_a_retry_goes_out_with_what_was_held,
            ]
            handing: [
                what_is_admitted_is_born_leased_and_handed,
                what_a_crash_lost_comes_back,
                what_is_not_admitted_waits_and_wakes,
                a_wake_names_each_target_once,
                nobody_is_asked_about_what_may_not_go,
                a_refused_commit_is_not_heard_of,
                what_was_done_before_is_not_handed_again,
                changes_of_a_webhook_are_heard,
                a_deleted_shops_webhooks_are_gone_for_the_engine,
                whatever_makes_something_to_take_wakes,
                a_notice_is_handed_like_any_other,
            ]
            tallying: [
                events_are_counted_by_their_traits,
                only_the_newest_since_a_time_are_counted,
            ]
            taking: [
                a_taken_delivery_has_all_that_an_attempt_needs,
                nothing_goes_before_it_is_due,
                what_is_leased_is_not_taken_until_the_lease_ends,
                a_limit_leaves_the_rest_due,
                an_empty_queue_has_no_next,
                what_is_due_first_goes_first,
                a_webhook_takes_its_own,
                an_unknown_target_has_nothing,
                what_is_released_goes_as_before,
                what_was_not_given_back_is_in_doubt,
                by_hand_and_handed_over_the_same_holds,
                two_takers_never_get_the_same,
                at_start_everyone_who_waits_is_named,
            ]
            ordering: [
                a_webhook_in_order_gets_runs_in_event_order,
                a_failing_one_blocks_those_behind_it,
                a_run_ends_before_what_is_not_due,
                subjects_do_not_wait_for_each_other,
                one_kind_of_subject_is_not_another,
                without_a_subject_nothing_is_waited_for,
                a_limit_keeps_the_beginning_of_each_run,
                an_attempt_by_hand_keeps_the_order,
                what_was_held_keeps_its_order,
            ]
            manual: [
                ordered_twice_is_two_attempts,
                the_schedule_is_undisturbed,
                a_success_by_hand_ends_the_delivery,
                a_failure_by_hand_leaves_what_had_ended,
                ordered_ones_go_first,
                an_order_is_owed_until_it_is_recorded,
                one_in_flight_gets_its_extra_attempt_afterwards,
                an_order_waits_for_an_active_webhook,
                what_is_not_there_cannot_be_ordered,
            ]
            recording: [
                delivered_is_the_end,
                a_failure_is_tried_again_in_its_time,
                an_attempt_is_kept_whole,
                an_attempts_stages_are_kept_wherever_it_is,
                a_late_failure_adds_its_attempt_and_changes_nothing,
                a_late_success_is_a_success,
                a_release_under_an_older_lease_does_nothing,
                what_was_released_or_recorded_is_no_longer_under_the_lease,
                an_outcome_whose_lease_ran_out_counts_while_nobody_took_it,
                an_outcome_recorded_twice_counts_once,
                many_outcomes_are_recorded_together,
                an_outcome_of_what_is_gone_is_passed_over,
                deliveries_are_listed_by_what_is_asked,
            ]
            saving: [
                a_connector_is_kept_whole,
                what_was_saved_is_handed_out_again,
                a_step_counts_for_nothing_but_the_record,
                under_a_lost_lease_nothing_is_saved,
                a_save_asked_for_again_is_done_once,
                what_was_saved_goes_when_it_is_delivered_or_armed_again,
                what_was_delivered_without_a_request_says_why,
                a_ticket_is_kept_for_its_claim_at_its_target,
                under_a_lost_lease_no_ticket_is_kept,
                a_ticket_goes_with_its_target_or_its_claims_events,
            ]
            sessions: [
                a_session_is_as_it_was_opened,
                a_session_is_over_with_its_time,
                a_session_that_is_closed_is_over_at_once,
                a_session_goes_with_its_key,
                a_session_goes_with_its_shop,
                a_link_opens_one_session_once,
                a_shop_has_a_bounded_number_of_sessions,
            ]
            members: [
                a_member_is_as_they_were_invited,
                an_address_is_once_in_a_shop,
                a_member_joins_once_by_their_link,
                a_new_link_is_in_the_place_of_the_old,
                a_members_sessions_go_with_their_role_and_with_them,
                members_go_with_their_shop,
                the_audit_log_is_a_shops_own_and_newest_first,
                the_audit_log_is_pruned_with_the_log,
            ]
            health: [
                attempts_are_counted,
                a_pause_is_for_the_whole_webhook,
                a_later_delivery_sets_when_a_pause_ends_with_nothing_due,
                disabling_happens_once_and_is_told,
                what_waits_for_a_disabled_webhook_is_held_and_goes_later,
                only_an_active_webhook_is_disabled,
                a_change_that_was_read_before_the_disabling_is_stale,
                a_warning_is_told_once_until_a_success,
                a_warning_comes_before_the_disabling,
            ]
            outbox: [
                a_disabling_is_a_notice_until_it_has_ended,
                one_that_waits_holds_up_no_other,
                only_what_we_made_for_a_shop_that_is_there,
                what_is_too_old_is_not_mailed,
                a_letter_is_kept_with_its_commit_until_it_has_ended,
                a_letter_that_waits_holds_up_no_other,
                a_commit_that_is_refused_or_repeated_keeps_no_letter,
                an_invitation_is_kept_with_its_member,
                letters_go_with_their_shop,
            ]
            wide: [
                who_gets_an_event_is_fixed_by_its_commit,
                an_order_holds_across_a_wide_commit,
            ]
            verifying: [
                one_that_passed_makes_it_active,
                one_that_did_not_is_no_longer_owed,
                an_answer_to_an_earlier_url_counts_for_nothing,
                it_overrides_no_other_status,
            ]
            replays: [
                failed_ones,
                missing_ones,
                all_of_them,
                only_what_the_entries_name,
                only_the_span,
                a_step_is_bounded_and_the_next_goes_on,
                no_more_is_due_than_live_events_may_stand_behind,
                what_ended_meanwhile_is_counted_out,
                one_runs_for_each_webhook_and_few_wait,
                shops_take_turns_and_so_do_their_webhooks,
                an_idle_webhooks_are_held,
                a_replay_for_a_deleted_webhook_ends,
                a_replay_is_of_its_shop,
            ]
            images: [
                an_image_is_noted_once,
                what_nobody_used_goes_with_age,
                what_the_last_claim_gave_up_is_unused_from_then,
                one_is_gone_with_the_last_claim_that_used_it,
                a_removed_one_is_gone_at_once_whoever_uses_it,
                another_shops_claims_use_nothing,
                a_refused_commit_takes_nothing,
                a_deleted_shops_images_are_gone_and_the_shop_stays_until_they_are,
                a_limit_leaves_the_rest_for_the_next_time,
                what_a_shop_has_is_counted,
            ]
            counting: [
                attempts_count_in_their_span,
            ]
            pruning: [
                what_is_finished_and_old_goes,
                an_event_stays_while_one_needs_it,
                what_events_share_stays_while_one_needs_it,
                what_was_held_for_too_long_expires,
                what_a_deleted_webhook_left_goes_with_age,
                what_a_deleted_shop_left_goes_at_any_age,
                records_go_after_a_day,
                done_replays_go_with_age,
            ]
            chance: [
                a_quiet_day,
                a_busy_day,
                another_day,
                any_day,
            ]
        }
    };
    // Of a store that several nodes share; `$fresh` makes an `Arc<dyn SharedStore>`.
    (shared: $fresh:ident) => {
        $crate::conformance! { @cases $fresh
            ownership: [
                two_nodes_share_everything_and_never_the_same,
                what_a_node_leaves_is_taken_in_a_newer_epoch,
                one_that_leaves_keeps_what_it_has_under_way,
                ownership_ends_by_the_stores_clock,
                a_node_that_was_silent_for_too_long_begins_anew,
                a_node_that_was_silent_has_nothing_of_what_it_owned,
                a_node_has_nothing_of_what_it_gave_up,
                a_heartbeat_made_twice_changes_nothing,
                what_is_not_kept_is_given_up,
                only_the_owner_takes,
                what_waits_is_named_by_partition,
                numbers_grow_in_commit_order_whatever_the_nodes_clocks_say,
            ]
            shared_leases: [
                a_lease_ends_by_the_stores_clock_whatever_its_callers_say,
                a_delivery_is_born_leased_by_the_stores_clock,
                a_step_renews_its_lease_by_the_stores_clock,
                what_a_dead_node_had_in_hand_is_free_with_its_ownership,
                an_outcome_of_an_older_epoch_is_late,
                an_outcome_of_an_older_epoch_of_the_same_node_is_late,
                nothing_is_saved_under_a_lease_of_an_older_epoch,
                an_outcome_counts_while_nobody_else_has_owned_its_target,
                what_is_leased_is_listed_as_such,
                a_node_that_starts_ends_no_lease,
            ]
            shared_taking: [
                a_delivery_is_born_leased_only_at_its_owner,
                what_another_node_committed_is_had_once_by_name_or_by_a_take,
                what_is_leased_or_was_tried_is_not_had_by_name,
                nothing_is_taken_in_order_while_something_of_it_is_in_hand,
                what_is_by_hand_in_order_or_paused_is_not_had_by_name,
                what_is_in_hand_is_not_taken_though_it_was_ordered_by_hand,
                a_scan_names_what_may_be_taken_and_nothing_else,
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
