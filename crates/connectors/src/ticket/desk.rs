//! What a helpdesk says of itself: how each call is made and each answer is read. What is done when, and
//! what must not be done twice, is [`super::flow`]'s.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use claimwire_model::Timestamp;
use claimwire_wire::send::{Answer, Method, RESPONSE_BODY_READ};
use serde_json::{Map, Value};

use super::compose::Ticket;
use super::text::Form;
use crate::vendor::About;

/// What a vendor told us that later calls need, by name: on record with the delivery, and with the ticket.
pub(crate) type Known = BTreeMap<String, String>;

/// A call, before it has an address and credentials.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    pub(crate) method: Method,
    /// Path and query, from the base URL.
    pub(crate) path: String,
    /// Beside the vendor's own for every call.
    pub(crate) headers: Vec<(Cow<'static, str>, String)>,
    pub(crate) content_type: Option<Cow<'static, str>>,
    pub(crate) body: Bytes,
    /// Bytes of the answer that are read.
    pub(crate) answer_limit: usize,
}

/// Bytes that are read of an answer that holds tickets or notes.
const LONG_ANSWER: usize = 1024 * 1024;

impl Ask {
    pub(crate) fn get(path: impl Into<String>) -> Self {
        Self {
            method: Method::Get,
            path: path.into(),
            headers: Vec::new(),
            content_type: None,
            body: Bytes::new(),
            answer_limit: RESPONSE_BODY_READ,
        }
    }

    /// The same; its answer may be long, as of a ticket with its whole text.
    pub(crate) fn with_long_answer(self) -> Self {
        Self {
            answer_limit: LONG_ANSWER,
            ..self
        }
    }

    pub(crate) fn json(method: Method, path: impl Into<String>, body: &Value) -> Self {
        Self {
            method,
            content_type: Some("application/json".into()),
            body: body.to_string().into(),
            ..Self::get(path)
        }
    }

    pub(crate) fn post(path: impl Into<String>, body: &Value) -> Self {
        Self::json(Method::Post, path, body)
    }

    pub(crate) fn with_header(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name.into(), value));
        self
    }
}

/// What a connector's owner set.
#[derive(Debug, Default)]
pub(crate) struct Desk {
    pub(crate) settings: Map<String, Value>,
    pub(crate) credentials: Map<String, Value>,
}

impl Desk {
    /// A setting; empty where there is none.
    pub(crate) fn setting(&self, name: &str) -> &str {
        self.settings
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// A credential; empty where there is none.
    pub(crate) fn credential(&self, name: &str) -> &str {
        self.credentials
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }
}

/// How a helpdesk takes photos.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Photos {
    /// They are uploaded first; the call that creates the ticket names them. An upload that is not used is
    /// gone after this.
    Upload(Duration),
    /// The ticket is made, then each comes as a file with a note.
    File,
    /// The vendor fetches them by URL, with the call that creates the ticket.
    Urls,
    /// The vendor fetches them by URL, so many with one note after the ticket is made.
    UrlsLater(usize),
}

/// What a helpdesk takes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Takes {
    pub(crate) form: Form,
    /// Characters of a subject.
    pub(crate) subject: usize,
    /// Bytes of a ticket's text, and of a note's.
    pub(crate) text: usize,
    /// Characters of a tag; none: a ticket has no tags when it is made, so its text names them.
    pub(crate) tag: Option<usize>,
    pub(crate) photos: Photos,
}

/// A photo that goes with a call.
#[derive(Debug, Clone)]
pub(crate) struct File<'a> {
    /// `photo-3.jpg`: its extension agrees with its bytes.
    pub(crate) name: String,
    pub(crate) content_type: &'static str,
    pub(crate) bytes: &'a Bytes,
}

/// What goes with a note.
#[derive(Debug, Clone)]
pub(crate) enum Attached<'a> {
    Nothing,
    File(File<'a>),
    /// At most as many as [`Photos::UrlsLater`] says.
    Urls(&'a [&'a str]),
}

/// A ticket as a vendor's call creates it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Filed<'a> {
    pub(crate) ticket: &'a Ticket,
    /// The text, rendered.
    pub(crate) text: &'a str,
    /// What [`Helpdesk::uploaded`] got, or photos' URLs.
    pub(crate) photos: &'a [Value],
    /// What [`Helpdesk::prepared`] found out.
    pub(crate) known: &'a Known,
}

/// A note as a vendor's call adds it.
#[derive(Debug, Clone)]
pub(crate) struct Noted<'a> {
    /// The ticket's id.
    pub(crate) id: &'a str,
    /// The text, rendered.
    pub(crate) text: &'a str,
    pub(crate) attached: Attached<'a>,
    /// Of what it is: the same for the same note, whenever it is made.
    pub(crate) mark: &'a str,
    pub(crate) known: &'a Known,
}

