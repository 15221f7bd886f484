//! A document, whichever its kind.

use claimwire_model::SubjectKind;

/// A document as the store keeps it: a claim, order, shipment, contact or message in the API's shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// What it is.
    pub kind: SubjectKind,
    /// Its id in the shop: uuid, order number, the caller's shipment id.
    pub id: String,
    /// What it hangs on: the order number of a claim or shipment, the claim of a message.
    pub parent: Option<String>,
    /// 1, 2, …: grows by one with each write; from 1 again when it was deleted in between.
    pub version: u64,
    /// JSON.
    pub json: String,
}
