//! Members, and the audit log.

use std::sync::Arc;

use async_trait::async_trait;
use claimwire_model::audit::Entry;
use claimwire_model::member::Member;
use claimwire_model::{Shop, ShopNo, Timestamp};
use uuid::Uuid;

use super::rows::{MemberRow, Tables};
use super::{MemoryStore, page};
use crate::audit::Audit;
use crate::error::{StoreError, StoreResult};
use crate::members::{Joined, MemberChange, Members};
use crate::outbox::NewLetter;
use crate::page::{Page, PageRequest};
use crate::sessions::SessionId;

#[async_trait]
impl Members for MemoryStore {
    async fn add_member(
        &self,
        member: Member,
        link: SessionId,
        letter: Option<NewLetter>,
    ) -> StoreResult<()> {
        let mut tables = self.tables();
        tables.shop_of(member.shop)?;
        let taken = tables.members.values().any(|row| {
            let same_address = row.member.shop == member.shop && row.member.email == member.email;
            row.member.id == member.id || row.link == Some(link) || same_address
        });
        if taken {
            return Err(StoreError::Exists);
        }
        if let Some(letter) = letter {
            tables.add_letter(member.shop, letter);
        }
        let no = tables.next_no();
        let link = Some(link);
        tables.members.insert(no, MemberRow { member, link });
        Ok(())
    }

    async fn members(
        &self,
        shop: Option<ShopNo>,
        request: PageRequest,
    ) -> StoreResult<Page<Member>> {
        let tables = self.tables();
        let there = tables.shop_of(shop).is_ok();
        let rows = tables.members.iter().rev();
        let rows = rows.filter(|(_, row)| there && row.member.shop == shop);
        Ok(page(
            request,
            rows.map(|(no, row)| ((*no, 0), row.member.clone())),
        ))
    }

    async fn member(&self, shop: Option<ShopNo>, id: Uuid) -> StoreResult<Member> {
        let mut tables = self.tables();
        Ok(tables.member(shop, id)?.member.clone())
    }

    async fn member_of(&self, shop: Option<ShopNo>, email: &str) -> StoreResult<Member> {
        let tables = self.tables();
        tables.shop_of(shop)?;
        let mut rows = tables.members.values();
        let found = rows.find(|row| row.member.shop == shop && row.member.email == email);
        found
            .map(|row| row.member.clone())
            .ok_or(StoreError::NotFound)
    }

    async fn invited(
        &self,
        link: &SessionId,
        now: Timestamp,
    ) -> StoreResult<(Member, Option<Arc<Shop>>)> {
        let mut tables = self.tables();
        let member = tables.invited(link, now)?.member.clone();
        let shop = tables.shop_of(member.shop)?;
        Ok((member, shop))
    }

    async fn join(&self, link: &SessionId, joined: Joined, now: Timestamp) -> StoreResult<Member> {
        let mut tables = self.tables();
        let member = tables.invited(link, now)?.member.clone();
        tables.shop_of(member.shop)?;
        let taken = tables.members.values().any(|row| {
            let other = row.member.id != member.id;
            other && row.member.shop == member.shop && row.member.email == joined.email
        });
        if taken {
            return Err(StoreError::Exists);
        }
        let member = joined.of(member);
        let row = tables.invited(link, now)?;
        (row.member, row.link) = (member.clone(), None);
        tables.end_sessions(member.id);
        Ok(member)
    }

    async fn change_member(
        &self,
        shop: Option<ShopNo>,
        id: Uuid,
        change: MemberChange,
    ) -> StoreResult<Member> {
        let mut tables = self.tables();
        let row = tables.member(shop, id)?;
        let member = change.of(row.member.clone());
        row.member = member.clone();
        match change {
            MemberChange::Role(_) => tables.end_sessions(id),
            MemberChange::Link(link, _, letter) => {
                row.link = Some(link);
                if let Some(letter) = letter {
                    tables.add_letter(shop, letter);
                }
            }
        }
        Ok(member)
    }

    async fn remove_member(&self, shop: Option<ShopNo>, id: Uuid) -> StoreResult<()> {
        let mut tables = self.tables();
        tables.member(shop, id)?;
        tables.members.retain(|_, row| row.member.id != id);
        tables.end_sessions(id);
        Ok(())
    }
}

#[async_trait]
impl Audit for MemoryStore {
    async fn add_entry(&self, shop: ShopNo, entry: Entry) -> StoreResult<()> {
        let mut tables = self.tables();
        tables.shop(shop)?;
        let no = tables.next_no();
        tables.audit.insert(no, (shop, entry));
        Ok(())
    }

    async fn entries(&self, shop: ShopNo, request: PageRequest) -> StoreResult<Page<Entry>> {
        let tables = self.tables();
        let there = tables.shop(shop).is_ok();
        let rows = tables.audit.iter().rev();
        let rows = rows.filter(|(_, (of, _))| there && *of == shop);
        Ok(page(
            request,
            rows.map(|(no, (_, entry))| ((*no, 0), entry.clone())),
        ))
    }
}

impl Tables {
    fn shop_of(&self, shop: Option<ShopNo>) -> StoreResult<Option<Arc<Shop>>> {
        shop.map(|no| self.shop(no).cloned()).transpose()
    }

    fn member(&mut self, shop: Option<ShopNo>, id: Uuid) -> StoreResult<&mut MemberRow> {
        self.shop_of(shop)?;
        let mut rows = self.members.values_mut();
        let found = rows.find(|row| row.member.shop == shop && row.member.id == id);
        found.ok_or(StoreError::NotFound)
    }

    fn invited(&mut self, link: &SessionId, now: Timestamp) -> StoreResult<&mut MemberRow> {
        let good = |row: &&mut MemberRow| {
            row.link.as_ref() == Some(link) && row.member.invited_until.is_some_and(|at| at > now)
        };
        self.members
            .values_mut()
            .find(good)
            .ok_or(StoreError::NotFound)
    }

    /// Of a key or a member.
    pub(super) fn end_sessions(&mut self, of: Uuid) {
        self.sessions
            .retain(|_, session| session.holder.principal != Some(of));
        self.links
            .retain(|_, link| link.holder.principal != Some(of));
    }
}
