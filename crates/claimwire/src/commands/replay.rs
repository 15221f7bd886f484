//! `claimwire replay`.

use std::time::Duration;

use claimwire_model::Timestamp;
use clap::Args;
use serde_json::{Map, Value};

use crate::client::{Client, segment, text};
use crate::output;
use crate::server_args::ServerArgs;
use crate::when;

/// What to send again, and to whom.
#[derive(Debug, Args)]
pub struct ReplayArgs {
    /// The webhook's uuid, or with --connector the connector's id.
    target: String,
    /// To a connector.
    #[arg(long)]
    connector: bool,
    /// Events that came to be at or after this time: 1h, 7d, 2026-01-29, or RFC 3339.
    #[arg(long, value_name = "TIME", value_parser = when::parse)]
    since: Timestamp,
    /// Events that came to be before this time; now when not given.
    #[arg(long, value_name = "TIME", value_parser = when::parse)]
    until: Option<Timestamp>,
    /// failed: what was given up; missing: what the webhook never got; all: everything again.
    #[arg(long, default_value = "failed", value_parser = ["failed", "missing", "all"])]
    status: String,
    /// Only these events.
    #[arg(long, value_delimiter = ',', value_name = "EVENT,…")]
    events: Option<Vec<String>>,
    /// Do not wait until everything is queued.
    #[arg(long)]
    detach: bool,
}

/// How often the progress is asked for.
const POLL: Duration = Duration::from_millis(200);

/// Runs it.
pub fn run(server: &ServerArgs, args: &ReplayArgs) -> anyhow::Result<()> {
    let client = Client::new(server)?;
    let mut body = Map::new();
    body.insert("since".into(), args.since.to_string().into());
    body.insert("status".into(), args.status.clone().into());
    if let Some(until) = args.until {
        body.insert("until".into(), until.to_string().into());
    }
    if let Some(events) = &args.events {
        body.insert("enabled_events".into(), events.clone().into());
    }
    let kind = match args.connector {
        true => "connectors",
        false => "webhooks",
    };
    let path = client.in_shop(&format!("/{kind}/{}/replay", segment(&args.target)))?;
    let mut replay = client.post(&path, &Value::Object(body))?;
    if args.detach {
        return output::one(server, &replay);
    }
    let id = text(&replay, "id")?.to_owned();
    let progress = output::progress(server, "queueing");
    while replay.get("state").and_then(Value::as_str) != Some("done") {
        let count = |name: &str| replay.get(name).and_then(Value::as_u64).unwrap_or(0);
        progress.set_length(count("total"));
        progress.set_position(count("done"));
        std::thread::sleep(POLL);
        replay = client.get(&client.in_shop(&format!("/replays/{}", segment(&id)))?)?;
    }
    progress.finish_and_clear();
    output::one(server, &replay)
}
