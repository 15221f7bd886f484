//! Webhooks of every kind.

use std::collections::BTreeMap;
use std::time::Duration;

use claimwire_model::filter::{SourceFilter, Subscription};
use claimwire_model::retry::RetryPolicy;
use claimwire_model::target::{Ordering, RateLimit, TargetKind, TargetStatus};
use claimwire_model::webhook::{Ack, Secrets, Signing};
use claimwire_model::{Dialect, Shop, Target, Timestamp, Webhook};
use claimwire_wire::make_secret;
use uuid::Uuid;

use crate::bulk;
use crate::chance::Chance;
use crate::vendor::{VENDOR, connector};

fn random32(chance: &Chance) -> [u8; 32] {
    let mut bytes = [0; 32];
    for part in bytes.chunks_mut(8) {
        part.copy_from_slice(&chance.next().to_le_bytes());
    }
    bytes
}

/// A new secret in the dialect's form.
pub fn secret(chance: &Chance, dialect: Dialect) -> String {
    make_secret(dialect, &random32(chance))
}

fn subscription(chance: &Chance, dialect: Dialect) -> Option<Subscription> {
    let entries: &[&str] = chance.pick(
        &["*"],
        &[
            &["*"],
            &["*", "webhooks"],
            &["claims"],
            &["claims/created"],
            &["shipments", "orders"],
        ],
    );
    let source = chance.pick(
        SourceFilter::All,
        &[SourceFilter::All, SourceFilter::All, SourceFilter::UiOnly],
    );
    let entries = entries.iter().map(|entry| (*entry).to_owned()).collect();
    let everything = vec!["*".to_owned()];
    Subscription::new(dialect, source, entries)
        .or_else(|_| Subscription::new(dialect, source, everything))
        .ok()
}

fn retry(chance: &Chance, dialect: Dialect, longest_s: u64) -> RetryPolicy {
    let count = chance.below(6);
    let longest_ms = longest_s.saturating_mul(1000);
    let delays = (0..count).map(|_| match chance.below(4) {
        0 => Duration::from_millis(chance.between(1, longest_ms)),
        1 => Duration::from_millis(chance.between(1, 900)),
        _ => Duration::from_millis(chance.between(1000, 10_000.min(longest_ms))),
    });
    let standard = dialect.retry_policy();
    RetryPolicy {
        delays: delays.collect(),
        jitter: standard.jitter,
        disable_after: chance.percent(40).then(|| 2 + chance.below(6) as u32),
        disable_after_failing: chance
            .percent(40)
            .then(|| Duration::from_secs(chance.between(20, 600))),
    }
}

/// A webhook made a connector, most of them with one delivery at a time: then a claim has one ticket whatever happens.
pub fn connected(mut target: Target, url: &str) -> Option<Target> {
    if target.ordering == Ordering::None && target.uuid.as_u128().is_multiple_of(2) {
        return in_bulk(target, url);
    }
    target.kind = connector(VENDOR, url)?;
    if target.ordering == Ordering::None {
        target.ordering = Ordering::Webhook;
    }
    if target.status == TargetStatus::Unverified {
        target.status = TargetStatus::Active;
    }
    Some(target)
}

/// A connector to a vendor that takes several events in one call, where more wait than its rate allows.
fn in_bulk(mut target: Target, url: &str) -> Option<Target> {
    let once = (target.uuid.as_u128() / 2).is_multiple_of(2);
    target.kind = connector(if once { bulk::ONCE } else { bulk::VENDOR }, url)?;
    target.rate_limit = Some(RateLimit { per_second: 1 });
    if target.status == TargetStatus::Unverified {
        target.status = TargetStatus::Active;
    }
    Some(target)
}

/// A webhook of a shop.
pub fn webhook(
    chance: &Chance,
    shop: &Shop,
    url: String,
    longest_s: u64,
    now: Timestamp,
) -> Option<Target> {
    let dialect = chance.pick(
        Dialect::Karla,
        &[
            Dialect::Claimport,
            Dialect::Claimable,
            Dialect::Standard,
            Dialect::Cloudevents,
        ],
    );
    let keys = matches!(dialect, Dialect::Standard | Dialect::Cloudevents);
    // Key pairs cost more than all the rest of a run.
    let signing = match chance.below(10) {
        0 if keys => Signing::Ed25519,
        1 if keys => Signing::Both,
        _ => Signing::Hmac,
    };
    let verify = dialect == Dialect::Claimport && chance.percent(50);
    let status = match chance.below(10) {
        _ if verify => TargetStatus::Unverified,
        0 => TargetStatus::Inactive,
        _ => TargetStatus::Active,
    };
    let uuid = Uuid::from_u128(u128::from(chance.next()));
    let current = secret(chance, dialect);
    let secrets = Secrets {
        ed25519_seed: (signing != Signing::Hmac).then(|| random32(chance)),
        ..Secrets::new(current)
    };
    let webhook = Webhook {
        headers: BTreeMap::from([("X-Of-The-Shop".to_owned(), "1".to_owned())]),
        signing,
        ack: chance.pick(Ack::Any2xx, &[Ack::Any2xx, Ack::Exactly200]),
        verify,
        verification_due: verify,
        ..Webhook::new(url, secrets)
    };
    let subscription = subscription(chance, dialect)?;
    Some(Target {
        status,
        timeout_seconds: chance.pick(15, &[1, 5, 30]),
        retry: retry(chance, dialect, longest_s),
        rate_limit: chance.percent(30).then(|| RateLimit {
            per_second: 1 + chance.below(4) as u32,
        }),
        max_in_flight: chance.pick(Target::MAX_IN_FLIGHT, &[1, 2, 4]),
        ordering: chance.pick(
            Ordering::None,
            &[Ordering::None, Ordering::Subject, Ordering::Webhook],
        ),
        version: 1,
        ..Target::new(
            shop.no,
            uuid,
            TargetKind::Webhook(webhook),
            subscription,
            now,
        )
    })
}
