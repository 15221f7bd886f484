//! Following a change from the request that made it to its receivers: spans, and the port to the one who keeps them.
//!
//! Who follows nothing holds no [`Traces`], and pays for none of this. What is recorded goes to a [`SpanSink`], which
//! never waits and never fails: a span that it has no room for is dropped.

use std::borrow::Cow;
use std::sync::Arc;

use claimwire_model::trace::{SampleRatio, TraceContext};

use crate::send::{Answer, SendError};

/// Where spans go, and what they are made with.
pub trait SpanSink: std::fmt::Debug + Send + Sync {
    /// Nanoseconds since 1970.
    fn now(&self) -> u64;
    /// Random bytes, not all of them zero; the last seven are random through and through.
    fn random(&self) -> [u8; 16];
    /// Takes a span that has ended.
    fn record(&self, span: Span);
}

/// What a span is about, in OpenTelemetry's terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpanKind {
    /// Work within this program.
    Internal,
    /// A request that is answered here.
    Server,
    /// A request that is made here.
    Client,
}

/// The value of an attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Text.
    Text(Cow<'static, str>),
    /// A number.
    Number(i64),
}

impl From<&'static str> for Value {
    fn from(text: &'static str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

/// A span that has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// Its trace, and its own id.
    pub context: TraceContext,
    /// What it belongs under; none: it is the first of its trace.
    pub parent: Option<[u8; 8]>,
    /// What was done, of a bounded number of names.
    pub name: String,
    /// What it is about.
    pub kind: SpanKind,
    /// Nanoseconds since 1970.
    pub began: u64,
    /// Nanoseconds since 1970.
    pub ended: u64,
    /// By OpenTelemetry's names where there is one.
    pub attributes: Vec<(&'static str, Value)>,
    /// Spans of other traces that it has to do with.
    pub links: Vec<TraceContext>,
    /// Why it came to nothing.
    pub error: Option<String>,
}

/// How changes are followed.
#[derive(Debug, Clone)]
pub struct Traces {
    /// What spans are made with.
    pub sink: Arc<dyn SpanSink>,
    /// Which of the traces that begin here are recorded; none, when `records` is not set.
    pub ratio: SampleRatio,
    /// Whether spans are recorded at all.
    pub records: bool,
    /// Whether webhooks are told of the trace, in the header `traceparent`.
    pub sends: bool,
}

impl Traces {
    /// The trace of a request with this `traceparent`, and its span, which begins now: the caller's, recorded if it is
    /// recorded there, or a new one. None: it is of no use to anyone.
    #[must_use]
    pub fn of_request(&self, traceparent: Option<&str>) -> Option<Trace> {
        let caller = traceparent.and_then(TraceContext::parse);
        let context = caller.unwrap_or_else(|| {
            let trace_id = self.sink.random();
            TraceContext {
                trace_id,
                span_id: [0; 8],
                sampled: self.records && self.ratio.holds(trace_id),
            }
        });
        let is_used = (self.records && context.sampled) || (self.sends && caller.is_some());
        is_used.then(|| {
            let parent = caller.map(|caller| caller.span_id);
            self.begin(context, parent)
        })
    }

    /// A span under this one, which begins now.
    #[must_use]
    pub fn under(&self, parent: TraceContext) -> Trace {
        self.begin(parent, Some(parent.span_id))
    }

    fn begin(&self, context: TraceContext, parent: Option<[u8; 8]>) -> Trace {
        let [.., a, b, c, d, e, f, g, h] = self.sink.random();
        Trace {
            context: context.under([a, b, c, d, e, f, g, h]),
            parent,
            began: self.sink.now(),
            traces: self.clone(),
        }
    }
}

/// A span that has begun.
#[derive(Debug, Clone)]
pub struct Trace {
    context: TraceContext,
    parent: Option<[u8; 8]>,
    began: u64,
    traces: Traces,
}

impl Trace {
    /// The trace, and this span.
    #[must_use]
    pub fn context(&self) -> TraceContext {
        self.context
    }

    /// Whether receivers are told.
    #[must_use]
    pub fn is_sent(&self) -> bool {
        self.traces.sends
    }

    /// A span under this one, which begins now.
    #[must_use]
    pub fn begin(&self) -> Self {
        self.traces.under(self.context)
    }

    /// Whether it is recorded at its end.
    #[must_use]
    pub fn is_recorded(&self) -> bool {
        self.traces.records && self.context.sampled
    }

    /// It ends now. `describe` is asked only if it is recorded.
    pub fn end(&self, describe: impl FnOnce() -> Described) {
        if !self.is_recorded() {
            return;
        }
        let Described {
            name,
            kind,
            attributes,
            links,
            error,
        } = describe();
        let sink = &self.traces.sink;
        sink.record(Span {
            context: self.context,
            parent: self.parent,
            name,
            kind,
            began: self.began,
            ended: sink.now().max(self.began),
            attributes,
            links,
            error,
        });
    }
}

/// What is said of a span at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// See [`Span::name`].
    pub name: String,
    /// See [`Span::kind`].
    pub kind: SpanKind,
    /// See [`Span::attributes`].
    pub attributes: Vec<(&'static str, Value)>,
    /// See [`Span::links`].
    pub links: Vec<TraceContext>,
    /// See [`Span::error`].
    pub error: Option<String>,
}

impl Described {
    /// Of a request that this program made. Of its URL the host alone: what stands behind that may be a secret.
    #[must_use]
    pub fn sent(
        method: &'static str,
        url: &str,
        step: Option<&str>,
        came: &Result<Answer, SendError>,
    ) -> Self {
        let mut attributes = vec![("http.request.method", method.into())];
        if let Some(host) = host(url) {
            attributes.push(("server.address", host.to_owned().into()));
        }
        if let Some(step) = step {
            attributes.push(("claimwire.step", step.to_owned().into()));
        }
        let error = match came {
            Ok(answer) => {
                let status = i64::from(answer.status);
                attributes.push(("http.response.status_code", status.into()));
                (answer.status >= 400).then(|| answer.status.to_string())
            }
            Err(error) => Some(error.kind.as_str().to_owned()),
        };
        if let Some(error) = &error {
            attributes.push(("error.type", error.clone().into()));
        }
        Self {
            name: step.map_or_else(
                || method.to_owned(),
                |step| format!("{method} {}", kind_of(step)),
            ),
            kind: SpanKind::Client,
            attributes,
            links: Vec::new(),
            error,
        }
    }
}

/// A step without what it says in parentheses of this call alone: `events (214)`.
fn kind_of(step: &str) -> &str {
    step.split_once(" (").map_or(step, |(kind, _)| kind)
}

/// The host of a URL, without what may be written before and behind it.
fn host(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => Some(name),
        _ => Some(host),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::send::SendErrorKind;

    const CALLER: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[derive(Debug, Default)]
    struct Kept(Mutex<(u8, Vec<Span>)>);

    impl SpanSink for Kept {
        fn now(&self) -> u64 {
            7
        }

        fn random(&self) -> [u8; 16] {
            let mut kept = self.0.lock().unwrap();
            kept.0 += 1;
            [kept.0; 16]
        }

        fn record(&self, span: Span) {
            self.0.lock().unwrap().1.push(span);
        }
    }

    fn traces(ratio: f64, records: bool, sends: bool) -> (Arc<Kept>, Traces) {
        let kept = Arc::new(Kept::default());
        let traces = Traces {
            sink: kept.clone(),
            ratio: SampleRatio::new(ratio).unwrap(),
            records,
            sends,
        };
        (kept, traces)
    }

    fn nothing() -> Described {
        Described {
            name: "work".to_owned(),
            kind: SpanKind::Internal,
            attributes: Vec::new(),
            links: Vec::new(),
            error: None,
        }
    }

    #[test]
    fn the_caller_decides_what_is_recorded_and_the_ratio_where_there_is_none() {
        let off = CALLER.replace("-01", "-00");
        for (ratio, caller, recorded) in [
            (1.0, None, true),
            (0.0, None, false),
            (1.0, Some(&*off), false),
            (0.0, Some(CALLER), true),
            (0.0, Some("nonsense"), false),
            (1.0, Some("nonsense"), true),
        ] {
            let (kept, traces) = traces(ratio, true, false);
            if let Some(trace) = traces.of_request(caller) {
                trace.end(nothing);
            }
            let spans = &kept.0.lock().unwrap().1;
            assert_eq!(spans.len(), usize::from(recorded), "{ratio} {caller:?}");
        }
    }

    #[test]
    fn a_trace_that_is_not_recorded_is_passed_on_only_where_receivers_are_told() {
        let off = CALLER.replace("-01", "-00");
        for (records, sends, caller, passed) in [
            (false, true, Some(&*off), true),
            (true, true, Some(&*off), true),
            (true, false, Some(&*off), false),
            (false, true, None, false),
            (false, false, Some(CALLER), false),
        ] {
            let (kept, traces) = traces(1.0, records, sends);
            let trace = traces.of_request(caller);
            assert_eq!(trace.is_some(), passed, "{records} {sends} {caller:?}");
            if let Some(trace) = trace {
                let caller = TraceContext::parse(caller.unwrap()).unwrap();
                assert_eq!(trace.context().trace_id, caller.trace_id);
                assert_ne!(trace.context().span_id, caller.span_id);
                assert_eq!(trace.context().sampled, caller.sampled);
                trace.end(nothing);
            }
            assert!(kept.0.lock().unwrap().1.is_empty());
        }
    }

    #[test]
    fn spans_belong_under_one_another() {
        let (kept, traces) = traces(1.0, true, false);
        let request = traces.of_request(Some(CALLER)).unwrap();
        let commit = request.begin();
        commit.end(nothing);
        request.end(nothing);
        let spans = &kept.0.lock().unwrap().1;
        let [commit, request] = &spans[..] else {
            panic!("{spans:?}")
        };
        let caller = TraceContext::parse(CALLER).unwrap();
        assert_eq!(request.parent, Some(caller.span_id));
        assert_eq!(commit.parent, Some(request.context.span_id));
        assert_eq!(commit.context.trace_id, caller.trace_id);
    }

    #[test]
    fn of_a_url_the_host_alone_is_told() {
        for (url, shown) in [
            ("https://hooks.example/s3cret?token=x", "hooks.example"),
            ("http://user:pass@10.0.0.1:8080/", "10.0.0.1"),
            ("https://[::1]:443/x", "[::1]"),
            ("https://[::1]", "[::1]"),
            ("https://a.example?x", "a.example"),
        ] {
            assert_eq!(host(url), Some(shown));
        }
        let failed = Err(SendError {
            kind: SendErrorKind::Timeout,
            detail: "secret".to_owned(),
        });
        let told = Described::sent("POST", "https://a.example/k", Some("ticket"), &failed);
        assert_eq!(told.name, "POST ticket");
        assert_eq!(told.error.as_deref(), Some("timeout"));
        assert!(!format!("{told:?}").contains("secret"));
    }
}
