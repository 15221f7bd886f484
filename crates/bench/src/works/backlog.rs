//! A webhook whose receiver is down: what its waiting deliveries cost in memory, what its neighbour sees, how
//! the server starts with them, and how fast they go out when the receiver is back.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::clock;
use crate::load::{self, Target};
use crate::options::Options;
use crate::outcome::{CPU, Outcome};
use crate::process::{peak_mb, resident_mb};
use crate::progress::bar;
use crate::receiver::Receiver;
use crate::report::{Axis, Bar, Curve, Report, Row, whole};
use crate::scenario::Scenario;
use crate::setup;
use crate::stage::Stage;
use crate::stats::{ms, ratio};
use crate::tally::Tally;

use super::isolation::NEIGHBOUR;

/// Events per second for the neighbour.
const NEIGHBOUR_RATE: u32 = 500;
/// The backlog is posted in arrays of so many events, so many arrays at a time.
const ARRAY: u32 = 1_000;
const ARRAYS_IN_FLIGHT: usize = 4;
/// Memory is read so long after a part of the backlog was accepted.
const SETTLE: Duration = Duration::from_secs(2);
/// A drain without a delivery for so long is over.
const STALLED_AFTER: Duration = Duration::from_secs(120);
const LOOK_EVERY: Duration = Duration::from_millis(20);

pub(crate) async fn measure(options: &Options, report: &mut Report) -> anyhow::Result<()> {
    let neighbour = Scenario::open("the neighbour", NEIGHBOUR_RATE, options.open_for);
    let mut stage = Stage::set_up(options, &neighbour).await?;
    let dead = Dead::set_up(&stage).await?;
    stage.warm_up(&neighbour).await?;
    let mut row = Row::new(&format!(
        "{} deliveries wait for one webhook",
        whole(options.backlog)
    ));

    let normal = Scenario::closed("the normal rate", options.events, options.in_flight, 1);
    let normal = stage
        .measure_at(&normal, &dead.target, &dead.receiver)
        .await?;
    let mut before = stage.measure(&neighbour).await?;

    let filled = dead.fill(options, &stage, report).await?;
    row.add("accepted in arrays of 1,000, events/s", filled);
    let mut with = stage.measure(&neighbour).await?;
    let pid = stage.server.pid();
    row.promise("resident, MB", resident_mb(pid)?, Bar::AtMost(150.0));
    row.add("peak since the start, MB", peak_mb(pid)?);
    row.promise(
        "the neighbour's p99 as a multiple of that before",
        ratio(with.end_to_end(0.99), before.end_to_end(0.99)),
        NEIGHBOUR,
    );
    latencies(&mut row, "before", &mut before);
    latencies(&mut row, "waiting", &mut with);

    let ready = stage.server.restart().await?;
    let since = Instant::now();
    stage
        .measure(&Scenario::closed("first delivery", 1, 1, 1))
        .await?;
    let first = ready + since.elapsed();
    row.promise(
        "killed and started: ready after, s",
        ready.as_secs_f64(),
        Bar::AtMost(1.0),
    );
    row.add("… a new event's delivery after, s", first.as_secs_f64());

    let (drained, during) = tokio::join!(dead.drain(options), stage.measure(&neighbour));
    let (drained, mut during) = (drained, during?);
    row.promise(
        "drained at, as a share of the normal rate",
        ratio(drained.per_second, normal.per_second()),
        Bar::AtLeast(0.5),
    );
    row.add("drained at, deliveries/s", drained.per_second);
    row.add("the normal rate, deliveries/s", normal.per_second());
    row.add(
        "from the receiver's return to the first delivery, s",
        drained.first_after,
    );
    row.add("the last hundredth took, s", drained.tail);
    row.add("lost", drained.lost);
    row.add("duplicates", drained.duplicates);
    latencies(&mut row, "draining", &mut during);
    row.add(
        "peak since the second start, MB",
        peak_mb(stage.server.pid())?,
    );
    report.add(row);
    Ok(())
}

fn latencies(row: &mut Row, when: &str, outcome: &mut Outcome) {
    for (name, share) in [("p50", 0.5), ("p99", 0.99)] {
        let figure = format!("{when}: the neighbour's {name}, ms");
        row.add(&figure, outcome.end_to_end(share));
    }
    let cpu = format!("{when}: {CPU} of the neighbour's");
    row.add(&cpu, outcome.cpu_per_thousand());
}

