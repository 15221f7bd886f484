//! The spans of an attempt: one for its run, and under it one for each request. They belong under the change that made
//! the event, however long ago that was. Where nothing is followed there are none.
//!
//! A request that is about several deliveries has one span, under the run of the first that is recorded; the runs of the
//! others are linked to it.

use std::sync::Arc;

use claimwire_model::target::Kind;
use claimwire_model::verdict::{Next, Verdict};
use claimwire_model::{DeliveryId, Event, Shop, Target, TraceContext};
use claimwire_wire::send::{Answer, Request, SendError};
use claimwire_wire::trace::{Described, SpanKind, Trace, Value};

use crate::job::Job;
use crate::shared::Shared;

/// What tells a receiver which trace a request belongs to (W3C Trace Context).
const TRACEPARENT: &str = "traceparent";

/// The span of a run that begins.
pub(crate) struct Run {
    span: Trace,
    target: Arc<Target>,
    shop: Arc<Shop>,
    event: Arc<Event>,
    delivery: DeliveryId,
    attempt: u32,
    /// The request's span, where that is under another run.
    call: Option<TraceContext>,
}

impl Run {
    /// Of a delivery to this target, if its change is followed.
    pub(crate) fn begin(shared: &Shared, job: &Job, target: &Arc<Target>) -> Option<Self> {
        let traces = shared.traces.as_ref()?;
        let handed = &job.handed;
        let change = handed.event.fact.performed_by.trace?;
        Some(Self {
            span: traces.under(change),
            target: Arc::clone(target),
            shop: Arc::clone(&handed.shop),
            event: Arc::clone(&handed.event),
            delivery: handed.id,
            attempt: handed.attempts.saturating_add(1),
            call: None,
        })
    }

    /// Whether anybody will see it.
    pub(crate) fn is_recorded(&self) -> bool {
        self.span.is_recorded()
    }

    /// The request was made under another run.
    pub(crate) fn shares(&mut self, call: TraceContext) {
        self.call = Some(call);
    }

    /// It ended with this verdict, which may be for this error.
    pub(crate) fn ended(&self, error: Option<&str>, verdict: &Verdict) {
        let outcome = match verdict.next {
            Next::Delivered => "delivered",
            Next::RetryAt(_) => "retry",
            Next::GiveUp => "failed",
            Next::Unchanged => "unchanged",
        };
        let error = error.filter(|_| verdict.next != Next::Delivered);
        self.end(outcome, error);
    }

    /// It was about several deliveries, and is made again for fewer.
    pub(crate) fn apart(&self, error: &str) {
        self.end("told_apart", Some(error));
    }

    /// It was broken off, and is made again.
    pub(crate) fn broken(&self) {
        self.end("broken_off", Some("broken_off"));
    }

    fn end(&self, outcome: &'static str, error: Option<&str>) {
        self.span.end(|| self.described(outcome, error));
    }

    fn described(&self, outcome: &'static str, error: Option<&str>) -> Described {
        let place = match self.target.kind() {
            Kind::Webhook => "claimwire.webhook",
            Kind::Connector => "claimwire.connector",
        };
        let text = |text: &str| Value::from(text.to_owned());
        Described {
            name: "attempt".to_owned(),
            kind: SpanKind::Internal,
            attributes: vec![
                ("claimwire.shop", text(&self.shop.slug)),
                ("claimwire.event", self.event.id().into()),
                ("claimwire.event_ref", text(&self.event.fact.r#ref)),
                ("claimwire.delivery", self.delivery.to_string().into()),
                (place, self.target.uuid.to_string().into()),
                ("claimwire.attempt", i64::from(self.attempt).into()),
                ("claimwire.outcome", outcome.into()),
            ],
            links: self.call.into_iter().collect(),
            error: error.map(str::to_owned),
        }
    }
}

/// The span of a request that is about to be made.
pub(crate) struct Call {
    span: Trace,
    method: &'static str,
    url: String,
}

impl Call {
    /// Under this run. A webhook's request tells its receiver, where the operator has that done; a vendor is not told,
    /// and a header of the webhook's own is left as it is.
    pub(crate) fn begin(run: &Run, request: &mut Request) -> Self {
        let span = run.span.begin();
        if span.is_sent()
            && run.target.kind() == Kind::Webhook
            && request.headers.get(TRACEPARENT).is_none()
        {
            request
                .headers
                .push(TRACEPARENT, &span.context().to_string());
        }
        Self {
            span,
            method: request.method.as_str(),
            url: request.url.clone(),
        }
    }

    /// This came of it.
    pub(crate) fn end(&self, step: Option<&str>, came: &Result<Answer, SendError>) -> TraceContext {
        self.span
            .end(|| Described::sent(self.method, &self.url, step, came));
        self.span.context()
    }
}
