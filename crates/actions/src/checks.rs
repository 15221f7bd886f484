//! What a field may hold, beyond its type. All that is wrong with a request is collected and told at
//! once.

use std::fmt::Display;

use claimwire_model::PerformedBy;
use claimwire_model::claim::Customer;
pub use claimwire_model::fields::ENTRIES;
use claimwire_model::json::{OpenObject, OpenValue};
use serde_json::Value;

use crate::refusal::{FieldError, Refusal, VALIDATION_FAILED};

/// Characters of an open enum (contract section 2): `reason`, `carrier_reference`, `event_name`, …
pub const OPEN_ENUM: usize = 64;
/// Characters of a short text: names, titles, SKUs, e-mail addresses, numbers of things.
pub const SHORT_TEXT: usize = 512;
/// Characters of a long text: descriptions and messages.
pub const LONG_TEXT: usize = 65_536;
/// Characters of an id that a caller chose: order numbers, shipments, shipment events, damages.
pub const CALLERS_ID: usize = 128;
/// Characters of a URL.
pub const URL: usize = 2_048;
/// Bytes of an open object: as much as one request can bring, however many patches add to it.
pub const OPEN_BYTES: usize = 1024 * 1024;
/// Bytes of a whole claim, order, shipment or contact as it is kept: more than one request can bring,
/// however many of them add to it.
pub const SUBJECT_BYTES: usize = 2 * 1024 * 1024;
/// Fields that one refusal names.
pub const ERRORS: usize = 100;
/// Levels of nesting in an open object. What carries it (a context in an event in an answer) adds its
/// own, and JSON parsers stop at 128.
pub const OPEN_DEPTH: usize = 64;

/// Collects what is wrong with a request.
#[derive(Debug, Default)]
pub struct Checks {
    errors: Vec<FieldError>,
}

impl Checks {
    /// Notes that a field cannot be as it is. `field` is its JSON pointer.
    pub fn wrong(&mut self, field: impl Display, message: impl Into<String>) {
        if self.errors.len() < ERRORS {
            self.errors.push(FieldError {
                field: field.to_string(),
                message: message.into(),
            });
        }
    }

    /// Notes it unless `good`.
    pub fn that(&mut self, good: bool, field: impl Display, message: &str) {
        if !good {
            self.wrong(field, message);
        }
    }

    /// At most `at_most` characters.
    pub fn text(&mut self, field: impl Display, text: &str, at_most: usize) {
        if text.len() > at_most && text.chars().count() > at_most {
            self.wrong(field, format!("is longer than {at_most} characters"));
        }
    }

    /// If there: at most `at_most` characters.
    pub fn optional(&mut self, field: impl Display, text: Option<&str>, at_most: usize) {
        if let Some(text) = text {
            self.text(field, text, at_most);
        }
    }

    /// An id that a caller chose: 1 to 128 characters, none of them a control character.
    pub fn id(&mut self, field: impl Display, id: &str) {
        if id.is_empty() || id.chars().any(char::is_control) {
            self.wrong(field, "is empty or holds control characters");
        } else {
            self.text(field, id, CALLERS_ID);
        }
    }

    /// An absolute http or https URL.
    pub fn url(&mut self, field: impl Display, url: &str) {
        if url.len() > URL {
            self.wrong(field, format!("is longer than {URL} characters"));
        } else if !is_url(url) {
            self.wrong(field, "is not an absolute http or https URL");
        }
    }

    /// A list of absolute http or https URLs.
    pub fn urls(&mut self, field: impl Display, urls: &[String]) {
        self.entries(&field, urls);
        for (i, url) in urls.iter().enumerate().take(ENTRIES) {
            self.url(format_args!("{field}/{i}"), url);
        }
    }

    /// At most [`ENTRIES`] entries.
    pub fn entries<T>(&mut self, field: impl Display, list: &[T]) {
        if list.len() > ENTRIES {
            self.wrong(field, format!("has more than {ENTRIES} entries"));
        }
    }

