//! One posted event: its fields, what they may hold, and the fact that it is.

use claimwire_model::catalogue::{RefKind, group, parse_ref};
use claimwire_model::event::Fact;
use claimwire_model::json::{RawJson, is_deeper_than};
use claimwire_model::{EventNo, PerformedBy, Timestamp};
use serde::Deserialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::hints::Hints;
use crate::checks::{OPEN_DEPTH, OPEN_ENUM};
use crate::refusal::{FieldError, Refusal};

/// Events of one request.
pub const EVENTS_AT_MOST: usize = 1_000;
/// Bytes of one event.
pub const EVENT_BYTES: usize = 1024 * 1024;
/// Characters of an id that a caller gives.
const GIVEN_ID: usize = 64;

/// An event made elsewhere.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostedEvent {
    /// The caller's own id: printable ASCII without spaces. The same one again in the shop is no
    /// second event. Made when absent.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 64)]
    pub id: Option<String>,
    /// A ref of the catalogue: `claims/created`, `shipments/in_delivery/OUT_FOR_DELIVERY`.
    pub r#ref: String,
    /// The notification bucket; from the catalogue when absent.
    #[serde(default)]
    #[schema(max_length = 64)]
    pub event_group: Option<String>,
    /// When it happened; now when absent.
    #[serde(default)]
    pub triggered_at: Option<Timestamp>,
    /// What it is about: any object; goes out unchanged.
    #[schema(value_type = Object)]
    pub event_data: RawJson,
    /// What belongs to it: any object; goes out unchanged.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub context: Option<RawJson>,
}

impl PostedEvent {
    /// The fact that it is. `at`: pointer to the event in the body.
    pub(super) fn fact(self, at: &str, by: PerformedBy, now: Timestamp) -> Result<Fact, Refusal> {
        let kind = parse_ref(&self.r#ref).map_err(|unknown| Refusal::Invalid {
            key: "event_unknown",
            errors: vec![FieldError {
                field: format!("{at}/ref"),
                message: unknown.0,
            }],
        })?;
        self.check(at)?;
        let hints = Hints::of(&self.event_data);
        let event_group = self.event_group.or_else(|| match kind {
            RefKind::Shipment { .. } => group(&self.r#ref, hints.direction()).map(str::to_owned),
            RefKind::Row(row) => row.event_group.map(str::to_owned),
        });
        let subject = hints.subject(kind.subject());
        Ok(Fact {
            given_id: self.id,
            r#ref: self.r#ref,
            event_group,
            triggered_at: self.triggered_at.unwrap_or(now),
            subject,
            event_data: self.event_data.into(),
            context: self.context.map(Into::into),
            changes: None,
            performed_by: by,
            posted: true,
        })
    }

    fn check(&self, at: &str) -> Result<(), Refusal> {
        let wrong =
            |field: &str, message: String| Err(Refusal::field(format!("{at}{field}"), message));
        if self.id.as_ref().is_some_and(|id| !is_id(id)) {
            return wrong(
                "/id",
                format!("is not 1 to {GIVEN_ID} printable ASCII characters without spaces"),
            );
        }
        if self.id.as_ref().is_some_and(|id| is_ours(id)) {
            return wrong(
                "/id",
                "has the form of the ids that are made here; leave it out, or choose another form"
                    .to_owned(),
            );
        }
        if self
            .event_group
            .as_ref()
            .is_some_and(|group| !is_group(group))
        {
            return wrong(
                "/event_group",
                format!("is not 1 to {OPEN_ENUM} characters without control characters"),
            );
        }
        if !is_object(&self.event_data) {
            return wrong("/event_data", "is not an object".to_owned());
        }
        if self
            .context
            .as_ref()
            .is_some_and(|context| !is_object(context))
        {
            return wrong("/context", "is neither an object nor null".to_owned());
        }
        let raws = [
            ("/event_data", Some(&self.event_data)),
            ("/context", self.context.as_ref()),
        ];
        for (field, raw) in raws {
            if raw.is_some_and(|raw| is_deeper_than(raw.get(), OPEN_DEPTH)) {
                return wrong(field, format!("is nested deeper than {OPEN_DEPTH} levels"));
            }
        }
        let bytes =
            self.event_data.get().len() + self.context.as_ref().map_or(0, |c| c.get().len());
        if bytes > EVENT_BYTES {
            return Err(Refusal::TooLarge(format!(
                "An event of {bytes} bytes; one may have {EVENT_BYTES}."
            )));
        }
        Ok(())
    }
}

/// The text of a raw value has no space around it, so its first byte tells what it is.
fn is_object(raw: &RawValue) -> bool {
    raw.get().starts_with('{')
}

/// Ids stand in headers and in signed content.
fn is_id(id: &str) -> bool {
    (1..=GIVEN_ID).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic())
}

/// A receiver knows an event again by its id: two events must not share one.
fn is_ours(id: &str) -> bool {
    id.parse::<EventNo>().is_ok() || id.starts_with("evt_test_")
}

fn is_group(group: &str) -> bool {
    !group.is_empty() && group.chars().count() <= OPEN_ENUM && !group.chars().any(char::is_control)
}
