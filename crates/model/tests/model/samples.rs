//! What tests begin with.

use claimwire_model::filter::Subscription;
use claimwire_model::target::TargetKind;
use claimwire_model::webhook::Secrets;
use claimwire_model::{Dialect, ShopNo, Target, TargetNo, Webhook};

use crate::now;

/// A webhook that subscribes to everything, all else as by default.
pub fn webhook(dialect: Dialect) -> Target {
    let webhook = Webhook::new(
        "https://hooks.example.com/",
        Secrets::new("0123456789abcdef"),
    );
    Target {
        no: TargetNo(1),
        version: 1,
        ..Target::new(
            ShopNo(1),
            uuid::Uuid::from_u128(1),
            TargetKind::Webhook(webhook),
            Subscription::everything(dialect),
            now(),
        )
    }
}
