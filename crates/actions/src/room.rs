//! Whether a shop may make more: its limits asked, and the store where that is needed.

use claimwire_model::ShopNo;

use crate::call::Call;
use crate::limits::{Limit, Limits};
use crate::refusal::Refusal;

/// Something that runs and counts towards a limit until this is dropped.
pub(crate) struct Running<'a> {
    limits: &'a Limits,
    shop: ShopNo,
    limit: Limit,
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.limits.end(self.shop, self.limit);
    }
}

impl<'a> Call<'a> {
    /// Whether the shop may have so much more.
    ///
    /// # Errors
    /// [`Refusal::LimitReached`] when it may not.
    pub(crate) async fn room(&self, limit: Limit, amount: u64) -> Result<(), Refusal> {
        let limits = &self.ports.limits;
        let Some(what) = limit.used() else {
            return Ok(());
        };
        if limits.take(self.shop.no, limit, amount) {
            return Ok(());
        }
        let used = self.store.used(self.shop.no, what).await?;
        if limits.seen(self.shop, limit, used, amount) {
            Ok(())
        } else {
            Err(reached(limit, limits.value(limit)))
        }
    }

    /// One more of what only runs.
    ///
    /// # Errors
    /// [`Refusal::LimitReached`] when as many run as may.
    pub(crate) fn running(&self, limit: Limit) -> Result<Running<'a>, Refusal> {
        let limits: &'a Limits = &self.ports.limits;
        let shop = self.shop.no;
        if limits.begin(shop, limit) {
            Ok(Running {
                limits,
                shop,
                limit,
            })
        } else {
            Err(reached(limit, limits.value(limit)))
        }
    }
}

fn reached(limit: Limit, value: u64) -> Refusal {
    Refusal::LimitReached { limit, value }
}
