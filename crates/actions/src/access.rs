//! Who asks, and what they may do (contract section 2, roles).
//!
//! Every action of a shop takes an [`As`] with the role that it needs. There is one way to get one:
//! through [`Caller::enter`], which finds the shop and checks the role. What an action works with is
//! inside it and not to be had elsewhere, so neither a route nor a page can leave the check out.

use std::marker::PhantomData;
use std::sync::Arc;

use claimwire_model::{Role, Shop, Source};
use claimwire_store::{Store, StoreError};
use claimwire_wire::trace::Trace;

use crate::call::Call;
use crate::caller::Caller;
use crate::ports::Ports;
use crate::refusal::Refusal;

impl Caller {
    /// Enters the shop of this slug with at least the role `R`.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] for another shop, whether it exists or not; [`Refusal::Forbidden`] when
    /// the role does not suffice.
    pub async fn enter<R: Needs>(
        self,
        store: &dyn Store,
        slug: &str,
    ) -> Result<InShop<R>, Refusal> {
        let shop = match self.shop() {
            None => store.shop(slug).await.map_err(|error| match error {
                StoreError::NotFound => no_such_shop(),
                other => other.into(),
            })?,
            Some(shop) if shop.slug == slug => Arc::clone(shop),
            Some(_) => return Err(no_such_shop()),
        };
        if self.role() < R::ROLE {
            let (has, needs) = (self.role().as_str(), R::ROLE.as_str());
            return Err(Refusal::Forbidden {
                key: "role_insufficient",
                detail: format!("The key's role is {has}; this needs {needs}."),
            });
        }
        Ok(InShop {
            shop,
            caller: self,
            source: Source::Api,
            trace: None,
            role: PhantomData,
        })
    }

    /// That it is the server's operator.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`] when it is not.
    pub fn operator(&self) -> Result<Operator, Refusal> {
        match self {
            Self::Operator => Ok(Operator(())),
            Self::Session(session) if session.1.is_none() => Ok(Operator(())),
            Self::Key(_) | Self::Session(_) => {
                Err(admin_key_needed("A shop's key works only inside its shop."))
            }
        }
    }
}

/// A role that an action needs, as a type.
pub trait Needs: Send + Sync + 'static {
    /// This or one that may do more.
    const ROLE: Role;
}

/// Reads.
#[derive(Debug)]
pub enum Viewer {}
/// Also writes.
#[derive(Debug)]
pub enum Editor {}
/// Also manages.
#[derive(Debug)]
pub enum Admin {}

impl Needs for Viewer {
    const ROLE: Role = Role::Viewer;
}
impl Needs for Editor {
    const ROLE: Role = Role::Editor;
}
impl Needs for Admin {
    const ROLE: Role = Role::Admin;
}

/// A role that may do what an editor may.
pub trait AtLeastEditor: Needs {}
impl AtLeastEditor for Editor {}
impl AtLeastEditor for Admin {}

/// A caller inside a shop, with at least the role `R`.
#[derive(Debug)]
pub struct InShop<R> {
    shop: Arc<Shop>,
    caller: Caller,
    source: Source,
    trace: Option<Trace>,
    role: PhantomData<R>,
}

impl<R: Needs> InShop<R> {
    /// The shop.
    #[must_use]
    pub fn shop(&self) -> &Arc<Shop> {
        &self.shop
    }

    /// Who entered it.
    #[must_use]
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// The same for a person in a user interface: that is the source of what it changes.
    #[must_use]
    pub fn in_person(self) -> Self {
        Self {
            source: Source::Ui,
            ..self
        }
    }

    /// The same as a part of this trace, which what it changes is followed by.
    #[must_use]
    pub fn traced(self, trace: Option<Trace>) -> Self {
        Self { trace, ..self }
    }

    /// For one action, now.
    #[must_use]
    pub fn on<'a>(&'a self, ports: &'a Ports) -> As<'a, R> {
        As {
            call: Call {
                store: &*ports.store,
                ports,
                shop: &self.shop,
                caller: &self.caller,
                source: self.source,
                trace: self.trace.as_ref(),
                now: ports.now(),
            },
            role: PhantomData,
        }
    }
}

