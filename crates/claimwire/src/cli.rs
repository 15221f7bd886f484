//! What can be typed. Every flag can also come from the environment, and those of `serve` from a file.

mod examples;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::parser::ValueSource;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};

#[cfg(feature = "bench")]
use crate::commands::bench;
use crate::commands::{
    backup, claims, connectors, contacts, deliveries, demo, dialects, doctor, events, images, keys,
    listen, login, man, messages, migrate, orders, profiles, replay, replays, restore, shipments,
    shops, tail, trigger, verify, webhooks,
};
use crate::config_file;
use crate::egress::Profiles;
use crate::server_args::{GLOBAL, ServerArgs};
use crate::settings::ServeSettings;

/// Delivers what happens to claims, orders, shipments, contacts and messages to everyone who must
/// know: signed, retried, and in the form that each receiver already speaks.
#[derive(Debug, Parser)]
#[command(name = "claimwire", version, max_term_width = 100, after_help = FIRST_STEPS)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const FIRST_STEPS: &str = "\
First steps:
  claimwire demo                          see the whole job on this machine, with no set-up
  claimwire serve                         start the server; the first start prints the admin key
  claimwire login                         keep the admin key, for the commands below
  claimwire shops create acme             make a shop
  export CLAIMWIRE_SHOP=acme
  claimwire webhooks create --url URL     subscribe an endpoint
  claimwire trigger claims/created        make something happen
  claimwire deliveries list               see what was sent, and what was answered

Exit codes: 0 done; 1 failed, or a check said no; 2 typed wrongly; 3 no key, a wrong one, or one that may not; \
4 not there; 5 refused by the server; 6 no answer, or a server that cannot serve now.";

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Shows the whole job on this machine: a server, a receiver per dialect, a helpdesk, a claim with photos.
    Demo(demo::DemoArgs),
    /// Runs the server: API and delivery engine.
    Serve(Box<ServeSettings>),
    /// Brings a shop's events to a port of this machine, signed as in production, without a public endpoint.
    Listen(WithServer<listen::ListenArgs>),
    /// Writes a realistic sample change, so that its events flow.
    Trigger(WithServer<trigger::TriggerArgs>),
    /// Checks the signature of a captured request: exit 0 genuine, 1 not, with the reason.
    Verify(verify::VerifyArgs),
    /// Lists, shows, makes, changes and deletes shops.
    Shops(WithServer<shops::ShopsArgs>),
    /// Lists, makes and deletes a shop's API keys; makes a new admin key.
    Keys(WithServer<keys::KeysArgs>),
    /// Lists, shows, makes, changes, tests and deletes a shop's webhooks.
    Webhooks(WithServer<webhooks::WebhooksArgs>),
    /// Lists, shows, makes, changes, tests, previews and deletes a shop's connectors to helpdesks and marketing tools.
    Connectors(WithServer<connectors::ConnectorsArgs>),
    /// Lists, shows, makes, changes and deletes a shop's claims.
    Claims(WithServer<claims::ClaimsArgs>),
    /// Lists, shows, makes and changes a shop's orders.
    Orders(WithServer<orders::OrdersArgs>),
    /// Lists, shows, makes and changes a shop's shipments; adds what the carrier says of one.
    Shipments(WithServer<shipments::ShipmentsArgs>),
    /// Lists, shows, makes, changes and deletes a shop's contacts.
    Contacts(WithServer<contacts::ContactsArgs>),
    /// Lists and writes the messages on a claim.
    Messages(WithServer<messages::MessagesArgs>),
    /// Uploads and deletes evidence photos.
    Images(WithServer<images::ImagesArgs>),
    /// Lists and shows a shop's events, posts one, lists the kinds of events.
    Events(WithServer<events::EventsArgs>),
    /// Lists a shop's deliveries, shows one with what was sent and answered, tries one again.
    Deliveries(WithServer<deliveries::DeliveriesArgs>),
    /// Shows deliveries as they happen.
    Tail(WithServer<tail::TailArgs>),
    /// Sends again what a webhook or connector missed, and shows the progress.
    Replay(WithServer<replay::ReplayArgs>),
    /// Checks the files that describe dialects of your own: their samples and vectors.
    Dialects(dialects::DialectsArgs),
    /// Shows how far a replay is.
    Replays(WithServer<replays::ReplaysArgs>),
    /// Keeps a server's address and key as a profile, so that they need not be given again.
    Login(WithServer<login::LoginArgs>),
    /// Lists and deletes the profiles of `login`.
    Profiles(WithServer<profiles::ProfilesArgs>),
    /// Looks whether this machine and these settings can serve, and says what to do where they cannot.
    Doctor(Box<doctor::DoctorArgs>),
    /// Copies a server's data into a directory, while it serves: the database and the images.
    Backup(backup::BackupArgs),
    /// Makes a data directory out of a backup.
    Restore(restore::RestoreArgs),
    /// Moves a server's data into PostgreSQL, or back.
    Migrate(migrate::MigrateArgs),
    /// Measures this machine: a load generator, a measuring receiver and a server of its own.
    #[cfg(feature = "bench")]
    Bench(bench::BenchArgs),
    /// Prints a script that completes this program's commands in your shell.
    Completions {
        /// Which shell.
        shell: clap_complete::Shell,
    },
    /// Prints the manual page, or writes one for each command into a directory.
    Man(man::ManArgs),
    /// Prints the reference of commands or settings that the documentation is made from.
    #[command(hide = true)]
    Reference {
        /// Which one.
        what: ReferenceKind,
    },
}

