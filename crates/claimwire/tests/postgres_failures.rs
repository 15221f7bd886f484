//! PostgreSQL fails under its nodes' load: it crashes and comes back, its standby takes over, others take all of its
//! connections, it answers late or not at all, the network to it is cut. Nothing that was acknowledged is lost, order is kept,
//! nodes go on by themselves, and say meanwhile that they are not ready. `make failures` runs all of it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    missing_docs,
    dead_code
)]

mod common;
#[path = "failures/exhausted.rs"]
mod exhausted;
#[path = "failures/herd.rs"]
mod herd;
#[path = "failures/late.rs"]
mod late;
#[path = "failures/load.rs"]
mod load;
#[path = "failures/network.rs"]
mod network;
#[path = "common/nodes.rs"]
mod nodes;

use std::time::Instant;

use claimwire_testkit::Receiver;
use claimwire_testkit::postgres::{Cluster, Setup};
use common::until;

use load::{Node, survives};

/// What is committed is on the way to the disk, which a crash of the server alone does not undo.
const KEEPS: Setup<'static> = Setup {
    settings: "synchronous_commit = on\n",
    files: &[],
    port: None,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_of_postgresql_loses_nothing() {
    let receiver = Receiver::start().await.unwrap();
    tokio::task::block_in_place(|| {
        let cluster = Cluster::start_as(KEEPS).unwrap();
        let url = cluster.url("postgres", "postgres");
        survives(&url, &receiver, |node: &Node, _| {
            cluster.crash().unwrap();
            node.until_not_ready();
            cluster.start_again().unwrap();
        });
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_synchronous_standby_takes_over_and_nothing_is_lost() {
    let receiver = Receiver::start().await.unwrap();
    tokio::task::block_in_place(|| {
        let primary = Cluster::start_as(KEEPS).unwrap();
        let standby = primary.standby().unwrap();
        for sql in [
            "ALTER SYSTEM SET synchronous_standby_names = '*'",
            "SELECT pg_reload_conf()",
        ] {
            primary.sql("postgres", sql).unwrap();
        }
        until("the standby is synchronous", || {
            let sql = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'";
            primary.sql("postgres", sql).unwrap() == "1"
        });
        let url = format!(
            "postgresql://postgres@{},{}/postgres?target_session_attrs=read-write",
            primary.host(),
            standby.host()
        );
        survives(&url, &receiver, |node: &Node, _| {
            primary.crash().unwrap();
            node.until_not_ready();
            standby.promote().unwrap();
            let promoted = Instant::now();
            node.until_ready();
            println!("ready {:?} after the promotion", promoted.elapsed());
        });
    });
}
