//! Trouble on our own side is told from the receiver's. A process of its own, for it runs out of descriptors.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "sender/common/mod.rs"]
mod common;

use std::fs::File;

use claimwire_sender::{Dns, HttpSender};
use claimwire_testkit::Receiver;
use claimwire_wire::send::{SendErrorKind, Sender};
use common::names::NameServer;
use common::{on_loopback, post};

/// Descriptors that the process may have during the test; the runtime and the servers need a few.
const DESCRIPTORS: u64 = 128;

#[tokio::test]
async fn without_descriptors_it_is_ours_and_it_passes() {
    let (receiver, names) = (Receiver::start().await.unwrap(), NameServer::start().await);
    names.leads_to("a.example", &["127.0.0.1"], 60);
    let dns = Dns::asking(&[names.address], "");
    let sender = HttpSender::with_dns(on_loopback(), dns).unwrap();
    let by_name = format!("http://a.example:{}/", receiver.address().port());
    let by_address = receiver.url("/");

    let (_, hard) = rlimit::getrlimit(rlimit::Resource::NOFILE).unwrap();
    rlimit::setrlimit(rlimit::Resource::NOFILE, DESCRIPTORS.min(hard), hard).unwrap();
    let mut all = Vec::new();
    while let Ok(one) = File::open("/dev/null") {
        all.push(one);
    }
    for url in [&by_address, &by_name] {
        let failed = sender.send(post(url)).await.unwrap_err();
        assert_eq!(failed.kind, SendErrorKind::LocalDescriptors, "{failed}");
        assert!(failed.kind.is_ours());
    }
    drop(all);
    for url in [&by_address, &by_name] {
        assert_eq!(sender.send(post(url)).await.unwrap().status, 200, "{url}");
    }
}
