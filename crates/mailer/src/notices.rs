//! Tells a shop's addresses, or else the operator's, of one of its webhooks.

use claimwire_model::change::WebhookNotice;
use claimwire_model::id::time_of_number;
use claimwire_model::{Event, Shop, Timestamp};
use claimwire_store::StoreResult;
use claimwire_store::outbox::{Mail, MailId};
use lettre::Address;

use crate::details::Details;
use crate::judge::{Came, Next, is_over, judge};
use crate::mail::NoticeMail;
use crate::measures;
use crate::work::Work;

/// Writes to all addresses that were not written to before.
pub(crate) async fn tell(
    work: &mut Work,
    mail: &Mail,
    (shop, event): (&Shop, &Event),
    now: Timestamp,
) -> StoreResult<Next> {
    let parsed: Result<WebhookNotice, _> = serde_json::from_str(event.fact.event_data.get());
    let Ok(parsed) = parsed else {
        tracing::error!(event = %event.no, "a notice cannot be read; it is not mailed");
        return Ok(Next::Ended);
    };
    let details = Details::read(&*work.store, shop, &parsed, now).await?;
    let letter = NoticeMail {
        shop,
        event,
        notice: &parsed,
        details: &details,
        public_url: &work.settings.public_url,
    };
    let mut done = work.told.remove(&mail.id).unwrap_or_default();
    let mut next = Next::Ended;
    for address in recipients(work, shop) {
        if done.contains(&address) {
            continue;
        }
        let came = match letter.mail(&work.settings.from, &address) {
            Ok(message) => work.send(message).await,
            Err(error) => Came::Never(error.to_string()),
        };
        let follows = judge(&came, mail, (work.clock)());
        measures::mailed(&came, follows);
        // Whom we write to is no business of the log.
        let (webhook, event, shop) = (parsed.webhook_uuid, event.no, &*shop.slug);
        match (&came, follows) {
            (Came::Sent, _) => tracing::info!(shop, %webhook, %event, "told by e-mail"),
            (came, Next::Ended) => {
                tracing::warn!(shop, %webhook, %event, why = came.why(), "not told by e-mail; given up");
            }
            (came, Next::Again(_)) => {
                tracing::warn!(shop, %webhook, %event, why = came.why(), "not told by e-mail; tried again later");
            }
        }
        match follows {
            Next::Ended => {
                done.insert(address);
            }
            again => next = again,
        }
    }
    if next != Next::Ended {
        work.told.insert(mail.id, done);
    }
    // What is older is not taken any more.
    work.told.retain(|id, _| match id {
        MailId::Notice(event) => !is_over(time_of_number(event.0), now),
        MailId::Letter(_) => false,
    });
    Ok(next)
}

fn recipients(work: &Work, shop: &Shop) -> Vec<Address> {
    let named = shop.notification_emails.iter();
    let named: Vec<Address> = named.filter_map(|email| email.parse().ok()).collect();
    match named.is_empty() {
        true => work.settings.fallback.clone(),
        false => named,
    }
}
