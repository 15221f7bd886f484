//! What tests begin with.

use std::collections::BTreeMap;

use claimwire_model::filter::{SourceFilter, Subscription};
use claimwire_model::health::Health;
use claimwire_model::retry::RetryPolicy;
use claimwire_model::target::{Ordering, TargetKind, TargetStatus};
use claimwire_model::webhook::{Ack, Secrets, Signing};
use claimwire_model::{Dialect, ShopNo, Target, TargetNo, Webhook};

use crate::now;

/// A webhook that subscribes to everything, all else as by default.
pub fn webhook(dialect: Dialect) -> Target {
    Target {
        no: TargetNo(1),
        uuid: uuid::Uuid::from_u128(1),
        shop: ShopNo(1),
        kind: TargetKind::Webhook(Webhook {
            url: "https://hooks.example.com/".to_owned(),
            secrets: Secrets {
                current: "0123456789abcdef".to_owned(),
                previous: None,
                ed25519_seed: None,
            },
            headers: BTreeMap::new(),
            signing: Signing::Hmac,
            ack: Ack::Any2xx,
            verify: false,
            verification_due: false,
            flatten: false,
        }),
        subscription: Subscription::new(dialect, SourceFilter::All, vec!["*".to_owned()]).unwrap(),
        description: None,
        status: TargetStatus::Active,
        timeout_seconds: dialect.default_timeout_seconds(),
        retry: RetryPolicy::of(dialect),
        rate_limit: None,
        max_in_flight: 32,
        ordering: Ordering::None,
        egress: None,
        health: Health::default(),
        created_at: now(),
        updated_at: now(),
        version: 1,
    }
}
