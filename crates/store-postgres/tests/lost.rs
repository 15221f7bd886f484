//! The answer to a COMMIT is lost: what became of the transaction is found out. None comes at all: it is not waited for.
//! A transaction that met another one is done again whole.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use claimwire_model::Shop;
use claimwire_store::commit::{Content, Write};
use claimwire_store::directory::{NewShop, Once};
use claimwire_store::vault::Vault;
use claimwire_store::{
    Commit, Committed, Directory, EventFilter, Log, PageRequest, Queue, StoreError, Subjects,
};
use claimwire_store_postgres::{Options, PostgresStore};
use claimwire_testkit::postgres::{Cluster, Database};
use claimwire_testkit::proxy::{Proxy, Server};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use uuid::Uuid;

use common::{Taker, at, beat, commit, counted, delivered, node, now, until, webhook};

/// Passes everything on.
const QUIET: u8 = 0;
/// The next COMMIT reaches the server, and its answer nobody.
const ANSWER: u8 = 1;
/// The next COMMIT does not reach the server.
const COMMIT: u8 = 2;

/// Stands between the store and the server.
struct Between {
    port: u16,
    loses: Arc<AtomicU8>,
}

impl Between {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let loses = Arc::new(AtomicU8::new(QUIET));
        let told = loses.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(pass(client, told.clone()));
            }
        });
        Self { port, loses }
    }

    fn lose(&self, what: u8) {
        self.loses.store(what, Ordering::SeqCst);
    }

    fn has_lost(&self) -> bool {
        self.loses.load(Ordering::SeqCst) == QUIET
    }
}

/// Ends with either side, and when something is to be lost.
async fn pass(mut client: TcpStream, loses: Arc<AtomicU8>) {
    let socket = Cluster::shared().unwrap().socket();
    let mut server = UnixStream::connect(socket).await.unwrap();
    let (mut asked, mut answered) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    loop {
        tokio::select! {
            read = client.read(&mut asked) => {
                let Ok(len @ 1..) = read else { return };
                let commits = asked[..len].windows(7).any(|bytes| bytes == b"COMMIT\0");
                let what = if commits { loses.swap(QUIET, Ordering::SeqCst) } else { QUIET };
                if what == COMMIT {
                    return;
                }
                server.write_all(&asked[..len]).await.unwrap();
                if what == ANSWER {
                    // Its answer is the end of the transaction.
                    let mut all = Vec::new();
                    while !all.windows(7).any(|bytes| bytes == b"COMMIT\0") {
                        let len = server.read(&mut answered).await.unwrap();
                        all.extend_from_slice(&answered[..len]);
                    }
                    return;
                }
            }
            read = server.read(&mut answered) => {
                let Ok(len @ 1..) = read else { return };
                if client.write_all(&answered[..len]).await.is_err() {
                    return;
                }
            }
        }
    }
}

async fn open_at(between: &Between, database: &Database<'_>) -> Arc<PostgresStore> {
    let url = format!(
        "postgres://postgres@127.0.0.1:{}/{}",
        between.port,
        database.name()
    );
    let vault = Vault::new([7; 32], Vec::new()).unwrap();
    PostgresStore::open(&url, vault, Options::default())
        .await
        .unwrap()
}

/// Makes a claim, perhaps with an event.
fn claim(shop: &Arc<Shop>, id: &str, with_event: bool) -> Commit {
    Commit {
        writes: vec![Write {
            kind: claimwire_model::SubjectKind::Claim,
            id: id.to_owned(),
            expected_version: 0,
            after: Some(Content {
                parent: None,
                json: "{}".to_owned(),
            }),
        }],
        ..commit(shop, usize::from(with_event))
    }
}

