//! One file for each kind of measurement.

mod backlog;
mod connections;
mod cost;
mod growth;
mod idle;
mod isolation;
mod limits;
mod lists;
mod many;
mod neighbours;
mod nodes;
mod open;
mod portal;
mod rates;
mod throughput;
mod tickets;

use crate::options::Options;
use crate::report::Report;
use crate::work::Work;

/// Does one work and adds what it showed. `run` counts the repetitions from 1.
pub(crate) async fn measure(
    work: Work,
    options: &Options,
    run: u32,
    report: &mut Report,
) -> anyhow::Result<()> {
    match work {
        Work::Limits => limits::measure(options, report).await,
        Work::Closed => throughput::closed(options, report).await,
        Work::Batches => throughput::batches(options, report).await,
        Work::FanOut => throughput::fan_out(options, report).await,
        Work::Open => open::measure(options, report).await,
        Work::Isolation => isolation::measure(options, run, 10, 1, report).await,
        Work::IsolationWide => isolation::measure(options, run, 100, 50, report).await,
        Work::Portal => portal::measure(options, run, report).await,
        Work::Idle => idle::measure(options, report).await,
        Work::Rates => rates::measure(options, report).await,
        Work::Connections => connections::measure(options, report).await,
        Work::Backlog => backlog::measure(options, report).await,
        Work::Growth => growth::measure(options, report).await,
        Work::Many => many::measure(options, report).await,
        Work::Lists => lists::measure(options, report).await,
        Work::Nodes => nodes::measure(options, report).await,
        Work::Neighbours => neighbours::measure(options, report).await,
        Work::Tickets => tickets::measure(options, report).await,
        Work::Cost => cost::measure(options, report).await,
    }
}
