//! What people and programs read on standard output: tables, or JSON with `--json`.

use std::io::{self, Read as _, Write as _};
use std::path::Path;

use anyhow::Context as _;
use comfy_table::Table;
use comfy_table::presets::NOTHING;
use serde_json::Value;

use crate::server_args::ServerArgs;

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

/// Writes why a command failed, causes included.
pub fn error(error: &anyhow::Error) {
    let _ = writeln!(io::stderr().lock(), "error: {error:#}");
}

/// Writes JSON, indented.
pub fn json(value: &Value) -> anyhow::Result<()> {
    line(&serde_json::to_string_pretty(value)?)
}

/// One column of a table: its heading and where in a row's JSON the cell is (`health.pending`).
pub type Column = (&'static str, &'static str);

/// Writes rows in aligned columns.
pub fn table(columns: &[Column], rows: &[Value]) -> anyhow::Result<()> {
    let mut table = aligned();
    table.add_row(columns.iter().map(|(heading, _)| heading));
    table.add_rows(
        rows.iter()
            .map(|row| columns.iter().map(|(_, path)| cell(row, path))),
    );
    line(&lines(&mut table))
}

/// Writes one object as `name  value` lines.
pub fn fields(object: &Value) -> anyhow::Result<()> {
    let Value::Object(map) = object else {
        return json(object);
    };
    let mut table = aligned();
    table.add_rows(
        map.iter()
            .map(|(name, value)| [name.clone(), text_of(value)]),
    );
    line(&lines(&mut table))
}

/// A table without lines, as programs such as `cut` and `awk` can read it too.
fn aligned() -> Table {
    let mut table = Table::new();
    table.load_style(NOTHING);
    table
}

/// Its lines, with two spaces between the columns and none at the end of a line.
fn lines(table: &mut Table) -> String {
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table.trim_fmt()
}

fn cell(row: &Value, path: &str) -> String {
    path.split('.')
        .try_fold(row, |value, key| value.get(key))
        .map(text_of)
        .unwrap_or_default()
}

fn text_of(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) if items.iter().all(Value::is_string) => items
            .iter()
            .filter_map(Value::as_str)
            .collect::<Vec<_>>()
            .join(", "),
        other => other.to_string(),
    }
}

/// Writes a list as a table, or as a JSON array.
pub fn list(server: &ServerArgs, columns: &[Column], rows: Vec<Value>) -> anyhow::Result<()> {
    if server.json {
        json(&Value::Array(rows))
    } else {
        table(columns, &rows)
    }
}

/// Writes the list that is in an answer under `name`.
pub fn list_in(
    server: &ServerArgs,
    columns: &[Column],
    answer: &Value,
    name: &str,
) -> anyhow::Result<()> {
    let rows = answer
        .get(name)
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    list(server, columns, rows)
}

/// Writes one thing as fields, or as JSON.
pub fn one(server: &ServerArgs, object: &Value) -> anyhow::Result<()> {
    if server.json {
        json(object)
    } else {
        fields(object)
    }
}

/// Says that something was done.
pub fn done(server: &ServerArgs, words: &str) -> anyhow::Result<()> {
    if server.json {
        json(&serde_json::json!({"done": words}))
    } else {
        line(words)
    }
}

/// A progress bar on standard error; none beside JSON.
pub fn progress(server: &ServerArgs, words: &'static str) -> indicatif::ProgressBar {
    if server.json {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_two_spaces_apart_and_lines_end_with_their_last_word() {
        let mut table = aligned();
        table.add_row(["UUID", "URL", "PENDING"]);
        table.add_row(["1", "https://a.example/straße", ""]);
        assert_eq!(
            lines(&mut table),
            "UUID  URL                       PENDING\n1     https://a.example/straße"
        );
    }

    #[test]
    fn a_cell_is_found_inside_its_row_and_lists_are_joined() {
        let row =
            serde_json::json!({"health": {"pending": 3}, "events": ["a", "b"], "egress": null});
        assert_eq!(cell(&row, "health.pending"), "3");
        assert_eq!(cell(&row, "events"), "a, b");
        assert_eq!(cell(&row, "egress"), "");
    }
}
