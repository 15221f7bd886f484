//! What every command that talks to a server takes.

use clap::Args;

/// Where the server is, and as whom to talk to it.
#[derive(Debug, Clone, Args)]
pub struct ServerArgs {
    /// The server's address.
    #[arg(
        long,
        global = true,
        env = "CLAIMWIRE_SERVER",
        default_value = "http://127.0.0.1:8480",
        value_name = "URL"
    )]
    pub server: String,
    /// An API key: the admin key or a shop's.
    #[arg(
        long,
        global = true,
        env = "CLAIMWIRE_KEY",
        hide_env_values = true,
        value_name = "KEY"
    )]
    pub key: Option<String>,
    /// The shop's slug.
    #[arg(long, global = true, env = "CLAIMWIRE_SHOP", value_name = "SLUG")]
    pub shop: Option<String>,
    /// Print JSON instead of tables.
    #[arg(long, global = true)]
    pub json: bool,
}
