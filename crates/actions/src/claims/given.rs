//! What clients of Karla's REST API give of a claim beside its own fields (contract section 8): put where it belongs, so that
//! nothing of it is lost.

use claimwire_model::claim::{Claim, ClaimFields};

use crate::merge::with_member;

/// The fields with what was given beside them. An own field that the request changed goes first.
pub(super) fn placed(mut fields: ClaimFields, before: Option<&Claim>) -> ClaimFields {
    let items = fields.damaged_product_items.take().unwrap_or_default();
    let untouched = before.map_or(fields.selected_items.is_empty(), |before| {
        fields.selected_items == before.selected_items
    });
    if untouched && !items.is_empty() {
        fields.selected_items = items;
    }
    if fields.shipment_id.is_none() {
        fields.shipment_id = fields.tracking_number.take();
    }
    if let Some(permission) = fields.dropoff_permission.take()
        && let Ok(custom) = with_member(&fields.custom, "dropoff_permission", &permission)
    {
        fields.custom = custom;
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(json: &str) -> ClaimFields {
        serde_json::from_str(json).unwrap()
    }

    fn claim(json: &str) -> Claim {
        let now = claimwire_model::Timestamp::from_secs(0);
        Claim::of(
            placed(fields(json), None),
            uuid::Uuid::nil(),
            1,
            now,
            now,
            None,
        )
    }

    #[test]
    fn each_goes_where_it_belongs() {
        let claim = claim(
            r#"{"damaged_product_items": [{"sku": "MUG-2", "quantity": 1, "image_urls": null}], "dropoff_permission": true,
            "tracking_number": "00340", "custom": {"a": 1.10}}"#,
        );
        assert_eq!(claim.selected_items[0].sku.as_deref(), Some("MUG-2"));
        assert_eq!(claim.shipment_id.as_deref(), Some("00340"));
        assert_eq!(
            claim.custom.as_str(),
            r#"{"a":1.10,"dropoff_permission":true}"#
        );
    }

    #[test]
    fn own_fields_go_first() {
        let claim = claim(
            r#"{"damaged_product_items": [{"quantity": 1}], "selected_items": [{"quantity": 2}], "tracking_number": "00340",
            "shipment_id": "parcel-1"}"#,
        );
        assert_eq!(claim.selected_items.len(), 1);
        assert_eq!(claim.selected_items[0].quantity, 2);
        assert_eq!(claim.shipment_id.as_deref(), Some("parcel-1"));
    }

    #[test]
    fn what_is_null_or_absent_changes_nothing() {
        let before = claim(r#"{"selected_items": [{"quantity": 2}], "shipment_id": "parcel-1"}"#);
        let null = r#"{"damaged_product_items": null, "dropoff_permission": null, "tracking_number": null}"#;
        for given in ["{}", null, r#"{"damaged_product_items": []}"#] {
            let mut named = ClaimFields::from(before.clone());
            let given = fields(given);
            named.damaged_product_items = given.damaged_product_items;
            named.dropoff_permission = given.dropoff_permission;
            named.tracking_number = given.tracking_number;
            let after = placed(named, Some(&before));
            assert_eq!(after.selected_items, before.selected_items);
            assert_eq!(after.shipment_id, before.shipment_id);
            assert_eq!(after.custom, before.custom);
        }
    }

    #[test]
    fn items_replace_those_that_the_request_left_alone() {
        let before = claim(
            r#"{"selected_items": [{"quantity": 2}], "custom": {"dropoff_permission": false}}"#,
        );
        let mut named = ClaimFields::from(before.clone());
        named.damaged_product_items =
            fields(r#"{"damaged_product_items": [{"quantity": 5}]}"#).damaged_product_items;
        named.dropoff_permission = Some(true);
        let after = placed(named, Some(&before));
        assert_eq!(after.selected_items[0].quantity, 5);
        assert_eq!(after.custom.as_str(), r#"{"dropoff_permission":true}"#);
    }
}
