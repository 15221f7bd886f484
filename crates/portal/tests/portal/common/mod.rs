//! A world for one test: two shops with a key of each role, a clock, a sender that answers as told, and browsers that
//! keep their cookie.

#![allow(dead_code, reason = "each test file uses what it needs")]

mod browser;
mod html;
mod sender;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use axum::{Extension, Router};
use claimwire_actions::{
    Admin, As, Asking, Caller, InShop, Limits, Patch, Ports, api_keys, claims, connectors,
    contacts, messages, orders, shops, system_random, webhooks,
};
use claimwire_model::claim::ClaimFields;
use claimwire_model::{Role, Timestamp};
use claimwire_portal::{PortalState, router};
use claimwire_store::directory::Once;
use claimwire_store::outbox::MailContent;
use claimwire_store::{MemoryStore, Store};
use claimwire_wire::trace::Trace;
use object_store::memory::InMemory;
use serde_json::Value;
use uuid::Uuid;

pub use browser::{Browser, Page};
pub use html::{Field, SeenForm};
pub use sender::Scripted;

pub const ADMIN_KEY: &str = "the-admin-key";
pub const PUBLIC_URL: &str = "http://portal.test";

/// Keys of one shop.
pub struct Keys {
    pub viewer: String,
    pub editor: String,
    pub admin: String,
}

pub struct World {
    pub router: Router,
    pub ports: Ports,
    pub sender: Arc<Scripted>,
    pub acme: Keys,
    pub other: Keys,
    clock: Arc<AtomicI64>,
}

fn now<T>(once: Once<T>) -> T {
    match once {
        Once::Now(value) => value,
        Once::Before(_) => panic!("it was done before"),
    }
}

impl World {
    pub async fn new() -> Self {
        Self::at(PUBLIC_URL).await
    }

    pub async fn at(public_url: &str) -> Self {
        Self::with(public_url, false, &[]).await
    }

    /// One whose portal pages of these origins may show in a frame.
    pub async fn framed(public_url: &str, origins: &[&str]) -> Self {
        Self::with(public_url, false, origins).await
    }

    /// One whose server mails what its store's outbox holds.
    pub async fn mailing() -> Self {
        Self::with(PUBLIC_URL, true, &[]).await
    }

    async fn with(public_url: &str, mails: bool, framed_by: &[&str]) -> Self {
        let sender = Arc::new(Scripted::default());
        let clock = Arc::new(AtomicI64::new(1_769_698_127_000));
        let ports = Ports {
            vendors: claimwire_connectors::VENDORS,
            store: Arc::new(MemoryStore::new()) as Arc<dyn Store>,
            sender: sender.clone(),
            images: Arc::new(InMemory::new()),
            public_url: public_url.to_owned(),
            limits: Arc::new(Limits::new(Vec::new())),
            clock: {
                let clock = clock.clone();
                Arc::new(move || Timestamp::from_millis(clock.load(Ordering::SeqCst)))
            },
            random: system_random(),
        };
        let framed_by: Vec<_> = framed_by
            .iter()
            .map(|origin| (*origin).to_owned())
            .collect();
        let state = PortalState::new(ports.clone(), api_keys::hash(ADMIN_KEY))
            .mailing(mails)
            .framed_by(&framed_by);
        let acme = shop(&ports, "acme").await;
        let other = shop(&ports, "other").await;
        Self {
            router: router(state),
            ports,
            sender,
            acme,
            other,
            clock,
        }
    }

    /// The same with requests that are part of this trace.
    #[must_use]
    pub fn following(mut self, trace: Trace) -> Self {
        let asking = Arc::new(Asking::new(Some(trace)));
        self.router = self.router.layer(Extension(asking));
        self
    }

    pub fn pass(&self, time: Duration) {
        self.clock
            .fetch_add(i64::try_from(time.as_millis()).unwrap(), Ordering::SeqCst);
    }

    /// The next mail of the outbox, which is sent by then; none: there is none.
    pub async fn letter(&self) -> Option<Value> {
        let (store, now) = (&self.ports.store, self.ports.now());
        let mail = store.take_mail(now, now).await.unwrap()?;
        store.mail_ended(mail.id).await.unwrap();
        match mail.content {
            MailContent::Letter(content) => serde_json::from_slice(&content).unwrap(),
            MailContent::Notice(..) => panic!("a notice"),
        }
    }

