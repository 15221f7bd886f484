//! One file per command.

pub mod backup;
#[cfg(feature = "bench")]
pub mod bench;
pub mod claims;
pub mod connectors;
pub mod contacts;
mod delete;
pub mod deliveries;
pub mod demo;
pub mod dialects;
pub mod doctor;
pub mod events;
mod fields;
pub mod images;
pub mod keys;
pub mod listen;
pub mod login;
pub mod man;
pub mod messages;
pub mod migrate;
mod noun;
pub mod orders;
pub mod profiles;
mod reference;
pub mod replay;
pub mod replays;
pub mod restore;
mod serve;
pub mod shipments;
pub mod shops;
pub mod tail;
pub mod trigger;
pub mod verify;
pub mod webhooks;

use std::process::ExitCode;

use crate::cli::{self, Cli, Command};

/// Does what was typed.
pub fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let done = |result: anyhow::Result<()>| result.map(|()| ExitCode::SUCCESS);
    match cli.command {
        Command::Demo(args) => demo::run(args),
        Command::Serve(settings) => done(serve::run(&settings)),
        Command::Trigger(command) => done(trigger::run(&command.server, command.args)),
        Command::Verify(args) => verify::run(&args),
        Command::Shops(command) => done(shops::run(&command.server, command.args)),
        Command::Keys(command) => done(keys::run(&command.server, command.args)),
        Command::Webhooks(command) => done(webhooks::run(&command.server, command.args)),
        Command::Connectors(command) => done(connectors::run(&command.server, command.args)),
        Command::Events(command) => done(events::run(&command.server, command.args)),
        Command::Deliveries(command) => done(deliveries::run(&command.server, command.args)),
        Command::Claims(command) => done(claims::run(&command.server, command.args)),
        Command::Orders(command) => done(orders::run(&command.server, command.args)),
        Command::Shipments(command) => done(shipments::run(&command.server, command.args)),
        Command::Contacts(command) => done(contacts::run(&command.server, command.args)),
        Command::Messages(command) => done(messages::run(&command.server, command.args)),
        Command::Images(command) => done(images::run(&command.server, command.args)),
        Command::Replays(command) => done(replays::run(&command.server, &command.args)),
        Command::Login(command) => done(login::run(&command.server, &command.args)),
        Command::Profiles(command) => done(profiles::run(&command.server, command.args)),
        Command::Listen(command) => done(listen::run(&command.server, command.args)),
        Command::Tail(command) => done(tail::run(&command.server, command.args)),
        Command::Doctor(args) => doctor::run(&args),
        Command::Man(args) => done(man::run(&args, cli::command())),
        Command::Replay(command) => done(replay::run(&command.server, &command.args)),
        Command::Dialects(args) => done(dialects::run(&args)),
        Command::Backup(args) => done(backup::run(&args)),
        Command::Restore(args) => done(restore::run(&args)),
        Command::Migrate(args) => done(migrate::run(&args)),
        #[cfg(feature = "bench")]
        Command::Bench(args) => done(bench::run(args)),
        Command::Completions { shell } => {
            clap_complete::generate(
                shell,
                &mut cli::command(),
                "claimwire",
                &mut std::io::stdout(),
            );
            Ok(ExitCode::SUCCESS)
        }
        Command::Reference { what } => done(reference::run(what)),
    }
}
