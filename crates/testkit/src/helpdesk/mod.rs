//! Helpdesks that do as the vendors': they keep tickets, uploads and notes, check who asks and what, by
//! the vendors' schemas, and fail when they are told to. For the connectors' tests and the demo.
//!
//! A fake is a [`Helpdesk`]; [`Fake`] wraps it for direct use, [`crate::Receiver::start_with`] puts it on
//! loopback.

mod dixa;
mod freshdesk;
mod gorgias;
mod intercom;
mod mailbox;
mod multipart;
mod request_tracker;
mod schema;
mod zendesk;

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

pub use dixa::Dixa;
pub use freshdesk::Freshdesk;
pub use gorgias::Gorgias;
pub use intercom::Intercom;
pub use mailbox::Mailbox;
pub use request_tracker::RequestTracker;
pub use zendesk::Zendesk;

use crate::log::Received;
use crate::reply::Reply;

/// What a fake takes for now where it names an instant: 2026-01-29T14:48:47Z.
pub const NOW_SECONDS: i64 = 1_769_698_127;

/// A ticket as its agents see it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ticket {
    /// Counts up from 1.
    pub id: u64,
    /// As whom it is filed.
    pub requester: String,
    /// One line.
    pub subject: String,
    /// The first message: HTML or plain, as the vendor takes it.
    pub text: String,
    /// What it is found by, where the vendor has that.
    pub external_id: String,
    /// In order.
    pub tags: Vec<String>,
    /// What is attached, to the first message and to notes.
    pub photos: Vec<Photo>,
    /// In order, those with photos too.
    pub notes: Vec<Note>,
    /// Who works on it.
    pub agent: Option<String>,
}

/// A note on a ticket.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Note {
    /// HTML or plain.
    pub text: String,
    /// Agents alone see it.
    pub internal: bool,
}

/// Something attached.
#[derive(Debug, Clone, PartialEq)]
pub enum Photo {
    /// A file: its name, its type and how many bytes.
    File(String, String, usize),
    /// Fetched by the vendor from here.
    Url(String),
}

/// What all helpdesks have.
#[derive(Debug, Default)]
pub struct Desk {
    /// In the order in which they were made.
    pub tickets: Vec<Ticket>,
    /// Customers who are shut out.
    pub suspended: BTreeSet<String>,
    /// Customers who are known.
    pub customers: BTreeSet<String>,
    /// The calls so far, by name: those that were refused too.
    pub calls: Vec<&'static str>,
}

impl Desk {
    /// The ticket of this number.
    pub fn ticket(&mut self, id: &str) -> Option<&mut Ticket> {
        let id: u64 = id.parse().ok()?;
        self.tickets.iter_mut().find(|ticket| ticket.id == id)
    }

    pub(crate) fn add(&mut self, ticket: Ticket) -> u64 {
        let id = self.tickets.len() as u64 + 1;
        self.customers.insert(ticket.requester.clone());
        self.tickets.push(Ticket { id, ..ticket });
        id
    }
}

/// A route of an API: method, path with `*` for what is not fixed, and the call's name.
pub type Route = (&'static str, &'static str, &'static str);

/// The call that this route is.
fn route(routes: &[Route], asked: &Asked) -> Option<&'static str> {
    let mut routes = routes.iter();
    let found = routes.find(|(method, path, _)| asked.is(method, path))?;
    Some(found.2)
}

/// One vendor's API.
pub trait Helpdesk: Send {
    /// What is on its desk.
    fn desk(&mut self) -> &mut Desk;

    /// The `Authorization` that is let in.
    fn authorization(&self) -> String;

    /// Its routes.
    fn routes(&self) -> &'static [Route];

    /// Which call this is; none: there is no such route.
    fn call(&self, asked: &Asked) -> Option<&'static str> {
        route(self.routes(), asked)
    }

    /// Does it.
    fn answer(&mut self, call: &str, asked: &Asked) -> Reply;

    /// How it refuses: 401 or 403.
    fn refusal(&self, status: u16) -> Reply;

    /// How it asks for quiet.
    fn too_many(&self, seconds: u32) -> Reply;
}

/// A request, taken apart.
#[derive(Debug, Clone)]
pub struct Asked {
    /// `GET`, …
    pub method: String,
    /// The path's segments.
    pub path: Vec<String>,
    /// The query's pairs, decoded.
    pub query: Vec<(String, String)>,
    /// The request.
    pub received: Received,
}

