//! A mail to be sent, as a connector asks for it: the body of a request to an `smtp:` or `smtps:` URL.
//!
//! Whoever sends it makes the message of it and fetches the photos, so that no driver holds more than one.

use claimwire_model::Timestamp;
use serde::{Deserialize, Serialize};

/// The URL of the operator's own mail server.
pub const OWN_SERVER: &str = "smtp:";

/// A mail. Its texts are no headers: what they hold cannot become one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// Who writes; none: the operator's address.
    pub from: Option<String>,
    /// To whom.
    pub to: String,
    /// Who is answered.
    pub reply_to: Option<Correspondent>,
    /// One line.
    pub subject: String,
    /// Without angle brackets, the same whenever this mail is sent: `claim.….…@…`.
    pub message_id: String,
    /// The mails of its thread that it refers to, without angle brackets, the first first (RFC 5322, 3.6.4).
    pub thread: Vec<String>,
    /// When what it tells happened.
    pub at: Option<Timestamp>,
    /// As plain text.
    pub text: String,
    /// The same as a fragment of HTML.
    pub html: String,
    /// URLs of the photos to be attached.
    pub photos: Vec<String>,
}

/// A person with an address.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correspondent {
    /// May be empty.
    pub name: String,
    /// Their address.
    pub email: String,
}

/// As text of a fragment of HTML, or of an attribute's value in it.
#[must_use]
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// Whether requests to this URL are mails.
#[must_use]
pub fn is_mail(url: &str) -> bool {
    let scheme = url.split(':').next().unwrap_or_default();
    ["smtp", "smtps"]
        .iter()
        .any(|name| scheme.eq_ignore_ascii_case(name))
}
