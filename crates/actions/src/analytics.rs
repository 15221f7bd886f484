//! What a shop's claims and shipments are about, counted over time. Counted from the newest that were made in the span,
//! by the index of when they were made, up to a bound: what it costs does not grow with the shop.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use claimwire_model::{SubjectKind, Timestamp};
use claimwire_store::{DocumentFilter, PageRequest};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::access::{As, Viewer};
use crate::call::Call;
use crate::kept::decode;
use crate::refusal::Refusal;

/// Claims, and shipments, that are counted at most: the newest.
pub const COUNTED: usize = 2_000;
/// Of one page of them.
const AT_ONCE: usize = 100;
/// Parcels of claims that are read at once.
const PARCELS_AT_ONCE: usize = 500;
/// Values of one question that are told apart: the most frequent.
const VALUES: usize = 8;

/// How often something was so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// What; none: it does not say.
    pub value: Option<String>,
    /// How often.
    pub count: u64,
    /// How often on each day, the first day first.
    pub by_day: Vec<u64>,
}

/// Things of a kind that were made in a span of time.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Made {
    /// How many were counted.
    pub counted: usize,
    /// Whether there are more than that.
    pub more: bool,
    /// How many a day, the first day first, those without any too.
    pub by_day: Vec<u64>,
}

/// What there is to tell.
#[derive(Debug, Default)]
pub struct Analytics {
    /// Claims.
    pub claims: Made,
    /// Of the claims: why.
    pub reasons: Vec<Count>,
    /// Of the claims: about which product; a claim about two counts for each.
    pub products: Vec<Count>,
    /// Of the claims: with which carrier their parcel went.
    pub claimed_carriers: Vec<Count>,
    /// Of the claims: how far their parcel is.
    pub claimed_phases: Vec<Count>,
    /// Of the claims: where they stand.
    pub statuses: Vec<Count>,
    /// Shipments.
    pub shipments: Made,
    /// Of the shipments: with which carrier.
    pub carriers: Vec<Count>,
    /// Of the shipments: how far they are.
    pub phases: Vec<Count>,
}

/// What was made since then.
///
/// # Errors
/// Only the store's.
pub async fn analytics(viewer: &As<'_, Viewer>, since: Timestamp) -> Result<Analytics, Refusal> {
    let call = viewer.call();
    let days = days(since, call.now);
    let day = |at: Timestamp| day(at, since).min(days.saturating_sub(1));
    let (mut carriers, mut phases) = Default::default();
    let mut parcels = Parcels::default();
    let count = |parcel: ParcelCounted| {
        let day = day(parcel.created_at);
        add(&mut carriers, parcel.carrier_reference.clone(), day);
        add(&mut phases, parcel.phase.clone(), day);
        parcels.insert(parcel.id.clone(), parcel);
        day
    };
    let shipments = each(call, SubjectKind::Shipment, since, count).await?;

    let (mut reasons, mut products, mut statuses) = Default::default();
    let mut parcels_of: Vec<(Option<String>, usize)> = Vec::new();
    let count = |claim: ClaimCounted| {
        let day = day(claim.created_at);
        add(&mut reasons, claim.reason, day);
        add(&mut statuses, Some(claim.status), day);
        parcels_of.push((claim.shipment_id, day));
        for item in claim.selected_items {
            add(&mut products, item.title.or(item.sku), day);
        }
        day
    };
    let claims = each(call, SubjectKind::Claim, since, count).await?;

    let (mut claimed_carriers, mut claimed_phases) = Default::default();
    look_up(call, &parcels_of, &mut parcels).await?;
    for (parcel, day) in parcels_of {
        let parcel = parcel.and_then(|id| parcels.get(&id));
        let (carrier, phase) = parcel.map(|it| (&it.carrier_reference, &it.phase)).unzip();
        add(&mut claimed_carriers, carrier.cloned().flatten(), day);
        add(&mut claimed_phases, phase.cloned().flatten(), day);
    }
    Ok(Analytics {
        claims,
        reasons: most(reasons, days),
        products: most(products, days),
        claimed_carriers: most(claimed_carriers, days),
        claimed_phases: most(claimed_phases, days),
        statuses: most(statuses, days),
        shipments,
        carriers: most(carriers, days),
        phases: most(phases, days),
    })
}

