//! What we tell a shop about its own webhooks. The store adds these facts in the commit that warns or
//! disables.

use serde::{Deserialize, Serialize};
use serde_json::value::to_raw_value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::event::Fact;
use crate::performed_by::{PerformedBy, Source};
use crate::subject::{Subject, SubjectKind};
use crate::time::Timestamp;
use crate::webhook::Webhook;

/// The `event_data` of an operational event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WebhookNotice {
    /// Which webhook.
    pub webhook_uuid: Uuid,
    /// Where it goes.
    pub url: String,
    /// What it failed to do.
    pub reason: String,
    /// When we warned or disabled.
    pub at: Timestamp,
}

/// The webhook was disabled.
pub fn webhook_disabled(
    webhook: &Webhook,
    reason: &str,
    now: Timestamp,
) -> Result<Fact, serde_json::Error> {
    notice("webhooks/disabled", webhook.uuid, &webhook.url, reason, now)
}

/// The webhook has used up half of what it may fail.
pub fn webhook_warned(
    webhook: &Webhook,
    reason: &str,
    now: Timestamp,
) -> Result<Fact, serde_json::Error> {
    notice("webhooks/warned", webhook.uuid, &webhook.url, reason, now)
}

pub(crate) fn notice(
    r#ref: &str,
    uuid: Uuid,
    url: &str,
    reason: &str,
    now: Timestamp,
) -> Result<Fact, serde_json::Error> {
    let data = WebhookNotice {
        webhook_uuid: uuid,
        url: url.to_owned(),
        reason: reason.to_owned(),
        at: now,
    };
    Ok(Fact {
        given_id: None,
        r#ref: r#ref.to_owned(),
        event_group: None,
        triggered_at: now,
        subject: Some(Subject {
            kind: SubjectKind::Webhook,
            id: uuid.to_string(),
        }),
        event_data: to_raw_value(&data)?,
        context: None,
        changes: None,
        performed_by: PerformedBy {
            source: Source::Api,
            user_id: None,
            name: Some("claimwire".to_owned()),
        },
        posted: false,
    })
}
