//! Structured logs, on standard error.

use std::io::IsTerminal as _;

use anyhow::Context as _;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt;
use tracing_subscriber::prelude::*;

use crate::settings::LogFormat;

/// From here on messages that the filter lets through are written.
pub fn start(filter: &str, format: LogFormat) -> anyhow::Result<()> {
    let filter: Targets = filter
        .parse()
        .with_context(|| format!("--log `{filter}` is neither a level (error, warn, info, debug, trace) nor target=level,…"))?;
    let layer = fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        // What cannot be logged, because the log's disk is full, is let go. Told of on standard error, as is
        // usual, it would fail once more and end the thread that had something to say.
        .log_internal_errors(false)
        .with_target(false);
    let layer = match format {
        LogFormat::Text => layer.boxed(),
        LogFormat::Json => layer.json().flatten_event(true).boxed(),
    };
    tracing_subscriber::registry()
        .with(filter)
        .with(layer)
        .init();
    Ok(())
}
