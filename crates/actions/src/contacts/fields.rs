//! The fields of a contact that a caller writes, what they may hold, and a contact made from them.

use claimwire_model::PerformedBy;
use claimwire_model::contact::Contact;
use claimwire_model::json::OpenObject;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::checks::{Checks, SHORT_TEXT};
use crate::input::{ReadOnly, object};
use crate::merge::Patchable;
use crate::refusal::Refusal;

/// What `preferred_contact_method` may be.
const CONTACT_METHODS: [&str; 4] = ["mobile_phone", "home_phone", "work_phone", "email"];

/// A contact as it is written. POST and PUT take the whole of it: what is absent is empty. PATCH takes
/// a JSON Merge Patch (RFC 7396): what is absent stays, null removes. The read-only fields that a GET
/// answers are accepted and ignored, so that what was got can be put back.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ContactFields {
    /// A business rather than a person.
    pub is_business: bool,
    /// Given name.
    #[schema(max_length = 512)]
    pub first_name: Option<String>,
    /// Family name.
    #[schema(max_length = 512)]
    pub last_name: Option<String>,
    /// Of a business.
    #[schema(max_length = 512)]
    pub business_name: Option<String>,
    /// Mr, Ms, Dr, …
    #[schema(max_length = 512)]
    pub title: Option<String>,
    /// Where to write.
    #[schema(max_length = 512)]
    pub email: Option<String>,
    /// Where to call.
    #[schema(max_length = 512)]
    pub mobile_phone: Option<String>,
    /// Where to call.
    #[schema(max_length = 512)]
    pub home_phone: Option<String>,
    /// Where to call.
    #[schema(max_length = 512)]
    pub work_phone: Option<String>,
    /// `mobile_phone`, `home_phone`, `work_phone` or `email`.
    pub preferred_contact_method: Option<String>,
    /// Any fields, kept as they are.
    #[schema(value_type = Option<Object>)]
    pub address: Option<OpenObject>,
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
}

impl Patchable for ContactFields {
    const ALSO: &'static [&'static str] =
        &["performed_by", "id", "number", "created_at", "updated_at"];
}

impl From<Contact> for ContactFields {
    fn from(contact: Contact) -> Self {
        Self {
            is_business: contact.is_business,
            first_name: contact.first_name,
            last_name: contact.last_name,
            business_name: contact.business_name,
            title: contact.title,
            email: contact.email,
            mobile_phone: contact.mobile_phone,
            home_phone: contact.home_phone,
            work_phone: contact.work_phone,
            preferred_contact_method: contact.preferred_contact_method,
            address: contact.address,
            custom: contact.custom,
            ..Self::default()
        }
    }
}

impl ContactFields {
    /// Whether every field may be as it is. `id`: of the contact in the path, when there is one.
    pub(super) fn check(&self, id: Option<&Uuid>) -> Result<(), Refusal> {
        let mut checks = Checks::default();
        if let (Some(id), Some(given)) = (id, &self.id) {
            checks.that(
                given.parse().as_ref() == Ok(id),
                "/id",
                "is another contact's than the one in the path",
            );
        }
        for (field, text) in [
            ("/first_name", &self.first_name),
            ("/last_name", &self.last_name),
            ("/business_name", &self.business_name),
            ("/title", &self.title),
            ("/email", &self.email),
            ("/mobile_phone", &self.mobile_phone),
            ("/home_phone", &self.home_phone),
            ("/work_phone", &self.work_phone),
        ] {
            checks.optional(field, text.as_deref(), SHORT_TEXT);
        }
        if let Some(method) = &self.preferred_contact_method {
            checks.that(
                CONTACT_METHODS.contains(&method.as_str()),
                "/preferred_contact_method",
                "is none of mobile_phone, home_phone, work_phone and email",
            );
        }
        if let Some(address) = &self.address {
            checks.open("/address", address);
        }
        checks.open("/custom", &self.custom);
        checks.performed_by(self.performed_by.as_ref());
        checks.done()
    }
}
