//! `claimwire listen`: a shop's events at a port of this machine, over one outgoing connection.
//!
//! Events come in the order of their commits. After each the place in the log is kept, and a connection that breaks, or a
//! server that starts anew, is taken up at that place: none is lost and none comes twice. An event that the local
//! receiver refuses is shown as refused, and not sent again: `--after` or `--replay-since` bring it back.
//! A body is printed as JSON where it is JSON, else as it is.

mod forward;
mod stream;

use std::path::PathBuf;
use std::time::Duration;

use claimwire_model::{Dialect, Timestamp};
use clap::Args;
use serde_json::{Value, json};

use crate::client::{Client, with_query};
use crate::dialects;
use crate::failure::{self, Failure};
use crate::output::{self, Style};
use crate::server_args::ServerArgs;
use crate::when;
use forward::{Answered, Forward};
use stream::{Block, Stream};

/// What to bring here, and where to.
#[derive(Debug, Args)]
pub struct ListenArgs {
    /// Where each event is posted: a URL, HOST:PORT/PATH, or a port of this machine.
    #[arg(long, value_name = "URL", required_unless_present = "print")]
    forward_to: Option<String>,
    /// Print each event's body instead.
    #[arg(long, conflicts_with = "forward_to")]
    print: bool,
    /// The form and the signature that events come in.
    #[arg(long, default_value = "standard")]
    dialect: String,
    /// The directory that describes dialects of your own, if it is one of them.
    #[arg(long, env = "CLAIMWIRE_DIALECTS", value_name = "DIR")]
    dialects: Option<PathBuf>,
    /// The secret to sign with; made for this session, and printed, when not given.
    #[arg(long, conflicts_with = "print")]
    secret: Option<String>,
    /// Only these events, as a webhook takes them: refs, prefixes of refs, group:NAME, names of the dialect.
    #[arg(long, value_delimiter = ',', value_name = "EVENT,…")]
    filter: Option<Vec<String>>,
    /// Begin with what happened since then: 1h, 7d, 2026-01-29, or RFC 3339.
    #[arg(long, value_name = "TIME", value_parser = when::parse, conflicts_with = "after")]
    replay_since: Option<Timestamp>,
    /// Go on after this event: its id as its line shows it, or its `cursor` in --json.
    #[arg(long, value_name = "EVT")]
    after: Option<String>,
    /// End when there is nothing more now, instead of waiting for what comes.
    #[arg(long)]
    no_follow: bool,
}

/// How long the server may be silent; it sends a comment every 15 seconds.
const SILENCE: Duration = Duration::from_secs(45);
/// Between attempts to connect again: at first, and at most.
const PAUSES: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(10));

/// Runs it until it is ended.
pub fn run(server: &ServerArgs, args: ListenArgs) -> anyhow::Result<()> {
    if let Some(dir) = &args.dialects {
        dialects::set(dir)?;
    }
    let dialect = args
        .dialect
        .parse()
        .map_err(|why| Failure::usage(why, "name one of your own with --dialects DIR beside it"))?;
    let client = Client::new(server)?;
    let forward = match &args.forward_to {
        Some(url) => Some(Forward::to(url, dialect, args.secret.as_deref())?),
        None => None,
    };
    let mut session = Session {
        server,
        client: &client,
        dialect,
        after: args.after.clone(),
        said: false,
        args,
        forward,
    };
    session.run()
}

struct Session<'a> {
    server: &'a ServerArgs,
    client: &'a Client,
    dialect: Dialect,
    args: ListenArgs,
    forward: Option<Forward>,
    /// The place after which to go on.
    after: Option<String>,
    /// Whether it was said that it listens.
    said: bool,
}

