//! The program: commands, settings, wiring, shutdown. It knows every other crate; none knows it.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod backlog;
mod backup;
mod certificates;
mod cli;
mod client;
mod commands;
mod config_file;
mod data_dir;
mod dialects;
mod egress;
mod failure;
mod frame_ancestor;
mod image_folder;
mod image_sweep;
mod images;
mod mail;
mod measures;
mod open_files;
mod output;
mod photo_move;
mod photos;
mod place;
mod process;
mod profiles;
mod public_url;
mod reseal;
mod roles;
mod samples;
mod server;
mod server_args;
mod settings;
mod state_files;
mod store;
mod traces;
mod when;

use std::ffi::OsString;
use std::process::ExitCode;

/// Does what these arguments say, the program's own name first, and tells how it went.
#[must_use]
pub fn run(args: Vec<OsString>) -> ExitCode {
    // Looked for by itself: what cannot be parsed is to be told as JSON too.
    let as_json = args.iter().any(|arg| arg == "--json");
    let cli = match cli::parse(args) {
        Ok(cli) => cli,
        Err(error) => return failure::report_usage(&error, as_json),
    };
    match commands::run(cli) {
        Ok(code) => code,
        Err(error) => failure::report(&error, as_json),
    }
}
