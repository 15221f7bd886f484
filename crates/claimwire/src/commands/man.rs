//! `claimwire man`: manual pages, made of the same commands as the help.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;

use crate::output;

/// Prints the manual page, or writes one for each command.
#[derive(Debug, Args)]
pub struct ManArgs {
    /// Write claimwire.1, claimwire-serve.1, … into this directory, such as /usr/local/share/man/man1.
    #[arg(value_name = "DIR")]
    dir: Option<PathBuf>,
}

/// Runs it: the pages of this command and those below it.
pub fn run(args: &ManArgs, mut root: clap::Command) -> anyhow::Result<()> {
    root.build();
    let Some(dir) = &args.dir else {
        let mut page = Vec::new();
        clap_mangen::Man::new(root).render(&mut page)?;
        return output::line(String::from_utf8_lossy(&page).trim_end());
    };
    std::fs::create_dir_all(dir).with_context(|| format!("cannot make {}", dir.display()))?;
    clap_mangen::generate_to(root, dir)
        .with_context(|| format!("cannot write manual pages into {}", dir.display()))
}
