//! What we tell a shop about its own webhooks. The store adds these facts in the commit that warns or
//! disables.

use serde::{Deserialize, Serialize};
use serde_json::value::to_raw_value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::event::Fact;
use crate::performed_by::{PerformedBy, Source};
use crate::subject::{Subject, SubjectKind};
use crate::target::Target;
use crate::time::Timestamp;

/// The `event_data` of an operational event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WebhookNotice {
    /// Which webhook.
    pub webhook_uuid: Uuid,
    /// Where it goes: see [`Target::label`].
    pub url: String,
    /// What it failed to do.
    pub reason: String,
    /// When we warned or disabled.
    pub at: Timestamp,
}

/// The target was disabled.
pub fn target_disabled(
    target: &Target,
    reason: &str,
    now: Timestamp,
) -> Result<Fact, serde_json::Error> {
    notice(
        "webhooks/disabled",
        target.uuid,
        target.label(),
        reason,
        now,
    )
}

/// The target has used up half of what it may fail.
pub fn target_warned(
    target: &Target,
    reason: &str,
    now: Timestamp,
) -> Result<Fact, serde_json::Error> {
    notice("webhooks/warned", target.uuid, target.label(), reason, now)
}

fn notice(
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
        event_data: to_raw_value(&data)?.into(),
        context: None,
        changes: None,
        performed_by: PerformedBy {
            source: Source::Api,
            user_id: None,
            name: Some("claimwire".to_owned()),
            trace: None,
        },
        posted: false,
    })
}

/// What such a fact looks like; none for another ref.
pub(crate) fn sample_notice(r#ref: &str, now: Timestamp) -> Option<Fact> {
    const UUID: Uuid = Uuid::from_u128(0x51f4_7a2d_9c3b_4e6f_8d1a_2b3c_4d5e_6f70);
    let url = "https://hooks.example.com/claims";
    match r#ref {
        "webhooks/warned" => notice(
            r#ref,
            UUID,
            url,
            "no attempt succeeded in 60.0 h; after 120.0 h the webhook is disabled",
            now,
        ),
        "webhooks/disabled" => notice(r#ref, UUID, url, "the endpoint answered 410 Gone", now),
        _ => return None,
    }
    .ok()
}
