//! The test event that an unverified webhook is owed: at its creation and at each change of its URL.
//! Exactly 200 makes it active. A failed one is not repeated: its owner presses "test" or changes the URL.

use std::sync::Arc;

use claimwire_model::{Timestamp, Webhook};
use claimwire_store::StoreError;
use claimwire_store::queue::Verified;
use claimwire_wire::{Passage, request, test_event};

use crate::report;
use crate::shared::Shared;

/// Goes in place of a delivery's id: a test event is none.
const NO_DELIVERY: &str = "test";

/// Sends the test event and records the answer.
pub(crate) async fn run(shared: Arc<Shared>, webhook: Arc<Webhook>) {
    let Ok(_slot) = shared.verifications.acquire().await else {
        return;
    };
    let passed = passes(&shared, &webhook).await;
    let verified = Verified {
        target: webhook.no,
        version: webhook.version,
        passed,
    };
    loop {
        match shared
            .store
            .verified(verified.clone(), shared.clock.now())
            .await
        {
            Err(error) if error.is_passing() => {
                shared.store_failed("record a verification", &error).await
            }
            Err(StoreError::NotFound | StoreError::Stale) | Ok(()) => break,
            Err(error) => {
                tracing::error!(webhook = %webhook.uuid, %error, "the store refuses to record a verification");
                break;
            }
        }
    }
    shared.with(|dispatch, _| dispatch.verified(webhook.no, webhook.version));
}

async fn passes(shared: &Shared, webhook: &Webhook) -> bool {
    let shop = loop {
        match shared.store.shop_of(webhook.shop).await {
            Ok(shop) => break shop,
            Err(error) if error.is_passing() => {
                shared.store_failed("read a webhook's shop", &error).await
            }
            Err(_) => return false,
        }
    };
    let now: Timestamp = shared.clock.now();
    let Some(test) = test_event(webhook.dialect(), None, &shop, now) else {
        return false;
    };
    let passage = Passage {
        delivery_id: NO_DELIVERY,
        attempt: 1,
    };
    let came = shared
        .sender
        .send(request(webhook, &test, passage, now))
        .await;
    let passed = came.as_ref().is_ok_and(|answer| answer.status == 200);
    if passed {
        tracing::info!(webhook = %webhook.uuid, "webhook verified");
    } else {
        let error = report::ending(&came).error_name();
        tracing::info!(webhook = %webhook.uuid, error, "webhook not verified: its test event did not get 200");
    }
    passed
}
