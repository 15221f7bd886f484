//! `claimwire tail`: deliveries as they happen.
//!
//! Every second the newest deliveries are looked at, and those told of whose state or attempts are not what they were. It
//! is for watching: what happens to older ones, or to more than so many within a second, is in `claimwire deliveries list`.

use std::collections::HashMap;
use std::time::Duration;

use clap::Args;
use serde_json::Value;

use super::deliveries::{Endpoints, STATES};
use crate::client::{Client, with_query};
use crate::failure;
use crate::output::{self, Style};
use crate::server_args::ServerArgs;

/// Which deliveries.
#[derive(Debug, Args)]
pub struct TailArgs {
    /// Only those that come into this state.
    #[arg(long, value_parser = STATES)]
    status: Option<String>,
    /// Only to this webhook.
    #[arg(long, value_name = "UUID")]
    webhook: Option<String>,
    /// Only to this connector.
    #[arg(long, value_name = "ID")]
    connector: Option<String>,
    /// Begin with the newest that there are already: so many, and end after those with --no-follow.
    #[arg(long, default_value_t = 0, value_name = "COUNT")]
    lines: usize,
    /// End instead of waiting for what comes.
    #[arg(long)]
    no_follow: bool,
}

/// Deliveries that are looked at.
const WATCHED: usize = 300;
/// Between two looks.
const PAUSE: Duration = Duration::from_secs(1);

/// What a delivery was when it was looked at: its state and its attempts.
type Seen = HashMap<String, (String, u64)>;

/// Runs it until it is ended.
pub fn run(server: &ServerArgs, args: TailArgs) -> anyhow::Result<()> {
    let client = Client::new(server)?;
    let filters = [
        ("status", args.status),
        ("webhook", args.webhook),
        ("connector", args.connector),
    ];
    let path = with_query(&client.in_shop("/deliveries")?, filters);
    let mut endpoints = Endpoints::new(&client);
    let first = client.list(&path, WATCHED, None)?.items;
    for delivery in first.iter().take(args.lines).rev() {
        tell(server, &mut endpoints, delivery.clone())?;
    }
    let mut seen = look(&first);
    if args.no_follow {
        return Ok(());
    }
    loop {
        std::thread::sleep(PAUSE);
        let now = match client.list(&path, WATCHED, None) {
            Ok(listing) => listing.items,
            Err(error) if failure::is_passing(&error) => {
                output::aside(&format!("{error}; trying again"));
                continue;
            }
            Err(error) => return Err(error),
        };
        for delivery in news(&seen, &now) {
            tell(server, &mut endpoints, delivery.clone())?;
        }
        seen = look(&now);
    }
}

fn state(delivery: &Value) -> (String, (String, u64)) {
    let text = |name: &str| {
        delivery
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let attempts = delivery.get("attempt_count").and_then(Value::as_u64);
    let state = (text("status").to_owned(), attempts.unwrap_or(0));
    (text("id").to_owned(), state)
}

fn look(listing: &[Value]) -> Seen {
    listing.iter().map(state).collect()
}

/// Those that are new or not what they were, oldest first.
fn news<'a>(seen: &Seen, listing: &'a [Value]) -> Vec<&'a Value> {
    let is_news = |delivery: &&Value| {
        let (id, state) = state(delivery);
        seen.get(&id) != Some(&state)
    };
    listing.iter().rev().filter(is_news).collect()
}

fn tell(
    server: &ServerArgs,
    endpoints: &mut Endpoints<'_>,
    mut delivery: Value,
) -> anyhow::Result<()> {
    if output::for_programs_line(server, &delivery)? {
        return Ok(());
    }
    endpoints.name(&mut delivery)?;
    let text = |name: &str| match delivery.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    };
    let status = Style::of_stdout().status(&text("status"));
    let words = [
        text("id"),
        text("ref"),
        format!("to {}", text("to")),
        status,
        format!("attempts {}", text("attempt_count")),
        text("last_status_code"),
        text("last_error"),
    ];
    let words: Vec<String> = words.into_iter().filter(|word| !word.is_empty()).collect();
    output::line(&words.join("  "))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_new_or_changed_is_told_once_oldest_first() {
        let of = |id: &str, status: &str, attempts: u64| json!({"id": id, "status": status, "attempt_count": attempts});
        let before = [of("b", "pending", 1), of("a", "delivered", 1)];
        let now = [
            of("d", "pending", 0),
            of("c", "delivered", 1),
            of("b", "pending", 2),
            of("a", "delivered", 1),
        ];
        let told: Vec<String> = news(&look(&before), &now)
            .into_iter()
            .map(|one| state(one).0)
            .collect();
        assert_eq!(told, ["b", "c", "d"]);
        assert!(news(&look(&now), &now).is_empty());
    }
}