impl Session<'_> {
    fn run(&mut self) -> anyhow::Result<()> {
        let mut pause = PAUSES.0;
        let mut is_away = false;
        loop {
            let before = self.after.clone();
            match self.connect() {
                Ok(mut stream) => {
                    self.greet();
                    if std::mem::take(&mut is_away) {
                        output::aside("connected again");
                    }
                    self.read(&mut stream)?;
                    if self.args.no_follow {
                        return Ok(());
                    }
                }
                Err(error) if self.said && failure::is_passing(&error) => {
                    // Once, and not at each try.
                    if !std::mem::replace(&mut is_away, true) {
                        output::aside(&format!("{error}; trying again"));
                    }
                }
                Err(error) => return Err(error),
            }
            pause = if self.after == before {
                (pause * 2).min(PAUSES.1)
            } else {
                PAUSES.0
            };
            std::thread::sleep(pause);
        }
    }

    fn connect(&self) -> anyhow::Result<Stream> {
        let since = self.args.replay_since.filter(|_| self.after.is_none());
        let filters = [
            ("dialect", Some(self.dialect.to_string())),
            ("after", self.after.clone()),
            ("since", since.map(|time| time.to_string())),
            (
                "events",
                self.args.filter.as_ref().map(|entries| entries.join(",")),
            ),
            ("follow", self.args.no_follow.then(|| "false".to_owned())),
        ];
        let path = with_query(&self.client.in_shop("/event-stream")?, filters);
        Ok(Stream::new(self.client.stream(&path)?))
    }

    fn greet(&mut self) {
        if std::mem::replace(&mut self.said, true) {
            return;
        }
        let place = self.client.place();
        let shop = place.shop.as_deref().unwrap_or_default();
        let dialect = self.dialect;
        output::aside(&format!(
            "listening to {shop} at {} in the dialect {dialect}",
            place.base
        ));
        if let Some(forward) = &self.forward {
            output::aside(&format!("forwarding to {}", forward.url));
            output::aside(&format!("secret: {}", forward.secret()));
        }
    }

    /// To the end of the connection.
    fn read(&mut self, stream: &mut Stream) -> anyhow::Result<()> {
        while let Some(block) = stream.next(SILENCE) {
            if let Some(data) = &block.data {
                let event: Value = serde_json::from_str(data)?;
                self.handle(&event, &block)?;
            }
            // Not before the event is dealt with.
            if block.id.is_some() {
                self.after = block.id;
            }
        }
        Ok(())
    }

    fn handle(&self, event: &Value, block: &Block) -> anyhow::Result<()> {
        let text = |name: &str| event.get(name).and_then(Value::as_str).unwrap_or_default();
        let cursor = block.id.as_deref().unwrap_or_default();
        let Some(forward) = &self.forward else {
            return self.print(event, text("ref"), text("body"), cursor);
        };
        let answered = forward.send(event, cursor);
        let told = json!({
            "event_id": text("id"), "ref": text("ref"), "cursor": cursor,
            "status_code": answered.status, "duration_ms": answered.took_ms, "error": answered.error,
        });
        if output::for_programs_line(self.server, &told)? {
            return Ok(());
        }
        output::line(&told_line(
            text("ref"),
            &shown(text("id"), cursor),
            &answered,
        ))
    }

    fn print(&self, event: &Value, r#ref: &str, body: &str, cursor: &str) -> anyhow::Result<()> {
        // A dialect of one's own may have another form.
        let body = serde_json::from_str(body).unwrap_or_else(|_| Value::from(body));
        let told =
            json!({"event_id": event.get("id"), "ref": r#ref, "cursor": cursor, "body": body});
        if output::for_programs_line(self.server, &told)? {
            return Ok(());
        }
        output::line(&Style::of_stdout().heading(r#ref))?;
        match &body {
            Value::String(text) => output::line(text),
            body => output::json(body),
        }
    }
}

/// An event's id, and the place to go on after where that is another: of an event that was posted with an id of its own.
fn shown(id: &str, cursor: &str) -> String {
    if id == cursor {
        id.to_owned()
    } else {
        format!("{id} ({cursor})")
    }
}

fn told_line(r#ref: &str, id: &str, answered: &Answered) -> String {
    let now = when::now();
    let came = match (answered.status, &answered.error) {
        (Some(status), _) => {
            let word = if (200..300).contains(&status) {
                "ok"
            } else {
                "failed"
            };
            format!("{} {status}", Style::of_stdout().status(word))
        }
        (None, Some(error)) => format!("{} {error}", Style::of_stdout().status("failed")),
        (None, None) => "failed".to_owned(),
    };
    format!("{now}  {ref}  {id}  {came}  {} ms", answered.took_ms)
}
