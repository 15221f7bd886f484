//! `claimwire bench`: what `docs/performance.md` was made with.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};
use claimwire_bench::{Database, Neighbour, Options, Report, Work};
use clap::Args;

use crate::output;

/// Receivers that hang keep their connections, and each is an open file of this process too.
const OPEN_FILES: u64 = 65_536;

/// What to measure, and how much of it. Without options everything once and small, in some minutes.
/// All load goes to loopback.
#[derive(Debug, Args)]
pub struct BenchArgs {
    /// Everything at the size that docs/performance.md is made with: sized for 40 minutes; stores ten million
    /// events.
    #[arg(long)]
    full: bool,
    /// Which measurements: limits, closed, batches, fan-out, open, isolation, isolation-wide, idle, rates,
    /// connections, backlog, growth, many, lists, nodes, neighbours, tickets, cost, portal; all when not given, nodes with
    /// --database-url alone.
    #[arg(long, value_delimiter = ',', value_name = "WORK,…")]
    work: Vec<Work>,
    /// How often each of the short ones, in turn; the table shows medians with the lowest and highest.
    #[arg(long, value_name = "COUNT")]
    runs: Option<u32>,
    /// Events of the closed loop and of the batches.
    #[arg(long, value_name = "COUNT")]
    events: Option<u32>,
    /// Requests in flight in the closed loops.
    #[arg(long, value_name = "COUNT")]
    in_flight: Option<usize>,
    /// Events in one request of the batches.
    #[arg(long, value_name = "COUNT")]
    batch: Option<u32>,
    /// Webhooks of the fan-out.
    #[arg(long, value_name = "COUNT")]
    fan_out: Option<usize>,
    /// Events of the fan-out.
    #[arg(long, value_name = "COUNT")]
    fan_out_events: Option<u32>,
    /// Events per second of the open loops.
    #[arg(long, value_delimiter = ',', value_name = "RATE,…")]
    rates: Option<Vec<u32>>,
    /// Length of each open loop.
    #[arg(long, value_name = "SECONDS")]
    seconds: Option<u64>,
    /// Events per second of the isolations, over all their webhooks.
    #[arg(long, value_name = "RATE")]
    isolation_rate: Option<u32>,
    /// Deliveries that wait for the dead webhook of the backlog.
    #[arg(long, value_name = "COUNT")]
    backlog: Option<u32>,
    /// Stored events at the end of the growth.
    #[arg(long, value_name = "COUNT")]
    growth: Option<u32>,
    /// Webhooks in the one shop of the many.
    #[arg(long, value_name = "COUNT")]
    webhooks: Option<usize>,
    /// Shops of the many.
    #[arg(long, value_name = "COUNT")]
    shops: Option<usize>,
    /// Claims in the one shop of the lists.
    #[arg(long, value_name = "COUNT")]
    claims: Option<u32>,
    /// Events that the lists' database is filled up to, with --database-url: copies of the claims' events, over the last
    /// four weeks, each with a delivery and three or four attempts.
    #[arg(long, value_name = "COUNT", requires = "database_url")]
    rows: Option<u32>,
    /// Nodes on one database, beside one.
    #[arg(long, value_name = "COUNT")]
    nodes: Option<u32>,
    /// What another shop does in the neighbours: large-contexts, wide-fan-out, unread-lists, empty-filters,
    /// arrays, uploads, held, replays; all when not given.
    #[arg(long, value_delimiter = ',', value_name = "LOAD,…")]
    neighbours: Option<Vec<Neighbour>>,
    /// Makes the payloads: the same seed, the same events.
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
    /// Where the measured server's data goes: choose the disk to be measured. It is removed again.
    #[arg(long, value_name = "DIR")]
    directory: Option<PathBuf>,
    /// Measure the server on this PostgreSQL database, on this machine. It is emptied for each measurement: its name has to
    /// end in "bench". Not for the works that look at the embedded database: growth, cost.
    #[arg(
        long,
        value_name = "URL",
        requires = "database_directory",
        env = "CLAIMWIRE_BENCH_DATABASE_URL",
        hide_env_values = true
    )]
    database_url: Option<String>,
    /// Where that PostgreSQL keeps its data: its CPU time is counted with the server's.
    #[arg(long, value_name = "DIR", requires = "database_url")]
    database_directory: Option<PathBuf>,
    /// The claimwire to measure; this one when not given.
    #[arg(long, value_name = "FILE")]
    server: Option<PathBuf>,
    /// Draw the curves as SVG files into this directory, and put the figures beside them as report.json.
    #[arg(long, value_name = "DIR")]
    plots: Option<PathBuf>,
    /// Print JSON instead of Markdown tables.
    #[arg(long)]
    json: bool,
}

