//! After a start with another encryption key: seals anew what the older ones sealed, while serving, and
//! says when they can go.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use claimwire_store::Reseal;
use claimwire_store::reseal::Reached;
use metrics::{counter, gauge};
use tokio::task::JoinHandle;

/// Rows looked at in one step.
const STEP_ROWS: usize = 200;
/// The pause between two steps, so that live traffic goes between them.
const STEP_PAUSE: Duration = Duration::from_millis(20);
/// The wait before a store that could not answer is asked again.
const STORE_PAUSE: Duration = Duration::from_secs(1);

const DONE: &str = "nothing is encrypted with an older key any more; older keys can be dropped";
const OLDER_KEYS: &str = "claimwire_encryption_older_keys";
const RESEALED: &str = "claimwire_encryption_resealed_total";

/// Begins, if there is anything to do; `given` says whether older keys were.
pub async fn start(store: Arc<dyn Reseal>, given: bool) -> anyhow::Result<Option<JoinHandle<()>>> {
    metrics::describe_gauge!(
        OLDER_KEYS,
        "Older encryption keys that something may still be encrypted with."
    );
    metrics::describe_counter!(
        RESEALED,
        "Secrets encrypted anew with the current encryption key."
    );
    let older = store
        .older_keys()
        .await
        .context("cannot find out what is encrypted with which key")?;
    gauge!(OLDER_KEYS).set(older.len() as f64);
    if older.is_empty() {
        if given {
            tracing::info!("{DONE}");
        }
        return Ok(None);
    }
    let ids: Vec<String> = older.iter().map(ToString::to_string).collect();
    tracing::info!(
        older_keys = ids.join(" "),
        "secrets are being encrypted anew"
    );
    Ok(Some(tokio::spawn(run(store))))
}

async fn run(store: Arc<dyn Reseal>) {
    let mut from = Reached::default();
    let mut values = 0;
    loop {
        let pause = match store.reseal(from, STEP_ROWS).await {
            Ok(step) => {
                values += step.values;
                counter!(RESEALED).increment(step.values);
                match step.next {
                    Some(next) => from = next,
                    None => break,
                }
                STEP_PAUSE
            }
            Err(error) => {
                tracing::warn!(%error, "secrets cannot be encrypted anew; trying again in a moment");
                STORE_PAUSE
            }
        };
        tokio::time::sleep(pause).await;
    }
    gauge!(OLDER_KEYS).set(0.0);
    tracing::info!(values, "{DONE}");
}
