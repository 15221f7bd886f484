//! `claimwire replays`.

use clap::Subcommand;

use crate::client::{Client, segment};
use crate::output;
use crate::server_args::ServerArgs;

/// What to do with replays.
#[derive(Debug, clap::Args)]
pub struct ReplaysArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
pub enum Action {
    /// Shows how far a replay is.
    Get {
        /// Its id, as `claimwire replay` printed it.
        id: String,
    },
}

/// Runs it.
pub fn run(server: &ServerArgs, args: &ReplaysArgs) -> anyhow::Result<()> {
    let client = Client::new(server)?;
    let Action::Get { id } = &args.action;
    let replay = client.get(&client.in_shop(&format!("/replays/{}", segment(id)))?)?;
    output::one(server, &replay)
}
