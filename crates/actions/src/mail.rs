//! Mails that go out because of what someone did: kept with it in one commit, and sent by the operator's mail server
//! ([`claimwire_store::Outbox`]).

use claimwire_model::Timestamp;
use claimwire_store::outbox::NewLetter;
use claimwire_wire::letter::{Letter, escaped};

use crate::ports::Ports;

/// What a mail says: a subject, and paragraphs that are text. A paragraph that is a link becomes one.
#[derive(Debug)]
pub struct MailText {
    /// One line.
    pub subject: String,
    /// In their order.
    pub paragraphs: Vec<String>,
}

/// To one address. `id` is the same for the same mail, and no other's: a second copy can be recognised by it.
pub(crate) fn letter(
    ports: &Ports,
    to: &str,
    id: &str,
    words: MailText,
    at: Timestamp,
) -> Option<NewLetter> {
    let html = words
        .paragraphs
        .iter()
        .map(|text| format!("<p>{}</p>", paragraph(text)));
    let letter = Letter {
        to: to.to_owned(),
        message_id: format!("{id}@{}", host(ports)),
        at: Some(at),
        html: html.collect(),
        text: words.paragraphs.join("\n\n"),
        subject: words.subject,
        ..Letter::default()
    };
    let content = serde_json::to_vec(&letter).ok()?;
    Some(NewLetter { at, content })
}

/// What ids end with.
fn host(ports: &Ports) -> String {
    let url = url::Url::parse(&ports.public_url).ok();
    let host = url.and_then(|url| url.host_str().map(str::to_owned));
    host.unwrap_or_else(|| "claimwire.invalid".to_owned())
}

/// A paragraph as text of a fragment of HTML.
fn paragraph(text: &str) -> String {
    let plain = escaped(text);
    if text.starts_with("https://") || text.starts_with("http://") {
        return format!("<a href=\"{plain}\">{plain}</a>");
    }
    plain.replace('\n', "<br>")
}
