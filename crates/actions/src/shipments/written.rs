//! A shipment made from the fields that a caller writes. It makes no event: those come with what the
//! carrier says.

use claimwire_model::event::Fact;
use claimwire_model::shipment::{Shipment, ShipmentFields, ShipmentState};
use claimwire_model::{PerformedBy, SubjectKind, Timestamp};

use super::check::check;
use crate::call::Call;
use crate::limits::Limit;
use crate::refusal::Refusal;
use crate::write::Written;

impl Written for Shipment {
    const KIND: SubjectKind = SubjectKind::Shipment;
    const LIMIT: Limit = Limit::Shipments;
    type Id = str;

    fn check(fields: &ShipmentFields, id: Option<&str>) -> Result<(), Refusal> {
        check(fields, id.unwrap_or_default())
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
        let state = if numbered {
            ShipmentState::Fulfilled
        } else {
            ShipmentState::Draft
        };
        let (phase, events) =
            before.map_or_else(Default::default, |b| (b.phase.clone(), b.events.clone()));
        let created_at = before.map_or(now, |b| b.created_at);
        let updated_at = before.map_or(now, |b| b.updated_at);
        let id = id.to_owned();
        Self::of(fields, id, phase, state, events, created_at, updated_at)
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
