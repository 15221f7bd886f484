//! The runs of marketing tools.

use std::borrow::Cow;
use std::time::Duration;

use bytes::Bytes;
use claimwire_model::verdict::Ending;
use claimwire_model::{Headers, Shop, Target};
use claimwire_wire::driver::{
    Batch, BatchInput, BatchStep, Call, Driver, End, Failure, Input, Last, Part, Step,
};
use claimwire_wire::secrets::Secrets;
use claimwire_wire::send::{Method, RESPONSE_BODY_READ, Request};
use serde_json::{Map, Value};

use super::judge::refused;
use super::news::News;
use super::state::Progress;
use super::tool::{Ask, Asked, Tool};
use crate::account::{Account, check_base, secrets_of};
use crate::vendor::{About, Preview, Vendor};

const USER_AGENT: &str = concat!("claimwire/", env!("CARGO_PKG_VERSION"));
/// The call that tells an event.
const EVENT: &str = "event";
/// The call of a test.
const WHO: &str = "test";

/// A tool as a vendor.
pub(crate) struct Marketing<T>(pub(crate) T);

impl<T: Tool> Driver for Marketing<T> {
    fn step(&self, input: &Input<'_>) -> Step {
        let tool = &self.0;
        let Some(account) = Account::of(input.target) else {
            return never(
                "settings",
                "the connector's settings cannot be read".to_owned(),
            );
        };
        let news = News::of(input.event, input.bodies, input.shop);
        let mut progress = Progress::read(input.state);
        let names = news.names(account.is_set("delivered_all_events"));
        let (Some(name), Some(email)) = (names.get(progress.sent), &news.email) else {
            return nothing(tool.about(), input, &news);
        };
        let hours = account.number(tool.about(), "stale_after_hours");
        if progress == Progress::default() && news.is_stale(hours, input.now) {
            return stale(&news, hours);
        }
        let asked = Asked {
            account: &account,
            news: &news,
            name,
        };
        if let Last::Answer(answer) = input.last
            && input.called == Some(EVENT)
            && answer.is_success()
        {
            progress.sent += 1;
            progress.prepared = None;
            return match progress.sent < names.len() {
                true => Step::Save(progress.saved()),
                false => Step::End(End::DELIVERED),
            };
        }
        if let Some(step) = tool.prepare(&asked, &progress, input) {
            return step;
        }
        match input.last {
            Last::Answer(answer) => {
                let called = input.called.unwrap_or(EVENT);
                Step::End(refused(tool, &account, called, answer, input.now))
            }
            Last::NoAnswer(error) => Step::End(End::unanswered(error)),
            _ => {
                let ask = tool.event(&account, &news, name, email);
                send(tool, &account, input, EVENT, ask)
            }
        }
    }

    fn batch(&self) -> Option<Batch> {
        self.0.bulk().map(|bulk| bulk.batch)
    }

    fn part(&self, input: &Input<'_>) -> Part {
        self.item(input)
    }

    fn step_batch(&self, input: &BatchInput<'_>) -> BatchStep {
        match self.0.bulk() {
            Some(bulk) => self.step_bulk(&bulk, input),
            None => BatchStep::Apart(Failure {
                error: "no_batch".into(),
                detail: format!("{} takes one event in one call", self.0.about().name),
            }),
        }
    }

    fn hides(&self, _: &Target, header: &str) -> bool {
        ["authorization", "api-key"].contains(&&*header.to_ascii_lowercase())
    }

    fn secrets(&self, target: &Target, headers: &Headers) -> Secrets {
        secrets_of(target, headers)
    }
}

