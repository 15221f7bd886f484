//! Where what is counted and timed is gathered, for `GET /metrics`.

use std::sync::OnceLock;
use std::time::Duration;

use anyhow::Context as _;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

/// Upper bounds of the buckets that times are counted in, in seconds.
const SECONDS: [f64; 16] = [
    0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0,
    60.0, 600.0,
];
/// Upper bounds of the buckets that sizes of groups are counted in.
const JOBS: [f64; 9] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];
const BUILD_INFO: &str = "claimwire_build_info";
/// A measured time is kept by itself until it is put into its bucket. If that were left to the one who
/// asks for the figures, they would fill the memory where nobody does.
const GATHERED_EVERY: Duration = Duration::from_secs(1);

/// Begins to count. One recorder for the process: `demo` and tests start servers more than once.
pub fn start() -> anyhow::Result<PrometheusHandle> {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    if let Some(handle) = HANDLE.get() {
        return Ok(handle.clone());
    }
    let suffix = |suffix: &str| Matcher::Suffix(suffix.to_owned());
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(suffix("_seconds"), &SECONDS)
        .and_then(|builder| builder.set_buckets_for_metric(suffix("_jobs"), &JOBS))
        .and_then(PrometheusBuilder::install_recorder)
        .context("cannot collect metrics")?;
    metrics::describe_gauge!(
        BUILD_INFO,
        "1, with the version of the program that runs as its label."
    );
    metrics::gauge!(BUILD_INFO, "version" => env!("CARGO_PKG_VERSION")).set(1.0);
    let gathered = handle.clone();
    std::thread::Builder::new()
        .name("measures".to_owned())
        .spawn(move || {
            loop {
                std::thread::sleep(GATHERED_EVERY);
                gathered.run_upkeep();
            }
        })
        .context("cannot start the thread that gathers measures")?;
    Ok(HANDLE.get_or_init(|| handle).clone())
}
