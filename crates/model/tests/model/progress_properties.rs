//! How far a delivery is, after any attempts in any order.

use std::time::Duration;

use claimwire_model::delivery::{
    DeliveryStatus, EXPIRED_SHOWN, Progress, Recorded, Stage, due_when_activated,
};
use claimwire_model::id::{first_number_at, time_of_number};
use claimwire_model::replay::{REPLAY_AHEAD, ReplayStatus, SendAgain, room};
use claimwire_model::target::TargetStatus;
use claimwire_model::verdict::Next;
use claimwire_model::{EventNo, Timestamp};
use proptest::prelude::*;

use crate::now;

fn at(second: u64) -> Timestamp {
    now().plus(Duration::from_secs(second))
}

fn next() -> impl Strategy<Value = Next> {
    prop_oneof![
        Just(Next::Delivered),
        Just(Next::GiveUp),
        Just(Next::Unchanged),
        (0u64..1000).prop_map(|second| Next::RetryAt(at(second))),
    ]
}

fn recorded() -> impl Strategy<Value = Recorded> {
    (any::<bool>(), any::<bool>(), 0u64..1000, next(), 0u32..3).prop_map(
        |(ours, manual, ended, next, activation)| Recorded {
            ours,
            manual,
            ended: at(ended),
            next,
            activation,
        },
    )
}

/// One that any steps led to.
fn progress() -> impl Strategy<Value = Progress> {
    let step = prop_oneof![
        8 => recorded().prop_map(Some),
        1 => Just(None),
    ];
    (proptest::collection::vec(step, 0..12), 0u32..3).prop_map(|(steps, manual)| {
        let mut progress = Progress::new(now());
        for _ in 0..manual {
            progress.order_by_hand();
        }
        for step in steps {
            match step {
                Some(recorded) => progress.record(&recorded),
                None => progress.expire(),
            }
        }
        progress
    })
}

fn status() -> impl Strategy<Value = TargetStatus> {
    proptest::sample::select(vec![
        TargetStatus::Active,
        TargetStatus::Inactive,
        TargetStatus::Unverified,
        TargetStatus::Disabled,
    ])
}

