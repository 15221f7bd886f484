//! The body and headers of one dialect.

use bytes::Bytes;
use claimwire_model::{Event, Shop};
use claimwire_template::{Escape, Template};
use serde_json::Value;

use super::signature::Signature;
use crate::values;

/// Characters of a header's value.
const HEADER_VALUE: usize = 1024;

/// How a dialect writes an event.
pub(super) struct Form {
    pub(super) content_type: String,
    pub(super) body: Template,
    /// Beside `Content-Type` and the signature's.
    pub(super) headers: Vec<(String, Template)>,
    pub(super) signature: Signature,
}

/// How values stand in a body of this type.
pub(super) fn escape(content_type: &str) -> Escape {
    let lower = content_type.to_ascii_lowercase();
    match &lower {
        json if json.contains("json") => Escape::Json,
        markup if markup.contains("html") || markup.contains("xml") => Escape::Html,
        _ => Escape::None,
    }
}

impl Form {
    /// The body, and the values of the headers.
    ///
    /// # Errors
    /// A template fails on this event, or makes what cannot be sent: which, and why.
    pub(super) fn render(
        &self,
        name: &str,
        event: &Event,
        shop: &Shop,
    ) -> Result<(Bytes, Vec<String>), String> {
        let mut values = values::of(event, shop);
        if let Some(Value::Object(told)) = values.get_mut("event") {
            told.insert("name".to_owned(), name.into());
        }
        let values = Value::Object(values);
        let body = self.body.render(&values);
        let body = body.map_err(|why| format!("`body.template`: {why}"))?;
        if escape(&self.content_type) == Escape::Json {
            let read: Result<serde::de::IgnoredAny, _> = serde_json::from_str(&body);
            read.map_err(|error| format!("`body.template` makes no JSON: {error}"))?;
        }
        let mut headers = Vec::with_capacity(self.headers.len());
        for (name, template) in &self.headers {
            let value = template.render(&values);
            let value = value.map_err(|why| format!("`headers.{name}`: {why}"))?;
            let plain = value.bytes().all(|b| (b' '..=b'~').contains(&b));
            if !plain || value.len() > HEADER_VALUE {
                return Err(format!(
                    "`headers.{name}` is not one line of at most {HEADER_VALUE} printable ASCII characters"
                ));
            }
            headers.push(value);
        }
        Ok((body.into(), headers))
    }
}
