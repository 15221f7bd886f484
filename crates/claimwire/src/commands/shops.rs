//! `claimwire shops`.

use clap::{Args, Subcommand};
use serde_json::json;

use crate::client::{Client, segment};
use crate::output::{self, Column};
use crate::server_args::ServerArgs;

/// What to do with shops; without one, list them.
#[derive(Debug, Args)]
pub struct ShopsArgs {
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Lists all shops, newest first.
    List {
        /// How many at most.
        #[arg(long, default_value_t = 30)]
        limit: usize,
    },
    /// Makes a shop.
    Create {
        /// Its slug: a-z, 0-9 and dashes, at most 64.
        slug: String,
        /// Its name, for people; the slug when not given.
        #[arg(long)]
        name: Option<String>,
        /// Who hears by e-mail when a webhook is warned or disabled; can be given more than once.
        #[arg(long = "email", value_name = "ADDRESS")]
        emails: Vec<String>,
    },
    /// Shows one shop.
    Show {
        /// Its slug.
        slug: String,
    },
    /// Renames a shop.
    Rename {
        /// Its slug, which stays.
        slug: String,
        /// The new name.
        name: String,
    },
    /// Sets who hears by e-mail when a webhook is warned or disabled.
    Notify {
        /// The shop's slug.
        slug: String,
        /// All the addresses; without any nobody but the operator hears.
        emails: Vec<String>,
    },
    /// Deletes a shop with all that is in it.
    Delete {
        /// Its slug.
        slug: String,
        /// Do it.
        #[arg(long, required = true)]
        yes: bool,
    },
}

const COLUMNS: &[Column] = &[
    ("SLUG", "slug"),
    ("NAME", "name"),
    ("CREATED", "created_at"),
    ("ID", "id"),
];

/// Runs it.
pub fn run(server: &ServerArgs, args: ShopsArgs) -> anyhow::Result<()> {
    let client = Client::new(server)?;
    let path = |slug: &str| format!("/v1/shops/{}", segment(slug));
    match args.action.unwrap_or(Action::List { limit: 30 }) {
        Action::List { limit } => output::list(server, COLUMNS, client.list("/v1/shops", limit)?),
        Action::Create { slug, name, emails } => {
            let name = name.unwrap_or_else(|| slug.clone());
            let shop = json!({"slug": slug, "name": name, "notification_emails": emails});
            output::one(server, &client.post("/v1/shops", &shop)?)
        }
        Action::Show { slug } => output::one(server, &client.get(&path(&slug))?),
        Action::Rename { slug, name } => {
            output::one(server, &client.patch(&path(&slug), &json!({"name": name}))?)
        }
        Action::Notify { slug, emails } => {
            let change = json!({"notification_emails": emails});
            output::one(server, &client.patch(&path(&slug), &change)?)
        }
        Action::Delete { slug, yes: _ } => {
            client.delete(&path(&slug))?;
            output::done(server, &format!("deleted the shop {slug}"))
        }
    }
}