    /// A browser that nobody is signed in with.
    pub fn browser(&self) -> Browser<'_> {
        Browser::new(&self.router)
    }

    /// A browser that is signed in with this key.
    pub async fn signed_in(&self, key: &str) -> Browser<'_> {
        let mut browser = self.browser();
        let page = browser.post("/portal/sign-in", &[("key", key)]).await;
        assert_eq!(page.status, 303, "{}", page.body);
        browser
    }

    async fn admin(&self, slug: &str) -> InShop<Admin> {
        let store = &*self.ports.store;
        Caller::Operator.enter(store, slug).await.unwrap()
    }

    pub async fn claim(&self, slug: &str, fields: Value) -> Uuid {
        let shop = self.admin(slug).await;
        let admin: As<'_, Admin> = shop.on(&self.ports);
        let fields: ClaimFields = serde_json::from_value(fields).unwrap();
        let made = claims::create(&admin.editor(), fields, None).await.unwrap();
        now(made).value().unwrap().id
    }

    pub async fn claim_json(&self, slug: &str, id: Uuid) -> Value {
        let shop = self.admin(slug).await;
        let found = claims::get(&shop.on(&self.ports).viewer(), &id).await;
        serde_json::from_str(found.unwrap().json()).unwrap()
    }

    pub async fn order(&self, slug: &str, number: &str, fields: Value) {
        let shop = self.admin(slug).await;
        let patch = Patch::of(&fields).unwrap();
        let number = number.to_owned();
        orders::put(&shop.on(&self.ports).editor(), &number, &patch)
            .await
            .unwrap();
    }

    /// So many contacts.
    pub async fn contacts(&self, slug: &str, count: usize) {
        let shop = self.admin(slug).await;
        let admin: As<'_, Admin> = shop.on(&self.ports);
        for n in 0..count {
            let email = format!("{n}@x.test");
            let fields = serde_json::from_value(serde_json::json!({ "email": email })).unwrap();
            contacts::create(&admin.editor(), fields, None)
                .await
                .unwrap();
        }
    }

    pub async fn message(&self, slug: &str, claim: Uuid, fields: Value) {
        let shop = self.admin(slug).await;
        let fields = serde_json::from_value(fields).unwrap();
        messages::create(&shop.on(&self.ports).editor(), &claim, fields, None)
            .await
            .unwrap();
    }

    pub async fn webhook(&self, slug: &str, fields: Value) -> Uuid {
        let shop = self.admin(slug).await;
        let patch = Patch::of(&fields).unwrap();
        let made = webhooks::create(&shop.on(&self.ports).editor(), &patch, None).await;
        now(made.unwrap()).uuid
    }

    pub async fn connector(&self, slug: &str, fields: Value) -> Uuid {
        let shop = self.admin(slug).await;
        let patch = Patch::of(&fields).unwrap();
        let made = connectors::create(&shop.on(&self.ports).editor(), &patch, None).await;
        now(made.unwrap()).id
    }

    pub async fn connector_json(&self, slug: &str, id: Uuid) -> Value {
        let shop = self.admin(slug).await;
        let found = connectors::get(&shop.on(&self.ports).viewer(), id).await;
        serde_json::to_value(found.unwrap()).unwrap()
    }

    pub async fn webhook_json(&self, slug: &str, id: Uuid) -> Value {
        let shop = self.admin(slug).await;
        let found = webhooks::get(&shop.on(&self.ports).viewer(), id).await;
        serde_json::to_value(found.unwrap()).unwrap()
    }
}

async fn shop(ports: &Ports, slug: &str) -> Keys {
    let request = serde_json::from_value(serde_json::json!({"slug": slug, "name": slug})).unwrap();
    let operator = Caller::Operator.operator().unwrap();
    shops::create(&operator, ports, request, None)
        .await
        .unwrap();
    let key = async |role: Role, name: &str| {
        let shop: InShop<Admin> = Caller::Operator.enter(&*ports.store, slug).await.unwrap();
        let name = format!("{slug} {name}");
        let request = api_keys::ApiKeyRequest { name, role };
        let made = api_keys::create(&shop.on(ports), request, None).await;
        now(made.unwrap()).key.unwrap()
    };
    Keys {
        viewer: key(Role::Viewer, "viewer").await,
        editor: key(Role::Editor, "editor").await,
        admin: key(Role::Admin, "admin").await,
    }
}
