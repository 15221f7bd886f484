//! PostgreSQL is gone for a while, and all of its nodes want it back.

use claimwire_testkit::Receiver;
use claimwire_testkit::postgres::Cluster;
use claimwire_testkit::proxy::{Proxy, Server, Way};

use crate::KEEPS;
use crate::common::until;
use crate::load::{CALLERS, Callers, Node, all_came};

const NODES: usize = 3;
/// Connections of a node, and the one that hears hints.
const CONNECTIONS: usize = 4;
/// How often callers were told to come again while it was gone.
const REFUSED: usize = 1_500;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "make failures"]
async fn nodes_do_not_come_back_all_at_once() {
    let receiver = Receiver::start().await.unwrap();
    let cluster = Cluster::start_as(KEEPS).unwrap();
    let proxy = Proxy::start(Server::Unix(cluster.socket())).await.unwrap();
    tokio::task::block_in_place(|| {
        let url = format!("postgresql://postgres@{}/postgres", proxy.address());
        let connections = CONNECTIONS.to_string();
        let nodes: Vec<Node> = (0..NODES)
            .map(|_| Node::start(&url, &["--database-connections", &connections]))
            .collect();
        nodes[0].set_up(receiver.url("").trim_end_matches('/'));
        let callers = nodes.iter().enumerate();
        let callers: Vec<Callers> = callers
            .map(|(n, node)| Callers::start(node, n * CALLERS..(n + 1) * CALLERS))
            .collect();
        callers.iter().for_each(Callers::more);

        proxy.set(Way::Refused);
        nodes.iter().for_each(Node::until_not_ready);
        let (before, refused) = (proxy.accepted(), count(&callers));
        until("callers are refused again and again", || {
            count(&callers) >= refused + REFUSED
        });
        let asked = proxy.accepted() - before;
        assert!(
            asked < REFUSED / 5,
            "PostgreSQL was asked {asked} times for {REFUSED} requests"
        );

        let before = proxy.accepted();
        proxy.set(Way::Open);
        nodes.iter().for_each(Node::until_ready);
        callers.iter().for_each(Callers::more);
        let made = proxy.accepted() - before;
        // One of each may have been under way to a proxy that still refused.
        let most = NODES * (CONNECTIONS + 2);
        assert!(made <= most, "{made} connections, and {most} are enough");
        for callers in callers {
            all_came(&receiver, &callers.end());
        }
        nodes.into_iter().for_each(Node::stop);
    });
}

fn count(callers: &[Callers]) -> usize {
    callers.iter().map(Callers::refused).sum()
}
