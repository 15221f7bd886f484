//! What a delivery costs a server that has stored many events, beside one that has stored few.

use std::time::Instant;

use crate::load::Target;
use crate::options::Options;
use crate::payload;
use crate::process::peak_mb;
use crate::progress::bar;
use crate::report::{Axis, Bar, Curve, Report, Row, whole};
use crate::scenario::{Load, Scenario};
use crate::stage::Stage;
use crate::stats::{median, ratio};

use super::throughput::ARRAYS_IN_FLIGHT;

/// Events stored by the server that has few, and where the curve begins.
const FEW: u32 = 10_000;
/// Measurements of each server, in turn.
const TURNS: u32 = 3;
/// Events stored at a time, all delivered before the next.
const CHUNK: u32 = 100_000;
/// Of one array while the store is filled.
const ARRAY: u32 = 1_000;

/// What a delivery costs with much stored, as a multiple of the cost with little.
pub(super) const COST: Bar = Bar::AtMost(1.15);

pub(crate) async fn measure(options: &Options, report: &mut Report) -> anyhow::Result<()> {
    let events = options.events / 2;
    let scenario = Scenario::closed("cost of a delivery", events, options.in_flight, 1);
    let mut curve = Curve::new(
        "Cost over stored events",
        Axis::logarithmic("events stored, each delivered once"),
        Axis::linear("server CPU of one delivery, µs"),
    );
    let many = Stage::set_up(options, &scenario).await?;
    let (mut stored, mut rate) = (0, 0.0);
    for step in steps(options.growth) {
        rate = fill(options, &many, &mut stored, step).await?;
        let mut costs = Vec::new();
        for _ in 0..TURNS {
            costs.push(many.measure(&scenario).await?.cpu_per_thousand());
            stored += events;
        }
        curve.add("server CPU", f64::from(step), median(&costs) * 1000.0);
    }
    report.curves.push(curve);

    let few = Stage::set_up(options, &scenario).await?;
    let stored_by_few = FEW.min(options.growth);
    fill(options, &few, &mut 0, stored_by_few).await?;
    let name = format!(
        "{} stored events beside {}",
        whole(options.growth),
        whole(stored_by_few)
    );
    let mut row = compare(&few, &many, &scenario, &scenario, &name).await?;
    row.add("filled at, small events/s, each delivered", rate);
    row.add("server peak with many, MB", peak_mb(many.server.pid())?);
    row.add(
        "data directory with many, MB",
        many.server.data_bytes()? / 1e6,
    );
    report.add(row);
    Ok(())
}

/// Measures the two servers in turn and puts the cost of the second in relation to the first. The first turn
/// warms up and does not count.
pub(super) async fn compare(
    few: &Stage,
    many: &Stage,
    of_few: &Scenario,
    of_many: &Scenario,
    name: &str,
) -> anyhow::Result<Row> {
    let (mut costs_few, mut costs_many, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for turn in 0..=TURNS {
        let cost_few = few.measure(of_few).await?.cpu_per_thousand();
        let cost_many = many.measure(of_many).await?.cpu_per_thousand();
        if turn == 0 {
            continue;
        }
        costs_few.push(cost_few);
        costs_many.push(cost_many);
        ratios.push(ratio(cost_many, cost_few));
    }
    let mut row = Row::new(name);
    for ratio in ratios {
        row.promise(
            "CPU of a delivery as a multiple of that with few",
            ratio,
            COST,
        );
    }
    for (what, costs) in [("few", costs_few), ("many", costs_many)] {
        for cost in costs {
            row.add(
                &format!("{what}: server CPU-seconds per 1,000 deliveries"),
                cost,
            );
        }
    }
    Ok(row)
}

/// Posts small events and waits for their delivery until so many are stored; the events a second.
async fn fill(options: &Options, stage: &Stage, stored: &mut u32, to: u32) -> anyhow::Result<f64> {
    let begun = Instant::now();
    let from = *stored;
    let target = Target {
        payload: payload::small,
        ..stage.target.clone()
    };
    let bar = bar(
        options.progress,
        &format!("{} stored events", whole(to)),
        u64::from(to),
    );
    while *stored < to {
        let events = CHUNK.min(to - *stored);
        let load = Load::Closed {
            in_flight: ARRAYS_IN_FLIGHT,
            batch: ARRAY,
        };
        let chunk = Scenario {
            load,
            ..Scenario::closed("filling the store", events, 1, 1)
        };
        let filled = stage.measure_at(&chunk, &target, &stage.receiver).await?;
        anyhow::ensure!(
            filled.lost() == 0.0,
            "{} events were not delivered while the store was filled",
            filled.lost()
        );
        *stored += events;
        bar.set_position(u64::from(*stored));
    }
    bar.finish_and_clear();
    Ok(ratio(
        f64::from(*stored - from),
        begun.elapsed().as_secs_f64(),
    ))
}

/// Powers of ten from [`FEW`] on, and at last everything.
fn steps(all: u32) -> impl Iterator<Item = u32> {
    let powers = (4..10).map(|power| 10_u32.pow(power));
    powers.take_while(move |step| *step < all).chain([all])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_store_grows_tenfold_and_ends_where_it_was_told() {
        let all: Vec<_> = steps(1_000_000).collect();
        assert_eq!(all, [10_000, 100_000, 1_000_000]);
        assert_eq!(steps(5_000).collect::<Vec<_>>(), [5_000]);
    }
}