/// What is counted of a claim. The rest of its document is passed over unread.
#[derive(Deserialize)]
struct ClaimCounted {
    created_at: Timestamp,
    status: String,
    reason: Option<String>,
    shipment_id: Option<String>,
    selected_items: Vec<ItemCounted>,
}

#[derive(Deserialize)]
struct ItemCounted {
    title: Option<String>,
    sku: Option<String>,
}

/// What is counted of a shipment.
#[derive(Deserialize)]
struct ParcelCounted {
    id: String,
    created_at: Timestamp,
    carrier_reference: Option<String>,
    phase: Option<String>,
}

/// Parcels by their ids.
type Parcels = BTreeMap<String, ParcelCounted>;

/// Reads those parcels of claims that were not counted themselves.
async fn look_up(
    call: &Call<'_>,
    of: &[(Option<String>, usize)],
    parcels: &mut Parcels,
) -> Result<(), Refusal> {
    let ids = of.iter().filter_map(|(id, _)| id.as_ref());
    let ids: BTreeSet<&String> = ids.filter(|id| !parcels.contains_key(*id)).collect();
    let ids: Vec<String> = ids.into_iter().cloned().collect();
    for ids in ids.chunks(PARCELS_AT_ONCE) {
        let kind = SubjectKind::Shipment;
        let found = call.store.documents_of(call.shop.no, kind, ids.to_vec());
        for document in found.await? {
            let parcel = decode(kind, &document.id, &document.json)?;
            parcels.insert(document.id, parcel);
        }
    }
    Ok(())
}

const DAY: Duration = Duration::from_secs(86_400);

/// How many days there are to tell of, the last of them perhaps not over.
fn days(since: Timestamp, now: Timestamp) -> usize {
    let days = now.since(since).as_secs().div_ceil(DAY.as_secs());
    usize::try_from(days).unwrap_or_default()
}

/// On which of them something was made.
fn day(at: Timestamp, since: Timestamp) -> usize {
    usize::try_from(at.since(since).as_secs() / DAY.as_secs()).unwrap_or(usize::MAX)
}

/// How often each value was there, by day.
type Counts = BTreeMap<Option<String>, BTreeMap<usize, u64>>;

fn add(counts: &mut Counts, value: Option<String>, day: usize) {
    let value = value.filter(|value| !value.is_empty());
    *counts.entry(value).or_default().entry(day).or_default() += 1;
}

/// The most frequent first; of equals by name.
fn most(counts: Counts, days: usize) -> Vec<Count> {
    let counts = counts.into_iter();
    let mut counts: Vec<Count> = counts
        .map(|(value, by_day)| Count {
            value,
            count: by_day.values().sum(),
            by_day: (0..days)
                .map(|day| by_day.get(&day).copied().unwrap_or_default())
                .collect(),
        })
        .collect();
    counts.sort_by_key(|count| std::cmp::Reverse(count.count));
    counts.truncate(VALUES);
    counts
}

/// Shows each to `count`, which says on which day it was made.
async fn each<T: DeserializeOwned>(
    call: &Call<'_>,
    kind: SubjectKind,
    since: Timestamp,
    mut count: impl FnMut(T) -> usize,
) -> Result<Made, Refusal> {
    let mut made = Made {
        by_day: vec![0; days(since, call.now)],
        ..Made::default()
    };
    let mut request = PageRequest::first(AT_ONCE);
    loop {
        let filter = DocumentFilter {
            since: Some(since),
            ..Default::default()
        };
        let found = call
            .store
            .find_documents(call.shop.no, kind, filter, request);
        let page = found.await?;
        made.counted += page.items.len();
        for document in &page.items {
            let day = count(decode(kind, &document.id, &document.json)?);
            if let Some(day) = made.by_day.get_mut(day) {
                *day += 1;
            }
        }
        let Some(next) = page.next else {
            return Ok(made);
        };
        if made.counted >= COUNTED {
            made.more = true;
            return Ok(made);
        }
        request = PageRequest::after(AT_ONCE, Some(next));
    }
}
