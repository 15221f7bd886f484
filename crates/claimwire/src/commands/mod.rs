//! One file per command.

pub mod backup;
#[cfg(feature = "bench")]
pub mod bench;
pub mod connectors;
pub mod deliveries;
pub mod demo;
pub mod dialects;
pub mod events;
pub mod keys;
mod reference;
pub mod replay;
pub mod restore;
mod serve;
pub mod shops;
pub mod trigger;
pub mod verify;
pub mod webhooks;

use std::process::ExitCode;

use clap::CommandFactory as _;

use crate::cli::{Cli, Command};

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
        Command::Replay(command) => done(replay::run(&command.server, &command.args)),
        Command::Dialects(args) => done(dialects::run(&args)),
        Command::Backup(args) => done(backup::run(&args)),
        Command::Restore(args) => done(restore::run(&args)),
        #[cfg(feature = "bench")]
        Command::Bench(args) => done(bench::run(args)),
        Command::Completions { shell } => {
            clap_complete::generate(
                shell,
                &mut Cli::command(),
                "claimwire",
                &mut std::io::stdout(),
            );
            Ok(ExitCode::SUCCESS)
        }
        Command::Reference { what } => done(reference::run(what)),
    }
}
