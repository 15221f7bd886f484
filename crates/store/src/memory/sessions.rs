//! Who is signed in at the portal.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use claimwire_model::session::{Holder, Session};
use claimwire_model::{Shop, ShopNo, Timestamp};

use super::MemoryStore;
use super::rows::Tables;
use crate::commit::Idempotency;
use crate::directory::Once;
use crate::error::{StoreError, StoreResult};
use crate::sessions::{NewLink, OF_A_SHOP, SessionId, Sessions};

#[async_trait]
impl Sessions for MemoryStore {
    async fn open_session(
        &self,
        id: SessionId,
        session: Session,
        now: Timestamp,
    ) -> StoreResult<()> {
        self.tables().open_session(id, session, now)
    }

    async fn session(
        &self,
        id: &SessionId,
        now: Timestamp,
    ) -> StoreResult<(Session, Option<Arc<Shop>>)> {
        let tables = self.tables();
        let session = tables.sessions.get(id).filter(|s| s.expires_at > now);
        let session = session.ok_or(StoreError::NotFound)?;
        let shop = tables.shop_of_holder(&session.holder)?;
        Ok((session.clone(), shop))
    }

    async fn extend_session(&self, id: &SessionId, expires_at: Timestamp) -> StoreResult<()> {
        if let Some(session) = self.tables().sessions.get_mut(id) {
            session.expires_at = expires_at;
        }
        Ok(())
    }

    async fn close_session(&self, id: &SessionId) -> StoreResult<()> {
        self.tables().sessions.remove(id);
        Ok(())
    }

    async fn create_link(
        &self,
        link: NewLink,
        now: Timestamp,
        idempotency: Option<Idempotency>,
    ) -> StoreResult<Once<()>> {
        let shop = link.holder.shop;
        self.tables().once(shop, idempotency, now, |tables| {
            tables.shop_of_holder(&link.holder)?;
            if tables.links.contains_key(&link.id) {
                return Err(StoreError::Exists);
            }
            tables.links.retain(|_, link| link.expires_at > now);
            make_room(&mut tables.links, shop, |link| {
                (link.holder.shop, link.expires_at)
            });
            tables.links.insert(link.id, link);
            Ok(())
        })
    }

    async fn follow_link(
        &self,
        link: &SessionId,
        session: SessionId,
        now: Timestamp,
    ) -> StoreResult<()> {
        let mut tables = self.tables();
        let found = tables.links.get(link).filter(|link| link.expires_at > now);
        let holder = found.ok_or(StoreError::NotFound)?.holder.clone();
        tables.shop_of_holder(&holder)?;
        tables.open_session(session, Session::opened(holder, now), now)?;
        tables.links.remove(link);
        Ok(())
    }
}

impl Tables {
    fn shop_of_holder(&self, holder: &Holder) -> StoreResult<Option<Arc<Shop>>> {
        holder.shop.map(|no| self.shop(no).cloned()).transpose()
    }

    fn open_session(&mut self, id: SessionId, session: Session, now: Timestamp) -> StoreResult<()> {
        if self.sessions.contains_key(&id) {
            return Err(StoreError::Exists);
        }
        let shop = session.holder.shop;
        self.sessions.retain(|_, session| session.expires_at > now);
        make_room(&mut self.sessions, shop, |session| {
            (session.holder.shop, session.expires_at)
        });
        self.sessions.insert(id, session);
        Ok(())
    }
}

/// Removes of the shop's rows those that would be over first, until there is room for one more.
fn make_room<T>(
    rows: &mut BTreeMap<SessionId, T>,
    shop: Option<ShopNo>,
    of: impl Fn(&T) -> (Option<ShopNo>, Timestamp),
) {
    let mut ends: Vec<(Timestamp, SessionId)> = rows
        .iter()
        .filter(|(_, row)| of(row).0 == shop)
        .map(|(id, row)| (of(row).1, *id))
        .collect();
    ends.sort_unstable();
    let over = ends.len().saturating_sub(OF_A_SHOP - 1);
    for (_, id) in ends.into_iter().take(over) {
        rows.remove(&id);
    }
}
