//! `claimwire shops`.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::delete::{Stake, Yes};
use super::fields::Fields;
use super::noun::{Noun, Paging};
use crate::client::{Client, segment};
use crate::output::{self, Column};
use crate::server_args::ServerArgs;

/// What to do with shops.
pub type ShopsArgs = Noun<Action, Paging>;

#[derive(Debug, Subcommand)]
pub enum Action {
    /// Lists all shops, newest first.
    List(Paging),
    /// Shows one shop.
    #[command(alias = "show")]
    Get {
        /// Its slug.
        slug: String,
    },
    /// Makes a shop.
    Create {
        /// Its slug: a-z, 0-9 and dashes, at most 64.
        slug: String,
        /// What it is to be.
        #[command(flatten)]
        settings: Settings,
    },
    /// Changes a shop: what is given, nothing else.
    Update {
        /// Its slug, which stays.
        slug: String,
        /// What is to change.
        #[command(flatten)]
        settings: Settings,
    },
    /// Sets up the page on which the shop's customers file claims.
    ClaimPage {
        /// The shop's slug.
        slug: String,
        /// A file with its settings as JSON, `-` for standard input; without one, shows them.
        file: Option<PathBuf>,
    },
    /// Deletes a shop with all that is in it.
    Delete {
        /// Its slug.
        slug: String,
        /// Whether to ask.
        #[command(flatten)]
        yes: Yes,
    },
    /// Renames a shop: `update --name`.
    #[command(hide = true)]
    Rename {
        /// Its slug.
        slug: String,
        /// The new name.
        name: String,
    },
    /// Sets who hears by e-mail: `update --email`.
    #[command(hide = true)]
    Notify {
        /// The shop's slug.
        slug: String,
        /// All the addresses.
        emails: Vec<String>,
    },
}

#[derive(Debug, Args)]
pub struct Settings {
    /// Its name, for people; the slug when not given.
    #[arg(long)]
    name: Option<String>,
    /// Who hears by e-mail when a webhook is warned or disabled; can be given more than once. Once, and empty: nobody
    /// but the operator.
    #[arg(long = "email", value_name = "ADDRESS")]
    emails: Option<Vec<String>>,
    #[command(flatten)]
    fields: Fields,
}

impl Settings {
    fn into_json(self, name: Option<&str>) -> anyhow::Result<Value> {
        let emails = self.emails.map(|emails| {
            let given = emails.into_iter().filter(|email| !email.is_empty());
            given.collect::<Vec<_>>()
        });
        let name = self.name.or_else(|| name.map(str::to_owned));
        self.fields.with([
            ("name", name.map(Value::from)),
            ("notification_emails", emails.map(Value::from)),
        ])
    }
}

const COLUMNS: &[Column] = &[
    Column::whole("SLUG", "slug"),
    Column::long("NAME", "name"),
    Column::time("CREATED", "created_at"),
    Column::whole("ID", "id"),
];

/// Runs it.
pub fn run(server: &ServerArgs, args: ShopsArgs) -> anyhow::Result<()> {
    let client = Client::new(server)?;
    let path = |slug: &str| format!("/v1/shops/{}", segment(slug));
    let update =
        |slug: &str, change: &Value| output::one(server, &client.patch(&path(slug), change)?);
    match args.action(Action::List) {
        Action::List(paging) => output::listing(server, COLUMNS, paging.of(&client, "/v1/shops")?),
        Action::Get { slug } => output::one(server, &client.get(&path(&slug))?),
        Action::Create { slug, settings } => {
            let mut shop = settings.into_json(Some(&slug))?;
            if let Value::Object(shop) = &mut shop {
                shop.insert("slug".to_owned(), slug.into());
            }
            output::one(server, &client.post("/v1/shops", &shop)?)
        }
        Action::Update { slug, settings } => update(&slug, &settings.into_json(None)?),
        Action::Rename { slug, name } => update(&slug, &json!({"name": name})),
        Action::Notify { slug, emails } => update(&slug, &json!({"notification_emails": emails})),
        Action::ClaimPage { slug, file: None } => {
            let shop = client.get(&path(&slug))?;
            output::one(server, shop.get("claim_page").unwrap_or(&Value::Null))
        }
        Action::ClaimPage {
            slug,
            file: Some(file),
        } => {
            let page: Value = serde_json::from_slice(&output::read_input(&file)?)
                .with_context(|| format!("{} is not JSON", file.display()))?;
            let change = json!({"claim_page": page});
            output::one(server, &client.patch(&path(&slug), &change)?)
        }
        Action::Delete { slug, yes } => {
            yes.to(
                &format!("the shop {slug} with all that is in it"),
                Stake::All,
            )?;
            client.delete(&path(&slug))?;
            output::done(server, &format!("deleted the shop {slug}"))
        }
    }
}
