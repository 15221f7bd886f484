//! A vendor that fails a call for several which repeats an event gets in such a call nothing that it may have, over all
//! nodes and crashes. It has not what it refused.

use std::collections::BTreeSet;

use claimwire_model::TargetNo;
use claimwire_model::target::TargetKind;

use crate::bulk::ONCE;
use crate::case::Case;

pub(super) fn check(case: &Case<'_>) -> Vec<(u64, String)> {
    let mut sent_before = BTreeSet::new();
    let mut found = Vec::new();
    for sent in &case.attempts {
        let Some(id) = sent.delivery.filter(|_| is_once(case, sent.target)) else {
            continue;
        };
        if sent.is_batch() && sent_before.contains(&id) {
            found.push((
                sent.at,
                format!("{id} went with others, and may be there already"),
            ));
        }
        let status = sent.end.and_then(|end| end.status);
        let is_refused = status.is_some_and(|status| status / 100 == 4 && status != 429);
        if !is_refused {
            sent_before.insert(id);
        }
    }
    found
}

fn is_once(case: &Case<'_>, target: TargetNo) -> bool {
    case.webhook(target)
        .is_some_and(|target| match &target.kind {
            TargetKind::Connector(connector) => connector.vendor == ONCE,
            TargetKind::Webhook(_) => false,
        })
}
