//! What a carrier said about a parcel, once per `external_id`.

use claimwire_model::catalogue::{self, parse_ref, phase_of};
use claimwire_model::change::Change;
use claimwire_model::event::Fact;
use claimwire_model::fields::object;
use claimwire_model::shipment::{Shipment, ShipmentEvent};
use claimwire_model::{PerformedBy, SubjectKind, Timestamp};
use claimwire_store::commit::Write;
use claimwire_store::directory::Once;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::access::{As, Editor};
use crate::call::{Call, Found, TRIES, contended, put_document, valued};
use crate::checks::{Checks, OPEN_ENUM, SHORT_TEXT, SUBJECT_BYTES};
use crate::idempotency::{CREATED, Keyed, OK};
use crate::kept::{Kept, Saved};
use crate::read::not_found;
use crate::refusal::Refusal;

/// Events that one shipment keeps. A parcel has some dozens; this bounds what each write must carry.
pub const EVENTS_AT_MOST: usize = 1_000;

/// A carrier's event as it is written.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShipmentEventFields {
    /// `OUT_FOR_DELIVERY`; carriers invent names, so any is taken.
    #[schema(min_length = 1, max_length = 64)]
    pub event_name: String,
    /// When the carrier says that it happened.
    pub event_time: Timestamp,
    /// The caller's id for it: the same one again on this shipment is no second event.
    #[schema(min_length = 1, max_length = 128)]
    pub external_id: String,
    /// The stage that the parcel is in. Needed for a name that the catalogue does not know.
    #[serde(default)]
    #[schema(pattern = "^[a-z0-9_]{1,64}$")]
    pub phase: Option<String>,
    /// Where.
    #[serde(default)]
    #[schema(max_length = 512)]
    pub location: Option<String>,
    /// Who makes the change; without it source `api` and the API key's name.
    #[serde(default, deserialize_with = "object")]
    #[schema(write_only)]
    pub performed_by: Option<PerformedBy>,
}

impl ShipmentEventFields {
    fn check(&self) -> Result<(), Refusal> {
        let mut checks = Checks::default();
        checks.text("/event_name", &self.event_name, OPEN_ENUM);
        let named = parse_ref(&format!("shipments/in_transit/{}", self.event_name)).is_ok();
        checks.that(
            named,
            "/event_name",
            "can be no part of a ref: it is empty, has an empty segment, control characters or a *",
        );
        match &self.phase {
            Some(phase) => {
                let good =
                    parse_ref(&format!("shipments/{phase}/X")).is_ok() && !phase.contains('/');
                checks.that(
                    good,
                    "/phase",
                    "is no phase: use 1 to 64 of a-z, 0-9 and _, such as in_transit",
                );
            }
            None => checks.that(
                phase_of(&self.event_name).is_some(),
                "/phase",
                "is needed, since the catalogue does not know this event_name",
            ),
        }
        checks.id("/external_id", &self.external_id);
        checks.optional("/location", self.location.as_deref(), SHORT_TEXT);
        checks.performed_by(self.performed_by.as_ref());
        checks.done()
    }

    fn event(&self, shipment: &Shipment, now: Timestamp) -> ShipmentEvent {
        let phase = self
            .phase
            .as_deref()
            .or_else(|| phase_of(&self.event_name))
            .unwrap_or_default();
        ShipmentEvent {
            external_id: self.external_id.clone(),
            event_name: self.event_name.clone(),
            event_time: self.event_time,
            phase: phase.to_owned(),
            event_group: catalogue::group(&self.event_name, shipment.direction).map(str::to_owned),
            location: self.location.clone(),
            created_at: now,
        }
    }
}

/// Adds the event to the shipment. Where its `external_id` is there already, the first one is the
/// answer, and is not new.
///
/// # Errors
/// When the shipment is not there or full, the fields are no event, or the store cannot commit.
pub async fn add_event(
    editor: &As<'_, Editor>,
    id: &str,
    mut fields: ShipmentEventFields,
    keyed: Option<Keyed<Saved<ShipmentEvent>>>,
) -> Result<Once<Saved<ShipmentEvent>>, Refusal> {
    let call = editor.call();
    fields.check()?;
    if let Some(answered) = call.earlier(keyed.as_ref()).await? {
        return Ok(Once::Before(answered));
    }
    let by = call.performed_by(fields.performed_by.take());
    for _ in 0..TRIES {
        let found = call.find::<Shipment>(SubjectKind::Shipment, id).await?;
        let found = found.ok_or_else(|| not_found(SubjectKind::Shipment, id))?;
        let same = |event: &&ShipmentEvent| event.external_id == fields.external_id;
        let known = found.value.events.iter().find(same);
        let (writes, facts, saved) = match known.cloned() {
            Some(value) => (Vec::new(), Vec::new(), Saved { value, new: false }),
            None => {
                let value = fields.event(&found.value, call.now);
                let (write, facts) = added(call, &found, value.clone(), &by).await?;
                (vec![write], facts, Saved { value, new: true })
            }
        };
        let status = if saved.new { CREATED } else { OK };
        let record = keyed.as_ref().map(|keyed| keyed.record(status, &saved));
        if let Some(once) = call.commit(writes, facts, Vec::new(), record).await? {
            return Ok(valued(once, saved));
        }
    }
    Err(contended(SubjectKind::Shipment, id))
}

/// The shipment with the event in it, to be written, and what happened.
async fn added(
    call: &Call<'_>,
    before: &Found<Shipment>,
    event: ShipmentEvent,
    by: &PerformedBy,
) -> Result<(Write, Vec<Fact>), Refusal> {
    let shipment = with(before.value.clone(), event.clone())?;
    let json = Kept::of(&shipment)?;
    if json.json().len() > SUBJECT_BYTES {
        return Err(full(&format!("{SUBJECT_BYTES} bytes")));
    }
    let context = call.around_shipment(&shipment).await?;
    let change = Change::ShipmentEvent {
        shipment: &shipment,
        event: &event,
    };
    let facts = call.facts(&change, &context, by)?;
    let parent = shipment.order_number.clone();
    let (kind, version) = (SubjectKind::Shipment, before.version);
    let write = put_document(kind, &shipment.id, version, parent, json.json());
    Ok((write, facts))
}

/// The shipment with the event in its place by time. Carriers' events may come late: the phase is that
/// of the latest by their own clock.
fn with(mut shipment: Shipment, event: ShipmentEvent) -> Result<Shipment, Refusal> {
    if shipment.events.len() >= EVENTS_AT_MOST {
        return Err(full(&format!("{EVENTS_AT_MOST} events")));
    }
    shipment.updated_at = event.created_at;
    let place = shipment
        .events
        .partition_point(|earlier| earlier.event_time <= event.event_time);
    shipment.events.insert(place, event);
    shipment.phase = shipment.events.last().map(|latest| latest.phase.clone());
    Ok(shipment)
}

fn full(at_most: &str) -> Refusal {
    Refusal::Conflict {
        key: "shipment_full",
        detail: format!("a shipment may have {at_most}; this one takes no more"),
    }
}
