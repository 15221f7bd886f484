//! `claimwire keys`.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use claimwire_store_sqlite::DirectoryLock;
use clap::{Args, Subcommand};
use serde_json::json;

use crate::client::{Client, segment};
use crate::output::{self, Column};
use crate::server_args::ServerArgs;
use crate::state_files;

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
    /// Makes a new admin key in a data directory that no server uses now, and shows it, this once. The one from
    /// before opens nothing any more. A server that is given `--admin-key` goes by that one instead.
    ResetAdmin {
        /// The server's.
        #[arg(
            long,
            env = "CLAIMWIRE_DATA_DIR",
            default_value = "./claimwire-data",
            value_name = "DIR"
        )]
        data_dir: PathBuf,
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
    let action = args.action.unwrap_or(Action::List { limit: 30 });
    if let Action::ResetAdmin { data_dir } = &action {
        return reset_admin(server, data_dir);
    }
    let client = Client::new(server)?;
    match action {
        Action::ResetAdmin { .. } => Ok(()),
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

fn reset_admin(server: &ServerArgs, data_dir: &Path) -> anyhow::Result<()> {
    let database = data_dir.join(crate::data_dir::DATABASE);
    if !database.is_file() {
        bail!(
            "{} is no data directory of a server: give the server's as --data-dir",
            data_dir.display()
        );
    }
    let _lock = DirectoryLock::acquire(&database)
        .context("the admin key is made anew only while no server runs")?;
    state_files::reset_admin_key(data_dir, |key| {
        output::line_shown_once(&if server.json {
            json!({"key": key}).to_string()
        } else {
            key.to_owned()
        })
    })
}
