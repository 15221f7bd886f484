//! Closed loops: how much goes through, beside what a bare client gets through just before.

use crate::bare;
use crate::options::Options;
use crate::outcome::CPU;
use crate::report::{Bar, Report, Row, whole};
use crate::scenario::Scenario;
use crate::stage;
use crate::stats::ratio;

/// Requests with arrays of events in flight.
pub(super) const ARRAYS_IN_FLIGHT: usize = 8;

/// One webhook, events posted one by one.
pub(crate) async fn closed(options: &Options, report: &mut Report) -> anyhow::Result<()> {
    let (events, in_flight) = (options.events, options.in_flight);
    let name = format!(
        "one webhook, closed loop {in_flight}, {} events",
        whole(events)
    );
    let scenario = Scenario::closed(&name, events, in_flight, 1);
    let cpu = Bar::AtMost(0.05);
    share(options, report, &scenario, Bar::AtLeast(0.30), Some(cpu)).await
}

/// One webhook, events posted in arrays.
pub(crate) async fn batches(options: &Options, report: &mut Report) -> anyhow::Result<()> {
    let (events, batch) = (options.events, options.batch);
    let name = format!("one webhook, {} events in arrays of {batch}", whole(events));
    let scenario = Scenario::closed(&name, events, ARRAYS_IN_FLIGHT, batch);
    share(options, report, &scenario, Bar::AtLeast(0.40), None).await
}

/// One shop with several webhooks that all get every event.
pub(crate) async fn fan_out(options: &Options, report: &mut Report) -> anyhow::Result<()> {
    let (events, webhooks) = (options.fan_out_events, options.fan_out);
    let name = format!("fan-out {webhooks}, {} events", whole(events));
    let scenario = Scenario {
        webhooks,
        ..Scenario::closed(&name, events, options.in_flight, 1)
    };
    share(options, report, &scenario, Bar::AtLeast(0.38), None).await
}

async fn share(
    options: &Options,
    report: &mut Report,
    scenario: &Scenario,
    least: Bar,
    cpu: Option<Bar>,
) -> anyhow::Result<()> {
    let bare = bare::closed(options, options.in_flight).await?;
    let mut outcome = stage::measure(options, scenario).await?;
    let mut row = Row::new(&scenario.name);
    let share = ratio(outcome.per_second(), bare.per_second);
    row.promise("share of the bare client", share, least);
    row.add("the bare client just before, requests/s", bare.per_second);
    match cpu {
        Some(most) => row.promise(CPU, outcome.cpu_per_thousand(), most),
        None => row.add(CPU, outcome.cpu_per_thousand()),
    }
    outcome.throughput(&mut row);
    report.add(row);
    Ok(())
}
