//! Names, looked up at a name server on loopback.

use std::net::IpAddr;
use std::sync::Arc;

use claimwire_model::ShopNo;
use claimwire_sender::{Dns, HttpSender};
use claimwire_testkit::Receiver;
use claimwire_wire::send::{Request, SendErrorKind, Sender};

use crate::common::names::{NameServer, Says};
use crate::common::{on_loopback, post, post_within};

/// A name server, a receiver, and a sender that asks the one for the way to the other.
struct World {
    names: NameServer,
    receiver: Receiver,
    sender: Arc<HttpSender>,
}

impl World {
    async fn new() -> Self {
        let names = NameServer::start().await;
        let dns = Dns::asking(&[names.address], "127.0.0.1 in-hosts.example\n");
        Self {
            names,
            receiver: Receiver::start().await.unwrap(),
            sender: Arc::new(HttpSender::with_dns(on_loopback(), dns).unwrap()),
        }
    }

    fn url(&self, name: &str) -> String {
        format!("http://{name}:{}/", self.receiver.address().port())
    }

    async fn send(&self, request: Request) -> Result<u16, SendErrorKind> {
        let came = self.sender.send(request).await;
        came.map(|answer| answer.status).map_err(|error| error.kind)
    }

    async fn post(&self, name: &str) -> Result<u16, SendErrorKind> {
        self.send(post(self.url(name))).await
    }

    /// What the error says, too.
    async fn fails(&self, name: &str) -> (SendErrorKind, String) {
        let failed = self.sender.send(post(self.url(name))).await.unwrap_err();
        (failed.kind, failed.detail)
    }

    /// So that the next request needs its address again.
    fn closes(&self) {
        let reply = claimwire_testkit::Reply::status(200).with_header("Connection", "close");
        self.receiver.reply_always(reply);
    }
}

fn of(shop: i64, request: Request) -> Request {
    Request {
        shop: ShopNo(shop),
        ..request
    }
}

#[tokio::test]
async fn a_name_leads_where_its_name_server_says() {
    let world = World::new().await;
    world.names.leads_to("a.example", &["127.0.0.1"], 60);
    let many: Vec<String> = (0..200).map(|n| format!("10.0.{}.1", n % 256)).collect();
    let mut many: Vec<IpAddr> = many.iter().map(|one| one.parse().unwrap()).collect();
    many[3] = "127.0.0.1".parse().unwrap();
    world.names.says("many.example", Says::ByTcp(many, 60));
    let only_v4 = vec!["127.0.0.1".parse().unwrap()];
    world.names.says("half.example", Says::NothingOfV6(only_v4));
    for name in [
        "a.example",
        "A.example",
        "many.example",
        "half.example",
        "in-hosts.example",
        "localhost",
    ] {
        assert_eq!(world.post(name).await, Ok(200), "{name}");
    }
    assert_eq!(world.names.asked("localhost"), 0);
    assert_eq!(world.names.asked("in-hosts.example"), 0);
}

#[tokio::test]
async fn what_is_wrong_with_a_name_is_said() {
    let world = World::new().await;
    world.names.says("none.example", Says::NoSuchName);
    world.names.leads_to("empty.example", &[], 60);
    world.names.says("broken.example", Says::Failure);
    for (name, says) in [
        ("none.example", "no such name"),
        ("empty.example", "no address"),
        ("broken.example", "Server Failure"),
    ] {
        let (kind, detail) = world.fails(name).await;
        assert_eq!(kind, SendErrorKind::Dns, "{name}: {detail}");
        assert!(detail.contains(says), "{name}: {detail}");
    }
}

#[tokio::test]
async fn answers_and_failures_are_remembered_and_what_is_good_for_no_time_is_not() {
    let world = World::new().await;
    world.closes();
    world.names.leads_to("minute.example", &["127.0.0.1"], 60);
    world.names.leads_to("never.example", &["127.0.0.1"], 0);
    world.names.says("none.example", Says::NoSuchName);
    for _ in 0..3 {
        assert_eq!(world.post("minute.example").await, Ok(200));
        assert_eq!(world.post("never.example").await, Ok(200));
        assert_eq!(world.post("none.example").await, Err(SendErrorKind::Dns));
    }
    let asked = ["minute.example", "never.example", "none.example"].map(|n| world.names.asked(n));
    assert_eq!(asked, [1, 3, 1]);
}

