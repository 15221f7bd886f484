//! Who made a change, and whether through a user interface or the API.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::json::scalar;
use crate::trace::{TRACEPARENT_CHARS, TraceContext};

/// Where a change came from (claimable's `source`; seed 004).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// A person in a user interface.
    Ui,
    /// A program through the API.
    #[default]
    Api,
}

/// Who made a change. A write without one is the API key's own (contract section 4).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PerformedBy {
    /// `ui` or `api`.
    #[serde(default)]
    pub source: Source,
    /// The user's id in the caller's system: a number or text, kept as it came.
    #[serde(
        default,
        deserialize_with = "scalar",
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(value_type = serde_json::Value)]
    pub user_id: Option<serde_json::Value>,
    /// The user's name, or the API key's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The trace that the change belongs to, if it is followed. Kept with the event, shown to nobody.
    #[serde(skip)]
    pub trace: Option<TraceContext>,
}

/// What stands before the trace context at the end of what is kept. No name holds it: there a quotation mark is escaped.
const TRACE: &str = ",\"trace\":\"";
/// What stands behind it.
const END: &str = "\"}";

impl PerformedBy {
    /// As stores keep it: as it is shown, and the trace.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn kept(&self) -> Result<String, serde_json::Error> {
        let mut text = serde_json::to_string(self)?;
        if let Some(trace) = self.trace
            && text.pop().is_some()
        {
            text.reserve(TRACE.len() + TRACEPARENT_CHARS + END.len());
            text.push_str(TRACE);
            text.push_str(&trace.to_string());
            text.push_str(END);
        }
        Ok(text)
    }

    /// Back from what [`PerformedBy::kept`] gave.
    ///
    /// # Errors
    /// When it is not that.
    pub fn from_kept(text: &str) -> Result<Self, serde_json::Error> {
        let Some((shown, trace)) = split(text) else {
            return serde_json::from_str(text);
        };
        let mut shown = shown.to_owned();
        shown.push('}');
        let by: Self = serde_json::from_str(&shown)?;
        Ok(Self {
            trace: Some(trace),
            ..by
        })
    }
}

/// What is shown, without its end, and the trace.
fn split(text: &str) -> Option<(&str, TraceContext)> {
    let rest = text.strip_suffix(END)?;
    let (rest, trace) = rest.split_at_checked(rest.len().checked_sub(TRACEPARENT_CHARS)?)?;
    Some((rest.strip_suffix(TRACE)?, TraceContext::parse(trace)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACEPARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn the_trace_is_kept_and_not_shown_and_cannot_be_given() {
        let plain = PerformedBy {
            name: Some("till".to_owned()),
            ..PerformedBy::default()
        };
        assert_eq!(plain.kept().unwrap(), r#"{"source":"api","name":"till"}"#);
        let followed = PerformedBy {
            trace: TraceContext::parse(TRACEPARENT),
            ..plain.clone()
        };
        let kept = followed.kept().unwrap();
        assert_eq!(
            kept,
            format!(r#"{{"source":"api","name":"till","trace":"{TRACEPARENT}"}}"#)
        );
        assert_eq!(PerformedBy::from_kept(&kept).unwrap(), followed);
        assert_eq!(
            serde_json::to_string(&followed).unwrap(),
            plain.kept().unwrap()
        );
        assert!(serde_json::from_str::<PerformedBy>(&kept).is_err());
    }

    #[test]
    fn a_name_that_looks_like_a_trace_is_a_name() {
        let odd = PerformedBy {
            name: Some(format!("x{TRACE}{TRACEPARENT}")),
            ..PerformedBy::default()
        };
        let read = PerformedBy::from_kept(&odd.kept().unwrap()).unwrap();
        assert_eq!(read, odd);
    }
}
