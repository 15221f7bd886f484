//! `claimwire doctor`: whether this machine and these settings can serve, and what to do where they cannot.
//!
//! It looks and changes nothing: beside a server that runs it only reads. Each check is a file or a function of its own
//! and comes to a [`Finding`].

mod database;
mod disk;
mod network;
mod system;

use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use crate::failure::Class;
use crate::output::format::Format;
use crate::output::{self, Column};
use crate::server_args::ServerArgs;
use crate::settings::ServeSettings;

/// What to look at: the settings are those of `serve`, by flag, environment and --config.
#[derive(Debug, Clone, Args)]
pub struct DoctorArgs {
    /// The settings.
    #[command(flatten)]
    pub settings: ServeSettings,
    /// An address that requests must be able to reach, by each egress profile; none: nobody but the name servers is asked.
    #[arg(long, value_name = "URL")]
    reach: Option<String>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    /// Print what is at this path of the JSON.
    #[arg(long, value_name = "PATH")]
    format: Option<Format>,
}

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Nothing to do.
    Ok,
    /// It serves, but not as well or as safely as it could.
    Warn,
    /// It will not serve.
    Fail,
}

/// What a check found.
#[derive(Debug)]
pub struct Finding {
    check: &'static str,
    state: State,
    found: String,
    hint: String,
}

impl Finding {
    /// Nothing to do.
    pub fn ok(check: &'static str, found: impl Into<String>) -> Self {
        Self::of(check, State::Ok, found, "")
    }

    /// Something to do some time.
    pub fn warn(check: &'static str, found: impl Into<String>, hint: &str) -> Self {
        Self::of(check, State::Warn, found, hint)
    }

    /// Something to do first.
    pub fn fail(check: &'static str, found: impl Into<String>, hint: &str) -> Self {
        Self::of(check, State::Fail, found, hint)
    }

    fn of(check: &'static str, state: State, found: impl Into<String>, hint: &str) -> Self {
        Self {
            check,
            state,
            found: found.into(),
            hint: hint.to_owned(),
        }
    }

    fn into_json(self) -> Value {
        let state = match self.state {
            State::Ok => "ok",
            State::Warn => "warn",
            State::Fail => "fail",
        };
        json!({"check": self.check, "state": state, "found": self.found, "hint": self.hint})
    }
}

const COLUMNS: &[Column] = &[
    Column::whole("CHECK", "check"),
    Column::status("STATE", "state"),
    Column::whole("FOUND", "found"),
];

/// Runs it: 1 when something fails.
pub fn run(args: &DoctorArgs) -> anyhow::Result<ExitCode> {
    let settings = &args.settings;
    let mut findings = system::settings(settings);
    findings.push(system::clock());
    findings.push(system::descriptors());
    findings.extend(disk::data_dir(&settings.data_dir));
    findings.push(database::look(settings)?);
    findings.extend(network::look(settings, args.reach.as_deref())?);
    let failed = findings.iter().any(|finding| finding.state == State::Fail);
    let rows: Vec<Value> = findings.into_iter().map(Finding::into_json).collect();
    print(args, rows)?;
    Ok(if failed {
        ExitCode::from(Class::Other.code())
    } else {
        ExitCode::SUCCESS
    })
}

fn print(args: &DoctorArgs, rows: Vec<Value>) -> anyhow::Result<()> {
    let printing = ServerArgs {
        server: None,
        key: None,
        shop: None,
        profile: None,
        json: args.json,
        format: args.format.clone(),
    };
    let value = Value::Array(rows);
    if output::for_programs(&printing, &value)? {
        return Ok(());
    }
    let rows = value.as_array().map(Vec::as_slice).unwrap_or_default();
    output::table(COLUMNS, rows)?;
    let text = |row: &Value, name: &str| {
        row.get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let mut hinted = rows
        .iter()
        .filter(|row| !text(row, "hint").is_empty())
        .peekable();
    if hinted.peek().is_some() {
        output::line("")?;
    }
    hinted
        .try_for_each(|row| output::line(&format!("{}: {}", text(row, "check"), text(row, "hint"))))
}
