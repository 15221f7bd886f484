//! What a mail says beyond the notice itself: the webhook as it is now, and its last error.

use claimwire_model::change::WebhookNotice;
use claimwire_model::{Shop, Target, Timestamp};
use claimwire_store::log::DeliveryFilter;
use claimwire_store::{PageRequest, Store, StoreError, StoreResult};

/// Deliveries that are looked through for the last error.
const DELIVERIES: usize = 20;

/// What is known by now; none of it for a webhook that was deleted meanwhile.
#[derive(Debug, Default)]
pub(crate) struct Details {
    pub(crate) description: Option<String>,
    pub(crate) failing_since: Option<Timestamp>,
    pub(crate) last_error: Option<String>,
}

impl Details {
    /// Reads them.
    pub(crate) async fn read(
        store: &dyn Store,
        shop: &Shop,
        notice: &WebhookNotice,
        now: Timestamp,
    ) -> StoreResult<Self> {
        match store.target_of(shop.no, notice.webhook_uuid).await {
            Err(StoreError::NotFound) => Ok(Self::default()),
            Err(error) => Err(error),
            Ok(target) => Ok(Self {
                last_error: last_error(store, shop, &target, now).await?,
                description: target.description.clone(),
                failing_since: target.health.failing_since,
            }),
        }
    }
}

/// The error of the newest delivery that has one.
async fn last_error(
    store: &dyn Store,
    shop: &Shop,
    target: &Target,
    now: Timestamp,
) -> StoreResult<Option<String>> {
    let filter = DeliveryFilter {
        target: Some(target.no),
        ..DeliveryFilter::default()
    };
    let newest = PageRequest::first(DELIVERIES);
    let page = store.deliveries(shop.no, filter, newest, now).await?;
    let Some(failed) = page.items.iter().find(|d| d.last_error.is_some()) else {
        return Ok(None);
    };
    match store.delivery(shop.no, failed.id, now).await {
        Err(StoreError::NotFound) => Ok(failed.last_error.clone()),
        Err(error) => Err(error),
        Ok((delivery, attempts)) => {
            let detail = attempts.into_iter().next_back();
            let detail = detail.and_then(|attempt| attempt.error_detail);
            Ok(detail.or(delivery.last_error))
        }
    }
}
