//! A person or business that a claim involves (contract section 2, shapes).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::json::OpenObject;
use crate::time::Timestamp;

/// A contact as the API answers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Contact {
    /// Chosen by the caller with PUT, or made.
    pub id: Uuid,
    /// Counts up in the shop together with the claims' numbers (claimable's integer `id`).
    pub number: u64,
    /// A business rather than a person.
    pub is_business: bool,
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// Of a business.
    pub business_name: Option<String>,
    /// Mr, Ms, Dr, …
    pub title: Option<String>,
    /// Where to write.
    pub email: Option<String>,
    /// Where to call.
    pub mobile_phone: Option<String>,
    /// Where to call.
    pub home_phone: Option<String>,
    /// Where to call.
    pub work_phone: Option<String>,
    /// `mobile_phone`, `home_phone`, `work_phone` or `email`.
    pub preferred_contact_method: Option<String>,
    /// Open.
    #[schema(value_type = Option<Object>)]
    pub address: Option<OpenObject>,
    /// The caller's own.
    #[schema(value_type = Object)]
    pub custom: OpenObject,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}
