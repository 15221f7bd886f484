//! Name → addresses. A trait, so that tests decide what a name resolves to, and when.
//!
//! What the sender asks is [`Names`]: it remembers answers briefly (`remembered`), asks once for all who want
//! the same name, and lets shops take turns (`turns`) with the look-ups that can be under way. So a shop whose
//! names are never answered for waits for itself alone. What it asks is [`Dns`], which holds no thread.
//!
//! Addresses are not judged here, and remembering them decides nothing: `permitted_addresses` judges them at every use.

mod dns;
mod files;
mod names;
mod remembered;
mod turns;

use std::net::IpAddr;

use async_trait::async_trait;
use claimwire_model::ShopNo;
use claimwire_wire::send::{SendError, SendErrorKind};

use crate::error::error;

pub use dns::Dns;
pub(crate) use names::Names;

/// Whoever can resolve names.
#[async_trait]
pub trait Resolve: Send + Sync {
    /// All addresses of the name, in the order in which they should be tried. `shop` is whose request it is for.
    ///
    /// # Errors
    /// `dns`, or one of ours.
    async fn resolve(&self, name: &str, shop: ShopNo) -> Result<Vec<IpAddr>, SendError>;

    /// Whether no name at all can be resolved now, as far as is known: then it is not a name's fault that it
    /// could not be in time.
    fn is_down(&self) -> bool {
        false
    }
}

/// A name that could not be resolved, through no fault of ours.
fn unresolved(name: &str, why: impl std::fmt::Display) -> SendError {
    error(
        SendErrorKind::Dns,
        format!("`{name}` could not be resolved: {why}"),
    )
}
