//! Everything that was asked for, one after another.

use std::thread;

use anyhow::Context;
use tokio::sync::oneshot;

use crate::options::{Options, Work};
use crate::report::Report;
use crate::scenario::{Load, Scenario};
use crate::{isolation, limits};

/// Measures. The load has a thread and a runtime of its own, so that the caller's do not matter. Takes as long
/// as [`Options`] say: a few minutes with the default.
///
/// # Errors
/// The server could not be started, refused an event or went away; the text has the end of its log.
pub async fn run(options: Options) -> anyhow::Result<Report> {
    let (tell, told) = oneshot::channel();
    thread::Builder::new()
        .name("load".to_owned())
        .spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            let report = runtime
                .map_err(Into::into)
                .and_then(|runtime| runtime.block_on(measure(&options)));
            drop(tell.send(report));
        })?;
    told.await
        .context("the load's thread ended without a report")?
}

async fn measure(options: &Options) -> anyhow::Result<Report> {
    let mut report = Report::default();
    for run in 1..=options.runs {
        for work in &options.work {
            one(*work, options, run, &mut report).await?;
        }
    }
    Ok(report)
}

async fn one(work: Work, options: &Options, run: u32, report: &mut Report) -> anyhow::Result<()> {
    let (events, in_flight, batch) = (options.events, options.in_flight, options.batch);
    match work {
        Work::Limits => {
            for row in limits::measure(options, run).await? {
                report.add(row);
            }
        }
        Work::Closed => {
            let name = format!("one webhook, closed loop {in_flight}, {events} events");
            let scenario = Scenario::closed(name, events, in_flight, 1);
            report.add(
                scenario
                    .measure(options, run)
                    .await?
                    .throughput(&scenario.name),
            );
        }
        Work::Batches => {
            let name = format!("one webhook, {events} events in arrays of {batch}");
            let scenario = Scenario::closed(name, events, ARRAYS_IN_FLIGHT, batch);
            report.add(
                scenario
                    .measure(options, run)
                    .await?
                    .throughput(&scenario.name),
            );
        }
        Work::FanOut => {
            let (events, webhooks) = (options.fan_out_events, options.fan_out);
            let name = format!("fan-out {webhooks}, {events} events");
            let scenario = Scenario {
                webhooks,
                ..Scenario::closed(name, events, in_flight, 1)
            };
            report.add(
                scenario
                    .measure(options, run)
                    .await?
                    .throughput(&scenario.name),
            );
        }
        Work::Open => {
            for rate in &options.rates {
                let events = rate.saturating_mul(u32::try_from(options.open_for.as_secs())?);
                let one = Scenario::closed(format!("{rate}/s"), events, 1, 1);
                let scenario = Scenario {
                    load: Load::Open { rate: *rate },
                    ..one
                };
                report.add(
                    scenario
                        .measure(options, run)
                        .await?
                        .latency(&scenario.name),
                );
            }
        }
        Work::Isolation => report.add(isolation::measure(options, run).await?),
    }
    Ok(())
}

/// Arrays of events in flight.
const ARRAYS_IN_FLIGHT: usize = 8;
