//! `claimwire login`: keeps a server's address and key, so that they need not be typed again.

use std::io::{self, BufRead as _, IsTerminal as _};

use clap::Args;
use console::Term;
use serde_json::json;

use crate::client::{Client, segment};
use crate::failure::Failure;
use crate::output;
use crate::place::Place;
use crate::profiles::{self, Profile};
use crate::server_args::ServerArgs;

/// Keeps the server, key and shop given by options or environment as a profile, after trying the key. Without --key the
/// key is asked for, and read unseen at a terminal; from a script it comes on standard input.
#[derive(Debug, Args)]
pub struct LoginArgs {}

/// Runs it.
pub fn run(server: &ServerArgs, _: &LoginArgs) -> anyhow::Result<()> {
    let name = server.profile.as_deref().unwrap_or(profiles::DEFAULT);
    // What the profile had is not taken over: its key may be of another server.
    let given = ServerArgs {
        profile: None,
        ..server.clone()
    };
    let mut place = Place::without_profile(&given)?;
    if place.key.is_none() {
        place.key = Some(ask(&place.base)?);
    }
    let client = Client::at(place.clone())?;
    client.get("/v1/event-types")?;
    if let Some(shop) = &place.shop {
        client.get(&format!("/v1/shops/{}", segment(shop)))?;
    }
    let profile = Profile {
        server: Some(place.base.clone()),
        key: place.key,
        shop: place.shop,
    };
    profiles::write(name, &profile)?;
    let kept = json!({"profile": name, "server": place.base, "shop": profile.shop});
    if output::for_programs(server, &kept)? {
        return Ok(());
    }
    output::line(&format!(
        "{} takes the key; kept as profile `{name}` in {}",
        place.base,
        profiles::shown()
    ))
}

fn ask(base: &str) -> anyhow::Result<String> {
    let key = if io::stdin().is_terminal() {
        let term = Term::stderr();
        term.write_str(&format!("Key for {base}: "))?;
        term.read_secure_line()?
    } else {
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line)?;
        line
    };
    match key.trim() {
        "" => {
            let hint = "type it, or put it on standard input, or give --key";
            Err(Failure::usage(format!("no key for {base} was given"), hint).into())
        }
        key => Ok(key.to_owned()),
    }
}
