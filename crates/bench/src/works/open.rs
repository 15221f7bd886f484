//! Open loops: how long a delivery takes at a rate that the server can well do, beside the bare client at the
//! same rate and one commit, both measured just before.

use crate::options::Options;
use crate::outcome::CPU;
use crate::report::{Bar, Report, Row};
use crate::scenario::Scenario;
use crate::server::data_directory;
use crate::stage;
use crate::{bare, commits};

/// What may come on top of the bare client and a commit, milliseconds.
const OVER_P50: Bar = Bar::AtMost(0.5);
const OVER_P99: Bar = Bar::AtMost(1.5);

pub(crate) async fn measure(options: &Options, report: &mut Report) -> anyhow::Result<()> {
    for rate in &options.rates {
        let name = format!("one webhook, {rate}/s");
        let scenario = Scenario::open(&name, *rate, options.open_for);
        let (bare_p50, bare_p99) = bare::open(options, *rate, scenario.events).await?;
        let commit = commits::append(data_directory(options)?.path(), options.seed, 1)?;
        let mut outcome = stage::measure(options, &scenario).await?;
        let mut row = Row::new(&name);
        // The usual commit for both: a server must not be excused by the disk's worst moments.
        let over_p50 = outcome.end_to_end(0.5) - bare_p50 - commit.p50_ms;
        let over_p99 = outcome.end_to_end(0.99) - bare_p99 - commit.p50_ms;
        row.promise(
            "p50 over the bare client's and a commit, ms",
            over_p50,
            OVER_P50,
        );
        row.promise(
            "p99 over the bare client's and a commit, ms",
            over_p99,
            OVER_P99,
        );
        row.add("the bare client just before: p50, ms", bare_p50);
        row.add("the bare client just before: p99, ms", bare_p99);
        row.add("one commit just before: p50, ms", commit.p50_ms);
        row.add("one commit just before: p99, ms", commit.p99_ms);
        row.add(CPU, outcome.cpu_per_thousand());
        outcome.latency(&mut row);
        report.add(row);
    }
    Ok(())
}
