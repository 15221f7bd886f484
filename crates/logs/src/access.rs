//! The access log's lines. There is one for each request, and the library takes ten times as long to write one; what it
//! would write is written here too.

use std::fmt;
use std::time::SystemTime;

use claimwire_model::Timestamp;
use tracing::field::{Field, Visit};
use tracing::{Event, Level};
use tracing_subscriber::fmt::format::Writer;

use crate::LogFormat;

/// Writes the line of an event of the access log.
pub fn line(writer: &mut Writer<'_>, format: LogFormat, event: &Event<'_>) -> fmt::Result {
    let level = *event.metadata().level();
    let mut fields = Fields {
        writer,
        format,
        first: true,
        written: Ok(()),
    };
    fields.begin(SystemTime::now(), level)?;
    event.record(&mut fields);
    fields.written?;
    writer.write_str(match format {
        LogFormat::Text => "\n",
        LogFormat::Json => "}\n",
    })
}

struct Fields<'a, 'b> {
    writer: &'a mut Writer<'b>,
    format: LogFormat,
    first: bool,
    written: fmt::Result,
}

impl Fields<'_, '_> {
    fn begin(&mut self, now: SystemTime, level: Level) -> fmt::Result {
        let since_1970 = now
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        let millis = Timestamp::from(now).to_string();
        let millis = millis.trim_end_matches('Z');
        let micros = since_1970.subsec_micros() % 1_000;
        match self.format {
            LogFormat::Text => write!(self.writer, "{millis}{micros:03}Z {level:>5} "),
            LogFormat::Json => write!(
                self.writer,
                "{{\"timestamp\":\"{millis}{micros:03}Z\",\"level\":\"{level}\""
            ),
        }
    }

    /// Writes a field whose value `write` writes.
    fn field(&mut self, field: &Field, write: impl FnOnce(&mut Writer<'_>) -> fmt::Result) {
        let written = self.key(field.name());
        self.written = self.written.and(written).and_then(|()| write(self.writer));
    }

    fn key(&mut self, name: &str) -> fmt::Result {
        let first = std::mem::take(&mut self.first);
        match self.format {
            LogFormat::Text if name == "message" => Ok(()),
            LogFormat::Text => {
                self.writer.write_str(if first { "" } else { " " })?;
                self.writer.write_str(name)?;
                self.writer.write_char('=')
            }
            LogFormat::Json => {
                self.writer.write_str(",\"")?;
                self.writer.write_str(name)?;
                self.writer.write_str("\":")
            }
        }
    }
}

impl Visit for Fields<'_, '_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        let format = self.format;
        self.field(field, |writer| string(writer, format, value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.field(field, |writer| write!(writer, "{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let format = self.format;
        self.field(field, |writer| match format {
            LogFormat::Text => write!(writer, "{value:?}"),
            LogFormat::Json => string(writer, format, &format!("{value:?}")),
        });
    }
}

/// Between quotes, with what must be escaped.
fn string(writer: &mut Writer<'_>, format: LogFormat, value: &str) -> fmt::Result {
    let plain = |byte: u8| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\';
    if value.bytes().all(plain) {
        writer.write_char('"')?;
        writer.write_str(value)?;
        return writer.write_char('"');
    }
    match format {
        LogFormat::Text => write!(writer, "{value:?}"),
        LogFormat::Json => {
            let json = serde_json::to_string(value).map_err(|_| fmt::Error)?;
            writer.write_str(&json)
        }
    }
}
