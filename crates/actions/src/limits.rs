//! How much a shop may have of each kind of thing that it makes (contract section 2, errors: `limit_reached`).
//!
//! The operator sets it, `--limits`. An action that makes one asks for room first (`room.rs`). That costs a look into the
//! store only now and then: what was free at the last look is counted down in memory. So a limit can be passed by as
//! many as are made at the same moment as such a look, and by no more.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};

use claimwire_model::target::Kind;
use claimwire_model::{Shop, ShopNo, SubjectKind};
use claimwire_store::usage::Used;
use metrics::gauge;

use crate::measures;

/// What is made at most between two looks at how much there is, as a part of what is free.
const UNSEEN_PART: u64 = 10;
/// A limit of which so much is used is shown to the operator.
const NEAR: f64 = 0.8;
/// How much of a limit is used, by shop and limit, once it is near.
const USED: &str = "claimwire_limit_used_ratio";

macro_rules! limits {
    ($($name:ident $text:literal $default:literal $what:literal $used:expr;)*) => {
        /// A limit of a shop.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Limit {
            $(#[doc = $what] $name),*
        }

        impl Limit {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Its name, in settings and answers.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }

            /// What is limited, for people.
            #[must_use]
            pub fn what(self) -> &'static str {
                match self { $(Self::$name => $what),* }
            }

            /// What it is when the operator says nothing.
            #[must_use]
            pub fn default_value(self) -> u64 {
                match self { $(Self::$name => $default),* }
            }

            /// What counts towards it; nothing that is kept, for what only runs.
            pub(crate) fn used(self) -> Option<Used> {
                match self { $(Self::$name => $used),* }
            }
        }
    };
}

limits! {
    Webhooks "webhooks" 20_000 "webhooks" Some(Used::Targets(Kind::Webhook));
    Connectors "connectors" 1_000 "connectors" Some(Used::Targets(Kind::Connector));
    ApiKeys "api_keys" 1_000 "API keys" Some(Used::ApiKeys);
    Members "members" 1_000 "members" Some(Used::Members);
    Claims "claims" 10_000_000 "claims" Some(Used::Documents(SubjectKind::Claim));
    Messages "messages" 50_000_000 "messages on claims" Some(Used::Documents(SubjectKind::Message));
    Orders "orders" 50_000_000 "orders" Some(Used::Documents(SubjectKind::Order));
    Shipments "shipments" 50_000_000 "shipments" Some(Used::Documents(SubjectKind::Shipment));
    Contacts "contacts" 10_000_000 "contacts" Some(Used::Documents(SubjectKind::Contact));
    ImageBytes "image_bytes" 10_737_418_240 "bytes of images" Some(Used::ImageBytes);
    RunningTests "running_tests" 20 "test requests under way" None;
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One limit as an operator sets it: `webhooks=500`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LimitSetting {
    /// Which.
    pub limit: Limit,
    /// How many at most.
    pub value: u64,
}

impl FromStr for LimitSetting {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = || {
            let names: Vec<_> = Limit::ALL.iter().map(|limit| limit.as_str()).collect();
            format!("write NAME=NUMBER; the names are {}", names.join(", "))
        };
        let (name, value) = text.split_once('=').ok_or_else(known)?;
        let named = |limit: &&Limit| limit.as_str() == name.trim();
        let limit = Limit::ALL.iter().find(named).ok_or_else(known)?;
        let value = value.trim().parse().map_err(|_| known())?;
        Ok(Self {
            limit: *limit,
            value,
        })
    }
}

/// The limits of this server, and what is known of how far each shop is from them.
#[derive(Debug, Default)]
pub struct Limits {
    set: Vec<LimitSetting>,
    known: Mutex<HashMap<(ShopNo, Limit), Known>>,
}

#[derive(Debug, Default, Clone, Copy)]
struct Known {
    /// So much can be made before the store is looked into again.
    unseen: u64,
    /// What runs now.
    running: u64,
    /// The operator is shown it.
    shown: bool,
}

