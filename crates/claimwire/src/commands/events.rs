//! `claimwire events`.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use serde_json::Value;

use crate::client::{Client, segment};
use crate::output::{self, Column};
use crate::server_args::ServerArgs;

/// What to do with a shop's events; without one, list them.
#[derive(Debug, Args)]
pub struct EventsArgs {
    #[command(subcommand)]
    action: Option<Action>,
    /// Which ones to list.
    #[command(flatten)]
    which: Which,
}

#[derive(Debug, Args)]
struct Which {
    /// Only with this ref, or one below it: `claims`, `shipments/delivered`.
    #[arg(long, value_name = "REF")]
    r#ref: Option<String>,
    /// Only of events about this claim, order, shipment or contact.
    #[arg(long, value_name = "ID")]
    subject: Option<String>,
    /// Only those of this time or later (RFC 3339).
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Only those before this time (RFC 3339).
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// How many at most.
    #[arg(long, default_value_t = 30)]
    limit: usize,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Lists the shop's events, newest first.
    List(Which),
    /// Shows one event, or what a dialect sends of it.
    Show {
        /// Its id.
        id: String,
        /// As this dialect would send it.
        #[arg(long)]
        dialect: Option<String>,
    },
    /// Posts an event made elsewhere, or an array of them.
    Post {
        /// A JSON file; `-` is standard input.
        file: PathBuf,
    },
    /// Lists every event there can be.
    Types,
}

const COLUMNS: &[Column] = &[
    ("ID", "id"),
    ("TRIGGERED", "triggered_at"),
    ("REF", "ref"),
    ("GROUP", "event_group"),
    ("SUBJECT", "subject.id"),
];

const TYPE_COLUMNS: &[Column] = &[
    ("REF", "ref"),
    ("GROUP", "event_group"),
    ("DESCRIPTION", "description"),
];

/// Runs it.
pub fn run(server: &ServerArgs, args: EventsArgs) -> anyhow::Result<()> {
    let client = Client::new(server)?;
    match args.action.unwrap_or(Action::List(args.which)) {
        Action::List(which) => {
            let path = client.in_shop_with(
                "/events",
                [
                    ("ref", which.r#ref),
                    ("subject", which.subject),
                    ("since", which.since),
                    ("until", which.until),
                ],
            )?;
            output::list(server, COLUMNS, client.list(&path, which.limit)?)
        }
        Action::Show { id, dialect } => {
            let query = dialect
                .map(|d| format!("?dialect={}", segment(&d)))
                .unwrap_or_default();
            output::json(
                &client.get(&client.in_shop(&format!("/events/{}{query}", segment(&id)))?)?,
            )
        }
        Action::Post { file } => {
            let text = output::read_input(&file)?;
            let body: Value = serde_json::from_slice(&text)
                .with_context(|| format!("{} is not JSON", file.display()))?;
            output::json(&client.post(&client.in_shop("/events")?, &body)?)
        }
        Action::Types => output::list_in(
            server,
            TYPE_COLUMNS,
            &client.get("/v1/event-types")?,
            "data",
        ),
    }
}
