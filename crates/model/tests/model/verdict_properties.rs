//! What follows from an attempt, for any retry settings and any answer.

use std::time::Duration;

use claimwire_model::Dialect;
use claimwire_model::health::Health;
use claimwire_model::verdict::{Ending, Next, RETRY_AFTER_AT_MOST, Standing, judge};
use proptest::prelude::*;

use crate::now;
use crate::verdicts::{answered, retry};

fn ending() -> impl Strategy<Value = Ending> {
    let retry_after = prop_oneof![
        Just(None),
        (0u64..200_000).prop_map(|s| Some(s.to_string())),
        ".{0,12}".prop_map(Some),
    ];
    prop_oneof![
        4 => (100u16..600, retry_after).prop_map(|(status, after)| answered(status, after.as_deref())),
        1 => Just(Ending::FAILED),
    ]
}

proptest! {
    #[test]
    fn nothing_is_scheduled_in_the_past_or_beyond_the_table(
        delays in proptest::collection::vec(0u64..100_000, 0..8),
        jitter in 0.0..0.5f64,
        failures in 0u32..12,
        ending in ending(),
        random in 0.0..1.0f64,
    ) {
        let mut retry = retry(Dialect::Karla);
        retry.delays = delays.iter().copied().map(Duration::from_millis).collect();
        retry.jitter = jitter;
        let standing = Standing { failures, manual: false };
        let verdict = judge(&retry, &Health::default(), standing, &ending, now(), random);
        match verdict.next {
            Next::RetryAt(at) => {
                prop_assert!(at >= now());
                prop_assert!(usize::try_from(failures).unwrap() < delays.len());
                if let Some(pause) = verdict.pause_until {
                    prop_assert!(at >= pause);
                }
            }
            Next::Delivered | Next::GiveUp => {}
            Next::Unchanged => prop_assert!(false, "only manual attempts change nothing"),
        }
    }

    #[test]
    fn karlas_waits_are_within_a_tenth_of_its_table(failures in 0u32..6, random in 0.0..1.0f64) {
        let retry = retry(Dialect::Karla);
        let standing = Standing { failures, manual: false };
        let ending = answered(500, None);
        let verdict = judge(&retry, &Health::default(), standing, &ending, now(), random);
        let Next::RetryAt(at) = verdict.next else {
            return Err(TestCaseError::fail("it is tried again"));
        };
        let base = [60, 300, 1800, 7200, 28_800, 86_400][usize::try_from(failures).unwrap()];
        let wait = at.since(now()).as_millis();
        prop_assert!((base * 900..=base * 1100).contains(&wait), "{wait} ms for {base} s");
    }

    #[test]
    fn a_delivery_has_one_attempt_more_than_the_table_has_waits(
        delays in proptest::collection::vec(0u64..1000, 0..8),
    ) {
        let mut retry = retry(Dialect::Karla);
        retry.delays = delays.iter().copied().map(Duration::from_secs).collect();
        let mut failures = 0;
        loop {
            let standing = Standing { failures, manual: false };
            let verdict = judge(&retry, &Health::default(), standing, &answered(500, None), now(), 0.5);
            failures += 1;
            if verdict.next == Next::GiveUp {
                break;
            }
        }
        prop_assert_eq!(usize::try_from(failures).unwrap(), delays.len() + 1);
    }

    #[test]
    fn retry_after_is_never_undercut(
        status in proptest::sample::select(vec![429u16, 503]),
        seconds in 1u64..200_000,
        failures in 0u32..8,
        random in 0.0..1.0f64,
    ) {
        let ending = answered(status, Some(&seconds.to_string()));
        let standing = Standing { failures, manual: false };
        let verdict = judge(&retry(Dialect::Karla), &Health::default(), standing, &ending, now(), random);
        let asked = now().plus(Duration::from_secs(seconds).min(RETRY_AFTER_AT_MOST));
        prop_assert_eq!(verdict.pause_until, Some(asked));
        if let Next::RetryAt(at) = verdict.next {
            prop_assert!(at >= asked);
        }
    }
}
