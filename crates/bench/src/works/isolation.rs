//! Shops of which some have a webhook that never answers: what the others see, against a run in which all
//! answer.

use crate::options::Options;
use crate::report::{Bar, Report, Row};
use crate::scenario::{Load, Scenario};
use crate::stage;
use crate::stats::ratio;

/// The others' p99 beside hanging webhooks, as a multiple of that without.
pub(super) const NEIGHBOUR: Bar = Bar::AtMost(1.2);

/// The latencies of all but the last `hanging` of so many shops, without and with those hanging. Every second
/// run takes the two in the other order, so that a drift of the machine does not favour one.
pub(crate) async fn measure(
    options: &Options,
    run: u32,
    shops: usize,
    hanging: usize,
    report: &mut Report,
) -> anyhow::Result<()> {
    let rate = options.isolation_rate;
    let name =
        format!("{rate}/s over {shops} webhooks of {shops} shops, {hanging} of them hanging");
    let mut figures = [None, None];
    let order = if run % 2 == 1 { [0, 1] } else { [1, 0] };
    for case in order {
        let hang = case == 1;
        let doing = if hang { "hanging" } else { "all answer" };
        let scenario = Scenario {
            shops,
            counted: shops - hanging,
            hang,
            load: Load::Open { rate },
            ..Scenario::open(&format!("{rate}/s, {doing}"), rate, options.open_for)
        };
        if let Some(place) = figures.get_mut(case) {
            *place = Some(stage::measure(options, &scenario).await?);
        }
    }
    let [Some(mut without), Some(mut with)] = figures else {
        anyhow::bail!("one of the two cases was not measured")
    };
    let mut row = Row::new(&name);
    row.promise(
        "the others' p99 as a multiple of that when all answer",
        ratio(with.end_to_end(0.99), without.end_to_end(0.99)),
        NEIGHBOUR,
    );
    for (case, outcome) in [("all answer", &mut without), ("hanging", &mut with)] {
        for (name, share) in [("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999)] {
            let figure = format!("{case}: the others' {name}, ms");
            row.add(&figure, outcome.end_to_end(share));
        }
        row.add(&format!("{case}: lost"), outcome.lost());
        row.add(&format!("{case}: server peak, MB"), outcome.peak_mb);
    }
    report.add(row);
    Ok(())
}
