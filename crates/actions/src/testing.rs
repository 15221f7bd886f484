//! A shop in a memory store, for the tests of this crate.

use std::sync::Arc;

use claimwire_model::{Event, Shop, SubjectKind, Timestamp};
use claimwire_store::directory::{NewShop, Once};
use claimwire_store::{Directory, Log, MemoryStore, PageRequest};
use serde_json::Value;
use uuid::Uuid;

use crate::call::{Call, Done, IdempotencyKey};
use crate::read;
use crate::refusal::Refusal;

/// When the tests' first change is made.
pub const START_MS: i64 = 1_769_698_127_120;

pub struct World {
    pub store: MemoryStore,
    pub shop: Arc<Shop>,
}

impl World {
    pub async fn new() -> Self {
        let store = MemoryStore::new();
        let shop = NewShop {
            id: Uuid::from_u128(1),
            slug: "demo".into(),
            name: "Demo".into(),
            notification_emails: Vec::new(),
        };
        let Once::Now(shop) = store
            .create_shop(shop, Timestamp::from_millis(START_MS), None)
            .await
            .unwrap()
        else {
            panic!()
        };
        Self { store, shop }
    }

    pub fn call(&self) -> Call<'_> {
        self.at(0)
    }

    /// So many seconds after the start.
    pub fn at(&self, seconds: i64) -> Call<'_> {
        Call {
            store: &self.store,
            shop: &self.shop,
            key_name: "till",
            now: Timestamp::from_millis(START_MS + seconds * 1000),
            idempotency: None,
        }
    }

    /// With an Idempotency-Key; `request` stands for method, path and body.
    pub fn keyed(&self, key: &str, request: u8) -> Call<'_> {
        let idempotency = Some(IdempotencyKey {
            key: key.into(),
            fingerprint: [request; 32],
        });
        Call {
            idempotency,
            ..self.call()
        }
    }

    /// Events so far, oldest first.
    pub async fn events(&self) -> Vec<Arc<Event>> {
        let page = PageRequest {
            limit: 100,
            after: None,
        };
        let mut events = self.store.events(self.shop.no, page).await.unwrap().items;
        events.reverse();
        events
    }

    /// Refs of the events so far, oldest first.
    pub async fn refs(&self) -> Vec<String> {
        self.events()
            .await
            .iter()
            .map(|event| event.fact.r#ref.clone())
            .collect()
    }

    pub async fn read(&self, kind: SubjectKind, id: &str) -> Result<Value, Refusal> {
        read::one(&self.call(), kind, id)
            .await
            .map(|json| serde_json::from_str(&json).unwrap())
    }
}

/// An answer's body.
pub fn json(done: &Done) -> Value {
    serde_json::from_slice(&done.body).unwrap()
}

/// An answer's body as text.
pub fn text(done: &Done) -> &str {
    std::str::from_utf8(&done.body).unwrap()
}

/// The fields that a refusal names.
pub fn fields(refusal: &Refusal) -> Vec<&str> {
    match refusal {
        Refusal::Invalid { errors, .. } => errors.iter().map(|e| e.field.as_str()).collect(),
        other => panic!("{other:?}"),
    }
}

/// A refusal's stable name.
pub fn key<T: std::fmt::Debug>(result: Result<T, Refusal>) -> &'static str {
    match result.unwrap_err() {
        Refusal::Invalid { key, .. }
        | Refusal::NotFound { key, .. }
        | Refusal::Conflict { key, .. } => key,
        other => panic!("{other:?}"),
    }
}
