//! What follows from an attempt: contract sections 3, 5 and 6.

use std::time::Duration;

use claimwire_model::health::Health;
use claimwire_model::retry::RetryPolicy;
use claimwire_model::verdict::{Ending, Next, Standing, Verdict, judge};
use claimwire_model::webhook::Ack;
use claimwire_model::{Dialect, Timestamp};

use crate::now;

const HOUR: Duration = Duration::from_secs(3600);
/// Dice that move a jittered wait by nothing.
const EVEN: f64 = 0.5;

/// The dialect's own retry settings.
pub fn retry(dialect: Dialect) -> RetryPolicy {
    dialect.retry_policy()
}

pub fn answered(status: u16, retry_after: Option<&str>) -> Ending {
    Ending::of_answer(Ack::Any2xx, status, retry_after, now())
}

fn scheduled(failures: u32) -> Standing {
    Standing {
        failures,
        manual: false,
    }
}

const MANUAL: Standing = Standing {
    failures: 2,
    manual: true,
};

fn after(retry: &RetryPolicy, failures: u32, ending: &Ending) -> Verdict {
    judge(
        retry,
        &Health::default(),
        scheduled(failures),
        ending,
        now(),
        EVEN,
    )
}

fn in_seconds(s: u64) -> Timestamp {
    now().plus(Duration::from_secs(s))
}

#[test]
fn the_dialects_tables_are_the_contracts() {
    for (dialect, delays, jitter, attempts, hours, timeout) in [
        (
            Dialect::Karla,
            vec![60, 300, 1800, 7200, 28_800, 86_400],
            0.1,
            None,
            Some(120),
            15,
        ),
        (
            Dialect::Claimport,
            vec![300, 1800, 7200, 86_400],
            0.0,
            Some(5),
            None,
            30,
        ),
        (
            Dialect::Claimable,
            vec![60, 300, 1800, 7200, 28_800, 86_400],
            0.1,
            None,
            Some(120),
            15,
        ),
        (
            Dialect::Standard,
            vec![5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400],
            0.0,
            None,
            Some(120),
            15,
        ),
        (
            Dialect::Cloudevents,
            vec![5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400],
            0.0,
            None,
            Some(120),
            15,
        ),
    ] {
        let policy = RetryPolicy {
            delays: delays.into_iter().map(Duration::from_secs).collect(),
            jitter,
            disable_after: attempts,
            disable_after_failing: hours.map(|h| h * HOUR),
        };
        assert_eq!(dialect.retry_policy(), policy, "{dialect}");
        assert_eq!(dialect.default_timeout_seconds(), timeout);
    }
}

#[test]
fn success_is_any_2xx_or_exactly_200() {
    for (status, with_any, with_exactly) in [
        (200, true, true),
        (201, true, false),
        (204, true, false),
        (299, true, false),
        (199, false, false),
        (300, false, false),
        (302, false, false),
        (304, false, false),
        (400, false, false),
        (500, false, false),
    ] {
        for (ack, expected) in [(Ack::Any2xx, with_any), (Ack::Exactly200, with_exactly)] {
            let ending = Ending::of_answer(ack, status, None, now());
            assert_eq!(ending == Ending::Delivered, expected, "{status}");
        }
    }
    assert_eq!(
        after(&retry(Dialect::Karla), 6, &answered(200, Some("60"))),
        Verdict::only(Next::Delivered)
    );
}

#[test]
fn failures_walk_down_the_table_and_end() {
    let karla = retry(Dialect::Karla);
    for (failures, delay) in [60, 300, 1800, 7200, 28_800, 86_400]
        .into_iter()
        .enumerate()
    {
        let failures = u32::try_from(failures).unwrap();
        for ending in [answered(500, None), Ending::FAILED] {
            assert_eq!(
                after(&karla, failures, &ending),
                Verdict::only(Next::RetryAt(in_seconds(delay)))
            );
        }
    }
    assert_eq!(
        after(&karla, 6, &answered(500, None)),
        Verdict::only(Next::GiveUp)
    );
    assert_eq!(
        after(&karla, 600, &answered(500, None)),
        Verdict::only(Next::GiveUp)
    );
}

#[test]
fn decimals_are_never_early() {
    let mut retry = retry(Dialect::Claimport);
    for (micros, millis) in [(0, 0), (1, 1), (1_000, 1), (1_001, 2), (250_500, 251)] {
        retry.delays = vec![Duration::from_micros(micros)];
        let verdict = after(&retry, 0, &answered(500, None));
        let due = now().plus(Duration::from_millis(millis));
        assert_eq!(verdict.next, Next::RetryAt(due), "{micros} µs");
    }
}

#[test]
fn jitter_is_a_tenth_for_karla_and_none_for_claimport() {
    let at = |dialect, random| {
        let verdict = judge(
            &retry(dialect),
            &Health::default(),
            scheduled(1),
            &answered(500, None),
            now(),
            random,
        );
        let Next::RetryAt(at) = verdict.next else {
            panic!("{verdict:?}")
        };
        at.since(now()).as_secs()
    };
    assert_eq!(
        (at(Dialect::Karla, 0.0), at(Dialect::Karla, 1.0)),
        (270, 330)
    );
    assert_eq!(
        (at(Dialect::Claimport, 0.0), at(Dialect::Claimport, 1.0)),
        (1800, 1800)
    );
}

