//! How many of a shop's latest events a filter would have matched, for those who choose one.

use std::time::Duration;

use claimwire_model::filter::SourceFilter;
use claimwire_model::{Dialect, Timestamp};

use super::checks::compile;
use crate::access::{As, Viewer};
use crate::refusal::Refusal;

/// How far back is looked.
pub const LOOKED_BACK: Duration = Duration::from_secs(7 * 86_400);
/// Events that are looked at, at most: the newest.
pub const LOOKED_AT: usize = 10_000;

/// A filter, as someone chooses it.
#[derive(Debug, Clone, Default)]
pub struct Chosen {
    /// In which names its entries may be, and which events it can tell.
    pub dialect: Dialect,
    /// Whose changes.
    pub source_filter: SourceFilter,
    /// Its entries.
    pub enabled_events: Vec<String>,
}

/// What a filter would have matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matching {
    /// So many of [`Matching::looked_at`].
    pub matched: u64,
    /// Events that were looked at.
    pub looked_at: u64,
    /// Where there were more than [`LOOKED_AT`] within [`LOOKED_BACK`]: when the oldest came that was looked at.
    pub only_since: Option<Timestamp>,
}

/// Looks at the events of the last 7 days, the newest [`LOOKED_AT`] of them at most. The filter's own rules decide, so
/// that a webhook with it would have heard of as many.
///
/// # Errors
/// When the filter cannot be: each entry that is wrong is named.
pub async fn matching(viewer: &As<'_, Viewer>, chosen: Chosen) -> Result<Matching, Refusal> {
    let Chosen {
        dialect,
        source_filter,
        enabled_events,
    } = chosen;
    let filter = compile(dialect, source_filter, enabled_events)?;
    let call = viewer.call();
    let since = call.now.minus(LOOKED_BACK);
    let found = call.store.tallies(call.shop.no, since, LOOKED_AT).await?;
    let looked_at = found.total();
    let all = usize::try_from(looked_at).is_ok_and(|looked_at| looked_at < LOOKED_AT);
    Ok(Matching {
        matched: found.matched(&filter),
        looked_at,
        only_since: found.oldest.filter(|_| !all),
    })
}
