//! What one delivery costs: rows, bytes, switches between threads, and, where the tools are, instructions,
//! allocations and system calls. Each is the difference between a run with many events and one with few, so
//! that start, warm-up and stop do not count.

mod store;
mod tool;

use std::time::Duration;

use anyhow::Context as _;

use crate::options::Options;
use crate::process::{context_switches, written_bytes};
use crate::report::{Report, Row};
use crate::scenario::Scenario;
use crate::server::data_directory;
use crate::stage::Stage;
use crate::stats::ratio;
use tool::Tool;

/// The run with few events has one for this many of the run with many.
const FEW: u32 = 5;
/// Of the open loop.
const RATE: u32 = 100;
/// What happens less often than this for a delivery is not shown by its name.
const WORTH_SHOWING: f64 = 0.05;

/// Counts by name.
type Counts = Vec<(String, f64)>;

pub(crate) async fn measure(options: &Options, report: &mut Report) -> anyhow::Result<()> {
    let tools = [Tool::Instructions, Tool::SystemCalls];
    for tool in tools.into_iter().filter(|tool| !tool.is_here()) {
        let (what, program) = (tool.what(), tool.program());
        let skipped = format!("{what}, because `{program}` is not installed");
        report.skipped.push(skipped);
    }
    let name = format!("cost of a delivery, closed loop {}", options.in_flight);
    let closed = Scenario::closed(&name, options.events, options.in_flight, 1);
    let slow = Scenario {
        events: options.cost_events,
        ..closed.clone()
    };
    let mut row = Row::new(&name);
    difference(options, None, &closed, &mut row).await?;
    for tool in tools {
        difference(options, Some(tool), &slow, &mut row).await?;
    }
    report.add(row);

    let name = format!("cost of a delivery at {RATE}/s");
    let open = Scenario {
        events: options.cost_events,
        ..Scenario::open(&name, RATE, Duration::ZERO)
    };
    let mut row = Row::new(&name);
    difference(options, None, &open, &mut row).await?;
    difference(options, Some(Tool::SystemCalls), &open, &mut row).await?;
    report.add(row);
    Ok(())
}

/// Adds what each event of a run of `scenario` costs more than one of a run with fewer events; by a tool, if
/// it is here, or by what the kernel and the store know without one.
async fn difference(
    options: &Options,
    tool: Option<Tool>,
    scenario: &Scenario,
    row: &mut Row,
) -> anyhow::Result<()> {
    if tool.is_some_and(|tool| !tool.is_here()) {
        return Ok(());
    }
    let fewer = Scenario {
        events: (scenario.events / FEW).max(1),
        ..scenario.clone()
    };
    let (few, many) = match tool {
        Some(tool) => (
            counted_by(options, tool, &fewer).await?,
            counted_by(options, tool, scenario).await?,
        ),
        None => (
            counted_by_kernel(options, &fewer).await?,
            counted_by_kernel(options, scenario).await?,
        ),
    };
    let more = f64::from(scenario.events.saturating_sub(fewer.events));
    for (name, cost) in each(&few, &many, more) {
        row.add(&name, cost);
    }
    Ok(())
}

/// Counts that differ, for each of so many more events; the parts of a sum only if they are worth showing.
fn each(few: &Counts, many: &Counts, more: f64) -> Counts {
    let costs = many.iter().map(|(name, count)| {
        let before = few.iter().find(|(known, _)| known == name);
        (
            name.clone(),
            ratio(count - before.map_or(0.0, |(_, count)| *count), more),
        )
    });
    costs
        .filter(|(name, cost)| !name.starts_with('…') || *cost >= WORTH_SHOWING)
        .collect()
}

async fn counted_by(options: &Options, tool: Tool, scenario: &Scenario) -> anyhow::Result<Counts> {
    let directory = data_directory(options)?;
    let file = directory.path().join("counts");
    let mut stage = Stage::set_up_under(options, scenario, &tool.command(&file)).await?;
    stage.warm_up(scenario).await?;
    stage.measure(scenario).await?;
    stage.server.stop().await?;
    let what = tool.what();
    let text = std::fs::read_to_string(&file)
        .with_context(|| format!("{} did not count {what}", tool.program()))?;
    let counts = tool.read(&text);
    anyhow::ensure!(
        !counts.is_empty(),
        "{} wrote no count of {what}",
        tool.program()
    );
    Ok(counts)
}

/// What the kernel and the store know without a tool; at full speed.
async fn counted_by_kernel(options: &Options, scenario: &Scenario) -> anyhow::Result<Counts> {
    let mut stage = Stage::set_up(options, scenario).await?;
    stage.warm_up(scenario).await?;
    let outcome = stage.measure(scenario).await?;
    let pid = stage.server.pid();
    let mut counts = vec![
        ("CPU, µs".to_owned(), outcome.cpu_seconds * 1e6),
        (
            "switches between threads".to_owned(),
            context_switches(pid)?,
        ),
        (
            "bytes written to files and sockets".to_owned(),
            written_bytes(pid)?,
        ),
    ];
    stage.server.stop().await?;
    counts.push((
        "bytes kept in the store".to_owned(),
        stage.server.data_bytes()?,
    ));
    counts.extend(store::rows(&stage.server.data())?);
    Ok(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(all: &[(&str, f64)]) -> Counts {
        all.iter()
            .map(|(name, count)| ((*name).to_owned(), *count))
            .collect()
    }

    #[test]
    fn a_cost_is_what_more_events_add() {
        let few = counts(&[("calls", 100.0), ("… read", 90.0), ("… brk", 10.0)]);
        let many = counts(&[
            ("calls", 500.0),
            ("… read", 470.0),
            ("… brk", 10.0),
            ("… new", 20.0),
        ]);
        let want = counts(&[("calls", 4.0), ("… read", 3.8), ("… new", 0.2)]);
        assert_eq!(each(&few, &many, 100.0), want);
    }
}
