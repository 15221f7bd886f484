//! `claimwire backup`.

use std::path::PathBuf;
use std::time::SystemTime;

use claimwire_model::Timestamp;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use crate::backup;
use crate::output;

/// Copies a server's data directory while it serves: the database as it is at one moment, the images, the admin key's
/// hash. Images in S3 are not copied. `claimwire restore` makes a data directory of it.
#[derive(Debug, Args)]
pub struct BackupArgs {
    /// Where to: a directory that is not there yet.
    dir: PathBuf,
    /// The server's.
    #[arg(
        long,
        env = "CLAIMWIRE_DATA_DIR",
        default_value = "./claimwire-data",
        value_name = "DIR"
    )]
    data_dir: PathBuf,
    /// Also the key that opens the secrets in the database. Without it the backup is of no use to a thief, nor to you
    /// unless you have the key elsewhere.
    #[arg(long)]
    with_key: bool,
}

/// Runs it.
pub fn run(args: &BackupArgs) -> anyhow::Result<()> {
    let bar = ProgressBar::new(0);
    bar.set_style(
        ProgressStyle::with_template("{prefix:10} {bar:30} {human_pos:>9}/{human_len} {elapsed}")
            .unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    let mut progress = |what: &'static str, done: u64, all: u64| {
        bar.set_prefix(what);
        bar.set_length(all);
        bar.set_position(done);
    };
    let now = Timestamp::from(SystemTime::now());
    let images = backup::save(&args.data_dir, &args.dir, args.with_key, now, &mut progress)?;
    bar.finish_and_clear();
    output::line(&format!(
        "{} holds the database as of {now} and {images} images.",
        args.dir.display()
    ))?;
    if args.with_key {
        output::line("The encryption key is in it: keep it where only you can read it.")
    } else {
        output::line(
            "The encryption key is not in it: keep a copy of encryption.key apart from it.",
        )
    }
}
