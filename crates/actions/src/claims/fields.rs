//! The fields of a claim that a caller writes, what they may hold, and a claim made from them.

use claimwire_model::PerformedBy;
use claimwire_model::claim::{Assignee, Claim, ClaimStatus, Customer, Damage, SelectedItem};
use claimwire_model::json::OpenObject;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::checks::{CALLERS_ID, Checks, ENTRIES, LONG_TEXT, OPEN_ENUM, SHORT_TEXT};
use crate::input::{ReadOnly, object, objects};
use crate::merge::Patchable;
use crate::refusal::Refusal;

/// A claim as it is written. POST and PUT take the whole of it: what is absent is empty. PATCH takes
/// a JSON Merge Patch (RFC 7396): what is absent stays, null removes. The read-only fields that a GET
/// answers are accepted and ignored, so that what was got can be put back.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ClaimFields {
    /// For people.
    #[schema(max_length = 512)]
    pub title: Option<String>,
    /// Free text.
    #[schema(max_length = 64)]
    pub r#type: Option<String>,
    /// Open enum: `damage`, `partial_damage`, `investigation`, …
    #[schema(max_length = 64)]
    pub reason: Option<String>,
    /// Open enum: `refund`, `reorder`, …
    #[schema(max_length = 64)]
    pub resolution_preference: Option<String>,
    /// Where it stands.
    pub status: ClaimStatus,
    /// In the customer's words.
    #[schema(max_length = 65536)]
    pub description: Option<String>,
    /// Which lines of the order.
    #[serde(deserialize_with = "objects")]
    pub selected_items: Vec<SelectedItem>,
    /// Photos: absolute http or https URLs.
    pub image_urls: Vec<String>,
    /// Further photos.
    pub optional_image_urls: Vec<String>,
    /// The customer's signature.
    #[schema(max_length = 2048)]
    pub customer_signature_image_url: Option<String>,
    /// Slugs, `[a-z0-9_-]{1,64}`, each once.
    pub labels: Vec<String>,
    /// Who works on it.
    #[serde(deserialize_with = "object")]
    pub assignee: Option<Assignee>,
    /// What is damaged. A damage without an id gets one; in an update it keeps that of an equal damage.
    #[serde(deserialize_with = "objects")]
    pub damages: Vec<Damage>,
    /// Whose claim it is.
    #[serde(deserialize_with = "object")]
    pub customer: Option<Customer>,
    /// The order that it is about; it need not be known yet.
    #[schema(max_length = 128)]
    pub order_number: Option<String>,
    /// The shipment that it is about; it need not be known yet.
    #[schema(max_length = 128)]
    pub shipment_id: Option<String>,
    /// The caller's own: any fields, kept as they are.
    #[schema(value_type = Object)]
    pub custom: OpenObject,
    /// Who makes the change; without it source `api` and the API key's name.
    #[serde(skip_serializing, deserialize_with = "object")]
    #[schema(write_only)]
    pub performed_by: Option<PerformedBy>,
    /// Read-only. With PUT it must be that of the path.
    #[serde(skip_serializing)]
    #[schema(read_only, value_type = Option<Uuid>)]
    pub id: Option<String>,
    /// Read-only; ignored.
    #[serde(skip_serializing)]
    #[schema(read_only, value_type = Option<u64>)]
    pub number: Option<ReadOnly>,
    /// Read-only; ignored.
    #[serde(skip_serializing)]
    #[schema(read_only, value_type = Option<Timestamp>)]
    pub created_at: Option<ReadOnly>,
    /// Read-only; ignored.
    #[serde(skip_serializing)]
    #[schema(read_only, value_type = Option<Timestamp>)]
    pub updated_at: Option<ReadOnly>,
    /// Read-only; ignored.
    #[serde(skip_serializing)]
    #[schema(read_only, value_type = Option<Timestamp>)]
    pub closed_at: Option<ReadOnly>,
}

impl Patchable for ClaimFields {
    const ALSO: &'static [&'static str] = &[
        "performed_by",
        "id",
        "number",
        "created_at",
        "updated_at",
        "closed_at",
    ];
}