impl<T: Tool> Vendor for Marketing<T> {
    fn about(&self) -> &'static About {
        self.0.about()
    }

    fn check(
        &self,
        settings: &Map<String, Value>,
        _: &Map<String, Value>,
    ) -> Vec<(String, String)> {
        let portal = settings.get("portal_id").and_then(Value::as_str);
        let is_number = |id: &str| !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit());
        let portal = portal.filter(|id| !is_number(id)).map(|_| {
            let why = "it is the account's number: digits alone";
            ("settings.portal_id".to_owned(), why.to_owned())
        });
        check_base(settings).into_iter().chain(portal).collect()
    }

    fn test(&self, input: &Input<'_>) -> Step {
        let tool = &self.0;
        let Some(account) = Account::of(input.target) else {
            return never(
                "settings",
                "the connector's settings cannot be read".to_owned(),
            );
        };
        match input.last {
            Last::Answer(answer) if answer.is_success() => Step::End(End::DELIVERED),
            Last::Answer(answer) => Step::End(refused(tool, &account, WHO, answer, input.now)),
            Last::NoAnswer(error) => Step::End(End::unanswered(error)),
            _ => send(tool, &account, input, WHO, tool.who()),
        }
    }

    fn preview(
        &self,
        shop: &Shop,
        target: &Target,
        claim: &Value,
        context: &Value,
    ) -> Result<Preview, String> {
        let tool = &self.0;
        let account = Account::of(target).ok_or("the connector's settings cannot be read")?;
        let news = News::of_claim(claim, context, shop)?;
        let name = news.name.as_deref().unwrap_or_default();
        let email = news.email.as_deref().unwrap_or_default();
        let body = tool.event(&account, &news, name, email).body;
        let pretty = |value: &Value| serde_json::to_string_pretty(value).unwrap_or_default();
        Ok(Preview {
            subject: tool.shown(&account, name),
            body: pretty(&Value::Object(news.data.clone())),
            requester: news.email.clone(),
            request: body.as_ref().map(pretty).unwrap_or_default(),
            ..Preview::default()
        })
    }
}

/// The call, by name, with its address and credentials.
pub(crate) fn send(
    tool: &dyn Tool,
    account: &Account,
    input: &Input<'_>,
    name: impl Into<Cow<'static, str>>,
    ask: Ask,
) -> Step {
    let body = ask.body.map(|body| body.to_string().into());
    let to = (input.target, input.shop);
    let at = (ask.method, &*ask.path);
    Step::Send(made(tool, account, to, name.into(), at, body))
}

/// The same with the body's bytes.
pub(super) fn made(
    tool: &dyn Tool,
    account: &Account,
    (target, shop): (&Target, &Shop),
    name: Cow<'static, str>,
    (method, path): (Method, &str),
    body: Option<Bytes>,
) -> Call {
    let mut headers = vec![(Cow::Borrowed("User-Agent"), USER_AGENT.to_owned())];
    headers.extend(tool.headers(account));
    let has_type = |(name, _): &(Cow<'_, str>, String)| name.eq_ignore_ascii_case("content-type");
    match body {
        Some(_) if !headers.iter().any(has_type) => {
            headers.push(("Content-Type".into(), "application/json".to_owned()));
        }
        Some(_) => {}
        None => headers.retain(|header| !has_type(header)),
    }
    let request = Request {
        method,
        url: format!("{}{path}", account.base(tool.about())),
        headers: headers.into(),
        body: body.unwrap_or_default(),
        timeout: Duration::from_secs(u64::from(target.timeout_seconds)),
        egress: target.egress.clone(),
        answer_limit: RESPONSE_BODY_READ,
        answer_room: None,
        shop: shop.no,
    };
    Call {
        name: Some(name),
        request: request.pinned(shop),
    }
}

/// Why there is nothing to be told, or nobody to tell it of.
fn nothing(about: &About, input: &Input<'_>, news: &News) -> Step {
    let r#ref = &input.event.fact.r#ref;
    if news.name.is_none() {
        return passed_over(
            "no_event_group",
            format!(
                "`{}` has no event group, so {} has no name for it",
                r#ref, about.name
            ),
        );
    }
    never(
        "no_email",
        "the event names no customer with an e-mail address: profiles are found by it".to_owned(),
    )
}

fn stale(news: &News, hours: u64) -> Step {
    let detail = format!(
        "the carrier dates it {}, more than `stale_after_hours` ({hours}) ago: nobody is told of it any more",
        news.time.to_zulu_seconds()
    );
    passed_over("stale", detail)
}

/// There is nothing to be told: that is no failure, and the attempt says why.
fn passed_over(error: &'static str, detail: String) -> Step {
    Step::End(End::not(Ending::Delivered, error, detail))
}

/// This delivery will never be made; the connector goes on.
fn never(error: &'static str, detail: String) -> Step {
    Step::End(End::not(Ending::Refused { disable: None }, error, detail))
}
