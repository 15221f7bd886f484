//! What this machine can do at most, so that the server's figures can be read as shares of it.

use crate::bare;
use crate::commits::{self, Commits};
use crate::options::Options;
use crate::report::{Report, Row};
use crate::server::data_directory;

/// Records in a large transaction: what a server that shares commits among its callers would write.
const SHARED: u32 = 256;

/// Requests a second, and for how long, of the harness alone.
const HARNESS_RATE: u32 = 100;
const HARNESS_SECONDS: u32 = 5;

pub(crate) async fn measure(options: &Options, report: &mut Report) -> anyhow::Result<()> {
    let bare = bare::closed(options, options.in_flight).await?;
    let mut row = Row::new(&format!(
        "a bare client, HMAC-SHA256 over each, {} in flight",
        options.in_flight
    ));
    row.add("requests/s", bare.per_second);
    row.add("end-to-end p50, ms", bare.p50_ms);
    row.add("end-to-end p99, ms", bare.p99_ms);
    row.add("client CPU each, µs", bare.client_us);
    row.add("receiver CPU each, µs", bare.receiver_us);
    report.add(row);

    let (p50, p99) = bare::open(options, HARNESS_RATE, HARNESS_RATE * HARNESS_SECONDS).await?;
    let mut row = Row::new(&format!("this harness without a server, {HARNESS_RATE}/s"));
    row.add("end-to-end p50, ms", p50);
    row.add("end-to-end p99, ms", p99);
    report.add(row);

    let directory = data_directory(options)?;
    for records in [1, SHARED] {
        let appended = commits::append(directory.path(), options.seed, records)?;
        report.add(shown(&format!("append {records} and fdatasync"), &appended));
        let committed = commits::sqlite(directory.path(), options.seed, records)?;
        report.add(shown(
            &format!("SQLite, WAL, synchronous=FULL, {records} a transaction"),
            &committed,
        ));
    }
    Ok(())
}

fn shown(name: &str, commits: &Commits) -> Row {
    let mut row = Row::new(name);
    row.add("records/s", commits.records_per_second);
    row.add("a commit p50, ms", commits.p50_ms);
    row.add("a commit p99, ms", commits.p99_ms);
    row
}
