//! The spans of an attempt: one for its run, and under it one for each request. They belong under the change that made
//! the event, however long ago that was. Where nothing is followed there are none.

use claimwire_model::target::Kind;
use claimwire_model::verdict::{Next, Verdict};
use claimwire_wire::send::{Answer, Request, SendError};
use claimwire_wire::trace::{Described, SpanKind, Trace, Value};

use crate::job::Start;
use crate::shared::Shared;

/// What tells a receiver which trace a request belongs to (W3C Trace Context).
const TRACEPARENT: &str = "traceparent";

/// The span of a run that begins.
pub(crate) fn run(shared: &Shared, start: &Start) -> Option<Trace> {
    let traces = shared.traces.as_ref()?;
    let change = start.job.handed.event.fact.performed_by.trace?;
    Some(traces.under(change))
}

/// A run ended with this verdict, which may be for this error.
pub(crate) fn ended(run: &Trace, start: &Start, error: Option<&str>, verdict: &Verdict) {
    run.end(|| {
        let outcome = match verdict.next {
            Next::Delivered => "delivered",
            Next::RetryAt(_) => "retry",
            Next::GiveUp => "failed",
            Next::Unchanged => "unchanged",
        };
        let error = error.filter(|_| verdict.next != Next::Delivered);
        described(start, outcome, error.map(str::to_owned))
    });
}

/// A run was broken off, and is made again.
pub(crate) fn broken(run: &Trace, start: &Start) {
    run.end(|| described(start, "broken_off", Some("broken_off".to_owned())));
}

fn described(start: &Start, outcome: &'static str, error: Option<String>) -> Described {
    let (handed, target) = (&start.job.handed, &start.target);
    let place = match target.kind() {
        Kind::Webhook => "claimwire.webhook",
        Kind::Connector => "claimwire.connector",
    };
    let text = |text: &str| Value::from(text.to_owned());
    Described {
        name: "attempt".to_owned(),
        kind: SpanKind::Internal,
        attributes: vec![
            ("claimwire.shop", text(&handed.shop.slug)),
            ("claimwire.event", handed.event.id().into()),
            ("claimwire.event_ref", text(&handed.event.fact.r#ref)),
            ("claimwire.delivery", handed.id.to_string().into()),
            (place, target.uuid.to_string().into()),
            (
                "claimwire.attempt",
                i64::from(handed.attempts.saturating_add(1)).into(),
            ),
            ("claimwire.outcome", outcome.into()),
        ],
        error,
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
    pub(crate) fn begin(run: &Trace, start: &Start, request: &mut Request) -> Self {
        let span = run.begin();
        if span.is_sent()
            && start.target.kind() == Kind::Webhook
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
    pub(crate) fn end(&self, step: Option<&str>, came: &Result<Answer, SendError>) {
        self.span
            .end(|| Described::sent(self.method, &self.url, step, came));
    }
}