async fn make_shop(store: &PostgresStore) -> Arc<Shop> {
    let shop = NewShop {
        id: Uuid::from_u128(1),
        slug: "shop".to_owned(),
        name: "Shop".to_owned(),
        notification_emails: Vec::new(),
    };
    let Once::Now(shop) = store.create_shop(shop, at(0), None).await.unwrap() else {
        panic!("done now");
    };
    shop
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_whose_answer_is_lost_is_there_once() {
    let between = Between::start().await;
    let database = Cluster::shared().unwrap().database(None).unwrap();
    let store = open_at(&between, &database).await;
    let taker = Arc::new(Taker::default());
    store.attach(taker.clone());
    beat(&store, Vec::new()).await;
    let shop = make_shop(&store).await;
    now(store
        .create_target(webhook(&shop), at(0), None)
        .await
        .unwrap());

    let mut events = 0;
    for (n, what) in [ANSWER, COMMIT, QUIET, ANSWER, COMMIT]
        .into_iter()
        .enumerate()
    {
        for with_event in [true, false] {
            let id = format!("{n} {with_event}");
            between.lose(what);
            let done = store.commit(claim(&shop, &id, with_event)).await;
            assert!(between.has_lost(), "{id}");
            assert!(matches!(done, Ok(Committed::Now(_))), "{id}: {done:?}");
            let claim = claimwire_model::SubjectKind::Claim;
            let document = store.document(shop.no, claim, &id).await.unwrap();
            assert_eq!(document.version, 1, "{id}");
            events += usize::from(with_event);
            let handed = taker.take();
            assert_eq!(handed.len(), usize::from(with_event), "{id}");
            assert_eq!(taker.promised(), 0, "{id}");
            for handed in handed {
                let kept = store.delivery(shop.no, handed.id, at(2)).await;
                assert!(kept.is_ok(), "{id}: what is handed over is there");
            }
        }
    }
    let listed = store.events(shop.no, EventFilter::default(), PageRequest::first(100));
    assert_eq!(listed.await.unwrap().items.len(), events);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn statistics_whose_commit_is_lost_are_counted_once_or_not_at_all() {
    for what in [ANSWER, COMMIT] {
        let between = Between::start().await;
        let database = Cluster::shared().unwrap().database(None).unwrap();
        let store = open_at(&between, &database).await;
        let taker = Arc::new(Taker::default());
        store.attach(taker.clone());
        beat(&store, Vec::new()).await;
        let shop = make_shop(&store).await;
        let target = store.create_target(webhook(&shop), at(0), None).await;
        let target = now(target.unwrap());
        let mut recorded = 0;
        // What is deferred may have been written before something is to be lost.
        while recorded == 0 || !between.has_lost() {
            between.lose(QUIET);
            store.commit(commit(&shop, 1)).await.unwrap();
            let handed = taker.take();
            store
                .record(handed.iter().map(delivered).collect(), at(3))
                .await
                .unwrap();
            recorded += 1;
            between.lose(what);
            for _ in 0..300 {
                if between.has_lost() {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
        store.close().await;
        let after = node(&database).await;
        let count = counted(&after, target.no).await;
        let lost = if what == ANSWER { 0 } else { 1 };
        assert_eq!(count, recorded - lost);
        let health = &after.target(target.no).await.unwrap().health;
        let ended = at(2).plus(Duration::from_millis(5));
        assert_eq!(health.last_success_at, Some(ended), "it is there anyhow");
        after.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn statistics_that_could_not_be_written_are_written_later() {
    let database = Cluster::shared().unwrap().database(None).unwrap();
    let store = node(&database).await;
    let taker = Arc::new(Taker::default());
    store.attach(taker.clone());
    beat(&store, Vec::new()).await;
    let shop = make_shop(&store).await;
    let target = store.create_target(webhook(&shop), at(0), None).await;
    let target = now(target.unwrap());
    database.sql(MEETS).unwrap();
    database.sql(&meets("timings", "P0001")).unwrap();
    store.commit(commit(&shop, 2)).await.unwrap();
    let handed = taker.take();
    let outcomes = handed.iter().map(delivered).collect();
    store.record(outcomes, at(3)).await.unwrap();
    let rows = "SELECT count(*) FROM timings";
    until(&database, rows, |count| count == "1").await;
    let tried = database.sql("SELECT last_value FROM met").unwrap();
    assert_eq!(tried, "3");
    let after = node(&database).await;
    assert_eq!(counted(&after, target.no).await, 2);
    after.close().await;
    store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_never_answers_is_given_up_for_another_connection() {
    const CONNECTIONS: usize = 3;
    let cluster = Cluster::shared().unwrap();
    let proxy = Proxy::start(Server::Unix(cluster.socket())).await.unwrap();
    let database = cluster.database(None).unwrap();
    let url = format!(
        "postgres://postgres@{}/{}",
        proxy.address(),
        database.name()
    );
    let vault = Vault::new([7; 32], Vec::new()).unwrap();
    let options = Options {
        connections: CONNECTIONS,
        patience: Duration::from_secs(30),
        silence: Duration::from_secs(2),
        ..Options::default()
    };
    let store = PostgresStore::open(&url, vault, options).await.unwrap();
    let shop = make_shop(&store).await;
    proxy.abandon();
    let mut silent = 0;
    let done = loop {
        match store.commit(claim(&shop, "one", true)).await {
            Err(StoreError::Unavailable(why)) if why.contains("has not answered") => silent += 1,
            done => break done,
        }
        assert!(silent <= CONNECTIONS, "a silent connection is used again");
    };
    assert!(silent > 0);
    assert!(matches!(done, Ok(Committed::Now(_))), "{done:?}");
    let claim = claimwire_model::SubjectKind::Claim;
    let document = store.document(shop.no, claim, "one").await.unwrap();
    assert_eq!(document.version, 1);
}

/// Each third time that a row is made it meets nobody.
const MEETS: &str = "CREATE SEQUENCE met;
    CREATE FUNCTION meets() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN
      IF nextval('met') % 3 <> 0 THEN RAISE EXCEPTION 'it met another' USING ERRCODE = TG_ARGV[0]; END IF;
      RETURN NEW;
    END $$";

fn meets(table: &str, error: &str) -> String {
    format!(
        "CREATE TRIGGER meets BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION meets('{error}')"
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_met_another_transaction_is_done_again_whole() {
    let database = Cluster::shared().unwrap().database(None).unwrap();
    let store = node(&database).await;
    let shop = make_shop(&store).await;
    database.sql(MEETS).unwrap();
    database.sql(&meets("documents", "40001")).unwrap();
    database.sql(&meets("webhooks", "40P01")).unwrap();
    let target = store.create_target(webhook(&shop), at(0), None).await;
    now(target.unwrap());
    let done = store.commit(claim(&shop, "one", true)).await;
    assert!(matches!(done, Ok(Committed::Now(_))), "{done:?}");
    let sql = "SELECT (SELECT last_value FROM met), (SELECT count(*) FROM documents),
        (SELECT count(*) FROM events), (SELECT count(*) FROM deliveries), (SELECT count(*) FROM webhooks)";
    assert_eq!(database.sql(sql).unwrap(), "6|1|1|1|1");

    let always = "CREATE OR REPLACE FUNCTION meets() RETURNS TRIGGER LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'it met another' USING ERRCODE = TG_ARGV[0]; END $$";
    database.sql(always).unwrap();
    let done = store.commit(claim(&shop, "two", true)).await;
    let Err(StoreError::Unavailable(why)) = done else {
        panic!("{done:?}")
    };
    assert!(why.contains("times in a row"), "{why}");
    assert_eq!(database.sql(sql).unwrap(), "6|1|1|1|1");
}
