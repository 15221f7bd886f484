//! `claimwire contacts`.

use clap::{Args, Subcommand};
use serde_json::Value;

use super::delete::Yes;
use super::fields::Fields;
use super::noun::{Noun, Search, Things};
use crate::client::Client;
use crate::output::{self, Column};
use crate::server_args::ServerArgs;

/// What to do with a shop's contacts.
pub type ContactsArgs = Noun<Action, Search>;

#[derive(Debug, Subcommand)]
pub enum Action {
    /// Lists the shop's contacts, newest first.
    List(Search),
    /// Shows one contact.
    #[command(alias = "show")]
    Get {
        /// Its id.
        id: String,
    },
    /// Writes a new contact.
    Create(Settings),
    /// Changes a contact: what is given, nothing else.
    Update {
        /// Its id.
        id: String,
        /// What is to change.
        #[command(flatten)]
        settings: Settings,
    },
    /// Deletes a contact.
    Delete {
        /// Its id.
        id: String,
        /// Whether to ask.
        #[command(flatten)]
        yes: Yes,
    },
}

/// What a contact is to be.
#[derive(Debug, Args)]
pub struct Settings {
    /// Where to reach them.
    #[arg(long)]
    email: Option<String>,
    /// Given name.
    #[arg(long)]
    first_name: Option<String>,
    /// Family name.
    #[arg(long)]
    last_name: Option<String>,
    #[command(flatten)]
    fields: Fields,
}

impl Settings {
    fn into_json(self) -> anyhow::Result<Value> {
        self.fields.with([
            ("email", self.email.map(Value::from)),
            ("first_name", self.first_name.map(Value::from)),
            ("last_name", self.last_name.map(Value::from)),
        ])
    }
}

const COLUMNS: &[Column] = &[
    Column::whole("ID", "id"),
    Column::long("FIRST NAME", "first_name"),
    Column::long("LAST NAME", "last_name"),
    Column::long("BUSINESS", "business_name"),
    Column::long("E-MAIL", "email"),
    Column::time("CREATED", "created_at"),
];

/// Runs it.
pub fn run(server: &ServerArgs, args: ContactsArgs) -> anyhow::Result<()> {
    let client = Client::new(server)?;
    let contacts = Things::of_shop(server, &client, "/contacts", "contact")?;
    match args.action(Action::List) {
        Action::List(search) => {
            output::listing(server, COLUMNS, search.of(&client, &contacts.all)?)
        }
        Action::Get { id } => contacts.get(&id),
        Action::Create(settings) => contacts.create(&settings.into_json()?),
        Action::Update { id, settings } => contacts.update(&id, &settings.into_json()?),
        Action::Delete { id, yes } => contacts.delete(&id, yes),
    }
}
