//! A person or business that a claim involves (contract section 2, shapes).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::fields::{nullable, object, subject};
use crate::json::OpenObject;
use crate::time::Timestamp;

subject! {
    /// A contact as the API answers it.
    Contact,
    /// A contact as it is written. POST takes the whole of it: what is absent is empty. PUT and PATCH take
    /// a part: what is absent stays, null removes; PUT replaces the other fields whole, PATCH is a JSON Merge
    /// Patch (RFC 7396) at every level. The read-only fields that a GET
    /// answers are accepted and ignored, so that what was got can be put back.
    ContactFields;

    id {
        /// Chosen by the caller with PUT, or made.
        id: Uuid
    }
    number {
        /// Counts up in the shop together with the claims' numbers (claimable's integer `id`).
        number: u64
    }
    written {
        /// A business rather than a person.
        is_business: bool as "nullable",
        /// Given name.
        #[schema(max_length = 512)]
        first_name: Option<String>,
        /// Family name.
        #[schema(max_length = 512)]
        last_name: Option<String>,
        /// Of a business.
        #[schema(max_length = 512)]
        business_name: Option<String>,
        /// Mr, Ms, Dr, …
        #[schema(max_length = 512)]
        title: Option<String>,
        /// Where to write.
        #[schema(max_length = 512)]
        email: Option<String>,
        /// Where to call.
        #[schema(max_length = 512)]
        mobile_phone: Option<String>,
        /// Where to call.
        #[schema(max_length = 512)]
        home_phone: Option<String>,
        /// Where to call.
        #[schema(max_length = 512)]
        work_phone: Option<String>,
        /// `mobile_phone`, `home_phone`, `work_phone` or `email`.
        preferred_contact_method: Option<String>,
        /// Any fields, kept as they are.
        #[schema(value_type = Option<Object>)]
        address: Option<OpenObject>,
        /// The caller's own: any fields, kept as they are.
        #[schema(value_type = Object)]
        custom: OpenObject as "nullable",
    }
    read {
        /// When it was made.
        created_at: Timestamp,
        /// When it last changed.
        updated_at: Timestamp,
    }
}
