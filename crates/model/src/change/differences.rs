//! What differs between a subject before and after a change, field by field.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::value::to_raw_value;

use crate::claim::Claim;
use crate::json::RawJson;
use crate::order::Order;

/// `{field: {"before": …, "after": …}}` in the making.
#[derive(Default)]
pub(super) struct Differences(Vec<(&'static str, Sides)>);

#[derive(Serialize)]
struct Sides {
    before: RawJson,
    after: RawJson,
}

impl Differences {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn has(&self, field: &str) -> bool {
        self.0.iter().any(|(name, _)| *name == field)
    }

    /// Whether a field other than these differs.
    pub(super) fn has_other_than(&self, fields: &[&str]) -> bool {
        self.0.iter().any(|(name, _)| !fields.contains(name))
    }

    pub(super) fn into_json(self) -> Result<RawJson, serde_json::Error> {
        to_raw_value(&self)
    }

    fn compare<T: PartialEq + Serialize>(
        &mut self,
        field: &'static str,
        before: &T,
        after: &T,
    ) -> Result<(), serde_json::Error> {
        if before != after {
            self.0.push((
                field,
                Sides {
                    before: to_raw_value(before)?,
                    after: to_raw_value(after)?,
                },
            ));
        }
        Ok(())
    }
}

impl Serialize for Differences {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(field, sides)| (field, sides)))
    }
}

/// Compares the fields named, in this order, by their name in JSON.
macro_rules! compare {
    ($differences:ident, $before:ident, $after:ident: $($name:literal $field:ident),* $(,)?) => {
        $($differences.compare($name, &$before.$field, &$after.$field)?;)*
    };
}

/// What differs in what a claim says; its number and times do not count. Labels are a set: their order
/// does not count either.
pub(super) fn claim(before: &Claim, after: &Claim) -> Result<Differences, serde_json::Error> {
    let mut differences = Differences::default();
    compare!(differences, before, after:
        "title" title,
        "type" r#type,
        "reason" reason,
        "resolution_preference" resolution_preference,
        "status" status,
        "description" description,
        "selected_items" selected_items,
        "image_urls" image_urls,
        "optional_image_urls" optional_image_urls,
        "customer_signature_image_url" customer_signature_image_url,
    );
    if before.labels.iter().collect::<BTreeSet<_>>() != after.labels.iter().collect::<BTreeSet<_>>()
    {
        compare!(differences, before, after: "labels" labels);
    }
    compare!(differences, before, after:
        "assignee" assignee,
        "damages" damages,
        "customer" customer,
        "order_number" order_number,
        "shipment_id" shipment_id,
        "custom" custom,
    );
    Ok(differences)
}

/// What differs in what an order says; its times do not count.
pub(super) fn order(before: &Order, after: &Order) -> Result<Differences, serde_json::Error> {
    let mut differences = Differences::default();
    compare!(differences, before, after:
        "external_id" external_id,
        "order_name" order_name,
        "order_placed_at" order_placed_at,
        "total_order_price" total_order_price,
        "sub_total_price" sub_total_price,
        "shipping_price" shipping_price,
        "discount_price" discount_price,
        "currency" currency,
        "customer" customer,
        "address" address,
        "products" products,
        "discounts" discounts,
        "segments" segments,
        "custom" custom,
    );
    Ok(differences)
}
