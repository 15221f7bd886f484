//! `claimwire keys`.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use claimwire_store_sqlite::DirectoryLock;
use clap::Subcommand;
use serde_json::json;

use super::delete::{Stake, Yes};
use super::noun::{Noun, Paging, found};
use crate::client::{Client, segment};
use crate::output::{self, Column};
use crate::server_args::ServerArgs;
use crate::state_files;

/// What to do with a shop's API keys.
pub type KeysArgs = Noun<Action, Paging>;

#[derive(Debug, Subcommand)]
pub enum Action {
    /// Lists the shop's keys, newest first.
    List(Paging),
    /// Shows one key: all but the key itself.
    Get {
        /// Its id.
        id: String,
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
        /// Whether to ask.
        #[command(flatten)]
        yes: Yes,
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
    Column::whole("ID", "id"),
    Column::long("NAME", "name"),
    Column::whole("ROLE", "role"),
    Column::time("CREATED", "created_at"),
];

/// Runs it.
pub fn run(server: &ServerArgs, args: KeysArgs) -> anyhow::Result<()> {
    let action = args.action(Action::List);
    if let Action::ResetAdmin { data_dir } = &action {
        return reset_admin(server, data_dir);
    }
    let client = Client::new(server)?;
    match action {
        Action::ResetAdmin { .. } => Ok(()),
        Action::List(paging) => {
            let listing = paging.of(&client, &client.in_shop("/api-keys")?)?;
            output::listing(server, COLUMNS, listing)
        }
        Action::Get { id } => {
            let all = client.list(&client.in_shop("/api-keys")?, usize::MAX, None)?;
            output::one(server, &found(all.items, "id", &id, "key")?)
        }
        Action::Create { name, role } => {
            let made = client.post(
                &client.in_shop("/api-keys")?,
                &json!({"name": name, "role": role}),
            )?;
            output::one(server, &made)
        }
        Action::Delete { id, yes } => {
            yes.to(&format!("the key {id}"), Stake::One)?;
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