/// Generated documentation.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub enum ReferenceKind {
    /// Every command with its help.
    Commands,
    /// Every setting of `serve`.
    Settings,
    /// Every limit of a shop.
    Limits,
}

/// A command that talks to a server.
#[derive(Debug, Args)]
pub struct WithServer<T: Args> {
    /// Where and as whom.
    #[command(flatten)]
    pub server: ServerArgs,
    /// What.
    #[command(flatten)]
    pub args: T,
}

/// The whole command line, with the examples of every help.
pub fn command() -> clap::Command {
    examples::add(Cli::command()).mut_subcommand("doctor", |doctor| {
        // `serve --help` has them.
        doctor.mut_args(|arg| {
            let own = ["config", "data_dir", "reach", "json", "format"];
            let hidden = !own.contains(&arg.get_id().as_str());
            arg.hide(hidden)
        })
    })
}

/// Reads the command line; a settings file named on it (or in the environment) supplies what neither
/// flags nor environment do.
pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Cli, clap::Error> {
    let args: Vec<OsString> = args.into_iter().collect();
    let mut command = command();
    let mut egress = Profiles::new();
    if let Some(path) = config_path(&args) {
        let mut file = config_file::read(&path, &command).map_err(|message| {
            Cli::command().error(clap::error::ErrorKind::InvalidValue, message)
        })?;
        egress = std::mem::take(&mut file.egress);
        command = file.into_defaults_of(command);
    }
    let matches = command.clone().try_get_matches_from(args)?;
    if let Some(message) = misplaced(&command, &matches) {
        return Err(command.error(clap::error::ErrorKind::ArgumentConflict, message));
    }
    let mut cli = Cli::from_arg_matches(&matches)?;
    match &mut cli.command {
        Command::Serve(settings) => settings.egress = egress,
        Command::Doctor(args) => args.settings.egress = egress,
        _ => {}
    }
    Ok(cli)
}

/// An option of a command that stands before the command below it, which would not see it: `webhooks --status active
/// list`. Global options may stand anywhere.
fn misplaced(command: &clap::Command, matches: &clap::ArgMatches) -> Option<String> {
    let (name, below) = matches.subcommand()?;
    let typed = |arg: &&clap::Arg| {
        matches.value_source(arg.get_id().as_str()) == Some(ValueSource::CommandLine)
    };
    let own = command
        .get_arguments()
        .filter(|arg| arg.get_help_heading() != Some(GLOBAL));
    if let Some(long) = own.filter(typed).find_map(clap::Arg::get_long) {
        return Some(format!("--{long} stands before `{name}`: write it behind"));
    }
    misplaced(command.find_subcommand(name)?, below)
}

/// The value of `--config`, looked for before the real parse because it changes the defaults.
fn config_path(args: &[OsString]) -> Option<PathBuf> {
    let lenient = Cli::command()
        .ignore_errors(true)
        .try_get_matches_from(args)
        .ok()?;
    let (_, serve) = lenient
        .subcommand()
        .filter(|(name, _)| config_file::COMMANDS.contains(name))?;
    serve.get_one::<PathBuf>("config").cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        command().debug_assert();
    }

    #[test]
    fn flag_beats_file_beats_default() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("claimwire.toml");
        std::fs::write(&path, "listen = \"127.0.0.1:9001\"\nretention_days = 7\nendpoint_allow_http = true\nendpoint_allow_networks = [\"10.0.0.0/8\", \"127.0.0.0/8\"]\n[egress.office]\nsource_address = \"127.0.0.2\"\n").unwrap();
        let cli = parse(
            ["claimwire", "serve", "--retention-days", "9", "--config"]
                .map(OsString::from)
                .into_iter()
                .chain([path.into()]),
        )
        .unwrap();
        let Command::Serve(settings) = cli.command else {
            panic!("not serve")
        };
        assert_eq!(settings.listen.to_string(), "127.0.0.1:9001");
        assert_eq!(settings.retention_days, 9);
        assert!(settings.endpoint_allow_http);
        assert_eq!(settings.endpoint_allow_networks.len(), 2);
        assert!(settings.egress.contains_key("office"));
    }

    #[test]
    fn an_unknown_setting_in_the_file_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("claimwire.toml");
        std::fs::write(&path, "listne = \"127.0.0.1:9001\"\n").unwrap();
        let error = parse(
            ["claimwire", "serve", "--config"]
                .map(OsString::from)
                .into_iter()
                .chain([path.into()]),
        )
        .unwrap_err();
        assert!(error.to_string().contains("listne"), "{error}");
    }
}