/// The proof that who asks has at least the role `R` in the shop, with all that an action needs.
pub struct As<'a, R> {
    call: Call<'a>,
    role: PhantomData<R>,
}

impl<'a, R: Needs> As<'a, R> {
    pub(crate) fn call(&self) -> &Call<'a> {
        &self.call
    }

    /// Whoever has this role or more may do what an editor may.
    #[must_use]
    pub fn editor(&self) -> As<'a, Editor>
    where
        R: AtLeastEditor,
    {
        As {
            call: self.call,
            role: PhantomData,
        }
    }

    /// Every role may do what a viewer may.
    #[must_use]
    pub fn viewer(&self) -> As<'a, Viewer> {
        As {
            call: self.call,
            role: PhantomData,
        }
    }
}

/// The proof that who asks is the server's operator.
#[derive(Debug)]
pub struct Operator(());

/// The refusal of what only the operator may do.
pub(crate) fn admin_key_needed(detail: &str) -> Refusal {
    Refusal::Forbidden {
        key: "admin_key_needed",
        detail: detail.to_owned(),
    }
}

fn no_such_shop() -> Refusal {
    Refusal::NotFound {
        key: "shop_not_found",
        what: "shop of this slug".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use claimwire_store::directory::{NewApiKey, NewShop, Once};
    use claimwire_store::{Directory, MemoryStore};
    use uuid::Uuid;

    use super::*;
    use crate::testing::key;

    async fn shop(store: &MemoryStore, slug: &str) -> Arc<Shop> {
        let shop = NewShop {
            id: Uuid::new_v4(),
            slug: slug.to_owned(),
            name: slug.to_owned(),
            notification_emails: Vec::new(),
        };
        let now = claimwire_model::Timestamp::from_secs(1_800_000_000);
        match store.create_shop(shop, now, None).await.unwrap() {
            Once::Now(shop) => shop,
            Once::Before(_) => panic!(),
        }
    }

    async fn caller(store: &MemoryStore, shop: &Shop, role: Role) -> Caller {
        let hash = [role as u8; 32];
        let key = NewApiKey {
            id: Uuid::new_v4(),
            hash,
            name: "k".to_owned(),
            role,
        };
        store
            .create_key(shop.no, key, shop.created_at, None)
            .await
            .unwrap();
        Caller::Key(store.key(&hash).await.unwrap())
    }

    #[tokio::test]
    async fn each_role_enters_as_itself_and_as_those_below() {
        let store = MemoryStore::new();
        let acme = shop(&store, "acme").await;
        shop(&store, "other").await;
        for (role, viewer, editor, admin) in [
            (Role::Viewer, true, false, false),
            (Role::Editor, true, true, false),
            (Role::Admin, true, true, true),
        ] {
            let caller = caller(&store, &acme, role).await;
            let entered = (
                caller.clone().enter::<Viewer>(&store, "acme").await.is_ok(),
                caller.clone().enter::<Editor>(&store, "acme").await.is_ok(),
                caller.clone().enter::<Admin>(&store, "acme").await.is_ok(),
            );
            assert_eq!(entered, (viewer, editor, admin), "{role:?}");
            if !admin {
                let refused = caller.clone().enter::<Admin>(&store, "acme").await;
                assert_eq!(key(refused), "role_insufficient");
            }
            for slug in ["other", "nowhere"] {
                let refused = caller.clone().enter::<Viewer>(&store, slug).await;
                assert_eq!(key(refused), "shop_not_found", "{slug}");
            }
            assert_eq!(key(caller.operator()), "admin_key_needed");
        }
    }

    #[tokio::test]
    async fn the_operator_enters_every_shop_that_there_is() {
        let store = MemoryStore::new();
        shop(&store, "acme").await;
        let operator = Caller::Operator;
        assert!(operator.operator().is_ok());
        assert!(
            operator
                .clone()
                .enter::<Admin>(&store, "acme")
                .await
                .is_ok()
        );
        let refused = operator.enter::<Viewer>(&store, "nowhere").await;
        assert_eq!(key(refused), "shop_not_found");
    }
}
