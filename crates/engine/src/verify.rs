//! The test event that an unverified webhook is owed: at its creation and at each change of its URL.
//! Exactly 200 makes it active. A failed one is not repeated: its owner presses "test" or changes the URL.
//! One that failed by trouble on our own side was none, and is made again.

use std::sync::Arc;

use claimwire_model::{Target, Timestamp};
use claimwire_store::StoreError;
use claimwire_store::queue::Verified;
use claimwire_wire::send::SendError;
use claimwire_wire::{Attempted, request, test_event};

use crate::shared::Shared;
use crate::trouble::Pause;

/// Goes in place of a delivery's id: a test event is none.
const NO_DELIVERY: &str = "test";

/// Sends the test event and records the answer.
pub(crate) async fn run(shared: Arc<Shared>, target: Arc<Target>) {
    if let Some(passed) = answer(&shared, &target).await {
        record(&shared, &target, passed).await;
    }
    shared.with(|dispatch, _| dispatch.verified(target.no, target.version));
}

/// Whether the test event passed; none: it is not owed any more.
async fn answer(shared: &Arc<Shared>, target: &Target) -> Option<bool> {
    let mut pause = Pause::default();
    loop {
        {
            let _slot = shared.verifications.acquire().await.ok()?;
            if let Some(passed) = passes(shared, target).await {
                return Some(passed);
            }
        }
        let now = shared.clock.now();
        shared.clock.sleep_until(pause.failed(now, now)).await;
        if shared.with(|dispatch, _| dispatch.is_stopped()) || !is_current(shared, target).await {
            return None;
        }
    }
}

/// Whether the target is as it was; what was changed is tested anew, as it is now.
async fn is_current(shared: &Shared, target: &Target) -> bool {
    match shared.store.target(target.no).await {
        Ok(current) => current.version == target.version,
        Err(error) => error.is_passing(),
    }
}

async fn record(shared: &Shared, target: &Target, passed: bool) {
    let verified = Verified {
        target: target.no,
        version: target.version,
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
                tracing::error!(webhook = %target.uuid, %error, "the store refuses to record a verification");
                break;
            }
        }
    }
}

/// Sends it. None: it failed by trouble on our own side.
async fn passes(shared: &Shared, target: &Target) -> Option<bool> {
    let shop = loop {
        match shared.store.shop_of(target.shop).await {
            Ok(shop) => break shop,
            Err(error) if error.is_passing() => {
                shared.store_failed("read a webhook's shop", &error).await
            }
            Err(_) => return Some(false),
        }
    };
    let now: Timestamp = shared.clock.now();
    let Some(webhook) = target.webhook() else {
        return Some(false);
    };
    if let Some(error) = SendError::gone(target.dialect()) {
        shared.trouble.failed(&error, shared.clock.elapsed());
        return None;
    }
    let Some(test) = test_event(target.dialect(), None, &shop, now) else {
        return Some(false);
    };
    let test = test.for_webhook(target.dialect(), webhook);
    let attempted = Attempted {
        delivery_id: NO_DELIVERY,
        attempt: 1,
    };
    let came = shared
        .sender
        .send(request(target, webhook, &test, attempted, now).pinned(&shop))
        .await;
    if let Err(error) = &came
        && error.kind.is_ours()
    {
        shared.trouble.failed(error, shared.clock.elapsed());
        return None;
    }
    let passed = came.as_ref().is_ok_and(|answer| answer.status == 200);
    if passed {
        tracing::info!(webhook = %target.uuid, "webhook verified");
    } else {
        let error = came.map_or_else(
            |error| error.kind.to_string(),
            |answer| format!("status_{}", answer.status),
        );
        tracing::info!(webhook = %target.uuid, error, "webhook not verified: its test event did not get 200");
    }
    Some(passed)
}