impl Asked {
    fn of(received: &Received) -> Self {
        let (path, query) = received
            .path
            .split_once('?')
            .unwrap_or((&received.path, ""));
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        let pair = |pair: &str| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(name), decoded(value))
        };
        Self {
            method: received.method.clone(),
            path: path
                .trim_start_matches('/')
                .split('/')
                .map(decoded)
                .collect(),
            query: pairs.map(pair).collect(),
            received: received.clone(),
        }
    }

    /// Method and path with `*` for what is not fixed, to be matched.
    pub(crate) fn is(&self, method: &str, path: &str) -> bool {
        let wanted: Vec<&str> = path.split('/').collect();
        let fits = |(wanted, there): (&&str, &String)| *wanted == "*" || *wanted == there;
        self.method == method
            && wanted.len() == self.path.len()
            && wanted.iter().zip(&self.path).all(fits)
    }

    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().find(|(there, _)| there == name)?;
        Some(&found.1)
    }

    pub(crate) fn segment(&self, place: usize) -> &str {
        self.path.get(place).map_or("", |segment| segment)
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.received.body).unwrap_or(Value::Null)
    }
}

/// How a call fails.
#[derive(Debug, Clone)]
pub enum Fault {
    /// Not at all.
    Pass,
    /// The vendor answers this and does nothing.
    Instead(Reply),
    /// The vendor does it, and this comes back.
    After(Reply),
}

/// A fake helpdesk with the faults that it was told to have.
pub struct Fake {
    helpdesk: Mutex<Box<dyn Helpdesk>>,
    orders: Mutex<Orders>,
}

#[derive(Default)]
struct Orders {
    faults: VecDeque<(&'static str, Fault)>,
    /// Calls left until it asks for quiet.
    left: Option<u32>,
    /// Refuses everybody, with this status.
    refuses: Option<u16>,
}

impl Fake {
    /// Over this vendor's API.
    pub fn new(helpdesk: impl Helpdesk + 'static) -> Self {
        Self {
            helpdesk: Mutex::new(Box::new(helpdesk)),
            orders: Mutex::default(),
        }
    }

    /// The next call of this name fails so; any call, where the name is empty.
    pub fn fail(&self, call: &'static str, fault: Fault) {
        self.orders().faults.push_back((call, fault));
    }

    /// So many calls are answered, then it asks for quiet, until this is called again.
    pub fn limit(&self, calls: Option<u32>) {
        self.orders().left = calls;
    }

    /// From now on nobody is let in, with this status; none: the right credentials are again.
    pub fn refuse(&self, status: Option<u16>) {
        self.orders().refuses = status;
    }

    /// Looks at what is on its desk, or changes it.
    pub fn with<T>(&self, look: impl FnOnce(&mut Desk) -> T) -> T {
        look(self.helpdesk().desk())
    }

    /// The answer to a request.
    pub fn answer(&self, received: &Received) -> Reply {
        let mut helpdesk = self.helpdesk();
        let asked = Asked::of(received);
        let Some(call) = helpdesk.call(&asked) else {
            return answer(404, json!({"error": "no such route"}));
        };
        helpdesk.desk().calls.push(call);
        let mut orders = self.orders();
        if let Some(status) = orders.refuses {
            return helpdesk.refusal(status);
        }
        if received.header("authorization") != Some(&helpdesk.authorization()) {
            return helpdesk.refusal(401);
        }
        match &mut orders.left {
            Some(0) => return helpdesk.too_many(7),
            Some(left) => *left -= 1,
            None => {}
        }
        let mut faults = orders.faults.iter();
        let due = faults.position(|(of, _)| of.is_empty() || *of == call);
        match due.and_then(|due| orders.faults.remove(due)) {
            Some((_, Fault::Pass)) | None => helpdesk.answer(call, &asked),
            Some((_, Fault::Instead(reply))) => reply,
            Some((_, Fault::After(reply))) => {
                helpdesk.answer(call, &asked);
                reply
            }
        }
    }

    fn helpdesk(&self) -> MutexGuard<'_, Box<dyn Helpdesk>> {
        self.helpdesk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn orders(&self) -> MutexGuard<'_, Orders> {
        self.orders.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A body that the vendor's schema takes, and what `done` does of it; one that it does not is refused with 400 in the
/// vendor's words.
pub(crate) fn checked(
    asked: &Asked,
    schema: &'static str,
    refused: fn(u16, &str) -> Reply,
    done: impl FnOnce(&Value) -> Reply,
) -> Reply {
    let body = asked.json();
    match schema::check(schema, &body) {
        Ok(()) => done(&body),
        Err(wrong) => refused(400, &wrong),
    }
}

pub(crate) fn answer(status: u16, body: Value) -> Reply {
    Reply::status(status)
        .with_header("content-type", "application/json")
        .with_body(body.to_string())
}

pub(crate) fn text(value: &Value, pointer: &str) -> String {
    let found = value.pointer(pointer).and_then(Value::as_str);
    found.unwrap_or_default().to_owned()
}

pub(crate) fn texts(value: &Value, pointer: &str) -> Vec<String> {
    let list = value.pointer(pointer).and_then(Value::as_array);
    let texts = list.into_iter().flatten().filter_map(Value::as_str);
    texts.map(str::to_owned).collect()
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = after.get(..2).filter(|_| *first == b'%');
        let hex = hex.and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
