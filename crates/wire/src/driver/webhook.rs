//! A webhook's driver: one request, and its answer is the end.

use std::collections::BTreeMap;

use claimwire_model::delivery::ERROR_DETAIL_CHARS;
use claimwire_model::verdict::Ending;
use claimwire_model::webhook::Ack;
use claimwire_model::{Dialect, Headers, Target, Timestamp};

use super::{Call, Driver, End, Input, Last, Step};
use crate::encoded::Unencodable;
use crate::own;
use crate::request::{Attempted, request};
use crate::secrets::{Secrets, of_headers};
use crate::send::Answer;

/// Delivers to webhooks.
pub struct WebhookDriver;

impl Driver for WebhookDriver {
    fn step(&self, input: &Input<'_>) -> Step {
        let Input { target, shop, .. } = *input;
        let Some(webhook) = target.webhook() else {
            let detail = "the target is not a webhook".to_owned();
            return Step::End(End::not(Ending::FAILED, "no_driver", detail));
        };
        match input.last {
            Last::Answer(answer) => Step::End(judged(webhook.ack, answer, input.now)),
            Last::NoAnswer(error) => Step::End(End::unanswered(error)),
            _ => {
                let (dialect, flatten) = (target.dialect(), webhook.flatten);
                let encoded = input.bodies.of(dialect, flatten, input.event, shop);
                let encoded = match encoded {
                    Ok(encoded) => encoded,
                    Err(why) => return Step::End(inexpressible(why)),
                };
                let delivery_id = input.delivery.to_string();
                let attempted = Attempted {
                    delivery_id: &delivery_id,
                    attempt: input.attempt,
                };
                let request = request(target, webhook, encoded, attempted, input.now);
                Step::Send(Call {
                    name: None,
                    request: request.pinned(shop),
                })
            }
        }
    }

    fn hides(&self, target: &Target, header: &str) -> bool {
        let shows_secret = match target.dialect() {
            Dialect::Own(own) => own::shows_secret(own, header),
            _ => false,
        };
        shows_secret
            || target
                .webhook()
                .is_none_or(|webhook| webhook.headers.contains_key(header))
    }

    fn secrets(&self, target: &Target, headers: &Headers) -> Secrets {
        let own = target.webhook().map(|webhook| &webhook.headers);
        if own.is_none_or(BTreeMap::is_empty) && !matches!(target.dialect(), Dialect::Own(_)) {
            return Secrets::default();
        }
        let hidden = headers.iter().filter(|(name, _)| self.hides(target, name));
        of_headers(hidden).collect()
    }
}

/// The filter let the event pass in another dialect, or a template of this one fails on it: it never can be sent.
fn inexpressible(why: &Unencodable) -> End {
    let error = match why {
        Unencodable::NoName => "not_in_dialect",
        Unencodable::Fails(_) => "dialect_failed",
    };
    let detail = why.to_string().chars().take(ERROR_DETAIL_CHARS).collect();
    End::not(Ending::Refused { disable: None }, error, detail)
}

/// What an answer at `now` means from a webhook that acknowledges like this.
#[must_use]
pub fn judged(ack: Ack, answer: &Answer, now: Timestamp) -> End {
    let status = answer.status;
    let ending = Ending::of_answer(ack, status, answer.header("retry-after"), now);
    if ending == Ending::Delivered {
        return End::DELIVERED;
    }
    match status {
        300..=399 => End::not(
            ending,
            "redirect_refused",
            format!("the endpoint answered {status}; redirects are not followed"),
        ),
        200..=299 => End::not(
            ending,
            format!("status_{status}"),
            format!("the endpoint answered {status}; only 200 counts for this webhook"),
        ),
        _ => End::not(
            ending,
            format!("status_{status}"),
            format!("the endpoint answered {status}"),
        ),
    }
}
