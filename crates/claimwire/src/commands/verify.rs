//! `claimwire verify`: is a captured request genuine?

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use anyhow::{Context as _, anyhow};
use claimwire_model::{Dialect, Timestamp};
use clap::Args;
use serde_json::json;

use crate::{dialects, output};

/// The request, and what to check it against.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The wire form that it came in.
    #[arg(long)]
    dialect: String,
    /// The directory that describes dialects of your own, if it is one of them.
    #[arg(long, env = "CLAIMWIRE_DIALECTS", value_name = "DIR")]
    dialects: Option<PathBuf>,
    /// The webhook's secret; for an ed25519 signature the public key `whpk_…`.
    #[arg(long)]
    secret: String,
    /// One header, `Name: value`; give it once per header.
    #[arg(long, value_name = "NAME: VALUE")]
    header: Vec<String>,
    /// A file with the headers, one a line.
    #[arg(long = "headers", value_name = "FILE")]
    headers_file: Option<PathBuf>,
    /// A file with the body's exact bytes; `-` is standard input.
    #[arg(long, value_name = "FILE", default_value = "-")]
    body: PathBuf,
    /// How far the signature's time may be from now.
    #[arg(long, default_value_t = 300, value_name = "SECONDS")]
    tolerance: u64,
    /// The time to hold the signature's against, in seconds since 1970; the clock's when not given.
    #[arg(long, value_name = "UNIX")]
    now: Option<i64>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Runs it: 0 genuine, 1 not.
pub fn run(args: &VerifyArgs) -> anyhow::Result<ExitCode> {
    if let Some(dir) = &args.dialects {
        dialects::set(dir)?;
    }
    let dialect: Dialect = args.dialect.parse().map_err(|why: String| anyhow!(why))?;
    let mut headers = Vec::new();
    if let Some(file) = &args.headers_file {
        let text = String::from_utf8(output::read_input(file)?)
            .with_context(|| format!("{} is not UTF-8", file.display()))?;
        // A captured request may begin with its request line; it has no colon before a space.
        for line in text
            .lines()
            .map(str::trim_end)
            .filter(|line| !line.is_empty() && !line.starts_with("POST "))
        {
            headers.push(header(line)?);
        }
    }
    for line in &args.header {
        headers.push(header(line)?);
    }
    let body = output::read_input(&args.body)?;
    let now = args
        .now
        .map_or_else(|| Timestamp::from(SystemTime::now()), Timestamp::from_secs);
    let tolerance = Duration::from_secs(args.tolerance);
    let verdict = claimwire_wire::verify(dialect, &args.secret, &headers, &body, tolerance, now);
    let (valid, reason) = match &verdict {
        Ok(()) => (true, None),
        Err(reason) => (false, Some(reason.to_string())),
    };
    if args.json {
        output::json(&json!({"valid": valid, "reason": reason}))?;
    } else {
        output::line(
            &reason.map_or_else(|| "valid".to_owned(), |reason| format!("invalid: {reason}")),
        )?;
    }
    Ok(if valid {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn header(line: &str) -> anyhow::Result<(String, String)> {
    let (name, value) = line
        .split_once(':')
        .ok_or_else(|| anyhow!("`{line}` is not a header: write `Name: value`"))?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}
