//! `claimwire migrate`.

use std::path::PathBuf;

use anyhow::{Context as _, anyhow};
use claimwire_store::StoreError;
use claimwire_store::moving::{self, Moving, Step};
use claimwire_store_postgres::moving::Shared;
use claimwire_store_sqlite::moving::Embedded;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use crate::data_dir::DATABASE;
use crate::state_files::make_data_dir;
use crate::{images, output, photo_move};

/// Moves everything that a server keeps from its data directory into a PostgreSQL database, or back, while no server runs
/// on either: each shop, claim, event, delivery and attempt, with its id and number. Both sides are compared at the end, by
/// counts and checksums. A move that was broken off goes on where it was when it is run again. What it moves from stays as
/// it is. Photos stay where they are, unless --images names where they go or come from.
#[derive(Debug, Args)]
pub struct MigrateArgs {
    /// Into this database, which is empty: postgres://ROLE:PASSWORD@HOST/NAME.
    #[arg(
        long,
        env = "CLAIMWIRE_MIGRATE_TO",
        hide_env_values = true,
        value_name = "URL",
        conflicts_with = "from",
        required_unless_present = "from"
    )]
    to: Option<String>,
    /// Out of this database, into a data directory that holds none.
    #[arg(
        long,
        env = "CLAIMWIRE_MIGRATE_FROM",
        hide_env_values = true,
        value_name = "URL"
    )]
    from: Option<String>,
    /// The server's, or the one to be made.
    #[arg(
        long,
        env = "CLAIMWIRE_DATA_DIR",
        default_value = "./claimwire-data",
        value_name = "DIR"
    )]
    data_dir: PathBuf,
    /// Where the nodes on the database keep photos, s3://BUCKET/PREFIX with the usual AWS_… environment variables: those of the
    /// data directory are moved there, or from there into it, and compared.
    #[arg(long, env = "CLAIMWIRE_MIGRATE_IMAGES", value_name = "PLACE")]
    images: Option<String>,
}

/// Runs it.
pub fn run(args: &MigrateArgs) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    runtime.block_on(moved(args))
}

async fn moved(args: &MigrateArgs) -> anyhow::Result<()> {
    let bar = ProgressBar::new(0);
    bar.set_style(
        ProgressStyle::with_template("{prefix:22} {bar:30} {human_pos:>11}/{human_len} {elapsed}")
            .unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    let (mut from, mut to) = sides(args).await?;
    // First: no server starts on the rows before all of it is done.
    let photos = moved_photos(args, &bar).await?;
    let mut progress = |step, table: &'static str, done, all| {
        let what = match step {
            Step::Writes => "moving",
            Step::Compares => "comparing",
        };
        bar.set_prefix(format!("{what} {table}"));
        bar.set_length(all);
        bar.set_position(done);
    };
    let rows = moving::run(&mut *from, &mut *to, &mut progress)
        .await
        .context("the move is not done; run it again to go on with it")?;
    bar.finish_and_clear();
    output::line(&format!(
        "{rows} rows were moved, and are the same on both sides."
    ))?;
    if let Some(photos) = photos {
        output::line(&format!("{photos} photos are the same on both sides."))?;
    }
    let dir = args.data_dir.display();
    output::line(&match args.to {
        Some(_) => format!(
            "Give every node the encryption key of {dir}/encryption.key and an admin key, and photos a place that all reach. \
             Start no server on {dir} any more: what waits there would be delivered twice."
        ),
        None => format!(
            "Put the encryption key into {dir}/encryption.key, or give it as --encryption-key. Start no node on the database \
             any more: what waits there would be delivered twice."
        ),
    })
}

/// How many were moved; none where they stay.
async fn moved_photos(args: &MigrateArgs, bar: &ProgressBar) -> anyhow::Result<Option<u64>> {
    let Some(place) = args.images.as_deref().filter(|place| *place != "file") else {
        return Ok(None);
    };
    let folder = images::open("file", &args.data_dir).await?;
    let shared = images::open(place, &args.data_dir).await?;
    let (from, to) = match args.to {
        Some(_) => (folder, shared),
        None => (shared, folder),
    };
    bar.set_prefix("moving photos");
    let mut told = |done, all| {
        bar.set_length(all);
        bar.set_position(done);
    };
    let moved = photo_move::run(from, to, &mut told).await;
    moved
        .context("the move is not done; run it again to go on with it")
        .map(Some)
}

type Sides = (Box<dyn Moving>, Box<dyn Moving>);

async fn sides(args: &MigrateArgs) -> anyhow::Result<Sides> {
    let path = args.data_dir.join(DATABASE);
    let file = path.display();
    let to_move_from = || format!("cannot move from {file}");
    match (&args.to, &args.from) {
        (Some(url), _) => {
            if !path.exists() {
                return Err(anyhow!(
                    "there is no database {file}: name the server's --data-dir"
                ));
            }
            let from = Embedded::source(&path).with_context(to_move_from)?;
            let to = Shared::target(url).await.map_err(|error| match error {
                StoreError::Exists => anyhow!(
                    "the database of --to is not empty: name one in which no server has kept anything yet"
                ),
                error => anyhow!(error).context("cannot move into the database of --to"),
            })?;
            Ok((Box::new(from), Box::new(to)))
        }
        (None, Some(url)) => {
            let from = Shared::source(url)
                .await
                .context("cannot move from the database of --from")?;
            make_data_dir(&args.data_dir)?;
            let to = Embedded::target(&path).map_err(|error| match error {
                StoreError::Exists => {
                    anyhow!("there is a database {file} already: name a --data-dir that holds none")
                }
                error => anyhow!(error).context(format!("cannot make {file}")),
            })?;
            Ok((Box::new(from), Box::new(to)))
        }
        // The command line is refused before.
        (None, None) => Err(anyhow!("name the database with --to or --from")),
    }
}
