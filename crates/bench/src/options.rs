//! How much of everything is measured.

use std::path::PathBuf;
use std::time::Duration;

use crate::database::Database;
use crate::neighbour::Neighbour;
use crate::work::Work;

/// All bounds of a run. [`Options::full`] is what `docs/performance.md` was made with.
#[derive(Debug, Clone)]
pub struct Options {
    /// The `claimwire` to measure.
    pub server: PathBuf,
    /// Arguments for its `serve` beside those that the bench needs.
    pub server_args: Vec<String>,
    /// The PostgreSQL database that the measured server is on; none: it keeps its own.
    pub database: Option<Database>,
    /// Where data directories are made (and removed): choose the disk to be measured. None: the system's
    /// directory for temporary files, which may be memory.
    pub directory: Option<PathBuf>,
    /// What is measured.
    pub work: Vec<Work>,
    /// How often each work that is repeated ([`Work::is_repeated`]); the report shows the median, the lowest
    /// and the highest.
    pub runs: u32,
    /// Makes payloads: the same seed, the same events.
    pub seed: u64,
    /// Of the closed loop and of the batches; the works that compare costs measure with half as many.
    pub events: u32,
    /// Requests in flight in the closed loops.
    pub in_flight: usize,
    /// Events in one request of the batches.
    pub batch: u32,
    /// Of the fan-out.
    pub fan_out_events: u32,
    /// Webhooks of the fan-out.
    pub fan_out: usize,
    /// Events per second of the open loops.
    pub rates: Vec<u32>,
    /// Of each open loop and of each half of the isolation.
    pub open_for: Duration,
    /// Events per second over all webhooks of the isolations.
    pub isolation_rate: u32,
    /// Events per second of the points of the latency plot; the points end where the server no longer keeps up.
    pub curve_rates: Vec<u32>,
    /// Length of each point of the latency plot.
    pub curve_for: Duration,
    /// Requests in flight of the points of the throughput plot.
    pub connections: Vec<usize>,
    /// Deliveries that wait for a dead webhook.
    pub backlog: u32,
    /// Stored events at the end of the growth.
    pub growth: u32,
    /// Webhooks in one shop, for the cost of many; of all shops beside idle nodes.
    pub webhooks: usize,
    /// Shops of one server, for the cost of many.
    pub shops: usize,
    /// Claims in one shop, for the lists.
    pub claims: u32,
    /// Events that the lists' database is filled up to, where it is PostgreSQL: copies of those of the claims, each with a
    /// delivery and three or four attempts. 0: none.
    pub rows: u32,
    /// Nodes on one database, beside one.
    pub nodes: u32,
    /// What another shop does beside the one that is watched.
    pub neighbours: Vec<Neighbour>,
    /// How long an idle server is watched.
    pub idle_for: Duration,
    /// Events that are counted with the slow tools of the cost.
    pub cost_events: u32,
    /// Bars on standard error while it runs.
    pub progress: bool,
}

impl Options {
    /// Everything once and small, in some minutes: to see that it works and where it stands. Its
    /// backlog and growth are far below those of the bars.
    #[must_use]
    pub fn quick(server: PathBuf) -> Self {
        Self {
            server,
            server_args: Vec::new(),
            database: None,
            directory: None,
            work: Work::ALL.to_vec(),
            runs: 1,
            seed: 1,
            events: 20_000,
            in_flight: 64,
            batch: 100,
            fan_out_events: 5_000,
            fan_out: 10,
            rates: vec![100, 500],
            open_for: Duration::from_secs(8),
            isolation_rate: 600,
            curve_rates: vec![100, 1_000, 4_000, 16_000],
            curve_for: Duration::from_secs(2),
            connections: vec![1, 4, 16, 64, 256],
            backlog: 50_000,
            growth: 100_000,
            webhooks: 1_000,
            shops: 2_000,
            claims: 10_000,
            rows: 0,
            nodes: 3,
            neighbours: Neighbour::ALL.to_vec(),
            idle_for: Duration::from_secs(5),
            cost_events: 200,
            progress: true,
        }
    }

    /// All that the bars ask for, at their sizes.
    #[must_use]
    pub fn full(server: PathBuf) -> Self {
        Self {
            runs: 3,
            open_for: Duration::from_secs(20),
            curve_rates: vec![
                50, 100, 200, 500, 1_000, 2_000, 4_000, 8_000, 12_000, 16_000, 20_000, 24_000,
                32_000, 40_000,
            ],
            curve_for: Duration::from_secs(5),
            backlog: 1_000_000,
            growth: 10_000_000,
            webhooks: 10_000,
            shops: 100_000,
            claims: 1_000_000,
            idle_for: Duration::from_secs(10),
            cost_events: 1_000,
            ..Self::quick(server)
        }
    }
}
