//! Mails as a real mail server gets them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering as Atomic};
use std::time::Duration;

use claimwire_mailer::{Mailer, Server, Settings};
use claimwire_model::event::Fact;
use claimwire_model::filter::{SourceFilter, Subscription};
use claimwire_model::target::TargetKind;
use claimwire_model::verdict::{Next, Verdict};
use claimwire_model::webhook::Secrets;
use claimwire_model::{Dialect, PerformedBy, Shop, Target, Timestamp, Webhook, delivery::Attempt};
use claimwire_store::directory::{NewShop, Once};
use claimwire_store::outbox::{MAIL_KEPT, NewLetter};
use claimwire_store::queue::Outcome;
use claimwire_store::{
    Commit, Directory as _, MemoryStore, Outbox as _, Queue as _, Subjects as _,
};
use claimwire_testkit::python;
use claimwire_testkit::smtp::{MailServer, Manner};
use claimwire_testkit::tls::{Authority, Validity};
use claimwire_wire::letter::Letter;
use serde_json::value::RawValue;
use uuid::Uuid;

struct World {
    store: Arc<MemoryStore>,
    clock: Arc<AtomicI64>,
    webhooks: u128,
}

impl World {
    fn new() -> Self {
        Self {
            store: Arc::new(MemoryStore::new()),
            clock: Arc::new(AtomicI64::new(1_790_000_000_000)),
            webhooks: 0,
        }
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.clock.load(Atomic::SeqCst))
    }

    fn pass(&self, time: Duration) {
        let ms = i64::try_from(time.as_millis()).unwrap();
        self.clock.fetch_add(ms, Atomic::SeqCst);
    }

    async fn shop(&self, slug: &str, emails: &[&str]) -> Arc<Shop> {
        let shop = NewShop {
            id: Uuid::new_v4(),
            slug: slug.into(),
            name: format!("The shop {slug}"),
            notification_emails: emails.iter().map(|email| (*email).to_owned()).collect(),
        };
        match self
            .store
            .create_shop(shop, self.now(), None)
            .await
            .unwrap()
        {
            Once::Now(shop) => shop,
            Once::Before(_) => panic!("made before"),
        }
    }

    /// A webhook of the shop whose first attempt brings this about.
    async fn fails(&mut self, shop: &Arc<Shop>, warn: bool) {
        self.webhooks += 1;
        let webhook = webhook(shop, self.webhooks);
        let made = self.store.create_target(webhook, self.now(), None).await;
        let Once::Now(webhook) = made.unwrap() else {
            panic!("made before")
        };
        let commit = Commit {
            shop: shop.clone(),
            now: self.now(),
            writes: Vec::new(),
            facts: vec![fact(self.now())],
            images: Vec::new(),
            letters: Vec::new(),
            idempotency: None,
        };
        self.store.commit(commit).await.unwrap();
        let lease_for = Duration::from_secs(60);
        let taken = self.store.take(webhook.no, 1, self.now(), lease_for).await;
        let handed = taken.unwrap().deliveries.pop().unwrap();
        let reason = |told: bool| told.then(|| "the endpoint answered 410 Gone".to_owned());
        let outcome = Outcome {
            id: handed.id,
            lease: handed.lease,
            manual: false,
            attempt: Arc::new(Attempt {
                duration: Duration::from_millis(7),
                status_code: Some(410),
                error: Some("status_410".into()),
                error_detail: Some("the endpoint answered 410".into()),
                ..Attempt::at(1, self.now())
            }),
            verdict: Verdict {
                disable: reason(!warn),
                warn: reason(warn),
                ..Verdict::only(Next::GiveUp)
            },
        };
        self.store
            .record([outcome].into(), self.now())
            .await
            .unwrap();
    }

    fn mailer(&self, url: &str, roots: &[Vec<u8>]) -> Mailer {
        let settings = Settings {
            server: Server::parse(url, roots).unwrap(),
            from: "Claimwire <noreply@claimwire.example>".parse().unwrap(),
            fallback: vec!["operator@claimwire.example".parse().unwrap()],
            public_url: "https://claimwire.example".into(),
        };
        let clock = self.clock.clone();
        let clock = Arc::new(move || Timestamp::from_millis(clock.load(Atomic::SeqCst)));
        Mailer::start(self.store.clone(), clock, settings)
    }
}

