//! Latency over rate, up to where the server no longer keeps up; one server for all points.

use crate::bare;
use crate::options::Options;
use crate::report::{Axis, Curve, Report};
use crate::scenario::Scenario;
use crate::stage::Stage;

/// A median above this means that events queue, for longer and longer: the rate is not one that the server
/// can do.
const KEEPS_UP_MS: f64 = 100.0;

pub(crate) async fn measure(options: &Options, report: &mut Report) -> anyhow::Result<()> {
    let mut curve = Curve::new(
        "Latency over rate",
        Axis::logarithmic("events per second, posted one by one"),
        Axis::logarithmic("end-to-end latency, ms"),
    );
    let at = |rate| Scenario::open(&format!("latency at {rate}/s"), rate, options.curve_for);
    let stage = Stage::set_up(options, &at(1)).await?;
    stage.warm_up(&at(1)).await?;
    for rate in &options.curve_rates {
        let scenario = at(*rate);
        let (bare_p50, bare_p99) = bare::open(options, *rate, scenario.events).await?;
        let mut outcome = stage.measure(&scenario).await?;
        let p50 = outcome.end_to_end(0.5);
        if p50 > KEEPS_UP_MS {
            break;
        }
        let x = f64::from(*rate);
        curve.add("p99", x, outcome.end_to_end(0.99));
        curve.add("p50", x, p50);
        curve.add("bare client p99", x, bare_p99);
        curve.add("bare client p50", x, bare_p50);
    }
    report.curves.push(curve);
    Ok(())
}