#[tokio::test]
async fn a_name_that_leads_inside_the_second_time_is_refused() {
    let world = World::new().await;
    world.closes();
    world.names.leads_to("moves.example", &["127.0.0.1"], 0);
    assert_eq!(world.post("moves.example").await, Ok(200));
    world.names.leads_to("moves.example", &["10.0.0.1"], 60);
    for _ in 0..2 {
        let refused = world.post("moves.example").await;
        assert_eq!(refused, Err(SendErrorKind::AddressRefused));
    }
    assert_eq!(world.names.asked("moves.example"), 2);
    assert_eq!(world.receiver.connections(), 1);
}

#[tokio::test]
async fn names_of_one_shop_that_are_never_answered_for_keep_no_other_shop_waiting() {
    let world = World::new().await;
    world.closes();
    let mut hang = tokio::task::JoinSet::new();
    for n in 0..400 {
        let (sender, url) = (
            Arc::clone(&world.sender),
            world.url(&format!("hangs{n}.example")),
        );
        hang.spawn(async move { sender.send(of(1, post(url))).await });
    }
    // As many as the shop may have under way are; the others wait.
    world.names.wait_for(16).await;
    for n in 0..40 {
        let name = format!("well{n}.example");
        world.names.leads_to(&name, &["127.0.0.1"], 60);
        let request = of(2, post(world.url(&name)));
        assert_eq!(world.send(request).await, Ok(200), "{name}");
    }
    assert_eq!(world.names.names(), 16 + 40);
    assert_eq!(hang.len(), 400, "all of them still wait");
}

#[tokio::test]
async fn a_name_that_is_never_answered_for_is_its_own_trouble_and_a_dead_name_server_ours() {
    let world = World::new().await;
    let late = |name: &str| post_within(world.url(name), 4_000);
    let hangs = world.send(late("hangs.example")).await;
    assert_eq!(hangs, Err(SendErrorKind::Timeout));
    world.names.is_dead(true);
    let dead = world.send(late("other.example")).await;
    assert_eq!(dead, Err(SendErrorKind::LocalResolver));
    // And well again.
    world.names.is_dead(false);
    world.names.leads_to("well.example", &["127.0.0.1"], 60);
    assert_eq!(world.post("well.example").await, Ok(200));
}

#[tokio::test]
async fn name_servers_are_probed_without_a_name() {
    let (names, dir) = (NameServer::start().await, tempfile::tempdir().unwrap());
    let dns = Dns::asking(&[names.address], "");
    assert!(dns.probe().await.is_ok());
    names.is_dead(true);
    let none = Dns::by_files(dir.path().join("none"), dir.path().join("hosts"));
    for dns in [dns, none] {
        let failed = dns.probe().await.unwrap_err();
        assert_eq!(failed.kind, SendErrorKind::LocalResolver, "{failed}");
    }
}

#[tokio::test]
async fn a_name_server_that_is_not_there_or_not_configured_is_ours_and_localhost_needs_none() {
    let receiver = Receiver::start().await.unwrap();
    let dir = tempfile::tempdir().unwrap();
    let (none, hosts) = (dir.path().join("none"), dir.path().join("hosts"));
    std::fs::write(&hosts, "127.0.0.1 in-hosts.example\n").unwrap();
    let port = receiver.address().port();
    for dns in [
        Dns::by_files(none, hosts),
        Dns::asking(
            &["127.0.0.1:9".parse().unwrap()],
            "127.0.0.1 in-hosts.example",
        ),
    ] {
        let sender = HttpSender::with_dns(on_loopback(), dns).unwrap();
        let failed = sender.send(post("https://a.example/")).await.unwrap_err();
        assert_eq!(failed.kind, SendErrorKind::LocalResolver, "{failed}");
        assert!(failed.kind.is_ours());
        for name in ["localhost", "in-hosts.example"] {
            let request = post(format!("http://{name}:{port}/"));
            assert_eq!(sender.send(request).await.unwrap().status, 200, "{name}");
        }
    }
}
