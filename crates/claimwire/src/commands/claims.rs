//! `claimwire claims`.

use clap::{Args, Subcommand};
use serde_json::Value;

use super::delete::Yes;
use super::fields::Fields;
use super::noun::{Noun, Paging, Span, Things};
use crate::client::{Client, with_query};
use crate::output::{self, Column};
use crate::server_args::ServerArgs;

/// What to do with a shop's claims.
pub type ClaimsArgs = Noun<Action, Which>;

/// Which ones.
#[derive(Debug, Args)]
pub struct Which {
    /// Only in this state.
    #[arg(long, value_parser = ["pending", "accepted", "rejected", "closed"])]
    status: Option<String>,
    /// Only with this reason.
    #[arg(long)]
    reason: Option<String>,
    /// Only about this order.
    #[arg(long, value_name = "NUMBER")]
    order_number: Option<String>,
    /// Only of the customer with this address.
    #[arg(long, value_name = "EMAIL")]
    customer_email: Option<String>,
    /// Only of this assignee: an id, name or e-mail address.
    #[arg(long)]
    assignee: Option<String>,
    /// Only with this label.
    #[arg(long)]
    label: Option<String>,
    #[command(flatten)]
    span: Span,
    /// Only with all of these words, or words that begin so.
    #[arg(long, short = 'q', value_name = "WORDS")]
    q: Option<String>,
    #[command(flatten)]
    paging: Paging,
}

#[derive(Debug, Subcommand)]
pub enum Action {
    /// Lists the shop's claims, newest first.
    List(Which),
    /// Shows one claim.
    #[command(alias = "show")]
    Get {
        /// Its id.
        id: String,
    },
    /// Writes a new claim.
    Create(Settings),
    /// Changes a claim: what is given, nothing else.
    Update {
        /// Its id.
        id: String,
        /// What is to change.
        #[command(flatten)]
        settings: Settings,
    },
    /// Deletes a claim and the messages on it.
    Delete {
        /// Its id.
        id: String,
        /// Whether to ask.
        #[command(flatten)]
        yes: Yes,
    },
}

/// What a claim is to be.
#[derive(Debug, Args)]
pub struct Settings {
    /// The order that it is about.
    #[arg(long, value_name = "NUMBER")]
    order_number: Option<String>,
    /// Why: damage, partial_damage, investigation, or a word of your own.
    #[arg(long)]
    reason: Option<String>,
    /// Where it stands.
    #[arg(long, value_parser = ["pending", "accepted", "rejected", "closed"])]
    status: Option<String>,
    /// What happened, in the customer's words.
    #[arg(long)]
    description: Option<String>,
    #[command(flatten)]
    fields: Fields,
}

impl Settings {
    fn into_json(self) -> anyhow::Result<Value> {
        self.fields.with([
            ("order_number", self.order_number.map(Value::from)),
            ("reason", self.reason.map(Value::from)),
            ("status", self.status.map(Value::from)),
            ("description", self.description.map(Value::from)),
        ])
    }
}

const COLUMNS: &[Column] = &[
    Column::whole("ID", "id"),
    Column::status("STATUS", "status"),
    Column::long("REASON", "reason"),
    Column::long("ORDER", "order_number"),
    Column::long("CUSTOMER", "customer.email"),
    Column::time("CREATED", "created_at"),
    Column::long("TITLE", "title"),
];

/// Runs it.
pub fn run(server: &ServerArgs, args: ClaimsArgs) -> anyhow::Result<()> {
    let client = Client::new(server)?;
    let claims = Things::of_shop(server, &client, "/claims", "claim")?;
    match args.action(Action::List) {
        Action::List(which) => {
            let filters = [
                ("status", which.status),
                ("reason", which.reason),
                ("order_number", which.order_number),
                ("customer_email", which.customer_email),
                ("assignee", which.assignee),
                ("label", which.label),
                ("q", which.q),
            ];
            let filters = filters.into_iter().chain(which.span.filters());
            let listing = which
                .paging
                .of(&client, &with_query(&claims.all, filters))?;
            output::listing(server, COLUMNS, listing)
        }
        Action::Get { id } => claims.get(&id),
        Action::Create(settings) => claims.create(&settings.into_json()?),
        Action::Update { id, settings } => claims.update(&id, &settings.into_json()?),
        Action::Delete { id, yes } => claims.delete(&id, yes),
    }
}
