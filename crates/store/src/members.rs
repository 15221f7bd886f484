//! Members of shops, and the server's operators: who may sign in with a password, and the links by which they join.
//!
//! A link is kept under a hash of what its holder has, and used once. The sessions and portal links that a member
//! opened name the member where those of a key name the key ([`Holder::principal`](claimwire_model::session::Holder)); they
//! are over when the member is removed, has another role or joins anew. Members go with their shop.

use std::sync::Arc;

use async_trait::async_trait;
use claimwire_model::member::Member;
use claimwire_model::{Role, Shop, ShopNo, Timestamp};
use uuid::Uuid;

use crate::error::StoreResult;
use crate::outbox::NewLetter;
use crate::page::{Page, PageRequest};
use crate::sessions::SessionId;

/// What someone who follows a link says of themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joined {
    /// In small letters.
    pub email: String,
    /// For people.
    pub name: String,
    /// The password's hash.
    pub password: String,
}

impl Joined {
    /// The member once they joined.
    #[must_use]
    pub fn of(&self, member: Member) -> Member {
        Member {
            email: self.email.clone(),
            name: self.name.clone(),
            password: Some(self.password.clone()),
            invited_until: None,
            ..member
        }
    }
}

/// What changes of a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MemberChange {
    /// What they may do. Ends their sessions.
    Role(Role),
    /// A new link, in the place of the one before; good until then. Sessions stay until it is used. With it is kept the
    /// letter that brings it, if one does.
    Link(SessionId, Timestamp, Option<NewLetter>),
}

impl MemberChange {
    /// The member with it.
    #[must_use]
    pub fn of(&self, member: Member) -> Member {
        match self {
            Self::Role(role) => Member {
                role: *role,
                ..member
            },
            Self::Link(_, until, _) => Member {
                invited_until: Some(*until),
                ..member
            },
        }
    }
}

/// Members. `shop`: none for the server's operators.
#[async_trait]
pub trait Members: Send + Sync {
    /// Keeps a new member with the link by which they join, good until `member.invited_until`. `Exists` when the shop
    /// has the address already, or the id or link is taken; `NotFound` when the shop is not there. With the member is
    /// kept the letter that brings the link, if one does.
    async fn add_member(
        &self,
        member: Member,
        link: SessionId,
        letter: Option<NewLetter>,
    ) -> StoreResult<()>;
    /// A page of them, newest first; nothing for a shop that is not there.
    async fn members(&self, shop: Option<ShopNo>, page: PageRequest) -> StoreResult<Page<Member>>;
    /// The one of this id.
    async fn member(&self, shop: Option<ShopNo>, id: Uuid) -> StoreResult<Member>;
    /// The one of this address, which is in small letters.
    async fn member_of(&self, shop: Option<ShopNo>, email: &str) -> StoreResult<Member>;
    /// Whose link this is, with their shop if they have one; `NotFound` when it is over or was used.
    async fn invited(
        &self,
        link: &SessionId,
        now: Timestamp,
    ) -> StoreResult<(Member, Option<Arc<Shop>>)>;
    /// Uses a link up: the member is as they say, and their sessions are over; all or nothing. `NotFound` when the link
    /// is over or was used, `Exists` when the shop has the address as another's.
    async fn join(&self, link: &SessionId, joined: Joined, now: Timestamp) -> StoreResult<Member>;
    /// Changes a member.
    async fn change_member(
        &self,
        shop: Option<ShopNo>,
        id: Uuid,
        change: MemberChange,
    ) -> StoreResult<Member>;
    /// Removes a member, whose sessions and links are over.
    async fn remove_member(&self, shop: Option<ShopNo>, id: Uuid) -> StoreResult<()>;
}
