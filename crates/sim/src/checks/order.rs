//! Where order is asked for, a scheduled attempt is made only when everything before it in its lane has
//! ended: in the store, or by an answer that the same process of the node has and will record.

use std::collections::BTreeMap;

use claimwire_model::target::{Ordering, Target};
use claimwire_model::{DeliveryId, EventNo};

use crate::case::Case;
use crate::process::ProcessNo;
use crate::schedules::{Schedules, Stage, walk};
use crate::trace::TraceEvent;

pub(super) fn check(case: &Case<'_>) -> Vec<(u64, String)> {
    let mut found = Vec::new();
    // What has ended in a process, whether on record or not.
    let mut ended: BTreeMap<(ProcessNo, DeliveryId), ()> = BTreeMap::new();
    walk(case, |_, entry, schedules| match &entry.event {
        TraceEvent::Ended { request_no, .. } => {
            let Some(sent) = case.requests.get(*request_no) else {
                return;
            };
            let (Some(id), Some(end)) = (sent.delivery, sent.end) else {
                return;
            };
            let last = case.acknowledged(sent, &end)
                || !sent.goes_on(&end)
                    && !sent.is_manual()
                    && is_last(case, schedules, id, end.status);
            if last {
                ended.insert((sent.process, id), ());
            }
        }
        TraceEvent::Granted {
            process, handed, ..
        } => {
            ended.remove(&(*process, handed.id));
        }
        TraceEvent::Started { request_no, .. } => {
            let Some(sent) = case
                .requests
                .get(*request_no)
                .filter(|sent| !sent.is_manual())
            else {
                return;
            };
            let (Some(id), Some((granted, _))) = (sent.delivery, sent.grant) else {
                return;
            };
            let Some(webhook) = case.webhook(id.target) else {
                return;
            };
            let overtaken = schedules.of_target(id.target).find(|(other, schedule)| {
                other.event < id.event
                    && schedule.stage == Stage::Waiting
                    && schedule.since < granted
                    && !case.alike.contains(other)
                    && same_lane(case, webhook, other.event, id.event)
                    && !ended.contains_key(&(sent.process, *other))
            });
            if let Some((other, _)) = overtaken {
                found.push((sent.at, format!("{id} overtakes {other}")));
            }
        }
        _ => {}
    });
    found
}

/// Whether a failure with this status is the delivery's last.
fn is_last(case: &Case<'_>, schedules: &Schedules, id: DeliveryId, status: Option<u16>) -> bool {
    let failures = schedules.get(id).map_or(0, |schedule| schedule.failures);
    let retries = case.webhook(id.target).map_or(0, |w| w.retry.delays.len());
    status == Some(410) || usize::try_from(failures).is_ok_and(|failures| failures >= retries)
}

fn same_lane(case: &Case<'_>, webhook: &Target, one: EventNo, other: EventNo) -> bool {
    let subject = |no| {
        case.events
            .get(&no)
            .and_then(|told| told.event.fact.subject.as_ref())
    };
    match webhook.ordering {
        Ordering::None => false,
        Ordering::Webhook => true,
        Ordering::Subject => subject(one).is_some() && subject(one) == subject(other),
    }
}