impl From<Claim> for ClaimFields {
    fn from(claim: Claim) -> Self {
        Self {
            title: claim.title,
            r#type: claim.r#type,
            reason: claim.reason,
            resolution_preference: claim.resolution_preference,
            status: claim.status,
            description: claim.description,
            selected_items: claim.selected_items,
            image_urls: claim.image_urls,
            optional_image_urls: claim.optional_image_urls,
            customer_signature_image_url: claim.customer_signature_image_url,
            labels: claim.labels,
            assignee: claim.assignee,
            damages: claim.damages,
            customer: claim.customer,
            order_number: claim.order_number,
            shipment_id: claim.shipment_id,
            custom: claim.custom,
            ..Self::default()
        }
    }
}

impl ClaimFields {
    /// Whether every field may be as it is. `id`: of the claim in the path, when there is one.
    pub(super) fn check(&self, id: Option<&Uuid>) -> Result<(), Refusal> {
        let mut checks = Checks::default();
        if let (Some(id), Some(given)) = (id, &self.id) {
            checks.that(
                given.parse().as_ref() == Ok(id),
                "/id",
                "is another claim's than the one in the path",
            );
        }
        checks.optional("/title", self.title.as_deref(), SHORT_TEXT);
        checks.optional("/type", self.r#type.as_deref(), OPEN_ENUM);
        checks.optional("/reason", self.reason.as_deref(), OPEN_ENUM);
        checks.optional(
            "/resolution_preference",
            self.resolution_preference.as_deref(),
            OPEN_ENUM,
        );
        checks.optional("/description", self.description.as_deref(), LONG_TEXT);
        self.check_items(&mut checks);
        checks.urls("/image_urls", &self.image_urls);
        checks.urls("/optional_image_urls", &self.optional_image_urls);
        if let Some(url) = &self.customer_signature_image_url {
            checks.url("/customer_signature_image_url", url);
        }
        self.check_labels(&mut checks);
        if let Some(assignee) = &self.assignee {
            checks.user_id("/assignee/user_id", assignee.user_id.as_ref());
            checks.optional("/assignee/name", assignee.name.as_deref(), SHORT_TEXT);
            checks.optional("/assignee/email", assignee.email.as_deref(), SHORT_TEXT);
        }
        self.check_damages(&mut checks);
        checks.customer(self.customer.as_ref());
        if let Some(number) = &self.order_number {
            checks.id("/order_number", number);
        }
        if let Some(shipment) = &self.shipment_id {
            checks.id("/shipment_id", shipment);
        }
        checks.open("/custom", &self.custom);
        checks.performed_by(self.performed_by.as_ref());
        checks.done()
    }

    fn check_items(&self, checks: &mut Checks) {
        checks.entries("/selected_items", &self.selected_items);
        for (i, item) in self.selected_items.iter().enumerate().take(ENTRIES) {
            checks.optional(
                format_args!("/selected_items/{i}/sku"),
                item.sku.as_deref(),
                SHORT_TEXT,
            );
            checks.optional(
                format_args!("/selected_items/{i}/title"),
                item.title.as_deref(),
                SHORT_TEXT,
            );
            checks.urls(
                format_args!("/selected_items/{i}/image_urls"),
                &item.image_urls,
            );
        }
    }

    fn check_labels(&self, checks: &mut Checks) {
        checks.entries("/labels", &self.labels);
        for (i, label) in self.labels.iter().enumerate().take(ENTRIES) {
            let slug = (1..=OPEN_ENUM).contains(&label.len())
                && label
                    .bytes()
                    .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_'));
            checks.that(
                slug,
                format_args!("/labels/{i}"),
                "is not a slug: use 1 to 64 of a-z, 0-9, - and _",
            );
            let again = self.labels.iter().take(i).any(|other| other == label);
            checks.that(!again, format_args!("/labels/{i}"), "is there twice");
        }
    }

    fn check_damages(&self, checks: &mut Checks) {
        checks.entries("/damages", &self.damages);
        for (i, damage) in self.damages.iter().enumerate().take(ENTRIES) {
            let again =
                !damage.id.is_empty() && self.damages.iter().take(i).any(|d| d.id == damage.id);
            checks.that(!again, format_args!("/damages/{i}/id"), "is there twice");
            checks.text(format_args!("/damages/{i}/id"), &damage.id, CALLERS_ID);
            checks.text(
                format_args!("/damages/{i}/damage_type"),
                &damage.damage_type,
                OPEN_ENUM,
            );
            checks.optional(
                format_args!("/damages/{i}/description"),
                damage.description.as_deref(),
                LONG_TEXT,
            );
        }
    }
}
