//! Spans as OTLP has them in JSON (opentelemetry-proto, `ExportTraceServiceRequest`): ids in hexadecimal digits, times as
//! text.

use claimwire_model::TraceContext;
use claimwire_model::trace::Hex;
use claimwire_wire::trace::{Span, SpanKind, Value};
use serde::{Serialize, Serializer};

/// Of OpenTelemetry's `SpanFlags`: the trace's sampled flag, and that it is known whether the parent is in another process.
const SAMPLED: u32 = 0x1;
const STATUS_ERROR: u32 = 2;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    resource_spans: [ResourceSpans<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResourceSpans<'a> {
    resource: Resource,
    scope_spans: [ScopeSpans<'a>; 1],
}

#[derive(Serialize)]
struct Resource {
    attributes: [Attribute; 3],
}

#[derive(Serialize)]
struct ScopeSpans<'a> {
    scope: Scope,
    spans: Vec<Written<'a>>,
}

#[derive(Serialize)]
struct Scope {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Written<'a> {
    trace_id: Text<Hex<'a>>,
    span_id: Text<Hex<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_span_id: Option<Text<Hex<'a>>>,
    flags: u32,
    name: &'a str,
    kind: u32,
    start_time_unix_nano: Text<u64>,
    end_time_unix_nano: Text<u64>,
    attributes: Vec<Attribute>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    links: Vec<Link<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<Status<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Link<'a> {
    trace_id: Text<Hex<'a>>,
    span_id: Text<Hex<'a>>,
    flags: u32,
}

#[derive(Serialize)]
struct Status<'a> {
    code: u32,
    message: &'a str,
}

#[derive(Serialize)]
struct Attribute {
    key: &'static str,
    value: AnyValue,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum AnyValue {
    StringValue(String),
    IntValue(Text<i64>),
}

/// What is text in JSON.
struct Text<T>(T);

impl<T: std::fmt::Display> Serialize for Text<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// A request to the collector with these spans. `instance`: this process among those of its service.
///
/// # Errors
/// When it cannot be written.
pub fn request(instance: &str, spans: &[Span]) -> Result<Vec<u8>, serde_json::Error> {
    let (name, version) = (env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
    serde_json::to_vec(&Request {
        resource_spans: [ResourceSpans {
            resource: Resource {
                attributes: [
                    ("service.name", name),
                    ("service.version", version),
                    ("service.instance.id", instance),
                ]
                .map(|(key, value)| Attribute {
                    key,
                    value: AnyValue::StringValue(value.to_owned()),
                }),
            },
            scope_spans: [ScopeSpans {
                scope: Scope { name, version },
                spans: spans.iter().map(written).collect(),
            }],
        }],
    })
}

fn written(span: &Span) -> Written<'_> {
    let attributes = span.attributes.iter().map(|(key, value)| Attribute {
        key,
        value: match value {
            Value::Text(text) => AnyValue::StringValue(text.to_string()),
            Value::Number(number) => AnyValue::IntValue(Text(*number)),
        },
    });
    Written {
        trace_id: Text(Hex(&span.context.trace_id)),
        span_id: Text(Hex(&span.context.span_id)),
        parent_span_id: span.parent.as_ref().map(|id| Text(Hex(id))),
        flags: SAMPLED,
        name: &span.name,
        kind: match span.kind {
            SpanKind::Internal => 1,
            SpanKind::Server => 2,
            SpanKind::Client => 3,
        },
        start_time_unix_nano: Text(span.began),
        end_time_unix_nano: Text(span.ended),
        attributes: attributes.collect(),
        links: span.links.iter().map(link).collect(),
        status: span.error.as_deref().map(|message| Status {
            code: STATUS_ERROR,
            message,
        }),
    }
}

fn link(to: &TraceContext) -> Link<'_> {
    Link {
        trace_id: Text(Hex(&to.trace_id)),
        span_id: Text(Hex(&to.span_id)),
        flags: u32::from(to.sampled),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_span_is_written_as_otlp_has_it_in_json() {
        let span = Span {
            context: TraceContext::parse("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
                .unwrap(),
            parent: Some([0xab; 8]),
            name: "POST".to_owned(),
            kind: SpanKind::Client,
            began: 1_800_000_000_000_000_001,
            ended: 1_800_000_000_000_000_002,
            attributes: vec![("a", "b\"".into()), ("n", (-7).into())],
            links: vec![TraceContext {
                trace_id: [0x1f; 16],
                span_id: [2; 8],
                sampled: true,
            }],
            error: Some("timeout".to_owned()),
        };
        let bytes = request("one", &[span]).unwrap();
        let written: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(
            written["resourceSpans"][0]["scopeSpans"][0]["spans"],
            json!([{
                "traceId": "4bf92f3577b34da6a3ce929d0e0e4736",
                "spanId": "00f067aa0ba902b7",
                "parentSpanId": "abababababababab",
                "flags": 1,
                "name": "POST",
                "kind": 3,
                "startTimeUnixNano": "1800000000000000001",
                "endTimeUnixNano": "1800000000000000002",
                "attributes": [
                    {"key": "a", "value": {"stringValue": "b\""}},
                    {"key": "n", "value": {"intValue": "-7"}},
                ],
                "links": [{
                    "traceId": "1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f",
                    "spanId": "0202020202020202",
                    "flags": 1,
                }],
                "status": {"code": 2, "message": "timeout"},
            }])
        );
        let resource = &written["resourceSpans"][0]["resource"]["attributes"];
        assert_eq!(resource[0]["value"]["stringValue"], "claimwire");
    }
}