/// The webhook that is down for a while.
struct Dead {
    receiver: Receiver,
    target: Target,
}

/// How its deliveries went out.
struct Drained {
    /// Over the first 99 %.
    per_second: f64,
    first_after: f64,
    tail: f64,
    lost: f64,
    duplicates: f64,
}

impl Dead {
    /// A shop of its own, and a receiver of its own, which answers until it is closed. The table of retries is
    /// long enough for the whole measurement, and short enough that the rest does not wait for its turn in it.
    async fn set_up(stage: &Stage) -> anyhow::Result<Self> {
        let receiver = Receiver::start()?;
        let webhook = json!({
            "url": receiver.url(0),
            "retry": {"delays": vec![15; 50], "disable_after": null, "disable_after_hours": null},
        });
        let place = setup::shop_with(stage.server.address, "dead", [webhook]).await?;
        let target = Target {
            shops: Arc::new(vec![place]),
            ..stage.target.fresh()
        };
        Ok(Self { receiver, target })
    }

    /// Closes the receiver and posts the backlog, reading the server's memory on the way; the events accepted
    /// a second.
    async fn fill(
        &self,
        options: &Options,
        stage: &Stage,
        report: &mut Report,
    ) -> anyhow::Result<f64> {
        self.receiver.close().await;
        let all = options.backlog;
        let tally = Tally::new(self.target.run, 1, all);
        self.receiver.expect(tally, u64::from(all));
        let mut curve = Curve::new(
            "Memory over backlog",
            Axis::logarithmic("deliveries waiting for a dead webhook"),
            Axis::linear("resident memory of the server, MB"),
        );
        let bar = bar(options.progress, "the backlog", u64::from(all));
        let (mut from, mut spent) = (0, Duration::ZERO);
        for to in steps(all) {
            let start = Instant::now();
            load::closed(&self.target, from..to, ARRAYS_IN_FLIGHT, ARRAY).await?;
            spent += start.elapsed();
            bar.set_position(u64::from(to));
            tokio::time::sleep(SETTLE).await;
            let resident = resident_mb(stage.server.pid())?;
            curve.add("resident", f64::from(to), resident);
            from = to;
        }
        bar.finish_and_clear();
        report.curves.push(curve);
        Ok(per_second(u64::from(all), spent))
    }

    /// Opens the receiver and waits until everything has come, or nothing comes any more.
    async fn drain(&self, options: &Options) -> Drained {
        let bar = bar(options.progress, "the drain", u64::from(options.backlog));
        let all = u64::from(options.backlog);
        let opened = clock::now();
        self.receiver.reopen();
        let (mut most_at, mut last) = (None, (0, Instant::now()));
        while last.0 < all && last.1.elapsed() < STALLED_AFTER {
            let come = self.receiver.unique();
            if come > last.0 {
                last = (come, Instant::now());
            }
            if most_at.is_none() && come >= all - all / 100 {
                most_at = Some((come, clock::now()));
            }
            bar.set_position(come);
            tokio::time::sleep(LOOK_EVERY).await;
        }
        bar.finish_and_clear();
        let tally = self.receiver.take();
        let (most, at) = most_at.unwrap_or((tally.unique, tally.last));
        let seconds = |from: u64, to: u64| ms(to.saturating_sub(from)) / 1000.0;
        let between = Duration::from_nanos(at.saturating_sub(tally.first));
        Drained {
            per_second: per_second(most, between),
            first_after: seconds(opened, tally.first),
            tail: seconds(at, tally.last),
            lost: count(all.saturating_sub(tally.unique)),
            duplicates: count(tally.duplicates),
        }
    }
}

/// Powers of ten from a thousand on, and at last everything.
fn steps(all: u32) -> impl Iterator<Item = u32> {
    let powers = (3..10).map(|power| 10_u32.pow(power));
    powers.take_while(move |step| *step < all).chain([all])
}

fn per_second(events: u64, time: Duration) -> f64 {
    ratio(count(events), time.as_secs_f64())
}

#[allow(clippy::cast_precision_loss)]
fn count(events: u64) -> f64 {
    events as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_backlog_grows_tenfold_and_ends_where_it_was_told() {
        assert_eq!(steps(50_000).collect::<Vec<_>>(), [1_000, 10_000, 50_000]);
        assert_eq!(steps(1_000).collect::<Vec<_>>(), [1_000]);
        assert_eq!(steps(20).collect::<Vec<_>>(), [20]);
    }
}
