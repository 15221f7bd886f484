//! Several deliveries in one call.
//!
//! A good answer delivers them all. One that would end a delivery or disable the connector for good ends none: it may
//! be about another, so they are told apart. All else is tried again, by each delivery's own schedule.

use bytes::Bytes;
use claimwire_model::verdict::Ending;
use claimwire_wire::driver::{BatchInput, BatchStep, Call, End, Failure, Input, Last, Part, Step};
use claimwire_wire::send::{Answer, Method};

use super::connector::{Marketing, made};
use super::judge::refused;
use super::news::News;
use super::tool::{Bulk, Tool};
use crate::account::Account;

/// The call, in an answer's words.
const EVENTS: &str = "events";

impl<T: Tool> Marketing<T> {
    /// One delivery's share of the call. What needs none is asked as if it were alone.
    pub(super) fn item(&self, input: &Input<'_>) -> Part {
        let tool = &self.0;
        let Some(account) = Account::of(input.target) else {
            return Part::Alone;
        };
        let news = News::of(input.event, input.bodies, input.shop);
        let names = news.names(account.is_set("delivered_all_events"));
        let hours = account.number(tool.about(), "stale_after_hours");
        let (false, false, Some(email)) = (
            names.is_empty(),
            news.is_stale(hours, input.now),
            &news.email,
        ) else {
            return match claimwire_wire::driver::Driver::step(self, input) {
                Step::End(end) => Part::End(end),
                _ => Part::Alone,
            };
        };
        let items = tool.items(&account, &news, &names, email);
        let items: Vec<String> = items.iter().map(ToString::to_string).collect();
        match items.is_empty() {
            true => Part::Alone,
            false => Part::Joins(items.join(",").into()),
        }
    }

    /// The call, and what its answer means.
    pub(super) fn step_bulk(&self, bulk: &Bulk, input: &BatchInput<'_>) -> BatchStep {
        let all = |end: End| BatchStep::End(vec![end; input.parts.len()]);
        match input.last {
            Last::Answer(answer) => self.read(answer, input),
            Last::NoAnswer(error) => all(End::unanswered(error)),
            _ => match self.call(bulk, input) {
                Some(call) => BatchStep::Send(call),
                None => BatchStep::Apart(Failure {
                    error: "settings".into(),
                    detail: "the connector's settings cannot be read".to_owned(),
                }),
            },
        }
    }

    fn call(&self, bulk: &Bulk, input: &BatchInput<'_>) -> Option<Call> {
        let account = Account::of(input.target)?;
        let list = input.parts.join(&b","[..]);
        let body = [bulk.before.as_bytes(), &list, bulk.after.as_bytes()].concat();
        let name = format!("{EVENTS} ({})", input.parts.len());
        let to = (input.target, input.shop);
        let body = Some(Bytes::from(body));
        Some(made(
            &self.0,
            &account,
            to,
            name.into(),
            (Method::Post, bulk.path),
            body,
        ))
    }

    fn read(&self, answer: &Answer, input: &BatchInput<'_>) -> BatchStep {
        let all = |end: End| BatchStep::End(vec![end; input.parts.len()]);
        if matches!(answer.status, 200 | 201 | 202 | 204) {
            return all(End::DELIVERED);
        }
        let account = Account::of(input.target).unwrap_or_default();
        let end = refused(&self.0, &account, EVENTS, answer, input.now);
        match (end.ending.clone(), end.failure.clone()) {
            (Ending::Refused { .. }, Some(failure)) => BatchStep::Apart(failure),
            // Some of them were taken, perhaps.
            (_, Some(failure)) if answer.is_success() => BatchStep::Apart(failure),
            _ => all(end),
        }
    }
}

#[cfg(test)]
mod tests;
