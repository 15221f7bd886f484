//! `claimwire connectors`.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};

use super::delete::Yes;
use super::fields::Fields;
use super::noun::{Noun, Paging, Things};
use crate::client::Client;
use crate::failure::{Class, Failure};
use crate::output::{self, Column};
use crate::server_args::ServerArgs;

/// What to do with a shop's connectors.
pub type ConnectorsArgs = Noun<Action, Paging>;

#[derive(Debug, Subcommand)]
pub enum Action {
    /// Lists the shop's connectors, newest first.
    List(Paging),
    /// Lists the kinds that there are; of one, the settings and credentials that it takes.
    Kinds {
        /// Which kind.
        kind: Option<String>,
    },
    /// Shows one connector and how it has been doing.
    #[command(alias = "show")]
    Get {
        /// Its id.
        id: String,
    },
    /// Connects a helpdesk or a marketing tool.
    Create {
        /// Which kind, see `claimwire connectors kinds`.
        kind: String,
        /// What it is to be.
        #[command(flatten)]
        settings: Settings,
    },
    /// Changes a connector: what is given, nothing else.
    Update {
        /// Its id.
        id: String,
        /// What is to change.
        #[command(flatten)]
        settings: Settings,
    },
    /// Deletes a connector; what it has not got yet is cancelled.
    Delete {
        /// Its id.
        id: String,
        /// Whether to ask.
        #[command(flatten)]
        yes: Yes,
    },
    /// Makes calls that change nothing at the vendor; exit 0 when it lets the connector in.
    Test {
        /// Its id.
        id: String,
    },
    /// Shows what a claim would become there, without sending it.
    Preview {
        /// Its id.
        id: String,
        /// The claim's id.
        claim: String,
    },
}

#[derive(Debug, Args)]
pub struct Settings {
    /// One setting of the kind; repeat it for several.
    #[arg(long = "setting", value_name = "NAME=VALUE", value_parser = pair)]
    settings: Vec<(String, String)>,
    /// A file with the credentials as a JSON object, or - for standard input. Not an argument: others on this machine
    /// can see those.
    #[arg(long, value_name = "FILE")]
    credentials: Option<PathBuf>,
    /// Which events: refs, prefixes of refs, group:NAME.
    #[arg(long, value_delimiter = ',', value_name = "EVENT,…")]
    events: Option<Vec<String>>,
    /// For people.
    #[arg(long)]
    description: Option<String>,
    /// active or inactive.
    #[arg(long, value_parser = ["active", "inactive"])]
    status: Option<String>,
    #[command(flatten)]
    fields: Fields,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').ok_or("write NAME=VALUE")?;
    Ok((pair.0.to_owned(), pair.1.to_owned()))
}

impl Settings {
    fn into_json(self, kind: Option<String>) -> anyhow::Result<Value> {
        let credentials = match self.credentials {
            None => None,
            Some(file) => Some(
                serde_json::from_slice::<Map<String, Value>>(&output::read_input(&file)?)
                    .with_context(|| format!("{} is not a JSON object", file.display()))?,
            ),
        };
        let mut body = self.fields.with([
            ("kind", kind.map(Value::from)),
            ("credentials", credentials.map(Value::from)),
            ("enabled_events", self.events.map(Value::from)),
            ("description", self.description.map(Value::from)),
            ("status", self.status.map(Value::from)),
        ])?;
        if let (Some(body), false) = (body.as_object_mut(), self.settings.is_empty()) {
            let given = body
                .entry("settings")
                .or_insert_with(|| json!({}))
                .as_object_mut()
                .context("`settings` in --set or --file is not an object")?;
            for (name, value) in self.settings {
                // Also a number: an id of digits is text, and a server reads text where it wants a number.
                given.insert(name, value.into());
            }
        }
        Ok(body)
    }
}

const COLUMNS: &[Column] = &[
    Column::whole("ID", "id"),
    Column::whole("KIND", "kind"),
    Column::status("STATUS", "status"),
    Column::long("EVENTS", "enabled_events"),
    Column::whole("PENDING", "health.pending"),
    Column::whole("FAILURES", "health.consecutive_failures"),
    Column::long("DESCRIPTION", "description"),
];

