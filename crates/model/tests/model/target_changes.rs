//! What owners, verdicts and test events do to a target and its health.

use std::time::Duration;

use claimwire_model::health::Health;
use claimwire_model::target::{Ordering, TargetStatus, Tested};
use claimwire_model::verdict::{Effect, Next, Verdict};
use claimwire_model::{Dialect, Target, TargetNo, Timestamp};
use proptest::prelude::*;

use crate::now;
use crate::samples::webhook;

fn at(second: u64) -> Timestamp {
    now().plus(Duration::from_secs(second))
}

fn status() -> impl Strategy<Value = TargetStatus> {
    proptest::sample::select(vec![
        TargetStatus::Active,
        TargetStatus::Inactive,
        TargetStatus::Unverified,
        TargetStatus::Disabled,
    ])
}

fn health() -> impl Strategy<Value = Health> {
    let time = || proptest::option::of((0u64..1000).prop_map(at));
    let counts = (0u32..9, time(), time(), time());
    (counts, (time(), time(), time())).prop_map(
        |((consecutive_failures, failing_since, success, failure), (disabled, warned, paused))| {
            Health {
                consecutive_failures,
                failing_since,
                last_success_at: success,
                last_failure_at: failure,
                disabled_at: disabled,
                disabled_reason: disabled.map(|_| "why".to_owned()),
                warned_at: warned,
                paused_until: paused,
                activation: consecutive_failures / 3,
            }
        },
    )
}

fn target_of(status: TargetStatus, health: Health) -> Target {
    Target {
        no: TargetNo(7),
        status,
        health,
        version: 3,
        ..webhook(Dialect::Standard)
    }
}

fn verdict(next: Next) -> Verdict {
    Verdict::only(next)
}

proptest! {
    #[test]
    fn an_update_keeps_what_is_the_stores_to_say(
        (before, after) in (status(), status()),
        (kept_health, read_health) in (health(), health()),
    ) {
        let kept = target_of(before, kept_health);
        let new = Target {
            no: TargetNo(0),
            created_at: at(5000),
            ordering: Ordering::Subject,
            ..target_of(after, read_health.clone())
        };
        let changed = kept.updated_by(new, at(9)).expect("it is of this version");
        let webhook = &changed.target;
        prop_assert_eq!((webhook.no, webhook.created_at), (kept.no, kept.created_at));
        prop_assert_eq!((webhook.version, webhook.updated_at), (kept.version + 1, at(9)));
        prop_assert_eq!((webhook.status, changed.reordered), (after, true));
        let active = TargetStatus::Active;
        prop_assert_eq!(changed.activated, after == active && before != active);
        let (health, was) = (&webhook.health, &kept.health);
        prop_assert_eq!(&health.disabled_reason, &read_health.disabled_reason);
        prop_assert_eq!(health.paused_until, was.paused_until.max(read_health.paused_until));
        prop_assert_eq!(health.last_success_at, was.last_success_at);
        let failures = if changed.activated { 0 } else { was.consecutive_failures };
        prop_assert_eq!(health.consecutive_failures, failures);
        let since = was.failing_since.filter(|_| !changed.activated);
        prop_assert_eq!(health.failing_since, since);
    }

    #[test]
    fn an_update_of_another_version_is_none(status in status(), version in 0u64..9) {
        let kept = target_of(status, Health::default());
        let new = Target { version, ..kept.clone() };
        prop_assert_eq!(kept.updated_by(new, at(1)).is_some(), version == kept.version);
    }

    #[test]
    fn only_an_unverified_webhook_is_activated_by_a_test_that_passed(
        status in status(),
        due in any::<bool>(),
        passed in any::<bool>(),
        version in 2u64..5,
    ) {
        let mut kept = target_of(status, Health::default());
        kept.webhook_mut().unwrap().verification_due = due;
        let ours = version == kept.version;
        match kept.tested(version, passed, at(4)) {
            Tested::Activated(changed) => {
                prop_assert!(ours && passed && status == TargetStatus::Unverified);
                prop_assert!(changed.activated && !changed.target.owes_test());
                prop_assert_eq!(changed.target.version, kept.version + 1);
            }
            Tested::Settled(target) => {
                prop_assert!(ours && due && !target.owes_test());
                prop_assert_eq!((target.status, target.version), (status, kept.version));
            }
            Tested::Nothing => {
                let activates = passed && status == TargetStatus::Unverified;
                prop_assert!(!ours || (!due && !activates));
            }
        }
    }

    #[test]
    fn an_attempt_counts_whatever_the_status(before in health(), active in any::<bool>(), ended in 0u64..1000) {
        let mut health = before.clone();
        verdict(Next::Delivered).affect(&mut health, active, at(ended), at(2000));
        prop_assert_eq!((health.consecutive_failures, health.failing_since), (0, None));
        prop_assert!(health.last_success_at >= Some(at(ended)));
        let mut health = before.clone();
        verdict(Next::Unchanged).affect(&mut health, active, at(ended), at(2000));
        prop_assert_eq!(health.consecutive_failures, before.consecutive_failures + 1);
        prop_assert_eq!(health.failing_since, before.failing_since.or(Some(at(ended))));
    }

    #[test]
    fn a_pause_only_grows(before in health(), until in 0u64..2000) {
        let mut health = before.clone();
        let paused = Verdict { pause_until: Some(at(until)), ..verdict(Next::RetryAt(at(until))) };
        paused.affect(&mut health, true, at(1), at(1));
        prop_assert_eq!(health.paused_until, before.paused_until.max(Some(at(until))));
    }

    #[test]
    fn only_an_active_webhook_is_warned_and_disabled(
        before in health(),
        active in any::<bool>(),
        warns in any::<bool>(),
        disables in any::<bool>(),
        outdated in any::<bool>(),
    ) {
        let mut health = before.clone();
        let verdict = Verdict {
            warn: warns.then(|| "half-way".to_owned()),
            disable: disables.then(|| "gone".to_owned()),
            activation: before.activation - u32::from(before.activation > 0 && outdated),
            ..verdict(Next::GiveUp)
        };
        let effect = verdict.affect(&mut health, active, at(1), at(2000));
        let active = active && verdict.activation == before.activation;
        let warned = active && warns && before.warned_at.is_none();
        let disabled = active && disables;
        let expected = Effect {
            warned: warned.then_some("half-way"),
            disabled: disabled.then_some("gone"),
        };
        prop_assert_eq!(effect, expected);
        let told = if warned { Some(at(2000)) } else { before.warned_at };
        prop_assert_eq!(health.warned_at, told);
        let off = if disabled { Some(at(2000)) } else { before.disabled_at };
        prop_assert_eq!(health.disabled_at, off);
        let again = verdict.affect(&mut health, active, at(1), at(2001));
        prop_assert_eq!(again.warned, None, "once until a success");
    }

    #[test]
    fn what_is_ordered_paused_or_not_active_is_not_handed_over(
        status in status(),
        health in health(),
        ordered in any::<bool>(),
        second in 0u64..1000,
    ) {
        let paused = health.paused_until > Some(at(second));
        let ordering = if ordered { Ordering::Webhook } else { Ordering::None };
        let webhook = Target { ordering, ..target_of(status, health) };
        let may = status == TargetStatus::Active && !ordered && !paused;
        prop_assert_eq!(webhook.may_be_handed(at(second)), may);
    }
}
