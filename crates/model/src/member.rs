//! People who sign in at the portal with an e-mail address and a password.

use uuid::Uuid;

use crate::id::ShopNo;
use crate::shop::Role;
use crate::time::Timestamp;

/// A member of a shop, or one of the server's operators.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// For the outside; the sessions that the member opens stand on it.
    pub id: Uuid,
    /// Of which shop; none: an operator, who works in all.
    pub shop: Option<ShopNo>,
    /// In small letters; a shop has each address once. Empty: whoever joins says it.
    pub email: String,
    /// For people: who changes are put down to.
    pub name: String,
    /// What the member may do.
    pub role: Role,
    /// The password's hash in PHC form; none: the invitation was not used yet.
    pub password: Option<String>,
    /// Until when the invitation, or the link for a new password, can be used; none: there is none.
    pub invited_until: Option<Timestamp>,
    /// When the member was invited.
    pub created_at: Timestamp,
}
