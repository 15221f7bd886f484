//! `claimwire messages`: what is said on a claim.

use clap::Subcommand;
use serde_json::{Value, json};

use super::noun::Paging;
use crate::client::{Client, segment};
use crate::output::{self, Column};
use crate::server_args::ServerArgs;

/// What to do with a claim's messages.
#[derive(Debug, clap::Args)]
pub struct MessagesArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
pub enum Action {
    /// Lists a claim's messages, newest first.
    List {
        /// The claim's id.
        claim: String,
        /// Which part.
        #[command(flatten)]
        paging: Paging,
    },
    /// Writes a message on a claim.
    Create {
        /// The claim's id.
        claim: String,
        /// What it says.
        body: String,
        /// From the customer, or to them.
        #[arg(long, default_value = "outbound", value_parser = ["inbound", "outbound"])]
        direction: String,
        /// Whose it is, for people.
        #[arg(long, value_name = "NAME")]
        author: Option<String>,
    },
}

const COLUMNS: &[Column] = &[
    Column::whole("ID", "id"),
    Column::whole("DIRECTION", "direction"),
    Column::time("CREATED", "created_at"),
    Column::long("AUTHOR", "author.name"),
    Column::long("BODY", "body"),
];

/// Runs it.
pub fn run(server: &ServerArgs, args: MessagesArgs) -> anyhow::Result<()> {
    let client = Client::new(server)?;
    let path = |claim: &str| client.in_shop(&format!("/claims/{}/messages", segment(claim)));
    match args.action {
        Action::List { claim, paging } => {
            output::listing(server, COLUMNS, paging.of(&client, &path(&claim)?)?)
        }
        Action::Create {
            claim,
            body,
            direction,
            author,
        } => {
            let mut message = json!({"direction": direction, "body": body});
            if let (Some(author), Value::Object(message)) = (author, &mut message) {
                message.insert("author".to_owned(), json!({"name": author}));
            }
            output::one(server, &client.post(&path(&claim)?, &message)?)
        }
    }
}
