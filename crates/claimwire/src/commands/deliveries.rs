//! `claimwire deliveries`.

mod endpoints;
mod show;

use clap::{Args, Subcommand};
use serde_json::json;

use super::noun::{Noun, Paging, Span};
use crate::client::{Client, segment, with_query};
use crate::output::{self, Column};
use crate::server_args::ServerArgs;
pub use endpoints::Endpoints;

/// What to do with a shop's deliveries.
pub type DeliveriesArgs = Noun<Action, Which>;

/// The states of a delivery.
pub const STATES: [&str; 7] = [
    "pending",
    "delivering",
    "delivered",
    "failed",
    "held",
    "cancelled",
    "expired",
];

/// Which ones.
#[derive(Debug, Args)]
pub struct Which {
    /// Only to this webhook.
    #[arg(long, value_name = "UUID")]
    webhook: Option<String>,
    /// Only to this connector.
    #[arg(long, value_name = "ID")]
    connector: Option<String>,
    /// Only of this event.
    #[arg(long, value_name = "ID")]
    event: Option<String>,
    /// Only of events about this claim.
    #[arg(long, value_name = "UUID")]
    claim: Option<String>,
    /// Only of events about this order, and its shipments and claims.
    #[arg(long, value_name = "NUMBER")]
    order: Option<String>,
    /// Only in this state.
    #[arg(long, value_parser = STATES)]
    status: Option<String>,
    #[command(flatten)]
    span: Span,
    #[command(flatten)]
    paging: Paging,
}

#[derive(Debug, Subcommand)]
pub enum Action {
    /// Lists the shop's deliveries, newest first.
    List(Which),
    /// Shows one delivery: what was sent, and what each attempt was answered.
    #[command(alias = "show")]
    Get {
        /// Its id.
        id: String,
    },
    /// Tries a delivery once more, now; its schedule stays as it is.
    Retry {
        /// Its id.
        id: String,
    },
}

const COLUMNS: &[Column] = &[
    Column::whole("ID", "id"),
    Column::long("REF", "ref"),
    Column::long("TO", "to"),
    Column::status("STATUS", "status"),
    Column::whole("ATTEMPTS", "attempt_count"),
    Column::whole("CODE", "last_status_code"),
    Column::time("CREATED", "created_at"),
    Column::time("NEXT ATTEMPT", "next_attempt_at"),
    Column::long("ERROR", "last_error"),
];

/// Runs it.
pub fn run(server: &ServerArgs, args: DeliveriesArgs) -> anyhow::Result<()> {
    let client = Client::new(server)?;
    let path = |id: &str, rest: &str| client.in_shop(&format!("/deliveries/{}{rest}", segment(id)));
    match args.action(Action::List) {
        Action::List(which) => list(server, &client, which),
        Action::Get { id } => show::show(server, &client, client.get(&path(&id, "")?)?),
        Action::Retry { id } => {
            client.post(&path(&id, "/retry")?, &json!({}))?;
            output::done(server, &format!("ordered one more attempt of {id}"))
        }
    }
}

fn list(server: &ServerArgs, client: &Client, which: Which) -> anyhow::Result<()> {
    let filters = [
        ("webhook", which.webhook),
        ("connector", which.connector),
        ("event", which.event),
        ("claim", which.claim),
        ("order_number", which.order),
        ("status", which.status),
    ];
    let filters = filters.into_iter().chain(which.span.filters());
    let path = with_query(&client.in_shop("/deliveries")?, filters);
    let mut listing = which.paging.of(client, &path)?;
    // For programs it is what the API answers.
    if !server.json && server.format.is_none() {
        let mut endpoints = Endpoints::new(client);
        for delivery in &mut listing.items {
            endpoints.name(delivery)?;
        }
    }
    output::listing(server, COLUMNS, listing)
}
