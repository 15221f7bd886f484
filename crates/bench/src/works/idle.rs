//! A server with nothing to do: its memory, and the CPU time it takes all the same.

use std::time::Duration;

use crate::options::Options;
use crate::process;
use crate::report::{Bar, Report, Row, whole};
use crate::scenario::Scenario;
use crate::stage::Stage;

/// Connections that are kept for a while, and what else follows a start or a load, are done by then.
const SETTLE: Duration = Duration::from_secs(6);

pub(crate) async fn measure(options: &Options, report: &mut Report) -> anyhow::Result<()> {
    let scenario = Scenario::closed("load before idleness", options.events, options.in_flight, 1);
    let stage = Stage::set_up(options, &scenario).await?;
    let seconds = options.idle_for.as_secs();
    let fresh = Row::new(&format!("idle for {seconds} s, fresh"));
    report.add(watch(options, &stage, fresh).await?);
    stage.measure(&scenario).await?;
    let events = whole(options.events);
    let after = Row::new(&format!("idle for {seconds} s, after {events} deliveries"));
    report.add(watch(options, &stage, after).await?);
    Ok(())
}

/// No measurable CPU is less than one tick (10 ms) of the clock that the kernel counts it with.
async fn watch(options: &Options, stage: &Stage, mut row: Row) -> anyhow::Result<Row> {
    let pid = stage.server.pid();
    tokio::time::sleep(SETTLE).await;
    let cpu = process::fine_cpu_ms(pid)?;
    let switches = process::context_switches(pid)?;
    tokio::time::sleep(options.idle_for).await;
    let cpu = process::fine_cpu_ms(pid)? - cpu;
    row.promise(
        "resident, MB",
        process::resident_mb(pid)?,
        Bar::AtMost(30.0),
    );
    row.promise("CPU, ms", cpu, Bar::AtMost(10.0));
    let switches = process::context_switches(pid)? - switches;
    row.add("context switches", switches);
    Ok(row)
}
