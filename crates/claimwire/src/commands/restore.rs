//! `claimwire restore`.

use std::path::PathBuf;

use clap::Args;

use crate::backup;
use crate::output;

/// Makes a data directory out of a backup, after comparing each file with what the backup says of it. Start the server
/// with it afterwards.
#[derive(Debug, Args)]
pub struct RestoreArgs {
    /// The backup.
    dir: PathBuf,
    /// Where to: a directory that is not there yet, or is empty.
    #[arg(
        long,
        env = "CLAIMWIRE_DATA_DIR",
        default_value = "./claimwire-data",
        value_name = "DIR"
    )]
    data_dir: PathBuf,
}

/// Runs it.
pub fn run(args: &RestoreArgs) -> anyhow::Result<()> {
    let restored = backup::restore(&args.dir, &args.data_dir)?;
    let data_dir = args.data_dir.display();
    output::line(&format!(
        "{data_dir} is as of {}. What was delivered since then is delivered again.",
        restored.made_at
    ))?;
    if restored.with_key {
        return Ok(());
    }
    output::line(&format!(
        "The backup has no encryption key: put yours into {data_dir}/encryption.key, or give it as --encryption-key."
    ))
}
