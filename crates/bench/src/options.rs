//! What is measured, and how much of it.

use std::path::PathBuf;
use std::time::Duration;

/// The measurements, in the order in which they run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Work {
    /// The machine's own: a bare client, bare commits, bare appends.
    Limits,
    /// One webhook, a fixed number of requests in flight.
    Closed,
    /// The same in arrays of [`Options::batch`] events.
    Batches,
    /// One shop with ten webhooks.
    FanOut,
    /// At each rate of [`Options::rates`], whatever the server does.
    Open,
    /// Ten shops at [`Options::isolation_rate`] in all, with and without one that never answers.
    Isolation,
}

impl Work {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Limits,
        Self::Closed,
        Self::Batches,
        Self::FanOut,
        Self::Open,
        Self::Isolation,
    ];

    /// Lower-case name, as on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Limits => "limits",
            Self::Closed => "closed",
            Self::Batches => "batches",
            Self::FanOut => "fan-out",
            Self::Open => "open",
            Self::Isolation => "isolation",
        }
    }
}

impl std::str::FromStr for Work {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|work| work.as_str() == text).ok_or_else(|| {
            format!("`{text}` is not measured: use limits, closed, batches, fan-out, open or isolation")
        })
    }
}

/// All bounds of a run. The default is what `docs/performance.md` was made with.
#[derive(Debug, Clone)]
pub struct Options {
    /// The `claimwire` to measure.
    pub server: PathBuf,
    /// Arguments for its `serve` beside those that the bench needs.
    pub server_args: Vec<String>,
    /// Where data directories are made (and removed): choose the disk to be measured. None: the system's
    /// directory for temporary files, which may be memory.
    pub directory: Option<PathBuf>,
    /// What is measured.
    pub work: Vec<Work>,
    /// How often each; the report shows the median, the lowest and the highest.
    pub runs: u32,
    /// Makes payloads: the same seed, the same events.
    pub seed: u64,
    /// Of the closed loop and of the batches.
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
    /// Events per second over the ten shops of the isolation.
    pub isolation_rate: u32,
    /// Bars on standard error while it runs.
    pub progress: bool,
}

impl Options {
    /// The default for this `claimwire`.
    #[must_use]
    pub fn new(server: PathBuf) -> Self {
        Self {
            server,
            server_args: Vec::new(),
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
            open_for: Duration::from_secs(20),
            isolation_rate: 600,
            progress: true,
        }
    }
}
