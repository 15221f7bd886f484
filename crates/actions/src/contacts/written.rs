//! A contact made from the fields that a caller writes, and what happened to it.

use claimwire_model::change::{Change, Context};
use claimwire_model::contact::{Contact, ContactFields};
use claimwire_model::event::Fact;
use claimwire_model::{PerformedBy, SubjectKind, Timestamp};
use uuid::Uuid;

use super::check::check;
use crate::call::Call;
use crate::limits::Limit;
use crate::refusal::Refusal;
use crate::write::Written;

impl Written for Contact {
    const KIND: SubjectKind = SubjectKind::Contact;
    const LIMIT: Limit = Limit::Contacts;
    const NUMBERED: bool = true;
    type Id = Uuid;

    fn check(fields: &ContactFields, id: Option<&Uuid>) -> Result<(), Refusal> {
        check(fields, id)
    }

    fn made(
        fields: ContactFields,
        id: &Uuid,
        number: u64,
        before: Option<&Self>,
        now: Timestamp,
    ) -> Self {
        let created_at = before.map_or(now, |b| b.created_at);
        let updated_at = before.map_or(now, |b| b.updated_at);
        Self::of(fields, *id, number, created_at, updated_at)
    }

    fn number(&self) -> u64 {
        self.number
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
