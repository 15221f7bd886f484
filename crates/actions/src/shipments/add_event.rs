//! What a carrier said about a parcel, once per `external_id`.

use claimwire_model::catalogue::{self, parse_ref, phase_of};
use claimwire_model::change::Change;
use claimwire_model::shipment::{Shipment, ShipmentEvent};
use claimwire_model::{PerformedBy, SubjectKind, Timestamp};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::call::{Call, Done, Found, Plan, TRIES, contended, encode, put_document};
use crate::checks::{Checks, OPEN_ENUM, SHORT_TEXT};
use crate::input::{self, object};
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

/// Adds the event to the shipment. 201, or 200 with the first one when its `external_id` is there.
///
/// # Errors
/// When the shipment is not there or full, the body is no event, or the store cannot commit.
pub async fn add_event(call: &Call<'_>, id: &str, body: &[u8]) -> Result<Done, Refusal> {
    let mut fields: ShipmentEventFields = input::parse(body)?;
    fields.check()?;
    if let Some(done) = call.earlier().await? {
        return Ok(done);
    }
    let by = call.performed_by(fields.performed_by.take());
    for _ in 0..TRIES {
        let found = call.find::<Shipment>(SubjectKind::Shipment, id).await?;
        let found = found.ok_or_else(|| not_found(SubjectKind::Shipment, id))?;
        let known = found
            .value
            .events
            .iter()
            .find(|known| known.external_id == fields.external_id);
        let plan = match known {
            Some(known) => Plan::nothing(200, encode(known)?),
            None => plan(call, &found, fields.event(&found.value, call.now), &by).await?,
        };
        if let Some(done) = call.commit(plan).await? {
            return Ok(done);
        }
    }
    Err(contended(SubjectKind::Shipment, id))
}

async fn plan(
    call: &Call<'_>,
    before: &Found<Shipment>,
    event: ShipmentEvent,
    by: &PerformedBy,
) -> Result<Plan, Refusal> {
    let shipment = with(before.value.clone(), event.clone())?;
    let context = call.around_shipment(&shipment).await?;
    let facts = call.facts(
        &Change::ShipmentEvent {
            shipment: &shipment,
            event: &event,
        },
        &context,
        by,
    )?;
    let json = encode(&shipment)?;
    let parent = shipment.order_number.clone();
    let write = put_document(
        SubjectKind::Shipment,
        &shipment.id,
        before.version,
        parent,
        json,
    );
    Ok(Plan {
        writes: vec![write],
        facts,
        status: 201,
        body: encode(&event)?,
    })
}

/// The shipment with the event in its place by time. Carriers' events may come late: the phase is that
/// of the latest by their own clock.
fn with(mut shipment: Shipment, event: ShipmentEvent) -> Result<Shipment, Refusal> {
    if shipment.events.len() >= EVENTS_AT_MOST {
        return Err(Refusal::Conflict {
            key: "shipment_full",
            detail: format!("the shipment has {EVENTS_AT_MOST} events already; it takes no more"),
        });
    }
    shipment.updated_at = event.created_at;
    let place = shipment
        .events
        .partition_point(|earlier| earlier.event_time <= event.event_time);
    shipment.events.insert(place, event);
    shipment.phase = shipment.events.last().map(|latest| latest.phase.clone());
    Ok(shipment)
}
