//! A receiver's own verifier accepts every request with a secret that the receiver may hold: the newest,
//! the one before it while a rotation is fresh, or an older one where another node made the change.

use std::collections::BTreeMap;
use std::time::Duration;

use claimwire_model::webhook::{Secrets, Signing};
use claimwire_model::{Dialect, Target, TargetNo};
use claimwire_wire::{public_key, verify};

use crate::case::{Case, SentRequest};
use crate::time::instant;
use crate::trace::TraceEvent;

/// What receivers commonly tolerate between the signature's time and theirs.
const TOLERANCE: Duration = Duration::from_secs(300);

pub(super) fn check(case: &Case<'_>) -> Vec<(u64, String)> {
    let mut kept: BTreeMap<TargetNo, Vec<&Target>> = BTreeMap::new();
    let mut found = Vec::new();
    for entry in &case.remains.entries {
        match &entry.event {
            TraceEvent::Kept(webhook) => kept.entry(webhook.no).or_default().push(webhook),
            TraceEvent::Started { request_no, .. } => {
                let sent = case.requests.get(*request_no);
                let wrong = sent.and_then(|sent| {
                    let (newest, former) = kept.get(&sent.target)?.split_last()?;
                    let why = refused(case, sent, &newest.webhook()?.secrets)?;
                    let known = known_since(case, sent, newest);
                    let stale = former
                        .iter()
                        .filter(|webhook| webhook.version >= known)
                        .filter_map(|target| target.webhook())
                        .any(|webhook| refused(case, sent, &webhook.secrets).is_none());
                    (!stale).then_some((sent.at, why))
                });
                found.extend(wrong);
            }
            _ => {}
        }
    }
    found
}

/// The oldest version of a webhook's settings that a request may be signed by. A test event may have
/// waited for its turn since before a change (its answer is void then), and what was changed by another
/// node is known only by what is taken after.
fn known_since(case: &Case<'_>, sent: &SentRequest<'_>, newest: &Target) -> u64 {
    match sent.grant {
        None => 0,
        Some(_) if !case.remains.plan.shared => newest.version,
        Some((_, handed)) => handed.target.version,
    }
}

fn refused(case: &Case<'_>, sent: &SentRequest<'_>, held: &Secrets) -> Option<String> {
    let target = case.webhook(sent.target)?;
    let (dialect, webhook) = (target.dialect(), target.webhook()?);
    let headers = Vec::from(sent.request.headers.clone());
    let now = instant(sent.at);
    let accepts = |key: &str, headers: &[(String, String)]| {
        verify(dialect, key, headers, &sent.request.body, TOLERANCE, now).is_ok()
    };
    let mut wrong = None;
    if webhook.signing != Signing::Ed25519 {
        let previous = held.previous.as_ref().filter(|p| now < p.expires_at);
        let good = accepts(&held.current, &headers)
            || previous.is_some_and(|previous| accepts(&previous.secret, &headers))
            || dialect == Dialect::Claimport && accepts(&held.current, &as_next(&headers));
        wrong = (!good).then_some("its secret");
    }
    if webhook.signing != Signing::Hmac {
        let good = public_key(held).is_some_and(|key| accepts(&key, &headers));
        wrong = wrong.or((!good).then_some("its public key"));
    }
    let url = &sent.request.url;
    wrong.map(|key| format!("{url} cannot verify a request with {key}"))
}

/// Claimport announces a new secret in a header of its own.
fn as_next(headers: &[(String, String)]) -> Vec<(String, String)> {
    let kept = |name: &str| match name {
        "X-ClaimPort-Signature-Next" => "X-ClaimPort-Signature".to_owned(),
        "X-ClaimPort-Signature" => "X-Former".to_owned(),
        name => name.to_owned(),
    };
    headers
        .iter()
        .map(|(name, value)| (kept(name), value.clone()))
        .collect()
}
