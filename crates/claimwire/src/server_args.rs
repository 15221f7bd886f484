//! What every command that talks to a server takes.

use clap::Args;

use crate::output::format::Format;

/// Where help lists what all these commands take, apart from a command's own options.
pub const GLOBAL: &str = "Global options";

/// Where the server is, as whom to talk to it, and how to print what it answers. Flag, then environment, then profile,
/// then default: see [`crate::place`].
#[derive(Debug, Clone, Args)]
pub struct ServerArgs {
    /// The server's address: a URL, or HOST:PORT, which is http on this machine and https elsewhere
    /// [default: http://127.0.0.1:8480].
    #[arg(
        long,
        global = true,
        env = "CLAIMWIRE_SERVER",
        value_name = "ADDRESS",
        help_heading = GLOBAL
    )]
    pub server: Option<String>,
    /// An API key: the admin key or a shop's.
    #[arg(
        long,
        global = true,
        env = "CLAIMWIRE_KEY",
        hide_env_values = true,
        value_name = "KEY",
        help_heading = GLOBAL
    )]
    pub key: Option<String>,
    /// The shop's slug.
    #[arg(
        long,
        global = true,
        env = "CLAIMWIRE_SHOP",
        value_name = "SLUG",
        help_heading = GLOBAL
    )]
    pub shop: Option<String>,
    /// Which profile of `claimwire login` supplies what is given neither as an option nor in the environment
    /// [default: default].
    #[arg(
        long,
        global = true,
        env = "CLAIMWIRE_PROFILE",
        value_name = "NAME",
        help_heading = GLOBAL
    )]
    pub profile: Option<String>,
    /// Print JSON instead of tables, and errors as JSON on standard error.
    #[arg(long, global = true, help_heading = GLOBAL)]
    pub json: bool,
    /// Print what is at this path of the JSON, one value a line: .data[].uuid, .attempts[-1].status_code,
    /// .["odd name"]. Texts are printed as they are, all else as JSON.
    #[arg(long, global = true, value_name = "PATH", help_heading = GLOBAL)]
    pub format: Option<Format>,
}
