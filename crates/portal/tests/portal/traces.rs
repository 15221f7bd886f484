//! What is changed on a page is followed as what is changed by the API is: its events bear the trace of its request.

use std::sync::Arc;

use claimwire_actions::{Admin, Caller, InShop, events};
use claimwire_model::trace::SampleRatio;
use claimwire_store::{EventFilter, PageRequest};
use claimwire_wire::trace::{Span, SpanSink, Trace, Traces};
use serde_json::json;

use crate::claim_page::{Customer, set_up};
use crate::common::World;

#[derive(Debug)]
struct Nobody;

impl SpanSink for Nobody {
    fn now(&self) -> u64 {
        7
    }

    fn random(&self) -> [u8; 16] {
        [9; 16]
    }

    fn record(&self, _: Span) {}
}

fn trace() -> Trace {
    let traces = Traces {
        sink: Arc::new(Nobody),
        ratio: SampleRatio::new(1.0).unwrap(),
        records: true,
        sends: true,
    };
    traces.of_request(None).unwrap()
}

/// The ids of the traces that events with this ref belong to, newest first.
async fn followed(world: &World, r#ref: &str) -> Vec<Option<[u8; 16]>> {
    let store = &*world.ports.store;
    let shop: InShop<Admin> = Caller::Operator.enter(store, "acme").await.unwrap();
    let filter = EventFilter {
        r#ref: Some(r#ref.to_owned()),
        ..EventFilter::default()
    };
    let viewer = shop.on(&world.ports).viewer();
    let found = events::list(&viewer, filter, PageRequest::first(10)).await;
    let traces = found.unwrap().items;
    let trace_of = |event: &Arc<claimwire_model::Event>| {
        let trace = event.fact.performed_by.trace;
        trace.map(|trace| trace.trace_id)
    };
    traces.iter().map(trace_of).collect()
}

#[tokio::test]
async fn a_claim_filed_by_a_customer_is_followed() {
    let world = set_up(World::new().await, json!({}))
        .await
        .following(trace());
    let mut mia = Customer::of_order(&world).await;
    mia.says(&[("problem", "support")]).await;
    mia.says(&[("description", "Hello?")]).await;
    mia.says(&[]).await;
    mia.sees("We have your report");
    assert_eq!(followed(&world, "claims/created").await, [Some([9; 16])]);
}

#[tokio::test]
async fn what_a_member_changes_is_followed() {
    let world = World::new().await.following(trace());
    let claim = world.claim("acme", json!({"title": "Mug"})).await;
    assert_eq!(followed(&world, "claims/created").await, [None]);
    let mut editor = world.signed_in(&world.acme.editor).await;
    let path = format!("/portal/shops/acme/claims/{claim}");
    let page = editor.get(&path).await.is(200);
    let seen = page.value("seen").to_owned();
    world.pass(std::time::Duration::from_secs(5));
    let accepted = [("seen", seen.as_str()), ("status", "accepted")];
    editor.submit(&path, &accepted).await.is(303);
    assert_eq!(followed(&world, "claims/approved").await, [Some([9; 16])]);
}
