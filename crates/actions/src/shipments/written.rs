//! A shipment made from the fields that a caller writes. It makes no event: those come with what the
//! carrier says.

use claimwire_model::event::Fact;
use claimwire_model::shipment::{Shipment, ShipmentState};
use claimwire_model::{PerformedBy, SubjectKind, Timestamp};

use super::fields::ShipmentFields;
use crate::call::Call;
use crate::refusal::Refusal;
use crate::write::Written;

impl Written for Shipment {
    const KIND: SubjectKind = SubjectKind::Shipment;
    const NUMBERED: bool = false;
    type Id = str;
    type Fields = ShipmentFields;

    fn check(fields: &ShipmentFields, id: Option<&str>) -> Result<(), Refusal> {
        fields.check(id.unwrap_or_default())
    }

    fn performed_by(fields: &mut ShipmentFields) -> Option<PerformedBy> {
        fields.performed_by.take()
    }

    fn made(
        fields: ShipmentFields,
        id: &str,
        _: u64,
        before: Option<&Self>,
        now: Timestamp,
    ) -> Self {
        let numbered = fields
            .tracking_number
            .as_ref()
            .is_some_and(|number| !number.is_empty());
        Self {
            id: id.to_owned(),
            order_number: fields.order_number,
            direction: fields.direction,
            carrier_reference: fields.carrier_reference,
            tracking_number: fields.tracking_number,
            tracking_url: fields.tracking_url,
            estimated_arrival: fields.estimated_arrival,
            custom: fields.custom,
            phase: before.and_then(|b| b.phase.clone()),
            state: if numbered {
                ShipmentState::Fulfilled
            } else {
                ShipmentState::Draft
            },
            events: before.map_or_else(Vec::new, |b| b.events.clone()),
            created_at: before.map_or(now, |b| b.created_at),
            updated_at: before.map_or(now, |b| b.updated_at),
        }
    }

    fn number(&self) -> u64 {
        0
    }

    fn touch(&mut self, now: Timestamp) {
        self.updated_at = now;
    }

    fn parent(&self) -> Option<String> {
        self.order_number.clone()
    }

    async fn facts(
        _: &Call<'_>,
        _: Option<&Self>,
        _: &Self,
        _: &PerformedBy,
    ) -> Result<Vec<Fact>, Refusal> {
        Ok(Vec::new())
    }
}
