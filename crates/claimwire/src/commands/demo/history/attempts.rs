//! What the engine would have done by then: each delivery that is due is attempted, judged and put on record.

use std::sync::Arc;
use std::time::Duration;

use claimwire_model::Timestamp;
use claimwire_model::delivery::{Attempt, Split, Stages};
use claimwire_model::verdict::{Ending, Standing, judge};
use claimwire_store::Store;
use claimwire_store::handed::Handed;
use claimwire_store::ownership::Targets;
use claimwire_store::queue::Outcome;

use super::chance::Chance;

const LEASE: Duration = Duration::from_secs(120);
const AT_ONCE: usize = 100;

/// Attempts all that is due.
pub async fn due(store: &dyn Store, chance: &mut Chance, now: Timestamp) -> anyhow::Result<()> {
    for (target, from) in store.waiting(Targets::All, now).await? {
        if from > now {
            continue;
        }
        loop {
            let taken = store.take(target, AT_ONCE, now, LEASE).await?;
            let more = taken.deliveries.len() == AT_ONCE;
            let outcomes = taken
                .deliveries
                .iter()
                .map(|handed| outcome(handed, chance, now));
            store.record(outcomes.collect(), now).await?;
            if !more {
                break;
            }
        }
    }
    Ok(())
}

/// The old shop system is overloaded now and then, the warehouse hardly ever.
fn status(handed: &Handed, chance: &mut Chance) -> u16 {
    let fails = match handed.target.label().contains("/hooks/") {
        true => chance.is(if handed.attempts == 0 { 18 } else { 55 }),
        false => chance.is(1),
    };
    if fails { 503 } else { 200 }
}

fn outcome(handed: &Handed, chance: &mut Chance, now: Timestamp) -> Outcome {
    let status = status(handed, chance);
    let ok = status == 200;
    let ending = if ok {
        Ending::Delivered
    } else {
        Ending::FAILED
    };
    let standing = Standing {
        failures: handed.failures,
        manual: handed.manual,
    };
    let verdict = judge(
        &handed.target.retry,
        &handed.target.health,
        standing,
        &ending,
        now,
        chance.unit(),
    );
    let millis = 35 + chance.below(if ok { 140 } else { 900 });
    let attempt = Attempt {
        split: Split::of(&stages(millis), Duration::from_millis(millis)),
        duration: Duration::from_millis(millis),
        status_code: Some(status),
        error: (!ok).then(|| format!("status_{status}")),
        request_headers: [("content-type", "application/json")].into(),
        response_headers: [("content-type", "text/plain")].into(),
        response_body: if ok {
            b"ok".to_vec()
        } else {
            b"the queue of the old system is full".to_vec()
        },
        ..Attempt::at(handed.attempts + 1, now)
    };
    Outcome {
        id: handed.id,
        lease: handed.lease,
        manual: handed.manual,
        attempt: Arc::new(attempt),
        verdict,
    }
}

/// Where such a time went: now and then a connection had to be made first.
fn stages(millis: u64) -> Stages {
    let part = |hundredths: u64| Some(Duration::from_micros(millis * hundredths * 10));
    if millis.is_multiple_of(5) {
        return Stages {
            dns: part(4),
            connect: part(12),
            tls: part(25),
            first_byte: part(55),
        };
    }
    Stages {
        first_byte: part(94),
        ..Stages::default()
    }
}
