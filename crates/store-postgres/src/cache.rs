//! What every commit needs of a shop, in memory, with the version that it has in the database. It may be old: the
//! commit compares the versions under the shop's lock, and reads anew what is.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use claimwire_model::{Shop, ShopNo};
use claimwire_store::subscriptions::Subscriptions;

use crate::connection::Connection;
use crate::error::Result;
use crate::rows;
use claimwire_store::vault::Vault;

/// Shops that are kept, at most.
const ENTRIES: usize = 16 << 10;

/// A shop and its living webhooks, to match events with; their health may be old.
pub(crate) struct View {
    pub(crate) version: i64,
    pub(crate) shop: Arc<Shop>,
    pub(crate) webhooks: Subscriptions,
}

/// The cache.
#[derive(Default)]
pub(crate) struct Cache(Mutex<HashMap<ShopNo, Arc<View>>>);

impl Cache {
    /// As it was when it was last read.
    pub(crate) fn get(&self, shop: ShopNo) -> Option<Arc<View>> {
        let views = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        views.get(&shop).cloned()
    }

    /// Keeps a view, unless a newer one is there. Of a full cache one half goes.
    pub(crate) fn put(&self, view: &Arc<View>) {
        let mut views = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if views.len() >= ENTRIES {
            let mut stays = false;
            views.retain(|_, _| {
                stays = !stays;
                stays
            });
        }
        let kept = views.entry(view.shop.no).or_insert_with(|| view.clone());
        if kept.version < view.version {
            kept.clone_from(view);
        }
    }
}

/// Reads a living shop; none: it is not there. Versions are read first, so that a view is never newer than it says.
pub(crate) async fn read(
    conn: &Connection,
    vault: &Vault,
    shop: ShopNo,
) -> Result<Option<Arc<View>>> {
    let sql = format!(
        "SELECT {}, version FROM shops s WHERE no = $1 AND NOT deleted",
        rows::shop::COLUMNS
    );
    let Some(row) = conn.query_opt(&sql, &[&shop.0]).await? else {
        return Ok(None);
    };
    Ok(Some(Arc::new(View {
        version: row.try_get(rows::shop::WIDTH)?,
        shop: Arc::new(rows::shop::read(&row)?),
        webhooks: Subscriptions::new(rows::webhook::of_shop(conn, vault, shop).await?),
    })))
}
