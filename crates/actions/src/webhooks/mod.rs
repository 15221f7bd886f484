//! Webhooks: made, read, patched, deleted, tested, their secrets rotated, what they missed replayed
//! (contract section 3).
//!
//! A webhook's settings are one JSON object, [`WebhookFields`]. A new webhook is a merge patch on its
//! dialect's defaults, an update a merge patch on what it has: one way in for both.

mod attention;
mod build;
mod checks;
mod create;
mod delete;
mod headers;
mod health;
mod matching;
mod replay;
mod retry;
mod sample;
mod secret;
mod settings;
mod stats;
mod status;
mod test;
mod update;
mod view;

pub use attention::{Attention, SUMMED, Troubled, attention, day};
pub use create::{create, create_if_absent};
pub use delete::delete;
pub use health::HealthView;
pub use matching::{Chosen, LOOKED_AT, Matching, matching};
pub use replay::{ReplayRequest, ReplayView, replay, show_replay};
pub use retry::RetryFields;
pub use sample::{Sample, sample};
pub use secret::{RotateRequest, SecretView, old_secret_until, rotate, secret};
pub use settings::{WebhookFields, WebhookView};
pub use stats::{BucketView, Latency, Stats, Window, history, stats};
pub use test::{Exchange, TestRequest, TestResult, exchange, test};
pub use update::update;
pub use view::{Filter, get, label, labels, list};

pub(crate) use checks::{check_egress, compile, url_refused};
pub(crate) use replay::replay_to;
pub(crate) use view::{MASK, find};
