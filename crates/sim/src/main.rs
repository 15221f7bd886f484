//! `claimwire-sim`: runs seeds, and says which one to look at.

use std::io::Write;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use claimwire_sim::history::digest;
use claimwire_sim::plan::Plan;
use claimwire_sim::tally::{FAULTS, Tally};
use claimwire_sim::{Verdict, run, world};
use clap::Parser;

/// Runs the whole engine in a simulated world, seed by seed, and checks what it promises.
#[derive(Parser)]
#[command(version)]
struct Options {
    /// The first seed.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// So many seeds from it on.
    #[arg(long, default_value_t = 1)]
    count: u64,
    /// Runs side by side.
    #[arg(long, default_value_t = 1)]
    jobs: usize,
    /// Stop at the first seed that fails.
    #[arg(long)]
    stop: bool,
    /// Fail also when some kind of fault never happened.
    #[arg(long)]
    every_fault: bool,
    /// Print all that happens in the first seed, and the digest of it.
    #[arg(long)]
    trace: bool,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let mut out = std::io::stdout().lock();
    let done = if options.trace {
        trace(options.seed, &mut out)
    } else {
        seeds(&options, &mut out)
    };
    done.unwrap_or(ExitCode::FAILURE)
}

fn trace(seed: u64, out: &mut impl Write) -> std::io::Result<ExitCode> {
    let remains = world::run(Plan::of(seed));
    writeln!(out, "{:#?}", remains.plan)?;
    for entry in &remains.entries {
        writeln!(out, "{:>9} {}", entry.at, entry.event)?;
    }
    writeln!(out, "digest {:016x}", digest(&remains.entries))?;
    Ok(ExitCode::SUCCESS)
}

fn seeds(options: &Options, out: &mut impl Write) -> std::io::Result<ExitCode> {
    let began = Instant::now();
    let next = AtomicU64::new(options.seed);
    let end = options.seed.saturating_add(options.count);
    let results: Mutex<(Tally, Vec<Verdict>)> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..options.jobs.max(1) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= end {
                        return;
                    }
                    let verdict = run(seed);
                    let mut results = results.lock().unwrap_or_else(PoisonError::into_inner);
                    results.0 += &verdict.tally;
                    if !verdict.violations.is_empty() {
                        results.1.push(verdict);
                        if options.stop {
                            next.store(end, Ordering::Relaxed);
                        }
                    }
                }
            });
        }
    });
    let (tally, mut failed) = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    failed.sort_by_key(|verdict| verdict.seed);
    for verdict in &failed {
        report(verdict, out)?;
    }
    write!(out, "{tally}")?;
    let missing = |fault: &&&str| tally.0.get(**fault).is_none_or(|count| *count == 0);
    let missing: Vec<_> = FAULTS.iter().filter(missing).collect();
    if options.every_fault && !missing.is_empty() {
        writeln!(out, "never happened: {missing:?}")?;
        return Ok(ExitCode::FAILURE);
    }
    let seconds = began.elapsed().as_secs_f64();
    writeln!(out, "{} seeds failed; {seconds:.1} s", failed.len())?;
    Ok(ExitCode::from(u8::from(!failed.is_empty())))
}

/// No more of one run is printed.
const SHOWN: usize = 5;

fn report(verdict: &Verdict, out: &mut impl Write) -> std::io::Result<()> {
    let Verdict {
        seed, violations, ..
    } = verdict;
    writeln!(out, "seed {seed}: {} promises broken", violations.len())?;
    for violation in violations.iter().take(SHOWN) {
        let at = violation.at as f64 / 1000.0;
        writeln!(
            out,
            "  {} at {at:.3} s: {}",
            violation.check, violation.what
        )?;
    }
    writeln!(
        out,
        "  repeat it: cargo run --release -p claimwire-sim -- --seed {seed}"
    )
}
