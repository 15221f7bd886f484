//! `claimwire events`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::Value;

use super::noun::{Noun, Paging, Span};
use crate::client::{Client, segment, with_query};
use crate::failure::Failure;
use crate::output::{self, Column};
use crate::server_args::ServerArgs;

/// What to do with a shop's events.
pub type EventsArgs = Noun<Action, Which>;

/// Which ones.
#[derive(Debug, Args)]
pub struct Which {
    /// Only with this ref, or one below it: `claims`, `shipments/delivered`.
    #[arg(long, value_name = "REF")]
    r#ref: Option<String>,
    /// Only of events about this claim, order, shipment or contact.
    #[arg(long, value_name = "ID")]
    subject: Option<String>,
    #[command(flatten)]
    span: Span,
    #[command(flatten)]
    paging: Paging,
}

#[derive(Debug, Subcommand)]
pub enum Action {
    /// Lists the shop's events, newest first.
    List(Which),
    /// Shows one event, or what a dialect sends of it.
    #[command(alias = "show")]
    Get {
        /// Its id.
        id: String,
        /// As this dialect would send it.
        #[arg(long)]
        dialect: Option<String>,
    },
    /// Posts an event made elsewhere, or an array of them.
    #[command(alias = "post")]
    Create {
        /// A JSON file; `-` is standard input.
        file: PathBuf,
    },
    /// Lists every event there can be.
    Types,
}

const COLUMNS: &[Column] = &[
    Column::whole("ID", "id"),
    Column::time("TRIGGERED", "triggered_at"),
    Column::long("REF", "ref"),
    Column::whole("GROUP", "event_group"),
    Column::long("SUBJECT", "subject.id"),
];

const TYPE_COLUMNS: &[Column] = &[
    Column::whole("REF", "ref"),
    Column::whole("GROUP", "event_group"),
    Column::long("DESCRIPTION", "description"),
];

/// Runs it.
pub fn run(server: &ServerArgs, args: EventsArgs) -> anyhow::Result<()> {
    let client = Client::new(server)?;
    match args.action(Action::List) {
        Action::List(which) => {
            let filters = [("ref", which.r#ref), ("subject", which.subject)];
            let filters = filters.into_iter().chain(which.span.filters());
            let path = with_query(&client.in_shop("/events")?, filters);
            output::listing(server, COLUMNS, which.paging.of(&client, &path)?)
        }
        Action::Get { id, dialect } => {
            let path = client.in_shop(&format!("/events/{}", segment(&id)))?;
            let shown = client.get(&with_query(&path, [("dialect", dialect)]))?;
            print(server, &shown)
        }
        Action::Create { file } => {
            let text = output::read_input(&file)?;
            let body: Value = serde_json::from_slice(&text).map_err(|error| {
                let what = format!("{} is not JSON: {error}", file.display());
                Failure::usage(what, "put one event into it, or an array of them")
            })?;
            print(server, &client.post(&client.in_shop("/events")?, &body)?)
        }
        Action::Types => {
            let types = client.get("/v1/event-types")?;
            output::list(
                server,
                TYPE_COLUMNS,
                types.get("data").unwrap_or(&Value::Null),
            )
        }
    }
}

/// Events are JSON for people too.
fn print(server: &ServerArgs, value: &Value) -> anyhow::Result<()> {
    if output::for_programs(server, value)? {
        return Ok(());
    }
    output::json(value)
}
