//! `claimwire webhooks`.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::delete::Yes;
use super::fields::Fields;
use super::noun::{Noun, Paging, Things};
use crate::client::{Client, segment, with_query};
use crate::output::{self, Column};
use crate::server_args::ServerArgs;

/// What to do with a shop's webhooks.
pub type WebhooksArgs = Noun<Action, Which>;

/// Which ones.
#[derive(Debug, Args)]
pub struct Which {
    /// Only in this state.
    #[arg(long, value_parser = ["active", "inactive", "unverified", "disabled"])]
    status: Option<String>,
    /// Only with this URL.
    #[arg(long)]
    url: Option<String>,
    #[command(flatten)]
    paging: Paging,
}

#[derive(Debug, Subcommand)]
pub enum Action {
    /// Lists the shop's webhooks, newest first.
    List(Which),
    /// Shows one webhook and how it has been doing.
    #[command(alias = "show")]
    Get {
        /// Its uuid.
        uuid: String,
    },
    /// Subscribes an endpoint; shows its secret, this once.
    Create {
        /// What it is to be.
        #[command(flatten)]
        settings: Settings,
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
        /// Whether to ask.
        #[command(flatten)]
        yes: Yes,
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
pub struct Settings {
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
    #[command(flatten)]
    fields: Fields,
}

impl Settings {
    fn into_json(self) -> anyhow::Result<Value> {
        self.fields.with([
            ("url", self.url.map(Value::from)),
            ("enabled_events", self.events.map(Value::from)),
            ("dialect", self.dialect.map(Value::from)),
            ("secret", self.secret.map(Value::from)),
            ("description", self.description.map(Value::from)),
            ("status", self.status.map(Value::from)),
        ])
    }
}

const COLUMNS: &[Column] = &[
    Column::whole("UUID", "uuid"),
    Column::status("STATUS", "status"),
    Column::whole("DIALECT", "dialect"),
    Column::long("EVENTS", "enabled_events"),
    Column::whole("PENDING", "health.pending"),
    Column::whole("FAILURES", "health.consecutive_failures"),
    Column::long("URL", "url"),
];

const BUCKET_COLUMNS: &[Column] = &[
    Column::time("START", "start"),
    Column::whole("DELIVERED", "delivered"),
    Column::whole("FAILED", "failed"),
    Column::whole("P50 MS", "latency_ms.p50"),
    Column::whole("P95 MS", "latency_ms.p95"),
    Column::whole("P99 MS", "latency_ms.p99"),
];

/// Runs it.
pub fn run(server: &ServerArgs, args: WebhooksArgs) -> anyhow::Result<()> {
    let client = Client::new(server)?;
    let webhooks = Things::of_shop(server, &client, "/webhooks", "webhook")?;
    let path = |uuid: &str, rest: &str| format!("{}{rest}", webhooks.path(uuid));
    match args.action(Action::List) {
        Action::List(which) => {
            let filters = [("status", which.status), ("url", which.url)];
            let path = with_query(&webhooks.all, filters);
            output::listing(server, COLUMNS, which.paging.of(&client, &path)?)
        }
        Action::Create { settings } => webhooks.create(&settings.into_json()?),
        Action::Get { uuid } => webhooks.get(&uuid),
        Action::Update { uuid, settings } => webhooks.update(&uuid, &settings.into_json()?),
        Action::Delete { uuid, yes } => webhooks.delete(&uuid, yes),
        Action::Test { uuid, event } => {
            let body = event.map_or_else(|| json!({}), |event| json!({"event": event}));
            let answer = client.post(&path(&uuid, "/test"), &body)?;
            output::one(server, &answer)?;
            anyhow::ensure!(
                answer.get("ok") == Some(&Value::Bool(true)),
                "the test event was not accepted"
            );
            Ok(())
        }
        Action::Secret { uuid } => output::one(server, &client.get(&path(&uuid, "/secret"))?),
        Action::Rotate { uuid, overlap } => output::one(
            server,
            &client.post(
                &path(&uuid, "/secret/rotate"),
                &json!({"overlap_seconds": overlap}),
            )?,
        ),
        Action::Stats { uuid, window } => {
            let stats = client.get(&path(&uuid, &format!("/stats?window={}", segment(&window))))?;
            output::list(
                server,
                BUCKET_COLUMNS,
                stats.get("buckets").unwrap_or(&Value::Null),
            )
        }
    }
}
