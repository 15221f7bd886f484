//! `claimwire keys`.

use clap::{Args, Subcommand};
use serde_json::json;

use crate::client::{Client, segment};
use crate::output::{self, Column};
use crate::server_args::ServerArgs;

/// What to do with a shop's API keys; without one, list them.
#[derive(Debug, Args)]
pub struct KeysArgs {
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Lists the shop's keys, newest first.
    List {
        /// How many at most.
        #[arg(long, default_value_t = 30)]
        limit: usize,
    },
    /// Makes a key and shows it, this once.
    Create {
        /// For people; also who `performed_by` names for what the key writes.
        name: String,
        /// viewer reads; editor also writes; admin also manages keys and the shop.
        #[arg(long, default_value = "editor", value_parser = ["viewer", "editor", "admin"])]
        role: String,
    },
    /// Deletes a key; requests with it are refused from then on.
    Delete {
        /// Its id.
        id: String,
    },
}

const COLUMNS: &[Column] = &[
    ("ID", "id"),
    ("NAME", "name"),
    ("ROLE", "role"),
    ("CREATED", "created_at"),
];

/// Runs it.
pub fn run(server: &ServerArgs, args: KeysArgs) -> anyhow::Result<()> {
    let client = Client::new(server)?;
    match args.action.unwrap_or(Action::List { limit: 30 }) {
        Action::List { limit } => output::list(
            server,
            COLUMNS,
            client.list(&client.in_shop("/api-keys")?, limit)?,
        ),
        Action::Create { name, role } => {
            let made = client.post(
                &client.in_shop("/api-keys")?,
                &json!({"name": name, "role": role}),
            )?;
            output::one(server, &made)
        }
        Action::Delete { id } => {
            client.delete(&client.in_shop(&format!("/api-keys/{}", segment(&id)))?)?;
            output::done(server, &format!("deleted the key {id}"))
        }
    }
}
