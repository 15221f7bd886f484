//! Removes the photos that are gone: with their claim, with their shop, by hand, or because nobody used them.

use std::time::Duration;

use claimwire_actions::{Ports, images};
use tokio::task::JoinHandle;

/// How often it is looked whether there are any.
const EVERY: Duration = Duration::from_secs(60);
/// Photos of one step.
const AT_ONCE: usize = 100;

/// Begins; what nobody used goes after `unused_for`.
pub fn start(ports: Ports, unused_for: Duration) -> JoinHandle<()> {
    tokio::spawn(async move {
        loop {
            let before = ports.now().minus(unused_for);
            match images::remove_unused(&ports, before, AT_ONCE).await {
                Ok(AT_ONCE) => continue,
                Ok(0) => {}
                Ok(count) => tracing::debug!(count, "images removed"),
                Err(error) => {
                    tracing::warn!(%error, "images cannot be removed; trying again in a moment");
                }
            }
            tokio::time::sleep(EVERY).await;
        }
    })
}
