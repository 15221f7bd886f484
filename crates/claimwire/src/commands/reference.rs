//! The generated parts of the documentation, so that they cannot say what the program does not.

use claimwire_actions::Limit;

use crate::cli::{self, ReferenceKind};
use crate::output;
use crate::server_args::GLOBAL;

/// Prints one of them.
pub fn run(what: ReferenceKind) -> anyhow::Result<()> {
    let text = match what {
        ReferenceKind::Commands => commands(),
        ReferenceKind::Settings => settings(),
        ReferenceKind::Limits => limits(),
    };
    output::line(text.trim_end())
}

/// Every command's `--help`, one after another.
fn commands() -> String {
    let mut text =
        String::from("# Commands\n\nMade by `make reference` from the program's own help.\n");
    let mut root = cli::command();
    root.build();
    globals(&root, &mut text);
    describe(&mut root, &mut text);
    text
}

/// What all commands take that talk to a server, said once.
fn globals(root: &clap::Command, text: &mut String) {
    text.push_str("\n## Global options\n\nEvery command that talks to a server takes these.\n\n");
    let Some(command) = root.find_subcommand("shops") else {
        return;
    };
    for arg in command.get_arguments().filter(|arg| is_global(arg)) {
        let value = arg.get_value_names().and_then(<[_]>::first);
        let value = value.filter(|_| arg.get_action().takes_values());
        text.push_str(&format!(
            "- `--{}{}`{}: {}\n",
            arg.get_long().unwrap_or_default(),
            value.map(|name| format!(" {name}")).unwrap_or_default(),
            arg.get_env()
                .map(|name| format!(" (`{}`)", name.to_string_lossy()))
                .unwrap_or_default(),
            arg.get_help().map(ToString::to_string).unwrap_or_default(),
        ));
    }
}

fn is_global(arg: &clap::Arg) -> bool {
    arg.get_help_heading() == Some(GLOBAL)
}

fn describe(command: &mut clap::Command, text: &mut String) {
    if command.is_hide_set() || command.get_name() == "help" {
        return;
    }
    let name = command.get_bin_name().unwrap_or("claimwire").to_owned();
    let help = command
        .clone()
        .mut_args(|arg| {
            let hidden = is_global(&arg);
            arg.hide(hidden)
        })
        .term_width(100)
        .render_long_help()
        .to_string();
    let help: Vec<&str> = help.lines().map(str::trim_end).collect();
    text.push_str(&format!(
        "\n## {name}\n\n```text\n{}\n```\n",
        help.join("\n").trim_end()
    ));
    for sub in command.get_subcommands_mut() {
        describe(sub, text);
    }
}

/// Every limit of a shop: name, default, what it is of.
fn limits() -> String {
    let mut text = String::from(
        "# Limits of a shop\n\nMade by `make reference` from the program itself. What a shop makes beyond one is refused with 409 \
         `limit_reached`, which says `limit` and `value`. Another value for all shops of a server: `--limits webhooks=500,claims=100000` \
         (`CLAIMWIRE_LIMITS`; in the file `limits = [\"webhooks=500\"]`). A shop that has used four fifths of one shows in the gauge \
         `claimwire_limit_used_ratio`. A limit may be passed by as many as are made at the same moment.\n\n\
         | limit | default | of what, in one shop |\n|---|---|---|\n",
    );
    for limit in Limit::ALL {
        let (value, what) = (limit.default_value(), limit.what());
        text.push_str(&format!("| `{limit}` | {value} | {what} |\n"));
    }
    text.push_str(
        "\nBeside these, bounds that no setting changes: a webhook has at most 20 static headers, five replays wait behind the \
         one that runs (409 `replay_running`), an open object (`custom`, `context`, `event_data`) is part of a body of at most 1 MiB, and \
         photos that no claim names go after `--retention-days`. ARCHITECTURE.md lists the bounds of the program itself.\n",
    );
    text
}

/// Every setting of `serve`: flag, environment, name in the file, default, meaning.
fn settings() -> String {
    let mut text = String::from(
        "# Settings of `claimwire serve`\n\nMade by `make reference` from the program itself. A flag wins over the environment, the environment over \
         the file named with `--config` (TOML, names as in the third column), the file over the default.\n\n\
         | flag | environment | in the file | default | meaning |\n|---|---|---|---|---|\n",
    );
    let root = cli::command();
    let arguments = root
        .find_subcommand("serve")
        .into_iter()
        .flat_map(clap::Command::get_arguments);
    for arg in arguments.filter(|arg| arg.get_long().is_some() && arg.get_id() != "help") {
        let os = |text: Option<&std::ffi::OsStr>| {
            text.map(|t| format!("`{}`", t.to_string_lossy()))
                .unwrap_or_default()
        };
        let defaults: Vec<String> = if arg.is_hide_default_value_set() {
            vec!["one per core".to_owned()]
        } else {
            arg.get_default_values()
                .iter()
                .map(|value| format!("`{}`", value.to_string_lossy()))
                .collect()
        };
        let help = arg
            .get_long_help()
            .or_else(|| arg.get_help())
            .map(ToString::to_string)
            .unwrap_or_default();
        text.push_str(&format!(
            "| `--{}` | {} | {} | {} | {} |\n",
            arg.get_long().unwrap_or_default(),
            os(arg.get_env()),
            if arg.get_id() == "config" {
                String::new()
            } else {
                format!("`{}`", arg.get_id())
            },
            defaults.join(", "),
            help.replace('\n', " ").replace('|', "\\|"),
        ));
    }
    text.push_str(EGRESS);
    text
}

/// The one thing that the file can say and no flag can.
const EGRESS: &str = "
## Egress profiles

In the file only: a table `[egress.NAME]` for each way that requests can leave by, with one of these two lines. A
webhook is pinned to one by its `egress`, a whole shop by `PATCH /v1/shops/{slug}` with the admin key.

| in the table | value |
|---|---|
| `source_address` | an IP address of this machine that connections are made from |
| `proxy` | `http://[user:password@]host:port` for a proxy that knows HTTP CONNECT, `socks5://…` for one that speaks SOCKS 5; user name and password percent-encoded |
";
