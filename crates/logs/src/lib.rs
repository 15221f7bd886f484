//! Structured logs, on standard error.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod access;
mod lines;
mod output;
#[cfg(test)]
mod tests;

use std::io::IsTerminal as _;

use anyhow::Context as _;
use claimwire_http::ACCESS_LOG;
use tracing::Subscriber;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt;
use tracing_subscriber::fmt::format::{Format, JsonFields};
use tracing_subscriber::prelude::*;
use tracing_subscriber::registry::LookupSpan;

use clap::ValueEnum;
use lines::Lines;
pub use output::Output;

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For programs: one JSON object a line.
    Json,
}

/// The target of the library that applies schema steps.
const SCHEMA_STEPS: &str = "refinery_core";

/// From here on messages that the filter lets through are written, until what this gives is dropped: then the last.
pub fn start(filter: &str, format: LogFormat) -> anyhow::Result<Output> {
    let filter = passed(filter)?;
    let output = Output::to(std::io::stderr());
    let layer = layer(&output, format, std::io::stderr().is_terminal());
    tracing_subscriber::registry()
        .with(filter)
        .with(layer)
        .init();
    Ok(output)
}

/// What the filter lets through. Of the library that applies schema steps only warnings, where the filter does not name it: the
/// stores say themselves, in one line, what was applied.
fn passed(filter: &str) -> anyhow::Result<Targets> {
    let targets: Targets = filter
        .parse()
        .with_context(|| format!("--log `{filter}` is neither a level (error, warn, info, debug, trace) nor target=level,…"))?;
    let names_it = targets
        .iter()
        .any(|(target, _)| target.starts_with(SCHEMA_STEPS));
    Ok(match targets.default_level() {
        Some(level) if !names_it && level > LevelFilter::WARN => {
            targets.with_target(SCHEMA_STEPS, LevelFilter::WARN)
        }
        _ => targets,
    })
}

fn layer<S>(output: &Output, format: LogFormat, colours: bool) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    let library = Format::default().with_target(false).with_ansi(colours);
    let layer = fmt::layer()
        .with_writer(output.gathering(ACCESS_LOG))
        .with_ansi(colours)
        // What cannot be logged, because the log's disk is full, is let go. Told of on standard error, as is
        // usual, it would fail once more and end the thread that had something to say.
        .log_internal_errors(false);
    match format {
        LogFormat::Text => layer.event_format(Lines { library, format }).boxed(),
        LogFormat::Json => {
            let library = library.json().flatten_event(true);
            layer
                .fmt_fields(JsonFields::new())
                .event_format(Lines { library, format })
                .boxed()
        }
    }
}
