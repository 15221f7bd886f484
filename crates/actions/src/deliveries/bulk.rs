//! All deliveries of a filter, counted and then sent once more. Bounded: what is more than a person can mean is for a
//! replay, which goes on in the background and survives a crash.

use claimwire_model::DeliveryId;
use claimwire_model::delivery::DeliveryStatus;
use claimwire_store::{PageRequest, StoreError};

use super::{Filter, list};
use crate::access::{As, Editor, Viewer};
use crate::refusal::{FieldError, Refusal};

/// Deliveries that are sent once more by one call, at most.
pub const AT_ONCE: usize = 1_000;
/// Of one page of them.
const OF_A_PAGE: usize = 100;
/// Pages that are looked through: one is not full where much was passed over.
const PAGES: usize = 100;

/// What a filter finds.
#[derive(Debug, Default)]
pub struct Counted {
    /// How many are in each state, those that can be sent once more.
    pub by_status: Vec<(DeliveryStatus, usize)>,
    /// How many cannot: their webhook or connector was deleted.
    pub gone: usize,
    /// Whether there are more than [`AT_ONCE`].
    pub more: bool,
    found: Vec<DeliveryId>,
}

impl Counted {
    /// Those that can be sent once more.
    #[must_use]
    pub fn total(&self) -> usize {
        self.found.len()
    }

    fn add(&mut self, id: DeliveryId, status: DeliveryStatus) {
        if status == DeliveryStatus::Cancelled {
            self.gone += 1;
            return;
        }
        self.found.push(id);
        match self
            .by_status
            .iter_mut()
            .find(|(known, _)| *known == status)
        {
            Some((_, count)) => *count += 1,
            None => self.by_status.push((status, 1)),
        }
    }
}

/// Counts the deliveries of a filter, as far as [`AT_ONCE`].
///
/// # Errors
/// [`Refusal::NotFound`] when the filter's webhook or connector is not there.
pub async fn count(viewer: &As<'_, Viewer>, filter: &Filter) -> Result<Counted, Refusal> {
    let (mut counted, mut request) = (Counted::default(), PageRequest::first(OF_A_PAGE));
    for _ in 0..PAGES {
        let page = list(viewer, filter.clone(), request).await?;
        for delivery in page.items {
            if counted.total() == AT_ONCE && delivery.status != DeliveryStatus::Cancelled {
                counted.more = true;
                return Ok(counted);
            }
            counted.add(delivery.id, delivery.status);
        }
        request.after = page.next;
        if request.after.is_none() {
            return Ok(counted);
        }
    }
    counted.more = true;
    Ok(counted)
}

/// What was ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retried {
    /// Deliveries that get one more attempt.
    pub ordered: usize,
    /// Deliveries that were found.
    pub of: usize,
}

/// Attempts each delivery of a filter once more, the oldest first. Each is ordered by itself: where the store fails on the
/// way, those before it are ordered, and the answer says how many.
///
/// # Errors
/// [`Refusal::Invalid`] when the filter finds more than [`AT_ONCE`], none of which is ordered; or what [`count`] has; or
/// the store's, when none was ordered.
pub async fn retry_all(editor: &As<'_, Editor>, filter: &Filter) -> Result<Retried, Refusal> {
    let counted = count(&editor.viewer(), filter).await?;
    if counted.more {
        let message = format!(
            "More than {AT_ONCE} deliveries match. Narrow the filter, or order a replay of the webhook."
        );
        return Err(Refusal::Invalid {
            key: "query_invalid",
            errors: vec![FieldError {
                field: String::new(),
                message,
            }],
        });
    }
    let (call, of) = (editor.call(), counted.total());
    if of > 0 {
        call.note("deliveries.retried", of.to_string()).await?;
    }
    let mut ordered = 0;
    for id in counted.found.into_iter().rev() {
        match call.store.retry(call.shop.no, id, call.now, None).await {
            Ok(_) => ordered += 1,
            // Deleted since it was counted.
            Err(StoreError::NotFound) => {}
            Err(error) if ordered == 0 => return Err(error.into()),
            Err(error) => {
                tracing::warn!(%error, ordered, of, "not all deliveries were ordered once more");
                break;
            }
        }
    }
    Ok(Retried { ordered, of })
}
