//! What a mail says beyond the notice itself: the webhook as it is now, and its last error.

use claimwire_model::change::WebhookNotice;
use claimwire_model::target::Kind;
use claimwire_model::{DeliveryId, Shop, Target, Timestamp};
use claimwire_store::log::DeliveryFilter;
use claimwire_store::{PageRequest, Store, StoreError, StoreResult};

/// Deliveries that are looked through for the last error.
const DELIVERIES: usize = 20;

/// What is known by now; none of it for a webhook that was deleted meanwhile.
#[derive(Debug, Default)]
pub(crate) struct Details {
    /// Whether it is a connector.
    pub(crate) is_connector: bool,
    pub(crate) description: Option<String>,
    pub(crate) failing_since: Option<Timestamp>,
    pub(crate) last_error: Option<String>,
    /// The delivery that it is of.
    pub(crate) failed: Option<DeliveryId>,
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
            Ok(target) => {
                let last = last_error(store, shop, &target, now).await?;
                let (failed, last_error) = last.unzip();
                Ok(Self {
                    is_connector: target.kind() == Kind::Connector,
                    description: target.description.clone(),
                    failing_since: target.health.failing_since,
                    last_error,
                    failed,
                })
            }
        }
    }
}

/// The newest delivery that has an error, and the error.
async fn last_error(
    store: &dyn Store,
    shop: &Shop,
    target: &Target,
    now: Timestamp,
) -> StoreResult<Option<(DeliveryId, String)>> {
    let filter = DeliveryFilter {
        target: Some(target.no),
        ..DeliveryFilter::default()
    };
    let newest = PageRequest::first(DELIVERIES);
    let page = store.deliveries(shop.no, filter, newest, now).await?;
    let Some(failed) = page.items.iter().find(|d| d.last_error.is_some()) else {
        return Ok(None);
    };
    let error = match store.delivery(shop.no, failed.id, now).await {
        Err(StoreError::NotFound) => failed.last_error.clone(),
        Err(error) => return Err(error),
        Ok((delivery, attempts)) => {
            let detail = attempts.into_iter().next_back();
            let detail = detail.and_then(|attempt| attempt.error_detail);
            detail.or(delivery.last_error)
        }
    };
    Ok(error.map(|error| (failed.id, error)))
}
