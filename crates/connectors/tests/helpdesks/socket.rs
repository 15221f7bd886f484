//! The fakes on loopback answer as they do directly: for the demo, and for whoever tries a connector by hand.

use std::sync::Arc;

use claimwire_testkit::Receiver;

use crate::kinds::{KINDS, fake};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fake_listens_on_loopback() {
    for kind in KINDS {
        let fake = Arc::new(fake(kind));
        let shared = Arc::clone(&fake);
        let receiver = Receiver::start_with(move |received| shared.answer(received))
            .await
            .unwrap();
        let url = receiver.url("/nothing/here");
        let status = tokio::task::spawn_blocking(move || {
            let agent = ureq::Agent::config_builder()
                .http_status_as_error(false)
                .build();
            ureq::Agent::from(agent)
                .get(&url)
                .call()
                .unwrap()
                .status()
                .as_u16()
        });
        assert_eq!(status.await.unwrap(), 404, "{kind}");
        assert_eq!(receiver.requests().len(), 1, "{kind}");
    }
}