impl BenchArgs {
    fn options(&self) -> anyhow::Result<Options> {
        let server = match self.server.clone() {
            Some(path) => path,
            None => std::env::current_exe()
                .context("cannot find this program's own file; name it with --server")?,
        };
        let size = if self.full {
            Options::full(server)
        } else {
            Options::quick(server)
        };
        Ok(Options {
            work: if self.work.is_empty() {
                let alone = self.database_url.is_none();
                let measured = size.work.into_iter();
                measured
                    .filter(|work| !(alone && work.needs_database()))
                    .collect()
            } else {
                self.work.clone()
            },
            runs: self.runs.unwrap_or(size.runs),
            events: self.events.unwrap_or(size.events),
            in_flight: self.in_flight.unwrap_or(size.in_flight),
            batch: self.batch.unwrap_or(size.batch),
            fan_out: self.fan_out.unwrap_or(size.fan_out),
            fan_out_events: self.fan_out_events.unwrap_or(size.fan_out_events),
            rates: self.rates.clone().unwrap_or(size.rates),
            open_for: self.seconds.map_or(size.open_for, Duration::from_secs),
            isolation_rate: self.isolation_rate.unwrap_or(size.isolation_rate),
            backlog: self.backlog.unwrap_or(size.backlog),
            growth: self.growth.unwrap_or(size.growth),
            webhooks: self.webhooks.unwrap_or(size.webhooks),
            shops: self.shops.unwrap_or(size.shops),
            claims: self.claims.unwrap_or(size.claims),
            rows: self.rows.unwrap_or(size.rows),
            nodes: self.nodes.unwrap_or(size.nodes),
            neighbours: self.neighbours.clone().unwrap_or(size.neighbours),
            seed: self.seed.unwrap_or(size.seed),
            directory: self.directory.clone(),
            database: self.database(),
            ..size
        })
    }
}

impl BenchArgs {
    fn database(&self) -> Option<Database> {
        Some(Database {
            url: self.database_url.clone()?,
            directory: self.database_directory.clone()?,
        })
    }
}

/// Runs it. An error at the end when something could not be measured; what could be is printed before.
pub fn run(args: BenchArgs) -> anyhow::Result<()> {
    let options = args.options()?;
    rlimit::increase_nofile_limit(OPEN_FILES).context("cannot raise the limit of open files")?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let report = runtime.block_on(claimwire_bench::run(options))?;
    let json = serde_json::to_value(&report)?;
    if let Some(directory) = &args.plots {
        plots(directory, &report, &json)?;
    }
    if args.json {
        output::json(&json)?;
    } else {
        output::line(&report.to_string())?;
    }
    if !report.failed.is_empty() {
        bail!(
            "{} measurements failed; the report says why",
            report.failed.len()
        );
    }
    Ok(())
}

fn plots(directory: &Path, report: &Report, json: &serde_json::Value) -> anyhow::Result<()> {
    let write = |name: String, text: String| {
        let path = directory.join(name);
        std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
    };
    std::fs::create_dir_all(directory)
        .with_context(|| format!("cannot make {}", directory.display()))?;
    for curve in &report.curves {
        write(format!("{}.svg", curve.slug()), claimwire_bench::svg(curve))?;
    }
    write(
        "report.json".to_owned(),
        serde_json::to_string_pretty(json)?,
    )
}