/// A vendor's API, as far as tickets need it. Answers are read when they are 2xx; none of these decides
/// what a failure means.
pub(crate) trait Helpdesk: Send + Sync {
    fn about(&self) -> &'static About;

    fn takes(&self) -> Takes;

    /// Whether a ticket must be somebody's: then one of a claim without an address is filed under the shop's own.
    fn needs_requester(&self) -> bool {
        true
    }

    /// Where its API is, without a slash at the end.
    fn base(&self, desk: &Desk) -> String;

    /// The headers of every call: who we are to it.
    fn headers(&self, desk: &Desk) -> Vec<(Cow<'static, str>, String)>;

    /// A call that changes nothing and shows whether we are let in.
    fn who(&self, desk: &Desk) -> Ask;

    /// What is wrong although the call was answered well: as whom we are let in, and to what.
    fn unwelcome(&self, desk: &Desk, answer: &Value) -> Option<String> {
        let _ = (desk, answer);
        None
    }

    /// A call whose answer is needed before a ticket or note can be made, as long as there is one.
    fn prepare(&self, desk: &Desk, ticket: &Ticket, known: &Known) -> Option<Ask> {
        let _ = (desk, ticket, known);
        None
    }

    /// What the answer to [`Helpdesk::prepare`] tells; `None`: it is not as documented.
    fn prepared(&self, answer: &Value, known: &mut Known) -> Option<()> {
        let _ = (answer, known);
        None
    }

    /// [`Helpdesk::prepare`]'s call met what is there already (409): whether what is known was corrected,
    /// so that it is worth asking at once.
    fn conflicted(&self, known: &mut Known) -> bool {
        let _ = known;
        false
    }

    /// Looks for the ticket by its external id.
    fn look_up(&self, desk: &Desk, ticket: &Ticket, known: &Known) -> Ask;

    /// The ticket that was found, or that there is none; `None`: the answer is not as documented.
    fn found(&self, answer: &Value, ticket: &Ticket) -> Option<Option<String>>;

    /// Uploads a photo; asked with [`Photos::Upload`] alone.
    fn upload(&self, desk: &Desk, file: &File<'_>) -> Option<Ask> {
        let _ = (desk, file);
        None
    }

    /// What names the uploaded photo in the ticket.
    fn uploaded(&self, answer: &Value) -> Option<Value> {
        let _ = answer;
        None
    }

    /// An answer to an upload, for previews: of the photo of this number.
    fn sample_upload(&self, number: usize) -> Value {
        let _ = number;
        Value::Null
    }

    fn create(&self, desk: &Desk, filed: &Filed<'_>) -> Ask;

    /// The new ticket's id.
    fn created(&self, answer: &Value) -> Option<String>;

    /// Gives a new ticket to whom the settings say; may be made twice.
    fn assign(&self, desk: &Desk, id: &str) -> Option<Ask> {
        let _ = (desk, id);
        None
    }

    /// Lists the latest notes of a ticket, with their texts.
    fn notes(&self, desk: &Desk, id: &str) -> Ask;

    /// Adds an internal note.
    fn note(&self, desk: &Desk, noted: &Noted<'_>) -> Ask;

    /// The vendor's own words for what is wrong.
    fn reason(&self, answer: &Value) -> Option<String>;

    /// Whether this permanent answer is about the customer, whom the helpdesk has shut out.
    fn is_suspended(&self, answer: &Value) -> bool {
        let _ = answer;
        false
    }

    /// Whether this permanent answer says that we may not do this, in another way than by its status, provided that
    /// the ticket is there.
    fn lacks_right(&self, answer: &Value) -> bool {
        let _ = answer;
        false
    }

    /// Until when the answer asks for quiet, where the vendor has a header of its own for that.
    fn quiet_until(&self, answer: &Answer) -> Option<Timestamp> {
        let _ = answer;
        None
    }
}

/// An id, which vendors give as a number or as a text.
pub(crate) fn id(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) if !text.is_empty() && text.len() <= 128 => Some(text.clone()),
        _ => None,
    }
}

/// The number of the oldest of these tickets that has our external id: vendors do not keep those unique.
pub(crate) fn oldest(tickets: &[Value], ticket: &Ticket) -> Option<String> {
    let ours = |found: &&Value| {
        found.get("external_id").and_then(Value::as_str) == Some(&ticket.external_id)
    };
    let numbers = tickets.iter().filter(ours);
    let oldest = numbers.filter_map(|found| found.get("id")?.as_u64()).min();
    oldest.map(|number| number.to_string())
}
