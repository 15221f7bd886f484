//! Ten shops, one of which has a webhook that never answers: what the others see, against a run in which it
//! answers.

use crate::options::Options;
use crate::report::Row;
use crate::scenario::{Load, Scenario};
use crate::stats::{ms, percentile};

const SHOPS: usize = 10;

/// The nine others' latencies, without and with the tenth hanging.
pub(crate) async fn measure(options: &Options, run: u32) -> anyhow::Result<Row> {
    let rate = options.isolation_rate;
    let mut row = Row::new(&format!(
        "{rate}/s over {SHOPS} shops, the other nine's end-to-end"
    ));
    for hang in [false, true] {
        let case = if hang {
            "one never answers"
        } else {
            "all answer"
        };
        let scenario = Scenario {
            name: format!("{rate}/s, {case}"),
            shops: SHOPS,
            webhooks: 1,
            counted: SHOPS - 1,
            hang,
            events: rate.saturating_mul(u32::try_from(options.open_for.as_secs())?),
            load: Load::Open { rate },
        };
        let mut outcome = scenario.measure(options, run).await?;
        for (name, share) in [("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999)] {
            row.add(
                &format!("{case}: {name}, ms"),
                ms(percentile(&mut outcome.tally.latencies, share)),
            );
        }
        #[allow(clippy::cast_precision_loss)]
        row.add(
            &format!("{case}: lost"),
            outcome.expected.saturating_sub(outcome.tally.unique) as f64,
        );
    }
    Ok(row)
}
