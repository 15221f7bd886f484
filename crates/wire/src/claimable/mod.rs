//! Claimable's wire form: the subject under its own key, the event's name, who did it.
//!
//! Our claim becomes one of Claimable's: `id` is the claim's `number`, `status` is `open` until the
//! claim is closed, a blank `title` is the claimant's name, money is integer cents. `incident_type` is
//! our `reason`, `incident_description` our `description`, `claimant` our `customer`, `assigned_to` our
//! `assignee` with its `user_id` as `id`, `external_claim_ref` our uuid, `reported_at` and `opened_at`
//! our `created_at`; `estimated_claim_cost` is the sum over the selected items. What Claimable has no
//! name for follows under ours. A contact's `id` is its `number`, its uuid is `contact_id`.
//!
//! Claimable signs nothing. We add karla's form of signature in a header of our own.

mod claim;
mod encode;
mod money;

pub(crate) use encode::encode;

/// Where the signature is.
pub(crate) const HEADER: &str = "Claimwire-Signature";