const KIND_COLUMNS: &[Column] = &[
    Column::whole("KIND", "kind"),
    Column::whole("NAME", "name"),
    Column::long("WHAT IT DOES", "does"),
];

const FIELD_COLUMNS: &[Column] = &[
    Column::whole("OF", "of"),
    Column::whole("NAME", "name"),
    Column::long("TAKES", "takes"),
    Column::whole("REQUIRED", "required"),
    Column::long("DEFAULT", "default"),
    Column::long("WHAT IT IS", "help"),
];

const CALL_COLUMNS: &[Column] = &[
    Column::whole("STEP", "step"),
    Column::whole("CODE", "status_code"),
    Column::whole("MS", "duration_ms"),
    Column::long("ERROR", "error"),
];

/// Runs it.
pub fn run(server: &ServerArgs, args: ConnectorsArgs) -> anyhow::Result<()> {
    let client = Client::new(server)?;
    // The kinds are no shop's.
    let connectors = || Things::of_shop(server, &client, "/connectors", "connector");
    let path = |id: &str, rest: &str| -> anyhow::Result<String> {
        Ok(format!("{}{rest}", connectors()?.path(id)))
    };
    match args.action(Action::List) {
        Action::List(paging) => {
            output::listing(server, COLUMNS, paging.of(&client, &connectors()?.all)?)
        }
        Action::Kinds { kind } => kinds(server, &client, kind.as_deref()),
        Action::Create { kind, settings } => connectors()?.create(&settings.into_json(Some(kind))?),
        Action::Get { id } => connectors()?.get(&id),
        Action::Update { id, settings } => connectors()?.update(&id, &settings.into_json(None)?),
        Action::Delete { id, yes } => connectors()?.delete(&id, yes),
        Action::Test { id } => {
            let answer = client.post(&path(&id, "/test")?, &json!({}))?;
            tested(server, &answer)?;
            let ok = answer.get("ok") == Some(&Value::Bool(true));
            anyhow::ensure!(ok, "the vendor does not let the connector in");
            Ok(())
        }
        Action::Preview { id, claim } => {
            let body = json!({"claim_id": claim});
            output::one(server, &client.post(&path(&id, "/preview")?, &body)?)
        }
    }
}

fn kinds(server: &ServerArgs, client: &Client, kind: Option<&str>) -> anyhow::Result<()> {
    let all = client.get("/v1/connector-kinds")?;
    let Some(kind) = kind else {
        return output::list(
            server,
            KIND_COLUMNS,
            all.get("data").unwrap_or(&Value::Null),
        );
    };
    let mut found = all
        .get("data")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let found = found
        .find(|one| one.get("kind").and_then(Value::as_str) == Some(kind))
        .ok_or_else(|| {
            let hint = "`claimwire connectors kinds` lists those there are";
            Failure::new(Class::NotFound, format!("there is no kind `{kind}`"), hint)
        })?;
    if output::for_programs(server, found)? {
        return Ok(());
    }
    let mut rows = Vec::new();
    for of in ["settings", "credentials"] {
        let fields = found.get(of).and_then(Value::as_array);
        for field in fields.into_iter().flatten() {
            let mut row = field.clone();
            if let Some(row) = row.as_object_mut() {
                row.insert("of".to_owned(), of.into());
            }
            rows.push(row);
        }
    }
    output::table(FIELD_COLUMNS, &rows)
}

fn tested(server: &ServerArgs, answer: &Value) -> anyhow::Result<()> {
    if output::for_programs(server, answer)? {
        return Ok(());
    }
    let mut head = answer.clone();
    let calls = head
        .as_object_mut()
        .and_then(|map| map.shift_remove("calls"))
        .unwrap_or_default();
    output::fields(&head)?;
    output::line("")?;
    output::table(
        CALL_COLUMNS,
        calls.as_array().map(Vec::as_slice).unwrap_or_default(),
    )
}
