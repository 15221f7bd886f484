//! Removes the photos that are gone: with their claim, with their shop, by hand, or because nobody used them. Those that
//! an earlier program kept without a note of them are noted first.

use std::time::Duration;

use claimwire_actions::{Ports, images};
use tokio::task::JoinHandle;

/// How often it is looked whether there are any.
const EVERY: Duration = Duration::from_secs(60);
/// How often those of an earlier program are looked for: in so many rounds once.
const EARLIER_EVERY: u32 = 24 * 60;
/// Photos of one step.
const AT_ONCE: usize = 100;

/// Begins; what nobody used goes after `unused_for`.
pub fn start(ports: Ports, unused_for: Duration) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut until_earlier = 0;
        loop {
            let before = ports.now().minus(unused_for);
            if until_earlier == 0 {
                match images::note_earlier(&ports, before).await {
                    Ok(()) => until_earlier = EARLIER_EVERY,
                    Err(error) => {
                        tracing::warn!(%error, "earlier images cannot be noted; trying again in a moment");
                    }
                }
            }
            until_earlier = until_earlier.saturating_sub(1);
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