#[test]
fn claimports_fifth_failure_ends_the_delivery_and_disables() {
    let claimport = retry(Dialect::Claimport);
    for failures in 0..4 {
        let verdict = after(&claimport, failures, &answered(500, None));
        assert!(matches!(verdict.next, Next::RetryAt(_)));
        assert_eq!(verdict.disable, None);
        assert_eq!(verdict.warn.is_some(), failures >= 2, "{failures}");
    }
    let verdict = after(&claimport, 4, &answered(500, None));
    assert_eq!(verdict.next, Next::GiveUp);
    assert_eq!(
        verdict.disable.as_deref(),
        Some("one delivery failed 5 times; the limit is 5")
    );
}

#[test]
fn gone_disables_at_once_and_ends_the_delivery() {
    for ack in [Ack::Any2xx, Ack::Exactly200] {
        let gone = Ending::of_answer(ack, 410, Some("60"), now());
        let verdict = after(&retry(Dialect::Karla), 0, &gone);
        assert_eq!(verdict.next, Next::GiveUp);
        assert!(verdict.disable.unwrap().contains("410"));
        assert_eq!((verdict.warn, verdict.pause_until), (None, None));
    }
}

#[test]
fn retry_after_pauses_the_webhook_and_is_never_undercut() {
    let karla = retry(Dialect::Karla);
    let date = jiff::Timestamp::from_second(now().as_secs() + 600).unwrap();
    let date = jiff::fmt::rfc2822::DateTimePrinter::new()
        .timestamp_to_rfc9110_string(&date)
        .unwrap();
    for (status, retry_after, next, pause) in [
        (429, Some("120"), 120, Some(120)),
        (503, Some("120"), 120, Some(120)),
        (429, Some("10"), 60, Some(10)),
        (503, Some(date.as_str()), 600, Some(600)),
        (429, Some("99999999"), 86_400, Some(86_400)),
        (429, Some("Sun, 06 Nov 1994 08:49:37 GMT"), 60, None),
        (429, Some("0"), 60, None),
        (429, Some("later"), 60, None),
        (429, None, 60, None),
        (500, Some("120"), 60, None),
        (502, Some("120"), 60, None),
    ] {
        let verdict = after(&karla, 0, &answered(status, retry_after));
        assert_eq!(
            verdict.next,
            Next::RetryAt(in_seconds(next)),
            "{status} {retry_after:?}"
        );
        assert_eq!(
            verdict.pause_until,
            pause.map(in_seconds),
            "{status} {retry_after:?}"
        );
    }
    let last = after(&karla, 6, &answered(429, Some("120")));
    assert_eq!(
        (last.next, last.pause_until),
        (Next::GiveUp, Some(in_seconds(120)))
    );
}

#[test]
fn a_manual_attempt_leaves_the_schedule_alone() {
    let claimport = retry(Dialect::Claimport);
    let judge =
        |ending: &Ending| judge(&claimport, &Health::default(), MANUAL, ending, now(), EVEN);
    assert_eq!(judge(&answered(200, None)), Verdict::only(Next::Delivered));
    assert_eq!(judge(&answered(500, None)), Verdict::only(Next::Unchanged));
    let busy = judge(&answered(429, Some("30")));
    assert_eq!(
        (busy.next, busy.pause_until),
        (Next::Unchanged, Some(in_seconds(30)))
    );
    let gone = judge(&answered(410, None));
    assert_eq!((gone.next, gone.disable.is_some()), (Next::Unchanged, true));
}

#[test]
fn time_without_success_warns_once_at_half_and_then_disables() {
    let karla = retry(Dialect::Karla);
    for (hours, warned, warns, disables) in [
        (0, false, false, false),
        (59, false, false, false),
        (60, false, true, false),
        (60, true, false, false),
        (119, true, false, false),
        (120, true, false, true),
        // Nothing was sent for days in between: the warning is made up for.
        (500, false, true, true),
    ] {
        let health = Health {
            consecutive_failures: 3,
            failing_since: Some(now().minus(hours * HOUR)),
            warned_at: warned.then(|| now().minus(HOUR)),
            ..Health::default()
        };
        let verdict = judge(
            &karla,
            &health,
            scheduled(0),
            &answered(500, None),
            now(),
            EVEN,
        );
        assert_eq!(
            (verdict.warn.is_some(), verdict.disable.is_some()),
            (warns, disables),
            "{hours} h"
        );
        assert!(matches!(verdict.next, Next::RetryAt(_)));
    }
}

#[test]
fn a_limit_on_attempts_disables_while_the_delivery_still_waits() {
    let mut retry = retry(Dialect::Karla);
    retry.disable_after = Some(2);
    retry.disable_after_failing = None;
    let first = after(&retry, 0, &answered(500, None));
    assert_eq!((first.warn.is_some(), first.disable), (true, None));
    let second = after(&retry, 1, &answered(500, None));
    assert!(second.disable.is_some());
    assert!(matches!(second.next, Next::RetryAt(_)));

    retry.disable_after = None;
    assert_eq!(
        after(&retry, 6, &answered(500, None)),
        Verdict::only(Next::GiveUp)
    );
}
