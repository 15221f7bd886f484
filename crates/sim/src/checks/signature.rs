//! A receiver's own verifier accepts every request with a secret that the receiver may hold: the newest,
//! or, where another node made the change or a rotation is fresh, the one before it.

use std::collections::BTreeMap;
use std::time::Duration;

use claimwire_model::webhook::{Secrets, Signing};
use claimwire_model::{Dialect, TargetNo};
use claimwire_wire::{public_key, verify};

use crate::case::{Case, Shot};
use crate::history::Deed;
use crate::time::instant;

/// What receivers commonly tolerate between the signature's time and theirs.
const TOLERANCE: Duration = Duration::from_secs(300);

pub(super) fn check(case: &Case<'_>) -> Vec<(u64, String)> {
    let mut secrets: BTreeMap<TargetNo, Secrets> = BTreeMap::new();
    let mut found = Vec::new();
    for entry in &case.remains.entries {
        match &entry.deed {
            Deed::Kept(webhook) => {
                secrets.insert(webhook.no, webhook.secrets.clone());
            }
            Deed::Started { shot, .. } => {
                let shot = case.shots.get(*shot);
                let wrong = shot.and_then(|shot| {
                    let held = secrets.get(&shot.target)?;
                    refused(case, shot, held).map(|why| (shot.at, why))
                });
                found.extend(wrong);
            }
            _ => {}
        }
    }
    found
}

fn refused(case: &Case<'_>, shot: &Shot<'_>, held: &Secrets) -> Option<String> {
    let webhook = case.webhook(shot.target)?;
    let dialect = webhook.dialect();
    let headers: Vec<(String, String)> = shot
        .request
        .headers
        .iter()
        .map(|(name, value)| (name.to_string(), value.clone()))
        .collect();
    let now = instant(shot.at);
    let accepts = |key: &str, headers: &[(String, String)]| {
        verify(dialect, key, headers, &shot.request.body, TOLERANCE, now).is_ok()
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
    let url = &shot.request.url;
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
