//! One posted event: its fields, what they may hold, and the fact that it is.

use std::borrow::Cow;

use claimwire_model::catalogue::{RefKind, group, parse_ref};
use claimwire_model::event::Fact;
use claimwire_model::json::{JsonText, is_deeper_than};
use claimwire_model::{EventNo, PerformedBy, Timestamp};
use serde::Deserialize;
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
#[derive(Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostedEvent<'a> {
    /// The caller's own id: printable ASCII without spaces. The same one again in the shop is no
    /// second event. Made when absent.
    #[serde(borrow, default)]
    #[schema(min_length = 1, max_length = 64)]
    pub id: Option<Cow<'a, str>>,
    /// A ref of the catalogue: `claims/created`, `shipments/in_delivery/OUT_FOR_DELIVERY`.
    #[serde(borrow)]
    pub r#ref: Cow<'a, str>,
    /// The notification bucket; from the catalogue when absent.
    #[serde(borrow, default)]
    #[schema(max_length = 64)]
    pub event_group: Option<Cow<'a, str>>,
    /// When it happened; now when absent.
    #[serde(default)]
    pub triggered_at: Option<Timestamp>,
    /// What it is about: any object; goes out unchanged.
    #[serde(borrow)]
    #[schema(value_type = Object)]
    pub event_data: JsonText<'a>,
    /// What belongs to it: any object; goes out unchanged.
    #[serde(borrow, default)]
    #[schema(value_type = Option<Object>)]
    pub context: Option<JsonText<'a>>,
    /// What its data says of its subject, if that was found when it was scanned (`scan.rs`); then nothing in it
    /// is nested too deep either.
    #[serde(skip)]
    pub(super) scanned: Option<Hints<'a>>,
}

impl PostedEvent<'_> {
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
        let hints = self.scanned.unwrap_or_else(|| Hints::of(self.event_data));
        let event_group = self.event_group.map(Cow::into_owned);
        let event_group = event_group.or_else(|| match kind {
            RefKind::Shipment { .. } => group(&self.r#ref, hints.direction()).map(str::to_owned),
            RefKind::Row(row) => row.event_group.map(str::to_owned),
        });
        let subject = hints.subject(kind.subject());
        let keep = |text: JsonText<'_>| {
            let shared = text.shared();
            shared.map_err(|error| Refusal::NotJson(error.to_string()))
        };
        Ok(Fact {
            given_id: self.id.map(Cow::into_owned),
            r#ref: self.r#ref.into_owned(),
            event_group,
            triggered_at: self.triggered_at.unwrap_or(now),
            subject,
            event_data: keep(self.event_data)?,
            context: self.context.map(keep).transpose()?,
            changes: None,
            performed_by: by,
            posted: true,
        })
    }

    fn check(&self, at: &str) -> Result<(), Refusal> {
        let wrong =
            |field: &str, message: String| Err(Refusal::field(format!("{at}{field}"), message));
        let id = self.id.as_deref();
        if id.is_some_and(|id| !is_id(id)) {
            return wrong(
                "/id",
                format!("is not 1 to {GIVEN_ID} printable ASCII characters without spaces"),
            );
        }
        if id.is_some_and(is_ours) {
            return wrong(
                "/id",
                "has the form of the ids that are made here; leave it out, or choose another form"
                    .to_owned(),
            );
        }
        if self
            .event_group
            .as_deref()
            .is_some_and(|group| !is_group(group))
        {
            return wrong(
                "/event_group",
                format!("is not 1 to {OPEN_ENUM} characters without control characters"),
            );
        }
        if !is_object(self.event_data) {
            return wrong("/event_data", "is not an object".to_owned());
        }
        if self.context.is_some_and(|context| !is_object(context)) {
            return wrong("/context", "is neither an object nor null".to_owned());
        }
        let raws = [
            ("/event_data", Some(self.event_data)),
            ("/context", self.context),
        ];
        for (field, raw) in raws {
            let unknown = raw.filter(|_| self.scanned.is_none());
            if unknown.is_some_and(|raw| is_deeper_than(raw.get(), OPEN_DEPTH)) {
                return wrong(field, format!("is nested deeper than {OPEN_DEPTH} levels"));
            }
        }
        let bytes = self.event_data.get().len() + self.context.map_or(0, |c| c.get().len());
        if bytes > EVENT_BYTES {
            return Err(Refusal::TooLarge(format!(
                "An event of {bytes} bytes; one may have {EVENT_BYTES}."
            )));
        }
        Ok(())
    }
}

/// The text of a raw value has no space around it, so its first byte tells what it is.
fn is_object(raw: JsonText<'_>) -> bool {
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
