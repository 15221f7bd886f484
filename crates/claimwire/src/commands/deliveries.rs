//! `claimwire deliveries`.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::client::{Client, segment};
use crate::output::{self, Column};
use crate::server_args::ServerArgs;

/// What to do with a shop's deliveries; without one, list them.
#[derive(Debug, Args)]
pub struct DeliveriesArgs {
    #[command(subcommand)]
    action: Option<Action>,
    /// Which ones to list.
    #[command(flatten)]
    which: Which,
}

#[derive(Debug, Args)]
struct Which {
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
    #[arg(long, value_parser = ["pending", "delivering", "delivered", "failed", "held", "cancelled", "expired"])]
    status: Option<String>,
    /// Only made at or after this time (RFC 3339).
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Only made before this time (RFC 3339).
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// How many at most.
    #[arg(long, default_value_t = 30)]
    limit: usize,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Shows one delivery with its attempts.
    Show {
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
    ("ID", "id"),
    ("REF", "ref"),
    ("STATUS", "status"),
    ("ATTEMPTS", "attempt_count"),
    ("CODE", "last_status_code"),
    ("CREATED", "created_at"),
    ("NEXT ATTEMPT", "next_attempt_at"),
    ("ERROR", "last_error"),
];

const ATTEMPT_COLUMNS: &[Column] = &[
    ("NO", "number"),
    ("STEP", "step"),
    ("STARTED", "started_at"),
    ("MS", "duration_ms"),
    ("CODE", "status_code"),
    ("ERROR", "error"),
    ("DETAIL", "error_detail"),
];

/// Runs it.
pub fn run(server: &ServerArgs, args: DeliveriesArgs) -> anyhow::Result<()> {
    let client = Client::new(server)?;
    match args.action {
        None => {
            let which = args.which;
            let path = client.in_shop_with(
                "/deliveries",
                [
                    ("webhook", which.webhook),
                    ("connector", which.connector),
                    ("event", which.event),
                    ("claim", which.claim),
                    ("order_number", which.order),
                    ("status", which.status),
                    ("since", which.since),
                    ("until", which.until),
                ],
            )?;
            output::list(server, COLUMNS, client.list(&path, which.limit)?)
        }
        Some(Action::Show { id }) => show(
            server,
            &client.get(&client.in_shop(&format!("/deliveries/{}", segment(&id)))?)?,
        ),
        Some(Action::Retry { id }) => {
            client.post(
                &client.in_shop(&format!("/deliveries/{}/retry", segment(&id)))?,
                &json!({}),
            )?;
            output::done(server, &format!("ordered one more attempt of {id}"))
        }
    }
}

fn show(server: &ServerArgs, delivery: &Value) -> anyhow::Result<()> {
    if server.json {
        return output::json(delivery);
    }
    let mut head = delivery.clone();
    let attempts = head
        .as_object_mut()
        .and_then(|map| map.shift_remove("attempts"))
        .unwrap_or_default();
    output::fields(&head)?;
    output::line("")?;
    output::table(
        ATTEMPT_COLUMNS,
        attempts.as_array().map(Vec::as_slice).unwrap_or_default(),
    )
}
