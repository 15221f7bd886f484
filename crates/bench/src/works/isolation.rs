//! Shops of which some have a webhook that never answers: what the others see, against a run in which all
//! answer.

use crate::options::Options;
use crate::outcome::Outcome;
use crate::report::{Bar, Report, Row};
use crate::scenario::Scenario;
use crate::stage::Stage;
use crate::stats::{median, ratio};

/// The others' p99 beside hanging webhooks, as a multiple of that without.
pub(super) const NEIGHBOUR: Bar = Bar::AtMost(1.2);

/// So often each case has its turn in one run.
const STRETCHES: u32 = 12;

/// The latencies of all but the last `hanging` of so many shops, without and with those hanging. The two have a server
/// each, and take turns on the machine a few seconds long: a disk that hesitates or a neighbour that wakes up comes upon
/// both, and not upon one whole measurement. What is promised is the median of the pairs of turns: half a second in
/// which the disk does nothing decides the p99 of a minute.
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
    let case = |hang, doing: &str| Scenario {
        shops,
        counted: shops - hanging,
        hang,
        ..Scenario::open(&format!("{rate}/s, {doing}"), rate, options.open_for / 4)
    };
    let mut without = Case::set_up(options, case(false, "all answer")).await?;
    let mut with = Case::set_up(options, case(true, "hanging")).await?;
    for stretch in 0..STRETCHES {
        let mut order = [&mut without, &mut with];
        if (run + stretch).is_multiple_of(2) {
            order.reverse();
        }
        for case in order {
            case.go_on().await?;
        }
    }
    let pairs = with.p99s.iter().zip(&without.p99s);
    let ratios: Vec<f64> = pairs
        .map(|(with, without)| ratio(*with, *without))
        .collect();
    let (Some(mut without), Some(mut with)) = (without.came, with.came) else {
        anyhow::bail!("one of the two cases was not measured")
    };
    let mut row = Row::new(&name);
    row.promise(
        "the others' p99 as a multiple of that when all answer",
        median(&ratios),
        NEIGHBOUR,
    );
    row.add(
        "… of all turns together",
        ratio(with.end_to_end(0.99), without.end_to_end(0.99)),
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

/// One of the two.
struct Case {
    scenario: Scenario,
    stage: Stage,
    came: Option<Outcome>,
    /// Of each stretch, milliseconds.
    p99s: Vec<f64>,
}

impl Case {
    async fn set_up(options: &Options, scenario: Scenario) -> anyhow::Result<Self> {
        let stage = Stage::set_up(options, &scenario).await?;
        stage.warm_up(&scenario).await?;
        Ok(Self {
            scenario,
            stage,
            came: None,
            p99s: Vec::new(),
        })
    }

    /// A stretch more.
    async fn go_on(&mut self) -> anyhow::Result<()> {
        let mut came = self.stage.measure(&self.scenario).await?;
        self.p99s.push(came.end_to_end(0.99));
        match &mut self.came {
            Some(before) => before.add(came),
            None => self.came = Some(came),
        }
        Ok(())
    }
}
