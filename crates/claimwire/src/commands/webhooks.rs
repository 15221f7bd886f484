//! `claimwire webhooks`.

use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};

use crate::client::{Client, segment};
use crate::output::{self, Column};
use crate::server_args::ServerArgs;

/// What to do with a shop's webhooks; without one, list them.
#[derive(Debug, Args)]
pub struct WebhooksArgs {
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Lists the shop's webhooks, newest first.
    List {
        /// How many at most.
        #[arg(long, default_value_t = 30)]
        limit: usize,
    },
    /// Subscribes an endpoint; shows its secret, this once.
    Create {
        /// What it is to be.
        #[command(flatten)]
        settings: Settings,
    },
    /// Shows one webhook and how it has been doing.
    Show {
        /// Its uuid.
        uuid: String,
    },
    /// Changes a webhook: what is given, nothing else.
    Update {
        /// Its uuid.
        uuid: String,
        /// What is to change.
        #[command(flatten)]
        settings: Settings,
    },
    /// Deletes a webhook; what it has not got yet is cancelled.
    Delete {
        /// Its uuid.
        uuid: String,
    },
    /// Sends one sample event now and shows the answer; exit 0 when it was accepted.
    Test {
        /// Its uuid.
        uuid: String,
        /// Which event, such as claims/created.
        #[arg(long)]
        event: Option<String>,
    },
    /// Shows the secret.
    Secret {
        /// Its uuid.
        uuid: String,
    },
    /// Makes a new secret; the old one still signs for a while.
    Rotate {
        /// Its uuid.
        uuid: String,
        /// For how long both sign.
        #[arg(long, default_value_t = 86_400, value_name = "SECONDS")]
        overlap: u32,
    },
    /// Shows counts and latencies over time.
    Stats {
        /// Its uuid.
        uuid: String,
        /// How far back: 1h, 24h, 7d.
        #[arg(long, default_value = "24h")]
        window: String,
    },
}

#[derive(Debug, Args)]
struct Settings {
    /// Where requests go.
    #[arg(long)]
    url: Option<String>,
    /// Which events: refs, prefixes of refs, group:NAME, names of the dialect; `*` for all.
    #[arg(long, value_delimiter = ',', value_name = "EVENT,…")]
    events: Option<Vec<String>>,
    /// The receiver's wire form.
    #[arg(long, value_parser = ["karla", "claimport", "claimable", "standard", "cloudevents"])]
    dialect: Option<String>,
    /// The secret to sign with; made when not given.
    #[arg(long)]
    secret: Option<String>,
    /// For people.
    #[arg(long)]
    description: Option<String>,
    /// active or inactive.
    #[arg(long, value_parser = ["active", "inactive"])]
    status: Option<String>,
    /// Any other fields, as a JSON object.
    #[arg(long, value_name = "JSON")]
    set: Option<String>,
}

impl Settings {
    fn into_json(self) -> anyhow::Result<Value> {
        let mut body: Map<String, Value> = match self.set {
            None => Map::new(),
            Some(text) => serde_json::from_str(&text)
                .map_err(|error| anyhow::anyhow!("--set is not a JSON object: {error}"))?,
        };
        let named = [
            ("url", self.url.map(Value::from)),
            ("enabled_events", self.events.map(Value::from)),
            ("dialect", self.dialect.map(Value::from)),
            ("secret", self.secret.map(Value::from)),
            ("description", self.description.map(Value::from)),
            ("status", self.status.map(Value::from)),
        ];
        body.extend(
            named
                .into_iter()
                .filter_map(|(name, value)| Some((name.to_owned(), value?))),
        );
        Ok(Value::Object(body))
    }
}

const COLUMNS: &[Column] = &[
    ("UUID", "uuid"),
    ("STATUS", "status"),
    ("DIALECT", "dialect"),
    ("EVENTS", "enabled_events"),
    ("PENDING", "health.pending"),
    ("FAILURES", "health.consecutive_failures"),
    ("URL", "url"),
];

const BUCKET_COLUMNS: &[Column] = &[
    ("START", "start"),
    ("DELIVERED", "delivered"),
    ("FAILED", "failed"),
    ("P50 MS", "latency_ms.p50"),
    ("P95 MS", "latency_ms.p95"),
    ("P99 MS", "latency_ms.p99"),
];

/// Runs it.
pub fn run(server: &ServerArgs, args: WebhooksArgs) -> anyhow::Result<()> {
    let client = Client::new(server)?;
    let path =
        |uuid: &str, rest: &str| client.in_shop(&format!("/webhooks/{}{rest}", segment(uuid)));
    match args.action.unwrap_or(Action::List { limit: 30 }) {
        Action::List { limit } => output::list(
            server,
            COLUMNS,
            client.list(&client.in_shop("/webhooks")?, limit)?,
        ),
        Action::Create { settings } => output::one(
            server,
            &client.post(&client.in_shop("/webhooks")?, &settings.into_json()?)?,
        ),
        Action::Show { uuid } => output::one(server, &client.get(&path(&uuid, "")?)?),
        Action::Update { uuid, settings } => output::one(
            server,
            &client.patch(&path(&uuid, "")?, &settings.into_json()?)?,
        ),
        Action::Delete { uuid } => {
            client.delete(&path(&uuid, "")?)?;
            output::done(server, &format!("deleted the webhook {uuid}"))
        }
        Action::Test { uuid, event } => {
            let body = event.map_or_else(|| json!({}), |event| json!({"event": event}));
            let answer = client.post(&path(&uuid, "/test")?, &body)?;
            output::one(server, &answer)?;
            anyhow::ensure!(
                answer.get("ok") == Some(&Value::Bool(true)),
                "the test event was not accepted"
            );
            Ok(())
        }
        Action::Secret { uuid } => output::one(server, &client.get(&path(&uuid, "/secret")?)?),
        Action::Rotate { uuid, overlap } => output::one(
            server,
            &client.post(
                &path(&uuid, "/secret/rotate")?,
                &json!({"overlap_seconds": overlap}),
            )?,
        ),
        Action::Stats { uuid, window } => {
            let stats = client.get(&path(
                &uuid,
                &format!("/stats?window={}", segment(&window)),
            )?)?;
            output::list_in(server, BUCKET_COLUMNS, &stats, "buckets")
        }
    }
}
