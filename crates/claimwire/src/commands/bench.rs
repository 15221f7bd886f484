//! `claimwire bench`: what `docs/performance.md` was made with.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use claimwire_bench::{Options, Work};
use clap::Args;

use crate::output;

/// What to measure, and how much of it. The defaults take some minutes. All load goes to loopback.
#[derive(Debug, Args)]
pub struct BenchArgs {
    /// Which measurements: limits, closed, batches, fan-out, open, isolation; all when not given.
    #[arg(long, value_delimiter = ',', value_name = "WORK,…")]
    work: Vec<Work>,
    /// How often each; the table shows medians with the lowest and highest.
    #[arg(long, default_value_t = 1, value_name = "COUNT")]
    runs: u32,
    /// Events of the closed loop and of the batches.
    #[arg(long, default_value_t = 20_000, value_name = "COUNT")]
    events: u32,
    /// Requests in flight in the closed loops.
    #[arg(long, default_value_t = 64, value_name = "COUNT")]
    in_flight: usize,
    /// Events per second of the open loops.
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "100,500",
        value_name = "RATE,…"
    )]
    rates: Vec<u32>,
    /// Length of each open loop.
    #[arg(long, default_value_t = 20, value_name = "SECONDS")]
    seconds: u64,
    /// Makes the payloads: the same seed, the same events.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where the measured server's data goes: choose the disk to be measured. It is removed again.
    #[arg(long, value_name = "DIR")]
    directory: Option<PathBuf>,
    /// The claimwire to measure; this one when not given.
    #[arg(long, value_name = "FILE")]
    server: Option<PathBuf>,
    /// Print JSON instead of Markdown tables.
    #[arg(long)]
    json: bool,
}

/// Runs it.
pub fn run(args: BenchArgs) -> anyhow::Result<()> {
    let server = match args.server {
        Some(path) => path,
        None => std::env::current_exe()
            .context("cannot find this program's own file; name it with --server")?,
    };
    let defaults = Options::new(server);
    let options = Options {
        work: if args.work.is_empty() {
            defaults.work.clone()
        } else {
            args.work
        },
        runs: args.runs,
        events: args.events,
        in_flight: args.in_flight,
        rates: args.rates,
        open_for: Duration::from_secs(args.seconds),
        seed: args.seed,
        directory: args.directory,
        progress: !args.json,
        ..defaults
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let report = runtime.block_on(claimwire_bench::run(options))?;
    if args.json {
        output::json(&serde_json::to_value(&report)?)
    } else {
        output::line(&report.to_string())
    }
}
