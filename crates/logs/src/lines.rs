//! How a line looks: as the library makes it, with the id of the request that it is about at its end.

use std::fmt;

use claimwire_http::{ACCESS_LOG, current_request_id};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use super::access;
use crate::LogFormat;

/// Makes lines of one format, most of them by the library's own.
pub struct Lines<L> {
    pub library: L,
    pub format: LogFormat,
}

impl<S, N, L> FormatEvent<S, N> for Lines<L>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
    L: FormatEvent<S, N>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        if event.metadata().target() == ACCESS_LOG && !writer.has_ansi_escapes() {
            return access::line(&mut writer, self.format, event);
        }
        let Some(id) = current_request_id(str::to_owned) else {
            return self.library.format_event(context, writer, event);
        };
        let mut line = String::new();
        self.library
            .format_event(context, Writer::new(&mut line), event)?;
        match self.format {
            LogFormat::Text => {
                writer.write_str(line.strip_suffix('\n').unwrap_or(&line))?;
                writeln!(writer, " request_id={id:?}")
            }
            // An id has no characters that JSON would write otherwise.
            LogFormat::Json => {
                writer.write_str(line.strip_suffix("}\n").unwrap_or(&line))?;
                writeln!(writer, ",\"request_id\":\"{id}\"}}")
            }
        }
    }
}
