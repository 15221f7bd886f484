//! Everything that was asked for, one after another.

use std::thread;
use std::time::Instant;

use anyhow::Context;
use tokio::sync::oneshot;

use crate::machine::Machine;
use crate::options::Options;
use crate::progress::say;
use crate::report::Report;
use crate::works;

/// Measures. The load has a thread and a runtime of its own, so that the caller's do not matter. Takes as long
/// as [`Options`] say. A work that cannot be measured is said in the report and does not end the run.
///
/// # Errors
/// The load's thread could not be started.
pub async fn run(options: Options) -> anyhow::Result<Report> {
    let (tell, told) = oneshot::channel();
    thread::Builder::new()
        .name("load".to_owned())
        .spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            let report = runtime
                .map_err(anyhow::Error::from)
                .map(|runtime| runtime.block_on(measure(&options)));
            drop(tell.send(report));
        })?;
    told.await
        .context("the load's thread ended without a report")?
}

/// All works in turn, again for each run, so that a drift of the machine meets all of them.
async fn measure(options: &Options) -> Report {
    let directory = options.directory.clone().unwrap_or_else(std::env::temp_dir);
    let mut report = Report::new(Machine::this(&directory));
    let start = Instant::now();
    for run in 1..=options.runs {
        for work in &options.work {
            if run > 1 && !work.is_repeated() {
                continue;
            }
            let name = work.as_str();
            let minutes = start.elapsed().as_secs_f64() / 60.0;
            say(
                options.progress,
                &format!("{minutes:5.1} min  run {run} of {}: {name}", options.runs),
            );
            if let Err(error) = works::measure(*work, options, run, &mut report).await {
                say(
                    options.progress,
                    &format!("{name} could not be measured: {error:#}"),
                );
                report.failed.push(format!("{name}, run {run}: {error:#}"));
            }
        }
    }
    let minutes = start.elapsed().as_secs_f64() / 60.0;
    say(options.progress, &format!("{minutes:5.1} min  done"));
    report
}
