//! Others use up all of PostgreSQL's connections.

use claimwire_testkit::Receiver;
use claimwire_testkit::postgres::{Cluster, Setup};

use crate::common::until;
use crate::load::survives;

/// Few, of which three are left for the superuser.
const FEW: Setup<'static> = Setup {
    settings: "synchronous_commit = on\nmax_connections = 13\n",
    files: &[],
    port: None,
};
/// The node's connections.
const ITS: &str =
    "FROM pg_stat_activity WHERE usename = 'node' AND application_name LIKE 'claimwire%'";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_gets_no_connection_says_so_and_comes_back_when_one_is_free() {
    let receiver = Receiver::start().await.unwrap();
    tokio::task::block_in_place(|| {
        let cluster = Cluster::start_as(FEW).unwrap();
        let sql = |sql: &str| cluster.sql("postgres", sql).unwrap();
        sql("CREATE ROLE node LOGIN");
        sql("ALTER DATABASE postgres OWNER TO node");
        survives(
            &cluster.url("node", "postgres"),
            &receiver,
            |node, callers| {
                let mut others = Vec::new();
                let mut take_all = || {
                    while let Some(held) = cluster.hold("node").unwrap() {
                        others.push(held);
                    }
                };
                take_all();
                callers.more();
                assert!(node.is_ready(), "it goes on with those that it has");
                while sql(&format!("SELECT count(*) {ITS}")) != "0" {
                    sql(&format!("SELECT pg_terminate_backend(pid) {ITS}"));
                    take_all();
                }
                node.until_not_ready();
                until("the log says why", || {
                    node.log().contains("connection slots are reserved")
                });
                drop(others);
            },
        );
    });
}
