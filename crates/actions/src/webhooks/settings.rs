//! The settings of a webhook (contract section 3), each on one line: how it is written, how it is
//! shown, and where it is kept. What callers write and what they are shown are made of this list; a
//! new setting is a line here, its check in `checks.rs` and its place in the model, put there by
//! `build.rs`.

use std::collections::BTreeMap;

use claimwire_model::fields::{ReadOnly, object};
use claimwire_model::filter::SourceFilter;
use claimwire_model::target::{Ordering, RateLimit, TargetStatus};
use claimwire_model::webhook::{Ack, Signing};
use claimwire_model::{Dialect, Target, Timestamp, Webhook};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::health::HealthView;
use super::retry::RetryFields;

/// For each setting: its name, the function that makes its default where that is not its type's, the
/// type in which it is written (`None`: the dialect's), the type in which it is shown, and its value in
/// a webhook.
macro_rules! settings {
    ($($(#[$meta:meta])* $name:ident $(or $default:literal)?: $written:ty => $shown:ty = $of:expr;)*) => {
        /// A webhook as it is written. POST needs the `url` and takes the dialect's defaults for what
        /// is absent; PATCH takes a JSON Merge Patch (RFC 7396): what is absent stays, null goes back
        /// to the default. The read-only fields that a GET answers are accepted and ignored.
        #[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
        #[serde(deny_unknown_fields)]
        pub struct WebhookFields {
            $($(#[$meta])* #[serde(default $(= $default)?)] pub $name: $written,)*
            /// 16 to 64 printable characters; `whsec_…` for `standard` and `cloudevents`. Made when
            /// absent.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schema(max_length = 100)]
            pub secret: Option<String>,
            /// `active` or `inactive`. `active` also switches on again what was disabled, and asks for
            /// a new test of what is unverified.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub status: Option<TargetStatus>,
            /// Read-only; ignored.
            #[serde(default, skip_serializing)]
            #[schema(read_only, value_type = Option<Uuid>)]
            pub uuid: Option<ReadOnly>,
            /// Read-only; ignored.
            #[serde(default, skip_serializing)]
            #[schema(read_only, value_type = Option<String>)]
            pub shop_slug: Option<ReadOnly>,
            /// Read-only; ignored. As answered to clients of Karla's REST API.
            #[serde(default, skip_serializing)]
            #[schema(read_only, value_type = Option<String>)]
            pub merchant_slug: Option<ReadOnly>,
            /// Read-only; ignored.
            #[serde(default, skip_serializing)]
            #[schema(read_only, value_type = Option<Timestamp>)]
            pub created_at: Option<ReadOnly>,
            /// Read-only; ignored.
            #[serde(default, skip_serializing)]
            #[schema(read_only, value_type = Option<Timestamp>)]
            pub updated_at: Option<ReadOnly>,
            /// Read-only; ignored.
            #[serde(default, skip_serializing)]
            #[schema(read_only, value_type = Option<HealthView>)]
            pub health: Option<ReadOnly>,
        }

        impl WebhookFields {
            /// What a webhook has.
            fn set_in(target: &Target, webhook: &Webhook) -> Self {
                Self {
                    $($name: ($of)(target, webhook).into(),)*
                    ..Self::default()
                }
            }
        }

        /// A webhook.
        #[derive(Debug, Serialize, ToSchema)]
        #[schema(as = Webhook)]
        pub struct WebhookView {
            /// Its id.
            pub uuid: Uuid,
            /// Its shop.
            pub shop_slug: String,
            $($(#[$meta])* pub $name: $shown,)*
            /// Whole in the answer that made it, else masked; see `GET …/secret`.
            pub secret: String,
            /// Whether it gets requests.
            pub status: TargetStatus,
            /// How it has been doing.
            pub health: HealthView,
            /// When it was made.
            pub created_at: Timestamp,
            /// When its settings last changed.
            pub updated_at: Timestamp,
        }

        impl WebhookView {
            /// `secret`: what is shown of it. `pending`: how many deliveries wait for it.
            pub(super) fn of(
                target: &Target,
                webhook: &Webhook,
                shop_slug: &str,
                secret: &str,
                pending: u64,
            ) -> Self {
                Self {
                    uuid: target.uuid,
                    shop_slug: shop_slug.to_owned(),
                    $($name: ($of)(target, webhook),)*
                    secret: secret.to_owned(),
                    status: target.status,
                    health: HealthView::of(&target.health, pending),
                    created_at: target.created_at,
                    updated_at: target.updated_at,
                }
            }
        }
    };
}

settings! {
    /// Where requests go.
    #[schema(max_length = 2048, format = "uri")]
    url: String => String = |_: &Target, w: &Webhook| w.url.clone();
    /// `*`, prefixes of refs, `group:…`, or the dialect's own names; at least one.
    #[schema(min_items = 1, max_items = 200)]
    enabled_events or "everything": Vec<String> => Vec<String> = |t: &Target, _: &Webhook| t.subscription.enabled_events.clone();
    /// The wire form.
    dialect: Dialect => Dialect = |t: &Target, _: &Webhook| t.dialect();
    /// For people.
    #[schema(max_length = 512)]
    description: Option<String> => Option<String> = |t: &Target, _: &Webhook| t.description.clone();
    /// Whose changes it hears of.
    source_filter: SourceFilter => SourceFilter = |t: &Target, _: &Webhook| t.subscription.source_filter;
    /// Sent with every request; at most 20, none of ours.
    headers: BTreeMap<String, String> => BTreeMap<String, String> = |_: &Target, w: &Webhook| w.headers.clone();
    /// How `standard` and `cloudevents` are signed.
    signing: Signing => Signing = |_: &Target, w: &Webhook| w.signing;
    /// Total deadline of one attempt in seconds; the dialect's where none is given.
    #[schema(minimum = 1, maximum = 30)]
    timeout_seconds: Option<u8> => u8 = |t: &Target, _: &Webhook| t.timeout_seconds;
    /// When a failed delivery is tried again; the dialect's where none is given.
    #[serde(deserialize_with = "object")]
    retry: Option<RetryFields> => RetryFields = |t: &Target, _: &Webhook| RetryFields::from(&t.retry);
    /// Never more than this in any one second.
    #[serde(deserialize_with = "object")]
    rate_limit: Option<RateLimit> => Option<RateLimit> = |t: &Target, _: &Webhook| t.rate_limit;
    /// Requests at once.
    #[schema(minimum = 1, maximum = 1000)]
    max_in_flight or "max_in_flight": u32 => u32 = |t: &Target, _: &Webhook| t.max_in_flight;
    /// What must be delivered before what.
    ordering: Ordering => Ordering = |t: &Target, _: &Webhook| t.ordering;
    /// Which answers count as delivered.
    ack: Ack => Ack = |_: &Target, w: &Webhook| w.ack;
    /// Whether a test event is sent first, at creation and at each change of URL. Default true for
    /// `claimport`.
    verify: Option<bool> => bool = |_: &Target, w: &Webhook| w.verify;
    /// Whether the subject's fields stand in the root of the body, for tools that take flat payloads: an
    /// object or array as its JSON text, an array's length beside it under the name with `_count`.
    flatten: bool => bool = |_: &Target, w: &Webhook| w.flatten;
    /// Name of the egress profile that its requests leave by.
    #[schema(max_length = 64)]
    egress: Option<String> => Option<String> = |t: &Target, _: &Webhook| t.egress.clone();
}

impl WebhookFields {
    /// Fields that a caller may give beside the settings.
    pub(super) const ALSO: &'static [&'static str] = &[
        "secret",
        "status",
        "uuid",
        "shop_slug",
        "merchant_slug",
        "created_at",
        "updated_at",
        "health",
    ];

    /// What a new webhook of this dialect has before its request.
    pub(super) fn defaults(dialect: Dialect) -> Self {
        Self {
            enabled_events: everything(),
            dialect,
            max_in_flight: max_in_flight(),
            timeout_seconds: Some(dialect.default_timeout_seconds()),
            retry: Some(RetryFields::from(&dialect.retry_policy())),
            verify: Some(verifies(dialect)),
            ack: dialect.default_ack(),
            ..Self::default()
        }
    }

    /// What a webhook has, on its way to a dialect: where it has its old dialect's retry table or
    /// timeout, it gets the new one's.
    pub(super) fn of(target: &Target, webhook: &Webhook, dialect: Dialect) -> Self {
        let was = target.dialect();
        let mut fields = Self {
            dialect,
            ..Self::set_in(target, webhook)
        };
        if target.retry == was.retry_policy() {
            fields.retry = Some(RetryFields::from(&dialect.retry_policy()));
        }
        if target.timeout_seconds == was.default_timeout_seconds() {
            fields.timeout_seconds = Some(dialect.default_timeout_seconds());
        }
        fields
    }
}

/// Whether a dialect's webhooks are verified where they do not say.
pub(super) fn verifies(dialect: Dialect) -> bool {
    dialect == Dialect::Claimport
}

fn everything() -> Vec<String> {
    vec!["*".to_owned()]
}

fn max_in_flight() -> u32 {
    Target::MAX_IN_FLIGHT
}
