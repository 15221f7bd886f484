//! The one rule for deleting: at a terminal it asks, unless `--yes` is given; in a script it does not ask. A shop, which
//! goes with all that is in it, is never deleted without a yes.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use clap::Args;

use crate::failure::Failure;

/// `--yes`.
#[derive(Debug, Clone, Copy, Args)]
pub struct Yes {
    /// Do not ask.
    #[arg(long, short = 'y')]
    yes: bool,
}

/// How much is at stake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stake {
    /// One thing.
    One,
    /// All that is in it.
    All,
}

impl Yes {
    /// Returns when `what` is to be deleted.
    ///
    /// # Errors
    /// When the answer is no, or nobody is there to ask.
    pub fn to(self, what: &str, stake: Stake) -> anyhow::Result<()> {
        let asks = io::stdin().is_terminal() && io::stderr().is_terminal();
        if self.yes || !asks && stake == Stake::One {
            return Ok(());
        }
        if asks && asked(what)? {
            return Ok(());
        }
        let hint = "give --yes to delete without being asked";
        Err(Failure::usage(format!("{what} was not deleted"), hint).into())
    }
}

fn asked(what: &str) -> anyhow::Result<bool> {
    let mut out = io::stderr().lock();
    write!(out, "Delete {what}? [y/N] ")?;
    out.flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
