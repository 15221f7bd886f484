//! `claimwire profiles`: what `claimwire login` keeps.

use clap::Subcommand;
use serde_json::{Value, json};

use super::delete::{Stake, Yes};
use crate::failure::{Class, Failure};
use crate::output::{self, Column};
use crate::profiles;
use crate::server_args::ServerArgs;

/// What to do with profiles; without a command, list them.
#[derive(Debug, clap::Args)]
pub struct ProfilesArgs {
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Debug, Subcommand)]
pub enum Action {
    /// Lists the profiles, without their keys.
    List,
    /// Deletes a profile and the key in it; the key itself stays good.
    Delete {
        /// Its name.
        name: String,
        /// Whether to ask.
        #[command(flatten)]
        yes: Yes,
    },
}

const COLUMNS: &[Column] = &[
    Column::whole("NAME", "name"),
    Column::long("SERVER", "server"),
    Column::whole("SHOP", "shop"),
];

/// Runs it.
pub fn run(server: &ServerArgs, args: ProfilesArgs) -> anyhow::Result<()> {
    match args.action.unwrap_or(Action::List) {
        Action::List => {
            let all = profiles::all()?.into_iter();
            let rows = all.map(|(name, profile)| {
                json!({"name": name, "server": profile.server, "shop": profile.shop})
            });
            output::list(server, COLUMNS, &Value::Array(rows.collect()))
        }
        Action::Delete { name, yes } => {
            yes.to(&format!("the profile {name}"), Stake::One)?;
            if profiles::delete(&name)? {
                return output::done(server, &format!("deleted the profile {name}"));
            }
            let what = format!("there is no profile `{name}` in {}", profiles::shown());
            let hint = "`claimwire profiles list` shows those there are";
            Err(Failure::new(Class::NotFound, what, hint).into())
        }
    }
}
