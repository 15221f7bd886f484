//! Who is signed in at the portal: sessions, and the links that open one once. Both are kept under the hash of what
//! their holder has.
//!
//! A session is over with its time, with its shop and with the key that it stands on
//! ([`Directory::delete_key`](crate::Directory::delete_key)), whichever is first; so is a link.

use std::sync::Arc;

use async_trait::async_trait;
use claimwire_model::session::{Holder, Session};
use claimwire_model::{Shop, Timestamp};

use crate::commit::Idempotency;
use crate::directory::Once;
use crate::error::StoreResult;

/// Sessions of one shop, and links, that are kept. A new one takes the place of that which would be over first.
pub const OF_A_SHOP: usize = 1_000;

/// What a session or a link is kept under: a hash of what its holder has.
pub type SessionId = [u8; 32];

/// A link about to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLink {
    /// What it is kept under.
    pub id: SessionId,
    /// In whose name its session acts.
    pub holder: Holder,
    /// It opens nothing from then on.
    pub expires_at: Timestamp,
}

/// Sessions and links.
#[async_trait]
pub trait Sessions: Send + Sync {
    /// Begins a session; `Exists` when its id is taken. Removes what is over by then.
    async fn open_session(
        &self,
        id: SessionId,
        session: Session,
        now: Timestamp,
    ) -> StoreResult<()>;
    /// A session that is not over, with its shop if it has one.
    async fn session(
        &self,
        id: &SessionId,
        now: Timestamp,
    ) -> StoreResult<(Session, Option<Arc<Shop>>)>;
    /// It lasts until then; nothing when it is gone.
    async fn extend_session(&self, id: &SessionId, expires_at: Timestamp) -> StoreResult<()>;
    /// Ends it; nothing when it is gone.
    async fn close_session(&self, id: &SessionId) -> StoreResult<()>;
    /// Keeps a link of a shop; `NotFound` when the shop is not there.
    async fn create_link(
        &self,
        link: NewLink,
        now: Timestamp,
        idempotency: Option<Idempotency>,
    ) -> StoreResult<Once<()>>;
    /// Uses a link up and begins its session, both or neither; `NotFound` when it is over or was used.
    async fn follow_link(
        &self,
        link: &SessionId,
        session: SessionId,
        now: Timestamp,
    ) -> StoreResult<()>;
}
