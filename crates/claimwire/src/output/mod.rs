//! What people and programs read on standard output: tables, JSON with `--json`, or what `--format` picks of it.

pub mod format;
mod style;
mod table;

use std::io::{self, Read as _, Write as _};
use std::path::Path;

use anyhow::Context as _;
use serde_json::{Value, json};

use crate::client::Listing;
use crate::server_args::ServerArgs;
use crate::when;

pub use style::Style;
pub use table::Column;

/// Writes a line. A reader who went away (`| head`) is no error.
pub fn line(text: &str) -> anyhow::Result<()> {
    match writeln!(io::stdout().lock(), "{text}") {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

/// Writes a line that nobody can ask for again: a reader who went away is an error.
pub fn line_shown_once(text: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}")?;
    Ok(out.flush()?)
}

/// Writes a line on standard error, beside the results.
pub fn aside(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Writes JSON, indented.
pub fn json(value: &Value) -> anyhow::Result<()> {
    line(&serde_json::to_string_pretty(value)?)
}

/// Writes JSON, or what `--format` picks of it; false when neither is asked for.
pub fn for_programs(server: &ServerArgs, value: &Value) -> anyhow::Result<bool> {
    match &server.format {
        Some(format) => match format.render(value).trim_end_matches('\n') {
            "" => Ok(()),
            text => line(text),
        },
        None if server.json => json(value),
        None => return Ok(false),
    }
    .map(|()| true)
}

/// The same on one line, for one of many that come one after another.
pub fn for_programs_line(server: &ServerArgs, value: &Value) -> anyhow::Result<bool> {
    if server.format.is_none() && server.json {
        return line(&value.to_string()).map(|()| true);
    }
    for_programs(server, value)
}

/// Writes rows in aligned columns.
pub fn table(columns: &[Column], rows: &[Value]) -> anyhow::Result<()> {
    let (text, left_out) = table::table(columns, rows, Style::of_stdout(), when::now());
    line(&text)?;
    if !left_out.is_empty() {
        let left_out = left_out.join(", ");
        aside(&format!("no room for {left_out}: --json shows all"));
    }
    Ok(())
}

/// Writes one object as `name  value` lines.
pub fn fields(object: &Value) -> anyhow::Result<()> {
    match object {
        Value::Object(map) => line(&table::fields(map)),
        other => json(other),
    }
}

/// Writes a part of a list, and how to have the next one.
pub fn listing(server: &ServerArgs, columns: &[Column], listing: Listing) -> anyhow::Result<()> {
    let Listing { items, next } = listing;
    let value = json!({"data": items, "next_cursor": next});
    if for_programs(server, &value)? {
        return Ok(());
    }
    let rows = value.get("data").and_then(Value::as_array);
    table(columns, rows.map(Vec::as_slice).unwrap_or_default())?;
    if let Some(next) = next {
        aside(&format!("more: --cursor {next}"));
    }
    Ok(())
}

/// Writes a list that is whole: as a table, or as a JSON array.
pub fn list(server: &ServerArgs, columns: &[Column], rows: &Value) -> anyhow::Result<()> {
    if for_programs(server, rows)? {
        return Ok(());
    }
    table(
        columns,
        rows.as_array().map(Vec::as_slice).unwrap_or_default(),
    )
}

/// Writes one thing as fields, or as JSON.
pub fn one(server: &ServerArgs, object: &Value) -> anyhow::Result<()> {
    if for_programs(server, object)? {
        return Ok(());
    }
    fields(object)
}

/// Says that something was done.
pub fn done(server: &ServerArgs, words: &str) -> anyhow::Result<()> {
    if for_programs(server, &json!({"done": words}))? {
        return Ok(());
    }
    line(words)
}

/// A progress bar on standard error; none beside JSON.
pub fn progress(server: &ServerArgs, words: &'static str) -> indicatif::ProgressBar {
    if server.json || server.format.is_some() {
        return indicatif::ProgressBar::hidden();
    }
    indicatif::ProgressBar::new(0).with_message(words)
}

/// A file's bytes; `-` is standard input.
pub fn read_input(path: &Path) -> anyhow::Result<Vec<u8>> {
    if path == Path::new("-") {
        let mut bytes = Vec::new();
        io::stdin()
            .lock()
            .read_to_end(&mut bytes)
            .context("cannot read standard input")?;
        return Ok(bytes);
    }
    std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}
