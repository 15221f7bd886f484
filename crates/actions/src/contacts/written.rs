//! A contact made from the fields that a caller writes, and what happened to it.

use claimwire_model::change::{Change, Context};
use claimwire_model::contact::Contact;
use claimwire_model::event::Fact;
use claimwire_model::{PerformedBy, SubjectKind, Timestamp};
use uuid::Uuid;

use super::fields::ContactFields;
use crate::call::Call;
use crate::refusal::Refusal;
use crate::write::Written;

impl Written for Contact {
    const KIND: SubjectKind = SubjectKind::Contact;
    const NUMBERED: bool = true;
    type Id = Uuid;
    type Fields = ContactFields;

    fn check(fields: &ContactFields, id: Option<&Uuid>) -> Result<(), Refusal> {
        fields.check(id)
    }

    fn performed_by(fields: &mut ContactFields) -> Option<PerformedBy> {
        fields.performed_by.take()
    }

    fn made(
        fields: ContactFields,
        id: &Uuid,
        number: u64,
        before: Option<&Self>,
        now: Timestamp,
    ) -> Self {
        Self {
            id: *id,
            number,
            is_business: fields.is_business,
            first_name: fields.first_name,
            last_name: fields.last_name,
            business_name: fields.business_name,
            title: fields.title,
            email: fields.email,
            mobile_phone: fields.mobile_phone,
            home_phone: fields.home_phone,
            work_phone: fields.work_phone,
            preferred_contact_method: fields.preferred_contact_method,
            address: fields.address,
            custom: fields.custom,
            created_at: before.map_or(now, |b| b.created_at),
            updated_at: before.map_or(now, |b| b.updated_at),
        }
    }

    fn number(&self) -> u64 {
        self.number
    }

    fn touch(&mut self, now: Timestamp) {
        self.updated_at = now;
    }

    fn parent(&self) -> Option<String> {
        None
    }

    async fn facts(
        call: &Call<'_>,
        before: Option<&Self>,
        after: &Self,
        by: &PerformedBy,
    ) -> Result<Vec<Fact>, Refusal> {
        call.facts(&Change::Contact { before, after }, &Context::default(), by)
    }
}
