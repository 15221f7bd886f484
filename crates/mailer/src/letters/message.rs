//! A letter → the message (RFC 5322): text and HTML, the photos attached.

use std::time::{Duration, SystemTime};

use claimwire_wire::letter::{Letter, escaped};
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, Message, MultiPart, SinglePart};

/// What became of a photo.
pub(crate) enum Attached {
    /// Its type and its bytes.
    Photo(&'static str, Vec<u8>),
    /// It cannot be attached: its URL, and why.
    Link(String, String),
}

/// # Errors
/// An address of the letter is none.
pub(crate) fn message(
    letter: &Letter,
    from: &Mailbox,
    photos: Vec<Attached>,
) -> Result<Message, String> {
    let to = letter
        .to
        .parse()
        .map_err(|_| "`settings.to` is no address")?;
    let at = letter.at.map_or(0, |at| at.as_millis());
    let at = SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(at).unwrap_or_default());
    let mut builder = Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, to))
        .subject(one_line(&letter.subject))
        .message_id(Some(id(&letter.message_id)))
        .date(at)
        .raw_header(HeaderValue::new(
            HeaderName::new_from_ascii_str("Auto-Submitted"),
            "auto-generated".to_owned(),
        ));
    let thread: Vec<String> = letter.thread.iter().map(|mail| id(mail)).collect();
    if let Some(latest) = thread.last() {
        builder = builder
            .in_reply_to(latest.clone())
            .references(thread.join(" "));
    }
    if let Some(customer) = &letter.reply_to
        && let Ok(address) = customer.email.parse()
    {
        let name = Some(one_line(&customer.name)).filter(|name| !name.is_empty());
        builder = builder.reply_to(Mailbox::new(name, address));
    }
    let (links, photos): (Vec<_>, Vec<_>) = photos
        .into_iter()
        .partition(|photo| matches!(photo, Attached::Link(..)));
    let (text, html) = told(letter, &links);
    let mut parts = MultiPart::mixed().multipart(MultiPart::alternative_plain_html(text, html));
    for (n, photo) in photos.into_iter().enumerate() {
        if let Attached::Photo(content_type, bytes) = photo {
            parts = parts.singlepart(attachment(n + 1, content_type, bytes)?);
        }
    }
    builder.multipart(parts).map_err(|error| error.to_string())
}

fn attachment(n: usize, content_type: &str, bytes: Vec<u8>) -> Result<SinglePart, String> {
    let extension = match content_type {
        "image/jpeg" => "jpg",
        other => other.rsplit('/').next().unwrap_or("img"),
    };
    let parsed = ContentType::parse(content_type).map_err(|error| error.to_string())?;
    Ok(Attachment::new(format!("photo-{n}.{extension}")).body(bytes, parsed))
}

/// Both texts, with the photos that are not attached.
fn told(letter: &Letter, links: &[Attached]) -> (String, String) {
    let (mut text, mut html) = (letter.text.clone(), letter.html.clone());
    if !links.is_empty() {
        text.push_str("\n\nPhotos that could not be attached:\n");
        html.push_str("<p><strong>Photos that could not be attached</strong></p><ul>");
    }
    for link in links {
        if let Attached::Link(url, reason) = link {
            text.push_str(&format!("- {url} ({reason})\n"));
            html.push_str(&format!("<li>{} ({})</li>", escaped(url), escaped(reason)));
        }
    }
    if !links.is_empty() {
        html.push_str("</ul>");
    }
    let html = format!(
        "<!doctype html><html><head><meta charset=\"utf-8\"></head><body>{html}</body></html>"
    );
    (text, html)
}

fn id(id: &str) -> String {
    format!("<{}>", id.replace(['<', '>', '\r', '\n', ' '], ""))
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
