//! `claimwire dialects`: are the files of a directory good?

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use crate::{dialects, output};

/// Which.
#[derive(Debug, Args)]
pub struct DialectsArgs {
    /// The directory that `serve --dialects` is to have.
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Runs it: an error names each place that is wrong.
pub fn run(args: &DialectsArgs) -> anyhow::Result<()> {
    let all = dialects::read(&args.dir)?;
    if args.json {
        let all = all.iter().map(|own| {
            let described = own.described();
            json!({"name": own.name(), "title": described.title, "events": described.names.len()})
        });
        let all: Value = all.collect();
        return output::json(&all);
    }
    for own in &all {
        let described = own.described();
        let (name, title, events) = (own.name(), &described.title, described.names.len());
        output::line(&format!("{name}: {title}, {events} event names, good"))?;
    }
    Ok(())
}
