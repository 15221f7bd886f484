//! PostgreSQL answers late, not at all for a while, or is cut off from one of its nodes.

use std::time::Duration;

use claimwire_testkit::Receiver;
use claimwire_testkit::postgres::{Cluster, Setup};
use claimwire_testkit::proxy::{Proxy, Server, Way};

use crate::KEEPS;
use crate::load::{CALLERS, Callers, Node, all_came, survives};
use crate::network::Network;

/// Beyond what most networks have, and what a node waits for when it is asked whether it is ready.
const LATE: Way = Way::Late(Duration::from_millis(100));
const TOO_LATE: Way = Way::Late(Duration::from_secs(4));

async fn before(cluster: &Cluster) -> Proxy {
    Proxy::start(Server::Unix(cluster.socket())).await.unwrap()
}

fn url(proxy: &Proxy) -> String {
    format!("postgresql://postgres@{}/postgres", proxy.address())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "make failures"]
async fn answers_that_come_late_are_waited_for() {
    let receiver = Receiver::start().await.unwrap();
    let cluster = Cluster::start_as(KEEPS).unwrap();
    let proxy = before(&cluster).await;
    tokio::task::block_in_place(|| {
        survives(&url(&proxy), &receiver, |node, _| {
            proxy.set(LATE);
            assert!(node.is_ready(), "it is slow, and ready: {}", node.log());
            proxy.set(TOO_LATE);
            node.until_not_ready();
            proxy.set(Way::Open);
        });
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_with_nothing_to_do_says_soon_that_its_store_is_silent() {
    let cluster = Cluster::start_as(KEEPS).unwrap();
    let proxy = before(&cluster).await;
    tokio::task::block_in_place(|| {
        let node = Node::start(&url(&proxy), &[]);
        node.until_ready();
        // There are connections that are free.
        proxy.set(Way::Frozen);
        node.until_not_ready();
        proxy.set(Way::Open);
        node.until_ready();
        node.stop();
    });
}

/// One node is cut off under load until the other has all of its work, and then not any more.
fn cut_off(
    receiver: &Receiver,
    hook: &str,
    nodes: [Node; 2],
    cut: impl FnOnce(),
    mend: impl FnOnce(),
) {
    let [cut_off, other] = nodes;
    cut_off.set_up(hook);
    let callers = [
        Callers::start(&cut_off, 0..CALLERS),
        Callers::start(&other, CALLERS..2 * CALLERS),
    ];
    for callers in &callers {
        callers.more();
    }
    cut();
    cut_off.until_not_ready();
    assert!(other.is_ready(), "{}", other.log());
    // It has come by them only when the one that is cut off has them no more.
    let [at_cut_off, at_other] = callers;
    at_other.more();
    let accepted = at_other.end();
    all_came(receiver, &accepted);
    mend();
    cut_off.until_ready();
    at_cut_off.more();
    all_came(receiver, &at_cut_off.end());
    let (status, list) = other
        .serve
        .call("GET", "/v1/shops/acme/deliveries?status=failed", None);
    assert_eq!(
        (status, list["data"].as_array().map(Vec::len)),
        (200, Some(0))
    );
    cut_off.stop();
    other.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_whose_store_is_silent_for_longer_than_it_owns_anything_goes_on_after_that() {
    let receiver = Receiver::start().await.unwrap();
    let cluster = Cluster::start_as(KEEPS).unwrap();
    let proxy = before(&cluster).await;
    tokio::task::block_in_place(|| {
        let nodes = [url(&proxy), cluster.url("postgres", "postgres")];
        let nodes = nodes.map(|url| Node::start(&url, &[]));
        let hook = receiver.url("");
        let freeze = || proxy.set(Way::Frozen);
        cut_off(&receiver, hook.trim_end_matches('/'), nodes, freeze, || {
            proxy.set(Way::Open);
        });
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "make failures"]
async fn a_node_whose_network_is_cut_goes_on_after_that() {
    let network = match Network::new() {
        Ok(network) => network,
        Err(why) => panic!("needs root and network namespaces: {why}"),
    };
    let receiver = Receiver::start().await.unwrap();
    let cluster = Cluster::start_as(Setup { ..KEEPS }).unwrap();
    // As they are seen from within: the way to the receiver stays.
    let [to_receiver, to_cluster] = [
        (network.near, Server::Tcp(receiver.address())),
        (network.far, Server::Unix(cluster.socket())),
    ]
    .map(|(address, server)| Proxy::start_on(address, server));
    let (to_receiver, to_cluster) = (to_receiver.await.unwrap(), to_cluster.await.unwrap());
    tokio::task::block_in_place(|| {
        let allow = ["--endpoint-allow-networks", Network::ALL];
        let within = Node::start_by(&url(&to_cluster), &allow, |command| {
            network.within(&command)
        });
        let other = Node::start(&cluster.url("postgres", "postgres"), &allow);
        let hook = format!("http://{}", to_receiver.address());
        cut_off(
            &receiver,
            &hook,
            [within, other],
            || network.cut(),
            || network.mend(),
        );
    });
}