proptest! {
    #[test]
    fn it_is_due_exactly_while_it_waits(progress in progress()) {
        prop_assert_eq!(progress.due.is_some(), progress.stage == Stage::Waiting);
        prop_assert_eq!(progress.delivered_at.is_some(), progress.stage == Stage::Delivered);
    }

    #[test]
    fn what_is_delivered_stays_so(mut progress in progress(), later in recorded()) {
        prop_assume!(progress.stage == Stage::Delivered);
        let before = progress;
        progress.record(&later);
        prop_assert_eq!((progress.stage, progress.delivered_at), (before.stage, before.delivered_at));
        prop_assert_eq!((progress.due, progress.failures), (before.due, before.failures));
    }

    #[test]
    fn a_late_attempt_is_counted_and_changes_nothing_unless_it_got_through(
        mut progress in progress(),
        recorded in recorded(),
    ) {
        let late = Recorded { ours: false, ..recorded };
        prop_assume!(late.next != Next::Delivered);
        let before = progress;
        progress.record(&late);
        prop_assert!(!late.counts());
        prop_assert_eq!(progress, Progress { attempts: before.attempts + 1, ..before });
    }

    #[test]
    fn a_manual_attempt_that_failed_leaves_the_schedule_alone(
        mut progress in progress(),
        ended in 0u64..1000,
    ) {
        let before = progress;
        let recorded = Recorded { ours: true, manual: true, ended: at(ended), next: Next::Unchanged, activation: 0 };
        progress.record(&recorded);
        let manual = before.manual.saturating_sub(1);
        prop_assert_eq!(progress, Progress { manual, attempts: before.attempts + 1, ..before });
    }

    #[test]
    fn a_failure_counts_once_and_only_while_it_waits(
        mut progress in progress(),
        recorded in recorded(),
    ) {
        let before = progress;
        progress.record(&recorded);
        let failed = matches!(recorded.next, Next::RetryAt(_) | Next::GiveUp);
        let counts = recorded.ours && failed && before.stage == Stage::Waiting;
        let activation = recorded.activation;
        let counted = if counts { before.failures_in(activation) + 1 } else { before.failures };
        prop_assert_eq!(progress.failures, counted);
        if counts {
            prop_assert_eq!(progress.failures_in(activation + 1), 0, "another life begins anew");
        }
        if let (true, Next::RetryAt(due)) = (counts, recorded.next) {
            prop_assert_eq!(progress.due, Some(due));
        }
    }

    #[test]
    fn armed_again_it_is_as_new_but_for_its_attempts(mut progress in progress(), second in 0u64..1000) {
        let before = progress;
        progress.rearm(at(second));
        let kept = Progress { manual: before.manual, attempts: before.attempts, ..Progress::new(at(second)) };
        prop_assert_eq!(progress, kept);
        prop_assert!(progress.is_open());
    }

    #[test]
    fn an_order_by_hand_is_owed_whatever_it_came_to(mut progress in progress()) {
        let before = progress;
        progress.order_by_hand();
        prop_assert!(progress.is_open());
        prop_assert_eq!(progress, Progress { manual: before.manual + 1, ..before });
    }

    #[test]
    fn a_status_follows_from_target_and_lease_only_while_it_waits(
        target in proptest::option::of(status()),
        leased in any::<bool>(),
    ) {
        let waiting = Stage::Waiting.status(target, || leased);
        let expected = match target {
            None => DeliveryStatus::Cancelled,
            Some(_) if leased => DeliveryStatus::Delivering,
            Some(TargetStatus::Active) => DeliveryStatus::Pending,
            Some(_) => DeliveryStatus::Held,
        };
        prop_assert_eq!(waiting, expected);
        for (stage, ended) in [
            (Stage::Delivered, DeliveryStatus::Delivered),
            (Stage::Failed, DeliveryStatus::Failed),
            (Stage::Expired, DeliveryStatus::Expired),
        ] {
            prop_assert_eq!(stage.status(target, || leased), ended);
        }
    }

    #[test]
    fn nothing_that_a_target_waits_for_is_over(committed in 0u64..2000, before in 0u64..2000) {
        let (committed, before) = (at(committed), at(before));
        prop_assert!(!Stage::Waiting.is_over(committed, before, false));
        for stage in [Stage::Delivered, Stage::Failed] {
            prop_assert_eq!(stage.is_over(committed, before, false), committed < before);
        }
        prop_assert_eq!(Stage::Waiting.is_over(committed, before, true), committed < before);
        let shown = before.plus(EXPIRED_SHOWN);
        prop_assert_eq!(Stage::Expired.is_over(committed, shown, false), committed < before);
    }

    #[test]
    fn what_waits_for_a_retry_goes_out_at_its_place_when_the_target_becomes_active(
        made in 0u64..1000,
        due in 0u64..2000,
        activated in 0u64..2000,
    ) {
        let event = EventNo(first_number_at(at(made)));
        let now_due = due_when_activated(at(due), event, at(activated));
        let expected = if due > activated { time_of_number(event.0) } else { at(due) };
        prop_assert_eq!(now_due, expected);
    }

    #[test]
    fn a_replay_never_has_more_than_its_share_due(due in 0usize..1000) {
        prop_assert_eq!(due.max(REPLAY_AHEAD), due + room(true, due));
        prop_assert_eq!(room(false, due), REPLAY_AHEAD, "a step is bounded");
    }
}

#[test]
fn a_replay_leaves_alone_what_waits() {
    use ReplayStatus::{All, Failed, Missing};
    for status in [All, Failed, Missing] {
        assert_eq!(status.send_again(Some(Stage::Waiting)), SendAgain::No);
    }
    for stage in [Stage::Delivered, Stage::Failed, Stage::Expired] {
        assert_eq!(All.send_again(Some(stage)), SendAgain::Rearm);
        assert_eq!(Missing.send_again(Some(stage)), SendAgain::No);
        let failed = stage == Stage::Failed;
        assert_eq!(
            Failed.send_again(Some(stage)) == SendAgain::Rearm,
            failed,
            "{stage:?}"
        );
    }
    assert_eq!(Failed.send_again(None), SendAgain::No);
    assert_eq!(All.send_again(None), SendAgain::Make);
    assert_eq!(Missing.send_again(None), SendAgain::Make);
}
