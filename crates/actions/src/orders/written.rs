//! An order made from the fields that a caller writes, and what happened to it.

use claimwire_model::change::Change;
use claimwire_model::event::Fact;
use claimwire_model::order::{Order, OrderFields};
use claimwire_model::{PerformedBy, SubjectKind, Timestamp};

use super::check::check;
use crate::call::Call;
use crate::context::in_context;
use crate::limits::Limit;
use crate::refusal::Refusal;
use crate::write::Written;

impl Written for Order {
    const KIND: SubjectKind = SubjectKind::Order;
    const LIMIT: Limit = Limit::Orders;
    type Id = str;

    fn check(fields: &OrderFields, order_number: Option<&str>) -> Result<(), Refusal> {
        check(fields, order_number.unwrap_or_default())
    }

    fn made(
        fields: OrderFields,
        order_number: &str,
        _: u64,
        before: Option<&Self>,
        now: Timestamp,
    ) -> Self {
        let created_at = before.map_or(now, |b| b.created_at);
        let updated_at = before.map_or(now, |b| b.updated_at);
        Self::of(fields, order_number.to_owned(), created_at, updated_at)
    }

    async fn facts(
        call: &Call<'_>,
        before: Option<&Self>,
        after: &Self,
        by: &PerformedBy,
    ) -> Result<Vec<Fact>, Refusal> {
        let mut context = call.around(Some(&after.order_number)).await?;
        context.customer = after.customer.as_ref().map(in_context).transpose()?;
        context.order = Some(in_context(after)?);
        call.facts(&Change::Order { before, after }, &context, by)
    }
}
