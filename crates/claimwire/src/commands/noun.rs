//! What the commands of all nouns have in common: `claimwire NOUN` alone lists, and a list ends after so many and goes on
//! at a cursor.

use claimwire_model::Timestamp;
use clap::{Args, Subcommand};
use serde_json::Value;

use super::delete::{Stake, Yes};
use crate::client::{Client, Listing, segment, with_query};
use crate::failure::{Class, Failure};
use crate::output;
use crate::server_args::ServerArgs;
use crate::when;

/// A noun's command: what to do, and, without a command, which ones to list.
#[derive(Debug, Args)]
pub struct Noun<Action: Subcommand, Which: Args> {
    #[command(subcommand)]
    action: Option<Action>,
    #[command(flatten)]
    which: Which,
}

impl<Action: Subcommand, Which: Args> Noun<Action, Which> {
    /// What to do; `list` makes listing out of which ones.
    pub fn action(self, list: impl FnOnce(Which) -> Action) -> Action {
        self.action.unwrap_or_else(|| list(self.which))
    }
}

/// Which part of a list.
#[derive(Debug, Args)]
pub struct Paging {
    /// How many at most.
    #[arg(long, default_value_t = 30, value_name = "COUNT")]
    limit: usize,
    /// Where to go on, as the list before said.
    #[arg(long)]
    cursor: Option<String>,
}

impl Paging {
    /// That part of the list at a path.
    pub fn of(&self, client: &Client, path: &str) -> anyhow::Result<Listing> {
        client.list(path, self.limit, self.cursor.as_deref())
    }
}

/// Which ones, where a list is searched by words alone.
#[derive(Debug, Args)]
pub struct Search {
    /// Only with all of these words, or words that begin so: in names, numbers, addresses.
    #[arg(long, short = 'q', value_name = "WORDS")]
    q: Option<String>,
    #[command(flatten)]
    paging: Paging,
}

impl Search {
    /// That part of the list at a path.
    pub fn of(self, client: &Client, path: &str) -> anyhow::Result<Listing> {
        self.paging.of(client, &with_query(path, [("q", self.q)]))
    }
}

/// The things of one noun, whose routes are alike.
pub struct Things<'a> {
    server: &'a ServerArgs,
    client: &'a Client,
    /// One of them, for people: `claim`.
    name: &'static str,
    /// The path of all of them.
    pub all: String,
}

impl<'a> Things<'a> {
    /// Those below this path of the shop.
    ///
    /// # Errors
    /// When no shop is given.
    pub fn of_shop(
        server: &'a ServerArgs,
        client: &'a Client,
        path: &str,
        name: &'static str,
    ) -> anyhow::Result<Self> {
        let all = client.in_shop(path)?;
        Ok(Self {
            server,
            client,
            name,
            all,
        })
    }

    /// The path of one.
    pub fn path(&self, id: &str) -> String {
        format!("{}/{}", self.all, segment(id))
    }

    /// `get`.
    pub fn get(&self, id: &str) -> anyhow::Result<()> {
        output::one(self.server, &self.client.get(&self.path(id))?)
    }

    /// `create`.
    pub fn create(&self, fields: &Value) -> anyhow::Result<()> {
        output::one(self.server, &self.client.post(&self.all, fields)?)
    }

    /// `update`.
    pub fn update(&self, id: &str, fields: &Value) -> anyhow::Result<()> {
        output::one(self.server, &self.client.patch(&self.path(id), fields)?)
    }

    /// `delete`.
    pub fn delete(&self, id: &str, yes: Yes) -> anyhow::Result<()> {
        let name = self.name;
        yes.to(&format!("the {name} {id}"), Stake::One)?;
        self.client.delete(&self.path(id))?;
        output::done(self.server, &format!("deleted the {name} {id}"))
    }
}

/// Writes what is not there yet, by the PUT that would also change what is.
pub fn put_new(
    client: &Client,
    path: &str,
    fields: &Value,
    nouns: &str,
    id: &str,
) -> anyhow::Result<Value> {
    if client.find(path)?.is_some() {
        let what = format!("{id} is there already, and was left as it is");
        let hint = format!("`claimwire {nouns} update {id}` changes it");
        return Err(Failure::new(Class::Refused, what, hint).into());
    }
    client.put(path, fields)
}

/// Changes what is there, by the PUT that would also make what is not.
pub fn put_there(client: &Client, path: &str, fields: &Value) -> anyhow::Result<Value> {
    client.get(path)?;
    client.put(path, fields)
}

/// From when to when.
#[derive(Debug, Args)]
pub struct Span {
    /// Only those of this time or later: 1h, 7d, 2026-01-29, or RFC 3339.
    #[arg(long, value_name = "TIME", value_parser = when::parse)]
    since: Option<Timestamp>,
    /// Only those before this time.
    #[arg(long, value_name = "TIME", value_parser = when::parse)]
    until: Option<Timestamp>,
}

impl Span {
    /// As the API takes it.
    pub fn filters(&self) -> [(&'static str, Option<String>); 2] {
        let text = |time: Option<Timestamp>| time.map(|time| time.to_string());
        [("since", text(self.since)), ("until", text(self.until))]
    }
}

/// The one thing that is `id` under `name`, in a list that has no route for one.
pub fn found(items: Vec<Value>, name: &str, id: &str, what: &str) -> anyhow::Result<Value> {
    let mut items = items.into_iter();
    let found = items.find(|item| item.get(name).and_then(Value::as_str) == Some(id));
    found.ok_or_else(|| {
        let class = Class::NotFound;
        let hint = format!("`claimwire {what}s list` shows those there are");
        Failure::new(class, format!("there is no {what} `{id}`"), hint).into()
    })
}