fn webhook(shop: &Shop, n: u128) -> Target {
    let entries = vec!["claims".to_owned()];
    let secrets = Secrets::new("0123456789abcdef");
    let webhook = Webhook::new("https://hooks.example.com/in?token=secret", secrets);
    Target {
        description: Some(format!("Webhook {n}\r\nBcc: victim@example.com")),
        ..Target::new(
            shop.no,
            Uuid::from_u128(n),
            TargetKind::Webhook(webhook),
            Subscription::new(Dialect::Karla, SourceFilter::All, entries).unwrap(),
            Timestamp::from_secs(0),
        )
    }
}

fn fact(now: Timestamp) -> Fact {
    Fact {
        given_id: None,
        r#ref: "claims/created".into(),
        event_group: None,
        triggered_at: now,
        subject: None,
        event_data: RawValue::from_string("{}".into()).unwrap().into(),
        context: None,
        changes: None,
        performed_by: PerformedBy::default(),
        posted: true,
    }
}

/// Runs the runtime's tasks until `fact` holds.
async fn until(fact: impl Fn() -> bool) {
    while !fact() {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

#[tokio::test]
async fn a_shop_is_told_once_at_its_addresses_or_else_the_operator() {
    let mut world = World::new();
    let server = MailServer::start(Manner::default()).await.unwrap();
    let named = world
        .shop("named", &["ops@shop.example", "it@shop.example"])
        .await;
    let unnamed = world.shop("unnamed", &[]).await;
    world.fails(&named, false).await;
    world.fails(&unnamed, true).await;
    let url = format!("smtp://{}", server.address());
    let mailer = world.mailer(&url, &[]);
    let mails = server.wait_for(3).await.unwrap();
    let to: Vec<_> = mails.iter().map(|mail| mail.to.concat()).collect();
    assert_eq!(
        to,
        [
            "ops@shop.example",
            "it@shop.example",
            "operator@claimwire.example"
        ]
    );
    let subjects: Vec<_> = mails
        .iter()
        .map(|mail| header(&mail.data, "Subject"))
        .collect();
    assert!(subjects[0].contains("disabled") && subjects[2].contains("keeps failing"));
    for mail in &mails {
        assert_eq!(mail.from, "noreply@claimwire.example");
        let head = mail.data.split("\n\n").next().unwrap();
        assert!(!head.lines().any(|line| line.starts_with("Bcc")), "{head}");
        assert!(!mail.data.contains("secret"), "{}", mail.data);
        let body = mail.data.replace("=\n", "");
        assert!(body.contains("hooks.example.com"), "{body}");
        assert!(body.contains("the endpoint answered 410"), "{body}");
    }
    assert_eq!(
        header(&mails[0].data, "Message-ID"),
        header(&mails[1].data, "Message-ID")
    );
    // Later starts have nothing to say.
    mailer.stop(Duration::from_secs(20)).await;
    world.pass(Duration::from_secs(3600));
    world.fails(&unnamed, false).await;
    let mailer = world.mailer(&url, &[]);
    let mails = server.wait_for(4).await.unwrap();
    mailer.stop(Duration::from_secs(20)).await;
    assert_eq!(server.mails().len(), 4);
    assert_ne!(
        header(&mails[3].data, "Message-ID"),
        header(&mails[2].data, "Message-ID")
    );
}

fn header(data: &str, name: &str) -> String {
    let head = data.split("\n\n").next().unwrap().replace("\n ", " ");
    let mut lines = head.lines();
    let value = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    value
        .unwrap_or_else(|| panic!("no {name} in {data}"))
        .to_owned()
}

#[tokio::test]
async fn a_server_that_is_down_or_puts_off_gets_it_later() {
    let mut world = World::new();
    let shop = world
        .shop("acme", &["ops@shop.example", "it@shop.example"])
        .await;
    world.fails(&shop, false).await;
    let server = MailServer::start(Manner::default()).await.unwrap();
    let address = server.address();
    drop(server);
    let url = format!("smtp://{address}");
    let mailer = world.mailer(&url, &[]);
    // Nobody listens there; now somebody does, who at first takes the one and puts off the other.
    let server = loop {
        match MailServer::start_at(address, Manner::default()).await {
            Ok(server) => break server,
            Err(_) => tokio::task::yield_now().await,
        }
    };
    server.refuse_next(["451 later", "550 nobody"]);
    let passing = {
        let clock = world.clock.clone();
        tokio::spawn(async move {
            loop {
                clock.fetch_add(60_000, Atomic::SeqCst);
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        })
    };
    let mails = server.wait_for(2).await.unwrap();
    until(|| server.refusals_left() == 0).await;
    mailer.stop(Duration::from_secs(20)).await;
    passing.abort();
    let mut to: Vec<_> = server.mails().iter().map(|mail| mail.to.concat()).collect();
    to.sort();
    assert_eq!(to, ["it@shop.example", "ops@shop.example"], "each once");
    assert_eq!(
        header(&mails[0].data, "Message-ID"),
        header(&mails[1].data, "Message-ID")
    );
}

/// A letter as an action leaves it.
async fn write(world: &World, shop: &Arc<Shop>, to: &str) {
    let letter = Letter {
        to: to.to_owned(),
        subject: "Grüße, claim 7\r\nBcc: x@evil.example".to_owned(),
        message_id: "receipt.7@wire.example".to_owned(),
        at: Some(world.now()),
        text: "Hello Zoë,\n\nhttps://wire.example/acme/claim/status/secret".to_owned(),
        html: "<p>Hello Zoë,</p>".to_owned(),
        ..Letter::default()
    };
    let commit = Commit {
        shop: shop.clone(),
        now: world.now(),
        writes: Vec::new(),
        facts: Vec::new(),
        images: Vec::new(),
        letters: vec![NewLetter {
            at: world.now(),
            content: serde_json::to_vec(&letter).unwrap(),
        }],
        idempotency: None,
    };
    world.store.commit(commit).await.unwrap();
}

/// Whether nothing is left to be mailed, whenever.
async fn is_empty(world: &World) -> bool {
    let far = world.now().plus(Duration::from_secs(365 * 86_400));
    world.store.take_mail(far, far).await.unwrap().is_none()
}

/// What python's `email` reads; none where there is no python.
fn read_by_python(data: &str) -> Option<serde_json::Value> {
    const READ: &str = r#"
import email, email.policy, json, sys
m = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
print(json.dumps({"subject": m["subject"], "to": m["to"], "from": m["from"], "id": m["message-id"], "bcc": m["bcc"],
    "text": m.get_body(("plain",)).get_content(), "html": m.get_body(("html",)).get_content(),
    "defects": [str(d) for p in m.walk() for d in p.defects]}))
"#;
    serde_json::from_slice(&python(READ, data.as_bytes())?).ok()
}

#[tokio::test]
async fn a_letter_outlives_an_outage_and_a_crash_and_is_sent_once() {
    let world = World::new();
    let shop = world.shop("acme", &[]).await;
    write(&world, &shop, "zoe@example.com").await;
    let server = MailServer::start(Manner::default()).await.unwrap();
    server.refuse_next(["451 later"]);
    let url = format!("smtp://{}", server.address());
    let mailer = world.mailer(&url, &[]);
    until(|| server.refusals_left() == 0).await;
    mailer.stop(Duration::from_secs(20)).await;
    // Taken once more by one who crashed: it is someone else's when the lease is over.
    world.pass(Duration::from_secs(3600));
    let lease = world.now().plus(Duration::from_secs(60));
    let taken = world.store.take_mail(world.now(), lease).await.unwrap();
    assert_eq!(taken.unwrap().tries, 1);
    world.pass(Duration::from_secs(61));
    let mailer = world.mailer(&url, &[]);
    let mails = server.wait_for(1).await.unwrap();
    mailer.stop(Duration::from_secs(20)).await;
    assert!(is_empty(&world).await);
    assert_eq!(server.mails().len(), 1);
    assert_eq!(mails[0].to, ["zoe@example.com"]);
    assert_eq!(
        header(&mails[0].data, "Message-ID"),
        "<receipt.7@wire.example>"
    );
    let Some(read) = read_by_python(&mails[0].data) else {
        return;
    };
    assert_eq!(read["defects"], serde_json::json!([]));
    assert_eq!(read["subject"], "Grüße, claim 7 Bcc: x@evil.example");
    assert_eq!(read["bcc"], serde_json::Value::Null);
    assert_eq!(read["from"], "Claimwire <noreply@claimwire.example>");
    let text = read["text"].as_str().unwrap().replace("\r\n", "\n");
    assert_eq!(
        text.trim_end(),
        "Hello Zoë,\n\nhttps://wire.example/acme/claim/status/secret"
    );
    assert!(read["html"].as_str().unwrap().contains("<p>Hello Zoë,</p>"));
}

#[tokio::test]
async fn a_letter_that_nobody_takes_is_given_up() {
    let world = World::new();
    let shop = world.shop("acme", &[]).await;
    write(&world, &shop, "nobody@example.com").await;
    let server = MailServer::start(Manner::default()).await.unwrap();
    server.refuse_next(["550 nobody"]);
    let url = format!("smtp://{}", server.address());
    let mailer = world.mailer(&url, &[]);
    until(|| server.refusals_left() == 0).await;
    mailer.stop(Duration::from_secs(20)).await;

    // What is too old by then is not sent any more, and what is none never.
    world.pass(MAIL_KEPT + Duration::from_secs(1));
    write(&world, &shop, "no address").await;
    let mailer = world.mailer(&url, &[]);
    write(&world, &shop, "ann@example.com").await;
    let mails = server.wait_for(1).await.unwrap();
    mailer.stop(Duration::from_secs(20)).await;
    assert_eq!(mails[0].to, ["ann@example.com"]);
    assert!(is_empty(&world).await);
    assert_eq!(server.mails().len(), 1);
}

#[tokio::test]
async fn over_starttls_and_tls_with_a_login() {
    let authority = Authority::new().unwrap();
    let config = authority.server(&["localhost"], Validity::Now).unwrap();
    let login = Some(("user@x".to_owned(), "p:a/ss".to_owned()));
    for (scheme, manner) in [
        (
            "smtp",
            Manner {
                starttls: Some(config.clone()),
                login: login.clone(),
                ..Manner::default()
            },
        ),
        (
            "smtps",
            Manner {
                tls: Some(config.clone()),
                login: login.clone(),
                ..Manner::default()
            },
        ),
    ] {
        let mut world = World::new();
        let shop = world.shop("acme", &["ops@shop.example"]).await;
        world.fails(&shop, false).await;
        let server = MailServer::start(manner).await.unwrap();
        let tls = if scheme == "smtp" {
            "?tls=required"
        } else {
            ""
        };
        let url = format!(
            "{scheme}://user%40x:p%3Aa%2Fss@localhost:{}{tls}",
            server.address().port()
        );
        let mailer = world.mailer(&url, &[authority.root().to_vec()]);
        let mails = server.wait_for(1).await.unwrap();
        mailer.stop(Duration::from_secs(20)).await;
        assert!(mails[0].secure, "{scheme}");
        assert_eq!(mails[0].user.as_deref(), Some("user@x"));
    }
}

#[tokio::test]
async fn nothing_is_said_to_a_server_without_the_tls_that_is_needed() {
    let authority = Authority::new().unwrap();
    let strange = Authority::new().unwrap();
    let config = strange.server(&["localhost"], Validity::Now).unwrap();
    let without = MailServer::start(Manner::default()).await.unwrap();
    let unknown = MailServer::start(Manner {
        starttls: Some(config),
        ..Manner::default()
    });
    let unknown = unknown.await.unwrap();
    for server in [&without, &unknown] {
        let mut world = World::new();
        let shop = world.shop("acme", &["ops@shop.example"]).await;
        world.fails(&shop, false).await;
        let url = format!("smtp://localhost:{}?tls=required", server.address().port());
        let mailer = world.mailer(&url, &[authority.root().to_vec()]);
        until(|| server.gone() > 0).await;
        mailer.stop(Duration::from_secs(20)).await;
        assert!(server.mails().is_empty());
    }
}