impl Limits {
    /// The defaults, but for these.
    #[must_use]
    pub fn new(set: Vec<LimitSetting>) -> Self {
        measures::describe();
        metrics::describe_gauge!(
            USED,
            "How much of a shop's limit is used, once that is four fifths or more."
        );
        Self {
            set,
            known: Mutex::default(),
        }
    }

    /// How much a shop may have.
    #[must_use]
    pub fn value(&self, limit: Limit) -> u64 {
        let set = self.set.iter().rev().find(|set| set.limit == limit);
        set.map_or(limit.default_value(), |set| set.value)
    }

    fn with<T>(&self, shop: ShopNo, limit: Limit, act: impl FnOnce(&mut Known) -> T) -> T {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        act(known.entry((shop, limit)).or_default())
    }

    /// Takes as much from what was seen to be free.
    pub(crate) fn take(&self, shop: ShopNo, limit: Limit, amount: u64) -> bool {
        self.with(shop, limit, |known| {
            let left = known.unseen.checked_sub(amount);
            known.unseen = left.unwrap_or(known.unseen);
            left.is_some()
        })
    }

    /// One more of what only runs begins, if it may.
    pub(crate) fn begin(&self, shop: ShopNo, limit: Limit) -> bool {
        let value = self.value(limit);
        self.with(shop, limit, |known| {
            let may = known.running < value;
            known.running += u64::from(may);
            may
        })
    }

    /// One of them has ended.
    pub(crate) fn end(&self, shop: ShopNo, limit: Limit) {
        self.with(shop, limit, |known| {
            known.running = known.running.saturating_sub(1);
        });
    }

    /// A look has shown that so much is used. Whether there is room for as much more.
    pub(crate) fn seen(&self, shop: &Shop, limit: Limit, used: u64, amount: u64) -> bool {
        let value = self.value(limit);
        let left = value.saturating_sub(used).checked_sub(amount);
        let near = used.saturating_add(amount) as f64 >= NEAR * value as f64;
        let shown = self.with(shop.no, limit, |known| {
            // The nearer, the sooner the next look.
            known.unseen = left.unwrap_or(0) / UNSEEN_PART;
            std::mem::replace(&mut known.shown, near) || near
        });
        if shown {
            let ratio = used as f64 / value.max(1) as f64;
            gauge!(USED, "shop" => shop.slug.clone(), "limit" => limit.as_str()).set(ratio);
        }
        left.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operators_words_are_read() {
        let set = |text: &str| text.parse::<LimitSetting>();
        let read = set("webhooks = 5").unwrap();
        assert_eq!((read.limit, read.value), (Limit::Webhooks, 5));
        let limits = Limits::new(vec![read, set("claims=0").unwrap()]);
        assert_eq!(limits.value(Limit::Webhooks), 5);
        assert_eq!(limits.value(Limit::Claims), 0);
        assert_eq!(limits.value(Limit::Orders), 50_000_000);
        for wrong in ["", "webhooks", "webhooks=", "webhooks=-1", "hooks=5", "=5"] {
            let said = set(wrong).unwrap_err();
            assert!(said.contains("image_bytes"), "{said}");
        }
    }

    #[test]
    fn what_was_seen_free_is_taken_without_another_look() {
        let limits = Limits::default();
        let shop = ShopNo(1);
        assert!(!limits.take(shop, Limit::Claims, 1));
        limits.with(shop, Limit::Claims, |known| known.unseen = 2);
        assert!(limits.take(shop, Limit::Claims, 1));
        assert!(!limits.take(ShopNo(2), Limit::Claims, 1));
        assert!(!limits.take(shop, Limit::Claims, 2));
        assert!(limits.take(shop, Limit::Claims, 1));
        assert!(!limits.take(shop, Limit::Claims, 1));
    }
}