    /// An object whose fields are the caller's own.
    pub fn open(&mut self, field: impl Display, object: &OpenObject) {
        if object.as_str().len() > OPEN_BYTES {
            self.wrong(field, format!("is larger than {OPEN_BYTES} bytes"));
        } else if object.is_deeper_than(OPEN_DEPTH) {
            self.wrong(field, format!("is nested deeper than {OPEN_DEPTH} levels"));
        }
    }

    /// A value of the caller's own.
    pub fn value(&mut self, field: impl Display, value: &OpenValue) {
        if value.is_deeper_than(OPEN_DEPTH) {
            self.wrong(field, format!("is nested deeper than {OPEN_DEPTH} levels"));
        }
    }

    /// A user's id in the caller's system: a number or text.
    pub fn user_id(&mut self, field: impl Display, id: Option<&Value>) {
        match id {
            None | Some(Value::Null | Value::Number(_)) => {}
            Some(Value::String(text)) => self.text(field, text, CALLERS_ID),
            Some(_) => self.wrong(field, "is neither a number nor text"),
        }
    }

    /// Who bought.
    pub fn customer(&mut self, customer: Option<&Customer>) {
        if let Some(customer) = customer {
            self.optional(
                "/customer/external_id",
                customer.external_id.as_deref(),
                SHORT_TEXT,
            );
            self.optional("/customer/email", customer.email.as_deref(), SHORT_TEXT);
            self.optional(
                "/customer/first_name",
                customer.first_name.as_deref(),
                SHORT_TEXT,
            );
            self.optional(
                "/customer/last_name",
                customer.last_name.as_deref(),
                SHORT_TEXT,
            );
        }
    }

    /// Who made the change.
    pub fn performed_by(&mut self, by: Option<&PerformedBy>) {
        if let Some(by) = by {
            self.user_id("/performed_by/user_id", by.user_id.as_ref());
            self.optional("/performed_by/name", by.name.as_deref(), SHORT_TEXT);
        }
    }

    /// Nothing was wrong, or all that was.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] with every field noted.
    pub fn done(self) -> Result<(), Refusal> {
        if self.errors.is_empty() {
            Ok(())
        } else {
            Err(Refusal::Invalid {
                key: VALIDATION_FAILED,
                errors: self.errors,
            })
        }
    }
}

fn is_url(url: &str) -> bool {
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    let host = rest.and_then(|rest| rest.split(['/', '?', '#']).next());
    host.is_some_and(|host| !host.is_empty())
        && !url.chars().any(|c| c.is_control() || c.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_absolute_web_addresses() {
        for good in [
            "https://a.example/b.jpg",
            "http://127.0.0.1:8480/images/1?x=y",
            "https://ä.example",
        ] {
            assert!(is_url(good), "{good}");
        }
        for bad in [
            "",
            "a.jpg",
            "/a.jpg",
            "ftp://a.example",
            "https://",
            "https:///a",
            "https://a b",
            "data:image/png;base64,",
        ] {
            assert!(!is_url(bad), "{bad}");
        }
    }

    #[test]
    fn all_that_is_wrong_is_told_at_once() {
        let mut checks = Checks::default();
        checks.text("/fine", &"ü".repeat(64), 64);
        checks.text("/long", &"ü".repeat(65), 64);
        checks.urls("/urls", &["https://a.example".to_owned(), "b".to_owned()]);
        let Err(Refusal::Invalid { errors, .. }) = checks.done() else {
            panic!()
        };
        let fields: Vec<_> = errors.iter().map(|e| e.field.as_str()).collect();
        assert_eq!(fields, ["/long", "/urls/1"]);
    }

    #[test]
    fn nesting_has_an_end() {
        let nested = |levels: usize| -> OpenObject {
            let text = format!(
                "{}{{}}{}",
                "{\"a\":".repeat(levels - 1),
                "}".repeat(levels - 1)
            );
            serde_json::from_str(&text).unwrap()
        };
        let mut checks = Checks::default();
        checks.open("/custom", &nested(OPEN_DEPTH));
        assert!(checks.done().is_ok());
        let mut checks = Checks::default();
        checks.open("/custom", &nested(OPEN_DEPTH + 1));
        assert!(checks.done().is_err());
    }
}
