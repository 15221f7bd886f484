//! A shop in a memory store, for the tests of this crate, and a shell around the actions that speaks
//! JSON as the API's does: bodies in, answers out.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use async_trait::async_trait;
use claimwire_model::{Event, Role, Shop, SubjectKind, Timestamp};
use claimwire_store::directory::{NewApiKey, NewShop, Once};
use claimwire_store::{Answered, Directory, EventFilter, MemoryStore, PageRequest};
use claimwire_wire::send::{Answer, Request, SendError, Sender};
use object_store::memory::InMemory;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::access::{As, Editor, InShop};
use crate::caller::Caller;
use crate::idempotency::{IdempotencyKey, Keyed};
use crate::kept::Saved;
use crate::ports::Ports;
use crate::refusal::Refusal;

/// When the tests' first change is made.
pub const START_MS: i64 = 1_769_698_127_120;

/// A sender that nothing is to be sent with.
struct Silent;

#[async_trait]
impl Sender for Silent {
    async fn send(&self, _: Request) -> Result<Answer, SendError> {
        panic!("nothing is sent in these tests")
    }

    fn check_url(&self, url: &str) -> Result<String, SendError> {
        Ok(url.to_owned())
    }
}

pub struct World {
    pub ports: Ports,
    pub shop: Arc<Shop>,
    clock: Arc<AtomicI64>,
    entered: InShop<Editor>,
}

impl World {
    pub async fn new() -> Self {
        let store = MemoryStore::new();
        let start = Timestamp::from_millis(START_MS);
        let shop = NewShop {
            id: Uuid::from_u128(1),
            slug: "demo".into(),
            name: "Demo".into(),
            notification_emails: Vec::new(),
        };
        let Once::Now(shop) = store.create_shop(shop, start, None).await.unwrap() else {
            panic!()
        };
        let key = NewApiKey {
            id: Uuid::from_u128(2),
            hash: [1; 32],
            name: "till".into(),
            role: Role::Editor,
        };
        store.create_key(shop.no, key, start, None).await.unwrap();
        let caller = Caller::Key(store.key(&[1; 32]).await.unwrap());
        let entered = caller.enter(&store, "demo").await.unwrap();
        let clock = Arc::new(AtomicI64::new(START_MS));
        let ports = Ports {
            store: Arc::new(store),
            sender: Arc::new(Silent),
            images: Arc::new(InMemory::new()),
            public_url: "http://claimwire.test".into(),
            limits: Arc::default(),
            vendors: &[],
            clock: {
                let clock = clock.clone();
                Arc::new(move || Timestamp::from_millis(clock.load(Ordering::SeqCst)))
            },
            random: Arc::new(|_| true),
        };
        Self {
            ports,
            shop,
            clock,
            entered,
        }
    }

    pub fn call(&self) -> Asker<'_> {
        self.at(0)
    }

    /// So many seconds after the start.
    pub fn at(&self, seconds: i64) -> Asker<'_> {
        self.clock
            .store(START_MS + seconds * 1000, Ordering::SeqCst);
        Asker {
            editor: self.entered.on(&self.ports),
            now: self.ports.now(),
            key: None,
        }
    }

    /// With an Idempotency-Key; `request` stands for method, path and body.
    pub fn keyed(&self, key: &str, request: u8) -> Asker<'_> {
        let key = Some(IdempotencyKey {
            key: key.into(),
            fingerprint: [request; 32],
        });
        Asker { key, ..self.call() }
    }

    /// Events so far, oldest first.
    pub async fn events(&self) -> Vec<Arc<Event>> {
        let (mut events, mut page) = (Vec::new(), PageRequest::first(100));
        loop {
            let read = self
                .ports
                .store
                .events(self.shop.no, EventFilter::default(), page);
            let read = read.await.unwrap();
            events.extend(read.items);
            page.after = read.next;
            if page.after.is_none() {
                break;
            }
        }
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

    pub async fn read(&self, kind: SubjectKind, id: &str) -> Value {
        let found = self.ports.store.document(self.shop.no, kind, id).await;
        serde_json::from_str(&found.unwrap().json).unwrap()
    }
}

/// An editor of the shop who asks.
pub struct Asker<'a> {
    pub editor: As<'a, Editor>,
    pub now: Timestamp,
    key: Option<IdempotencyKey>,
}

impl Asker<'_> {
    pub fn keyed<T: Serialize>(&self) -> Option<Keyed<T>> {
        self.key.clone().map(|key| key.answered(bytes))
    }
}

