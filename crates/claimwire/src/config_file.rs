//! The settings file: TOML, with the names of `serve`'s flags in snake_case. What it says becomes the
//! flags' defaults, so that flag and environment win and the rest is written down once.

use std::collections::BTreeMap;
use std::path::Path;

use crate::egress::{self, Profiles};

/// The commands that take the settings.
pub const COMMANDS: [&str; 2] = ["serve", "doctor"];

/// What the file says, as text that the flags' own parsers read.
pub struct ConfigFile {
    defaults: BTreeMap<String, Vec<String>>,
    /// What no flag can say.
    pub egress: Profiles,
}

/// Reads and checks the file against the flags that `serve` has.
pub fn read(path: &Path, command: &clap::Command) -> Result<ConfigFile, String> {
    let shown = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|error| format!("cannot read the settings file {shown}: {error}"))?;
    let mut table: toml::Table = text
        .parse()
        .map_err(|error| format!("the settings file {shown} is not TOML: {error}"))?;
    let egress = match table.remove("egress") {
        Some(value) => egress::read(&value)
            .map_err(|why| format!("the settings file {shown} cannot be used: {why}"))?,
        None => Profiles::new(),
    };
    let known: Vec<&str> = command
        .find_subcommand("serve")
        .into_iter()
        .flat_map(clap::Command::get_arguments)
        .map(|arg| arg.get_id().as_str())
        .filter(|id| *id != "config")
        .collect();
    let mut defaults = BTreeMap::new();
    for (name, value) in table {
        if !known.contains(&name.as_str()) {
            return Err(format!(
                "the settings file {shown} has `{name}`, which is not a setting; there are: {}",
                known.join(", ")
            ));
        }
        let texts = texts(&value).ok_or_else(|| {
            format!("the settings file {shown} gives `{name}` a value that is no text, number, true, false or list of these")
        })?;
        defaults.insert(name, texts);
    }
    Ok(ConfigFile { defaults, egress })
}

fn texts(value: &toml::Value) -> Option<Vec<String>> {
    match value {
        toml::Value::String(text) => Some(vec![text.clone()]),
        toml::Value::Integer(n) => Some(vec![n.to_string()]),
        toml::Value::Float(n) => Some(vec![n.to_string()]),
        toml::Value::Boolean(b) => Some(vec![b.to_string()]),
        toml::Value::Array(items) => {
            items
                .iter()
                .map(texts)
                .try_fold(Vec::new(), |mut all, item| {
                    all.extend(item?);
                    Some(all)
                })
        }
        toml::Value::Datetime(_) | toml::Value::Table(_) => None,
    }
}

impl ConfigFile {
    /// The command line with the file's values as defaults of `serve`.
    pub fn into_defaults_of(self, command: clap::Command) -> clap::Command {
        COMMANDS.iter().fold(command, |command, name| {
            command.mut_subcommand(*name, |command| self.as_defaults(command))
        })
    }

    fn as_defaults(&self, command: clap::Command) -> clap::Command {
        self.defaults
            .iter()
            .fold(command, |command, (name, values)| {
                command.mut_arg(name, |arg| {
                    let values = values.iter().cloned().map(clap::builder::OsStr::from);
                    arg.default_values(values.collect::<Vec<_>>())
                })
            })
    }
}
