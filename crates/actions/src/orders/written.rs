//! An order made from the fields that a caller writes, and what happened to it.

use claimwire_model::change::Change;
use claimwire_model::event::Fact;
use claimwire_model::order::Order;
use claimwire_model::{PerformedBy, SubjectKind, Timestamp};

use super::fields::OrderFields;
use crate::call::Call;
use crate::refusal::Refusal;
use crate::write::Written;

impl Written for Order {
    const KIND: SubjectKind = SubjectKind::Order;
    const NUMBERED: bool = false;
    type Id = str;
    type Fields = OrderFields;

    fn check(fields: &OrderFields, order_number: Option<&str>) -> Result<(), Refusal> {
        fields.check(order_number.unwrap_or_default())
    }

    fn performed_by(fields: &mut OrderFields) -> Option<PerformedBy> {
        fields.performed_by.take()
    }

    fn made(
        fields: OrderFields,
        order_number: &str,
        _: u64,
        before: Option<&Self>,
        now: Timestamp,
    ) -> Self {
        Self {
            order_number: order_number.to_owned(),
            external_id: fields.external_id,
            order_name: fields.order_name,
            order_placed_at: fields.order_placed_at,
            total_order_price: fields.total_order_price,
            sub_total_price: fields.sub_total_price,
            shipping_price: fields.shipping_price,
            discount_price: fields.discount_price,
            currency: fields.currency,
            customer: fields.customer,
            address: fields.address,
            products: fields.products,
            discounts: fields.discounts,
            segments: fields.segments,
            custom: fields.custom,
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
        None
    }

    async fn facts(
        call: &Call<'_>,
        before: Option<&Self>,
        after: &Self,
        by: &PerformedBy,
    ) -> Result<Vec<Fact>, Refusal> {
        let mut context = call.around(Some(&after.order_number)).await?;
        context.customer.clone_from(&after.customer);
        context.order = Some(after.clone());
        call.facts(&Change::Order { before, after }, &context, by)
    }
}