/// An answer as the API gives it.
#[derive(Debug)]
pub struct Done {
    pub status: u16,
    pub body: Vec<u8>,
    /// The first answer, given again.
    pub repeated: bool,
}

impl From<Answered> for Done {
    fn from(answered: Answered) -> Self {
        Self {
            status: answered.status,
            body: answered.body,
            repeated: true,
        }
    }
}

fn bytes<T: Serialize>(value: &T) -> Vec<u8> {
    serde_json::to_vec(value).unwrap()
}

fn now(status: u16, body: Vec<u8>) -> Done {
    Done {
        status,
        body,
        repeated: false,
    }
}

fn saved<T: Serialize>(saved: &Saved<T>) -> Done {
    now(if saved.new { 201 } else { 200 }, bytes(saved))
}

fn created<T: Serialize>(once: Once<T>) -> Done {
    match once {
        Once::Now(value) => now(201, bytes(&value)),
        Once::Before(answered) => answered.into(),
    }
}

macro_rules! shell {
    ($module:ident) => {
        pub async fn create(asker: &Asker<'_>, body: &[u8]) -> Result<Done, Refusal> {
            let fields = input::parse(body)?;
            let once = crate::$module::create(&asker.editor, fields, asker.keyed()).await?;
            Ok(created(once))
        }

        pub async fn put(asker: &Asker<'_>, id: Uuid, body: &[u8]) -> Result<Done, Refusal> {
            let named = Patch::parse(body)?;
            Ok(saved(
                &crate::$module::put(&asker.editor, &id, &named).await?,
            ))
        }

        pub async fn patch(asker: &Asker<'_>, id: Uuid, body: &[u8]) -> Result<Done, Refusal> {
            let patch = Patch::parse(body)?;
            let kept = crate::$module::patch(&asker.editor, &id, &patch).await?;
            Ok(now(200, bytes(&kept)))
        }

        pub async fn delete(asker: &Asker<'_>, id: Uuid) -> Result<(), Refusal> {
            crate::$module::delete(&asker.editor, &id).await
        }
    };
}

pub mod claims {
    use super::*;
    use crate::{Patch, input};
    shell!(claims);
}

pub mod contacts {
    use super::*;
    use crate::{Patch, input};
    shell!(contacts);
}

pub mod orders {
    use super::*;

    pub async fn put(asker: &Asker<'_>, id: &str, body: &[u8]) -> Result<Done, Refusal> {
        let named = crate::Patch::parse(body)?;
        Ok(saved(&crate::orders::put(&asker.editor, id, &named).await?))
    }
}

pub mod shipments {
    use super::*;

    pub async fn put(asker: &Asker<'_>, id: &str, body: &[u8]) -> Result<Done, Refusal> {
        let named = crate::Patch::parse(body)?;
        let put = crate::shipments::put(&asker.editor, id, &named).await?;
        Ok(saved(&put))
    }

    pub async fn add_event(asker: &Asker<'_>, id: &str, body: &[u8]) -> Result<Done, Refusal> {
        let (fields, keyed) = (crate::input::parse(body)?, asker.keyed());
        match crate::shipments::add_event(&asker.editor, id, fields, keyed).await? {
            Once::Now(event) => Ok(saved(&event)),
            Once::Before(answered) => Ok(answered.into()),
        }
    }
}

pub mod messages {
    use super::*;

    pub async fn create(asker: &Asker<'_>, claim: Uuid, body: &[u8]) -> Result<Done, Refusal> {
        let (fields, keyed) = (crate::input::parse(body)?, asker.keyed());
        let once = crate::messages::create(&asker.editor, &claim, fields, keyed).await?;
        Ok(created(once))
    }
}

pub mod events {
    use super::*;
    use crate::events::{Posted, post as act};

    pub async fn post(asker: Asker<'_>, body: &[u8]) -> Result<Done, Refusal> {
        let posted = Posted::parse(body)?;
        let keyed = asker.key.map(|key| key.answered(ids));
        match act(&asker.editor, posted, keyed).await? {
            Once::Now(events) => Ok(now(202, ids(&events))),
            Once::Before(answered) => Ok(answered.into()),
        }
    }

    fn ids(events: &[Arc<Event>]) -> Vec<u8> {
        bytes(&events.iter().map(|event| event.id()).collect::<Vec<_>>())
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
        | Refusal::Forbidden { key, .. }
        | Refusal::Conflict { key, .. } => key,
        other => panic!("{other:?}"),
    }
}
