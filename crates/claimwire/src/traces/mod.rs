//! Traces: requests and deliveries followed by OpenTelemetry spans, sent to a collector by OTLP over HTTP.
//!
//! Whoever records a span never waits: it goes into a queue of [`SPANS_QUEUED`], or is dropped and counted. One task
//! sends them on, in batches. What the collector does not take after [`TRIES`] is dropped and counted too, so that
//! neither memory nor deliveries depend on it.

mod encode;
mod export;
mod sink;

use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use claimwire_model::trace::SampleRatio;
use claimwire_wire::trace::Traces;

use crate::certificates;
use crate::settings::ServeSettings;
use crate::state_files::secret;

pub use export::Exporter;
use sink::{Nobody, Queued};

/// Spans that wait to be sent, at most; about two megabytes.
const SPANS_QUEUED: usize = 4096;
/// Spans of one request to the collector, at most.
const BATCH: usize = 512;
/// How often a batch is offered to a collector that does not take it.
const TRIES: u32 = 3;

/// Where spans go by OTLP, as OpenTelemetry's own variables say it where ours do not.
const ENDPOINT: (&str, &str) = ("--otlp-endpoint", "OTEL_EXPORTER_OTLP_ENDPOINT");
const HEADERS: &str = "OTEL_EXPORTER_OTLP_HEADERS";
/// The path of traces below the endpoint.
const PATH: &str = "/v1/traces";

/// A collector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collector {
    url: String,
    headers: Vec<(String, String)>,
}

/// Refuses settings that spans cannot be sent by.
pub fn check(settings: &ServeSettings) -> anyhow::Result<()> {
    ratio(settings)?;
    collector(settings, |name| std::env::var(name).ok())?;
    Ok(())
}

fn ratio(settings: &ServeSettings) -> anyhow::Result<SampleRatio> {
    SampleRatio::new(settings.trace_ratio)
        .ok_or_else(|| anyhow!("--trace-ratio is not between 0 and 1"))
}

/// How changes are followed by these settings, and who sends spans on. To be called within the runtime, after the recorder
/// of what is counted is installed.
pub fn start(settings: &ServeSettings) -> anyhow::Result<(Option<Traces>, Option<Exporter>)> {
    let collector = collector(settings, |name| std::env::var(name).ok())?;
    let sends = settings.send_traceparent;
    let ratio = ratio(settings)?;
    let Some(collector) = collector else {
        let traces = sends.then(|| Traces {
            sink: Arc::new(Nobody),
            ratio: SampleRatio::NONE,
            records: false,
            sends,
        });
        return Ok((traces, None));
    };
    let roots = match &settings.endpoint_ca_file {
        Some(path) => certificates::read(path, "--endpoint-ca-file")?,
        None => Vec::new(),
    };
    tracing::info!(url = %collector.url, "spans go to a collector");
    let (sink, spans) = Queued::new(SPANS_QUEUED);
    let traces = Traces {
        sink: Arc::new(sink),
        ratio,
        records: true,
        sends,
    };
    Ok((
        Some(traces),
        Some(Exporter::start(collector, roots, spans)?),
    ))
}

/// The collector that these settings name; none: no span is recorded.
fn collector(
    settings: &ServeSettings,
    variable: impl Fn(&str) -> Option<String>,
) -> anyhow::Result<Option<Collector>> {
    let own = secret::set(settings.otlp_endpoint.as_deref()).map(str::to_owned);
    let (name, endpoint) = match own {
        Some(endpoint) => (ENDPOINT.0, Some(endpoint)),
        None => (ENDPOINT.1, variable(ENDPOINT.1)),
    };
    let Some(endpoint) = endpoint.filter(|endpoint| !endpoint.trim().is_empty()) else {
        return Ok(None);
    };
    let url = url::Url::parse(endpoint.trim())
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
        .with_context(|| {
            format!("{name} is no URL of a collector, such as http://127.0.0.1:4318")
        })?;
    let base = url.as_str().trim_end_matches('/');
    let url = format!("{base}{PATH}");
    let given = match &settings.otlp_headers[..] {
        [] => variable(HEADERS).unwrap_or_default(),
        own => own.join(","),
    };
    let headers = given.split(',').filter(|header| !header.trim().is_empty());
    let headers = headers.map(|header| {
        let (name, value) = header
            .split_once('=')
            .context("--otlp-headers takes NAME=VALUE,…")?;
        let value = percent_encoding::percent_decode_str(value.trim()).decode_utf8_lossy();
        Ok((name.trim().to_owned(), value.into_owned()))
    });
    let headers = headers.collect::<anyhow::Result<_>>()?;
    Ok(Some(Collector { url, headers }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(endpoint: Option<&str>, headers: &[&str]) -> ServeSettings {
        let mut settings = ServeSettings::for_demo(
            "127.0.0.1:0".parse().unwrap(),
            std::path::Path::new("/nowhere"),
            "key",
        );
        settings.otlp_endpoint = endpoint.map(str::to_owned);
        settings.otlp_headers = headers.iter().map(|header| (*header).to_owned()).collect();
        settings
    }

    #[test]
    fn our_own_setting_wins_over_open_telemetry_s_and_nothing_set_is_off() {
        let none = |_: &str| None;
        assert_eq!(collector(&settings(None, &[]), none).unwrap(), None);
        assert_eq!(collector(&settings(Some(" "), &[]), none).unwrap(), None);
        let usual = |name: &str| match name {
            "OTEL_EXPORTER_OTLP_ENDPOINT" => Some("https://collector.example:4318/".to_owned()),
            "OTEL_EXPORTER_OTLP_HEADERS" => Some("api-key=a%20b, x=1".to_owned()),
            _ => None,
        };
        let found = collector(&settings(None, &[]), usual).unwrap().unwrap();
        assert_eq!(found.url, "https://collector.example:4318/v1/traces");
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(found.headers, [header("api-key", "a b"), header("x", "1")]);
        let own = settings(Some("http://127.0.0.1:4318/otlp"), &["k=v"]);
        let found = collector(&own, usual).unwrap().unwrap();
        assert_eq!(found.url, "http://127.0.0.1:4318/otlp/v1/traces");
        assert_eq!(found.headers, [header("k", "v")]);
    }

    #[test]
    fn what_is_no_collector_is_refused_by_the_name_of_its_setting() {
        for wrong in ["collector:4318", "ftp://a.example", "/v1"] {
            let error = collector(&settings(Some(wrong), &[]), |_| None).unwrap_err();
            assert!(error.to_string().contains("--otlp-endpoint"), "{error}");
        }
        let odd = settings(Some("http://127.0.0.1:4318"), &["novalue"]);
        let error = collector(&odd, |_| None).unwrap_err();
        assert!(error.to_string().contains("--otlp-headers"), "{error}");
    }
}
