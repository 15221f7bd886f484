//! What a shop's writes and deliveries see of another shop that does what costs most: each load on a server of
//! its own, first without it and then beside it.

mod ground;
mod loads;
mod photo;

use std::thread;

use anyhow::{Context, anyhow};
use tokio::sync::oneshot;

use crate::neighbour::Neighbour;
use crate::options::Options;
use crate::outcome::Outcome;
use crate::process::{give_way, peak_mb};
use crate::report::{Bar, Report, Row};
use crate::scenario::Scenario;
use crate::stage::Stage;
use crate::stats::{ms, percentile};

use ground::Ground;

/// Events per second of the shop that is watched.
const RATE: u32 = 200;
/// Its p99 beside any load, of writes.
const P99_MS: Bar = Bar::AtMost(10.0);
/// The server's peak.
const PEAK_MB: Bar = Bar::AtMost(300.0);

pub(crate) async fn measure(options: &Options, report: &mut Report) -> anyhow::Result<()> {
    for neighbour in &options.neighbours {
        let row = beside(options, *neighbour).await;
        report.add(row.with_context(|| format!("beside {}", neighbour.as_str()))?);
    }
    Ok(())
}

async fn beside(options: &Options, neighbour: Neighbour) -> anyhow::Result<Row> {
    let watched = Scenario::open("the watched shop", RATE, options.open_for);
    let stage = Stage::set_up(options, &watched).await?;
    stage.warm_up(&watched).await?;
    let ground = Ground::set_up(&stage, options).await?;
    neighbour.prepare(&ground).await?;
    let mut alone = stage.measure(&watched).await?;
    let pressure = Pressure::start(neighbour, ground)?;
    let mut pressed = stage.measure(&watched).await?;
    let refused = pressure.end()?;

    let mut row = Row::new(&format!(
        "{RATE}/s of one shop beside another's {}",
        neighbour.describe()
    ));
    row.promise("write p99, ms", write_ms(&mut pressed, 0.99), P99_MS);
    row.promise("server peak, MB", peak_mb(stage.server.pid())?, PEAK_MB);
    row.add("write p50, ms", write_ms(&mut pressed, 0.5));
    row.add("delivery p50, ms", pressed.end_to_end(0.5));
    row.add("delivery p99, ms", pressed.end_to_end(0.99));
    row.add("alone: write p50, ms", write_ms(&mut alone, 0.5));
    row.add("alone: write p99, ms", write_ms(&mut alone, 0.99));
    row.add("alone: delivery p50, ms", alone.end_to_end(0.5));
    row.add("alone: delivery p99, ms", alone.end_to_end(0.99));
    row.add("lost", alone.lost() + pressed.lost());
    row.add("requests of the load", refused.0);
    row.add("… of them refused", refused.1);
    Ok(row)
}

fn write_ms(outcome: &mut Outcome, share: f64) -> f64 {
    ms(percentile(&mut outcome.accepted.latencies, share))
}

/// A load under way. It has a thread and a runtime of its own, so that what it does does not hold up the watch; and gives
/// way, since callers and receivers have machines of their own where they are not measured with the server on one.
struct Pressure {
    stop: oneshot::Sender<()>,
    thread: thread::JoinHandle<anyhow::Result<(f64, f64)>>,
}

impl Pressure {
    fn start(neighbour: Neighbour, ground: Ground) -> anyhow::Result<Self> {
        let (stop, stopped) = oneshot::channel();
        let thread = thread::Builder::new()
            .name("neighbour".to_owned())
            .spawn(move || {
                give_way();
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()?;
                runtime.block_on(async {
                    tokio::select! {
                        _ = stopped => {}
                        done = neighbour.press(&ground) => done?,
                    }
                    anyhow::Ok(())
                })?;
                Ok(ground.answered())
            })?;
        Ok(Self { stop, thread })
    }

    /// Ends it: how many requests it made, and how many of them were refused.
    fn end(self) -> anyhow::Result<(f64, f64)> {
        // It may have ended by itself.
        let _ = self.stop.send(());
        let ended = self.thread.join();
        ended.map_err(|_| anyhow!("the load's thread ended by a panic"))?
    }
}
