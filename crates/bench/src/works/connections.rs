//! Throughput over requests in flight.

use crate::bare;
use crate::options::Options;
use crate::report::{Axis, Curve, Report};
use crate::scenario::Scenario;
use crate::stage;

/// Events for each request in flight, up to what the closed loop posts: a point takes about as long as another.
const EACH: u32 = 2_000;

pub(crate) async fn measure(options: &Options, report: &mut Report) -> anyhow::Result<()> {
    let mut curve = Curve::new(
        "Throughput over connections",
        Axis::logarithmic("requests in flight, each on a connection of its own"),
        Axis::logarithmic("requests or deliveries per second"),
    );
    for in_flight in &options.connections {
        let events = u32::try_from(*in_flight)?.saturating_mul(EACH);
        let name = format!("closed loop {in_flight}");
        let scenario = Scenario::closed(&name, events.min(options.events), *in_flight, 1);
        let bare = bare::closed(options, *in_flight).await?;
        let outcome = stage::measure(options, &scenario).await?;
        let x = f64::from(u32::try_from(*in_flight)?);
        curve.add("bare client, requests", x, bare.per_second);
        curve.add("delivered", x, outcome.per_second());
    }
    report.curves.push(curve);
    Ok(())
}
