//! One entry of `enabled_events`.

use super::nearest::nearest;
use crate::catalogue::{self, groups};
use crate::dialect::Dialect;
use crate::event::Fact;

/// An entry, ready to match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Entry {
    /// `*`: everything but operational events.
    All,
    /// A ref, or the first segments of one.
    Prefix(Box<str>),
    /// A group, as the platform writes it and as the caller did.
    Group([Box<str>; 2]),
    /// Every way of being delivered.
    Delivered,
}

impl Entry {
    /// What is wrong with the text, and what would be right, is the error.
    pub(super) fn compile(dialect: Dialect, text: &str) -> Result<Self, String> {
        if text == "*" {
            return Ok(Self::All);
        }
        if let Some(name) = text.strip_prefix("group:") {
            return group(dialect, name);
        }
        if let Some(r#ref) = catalogue::ref_of(dialect, text) {
            return Ok(Self::Prefix(r#ref.into()));
        }
        if !catalogue::is_ref_prefix(text) {
            return Err(unknown(dialect, text));
        }
        if !catalogue::expresses_some(dialect, text) {
            return Err(format!(
                "`{text}` has no name in the {dialect} dialect, so nothing would ever be sent"
            ));
        }
        Ok(Self::Prefix(text.into()))
    }

    pub(super) fn matches(&self, fact: &Fact, operational: bool) -> bool {
        match self {
            Self::All => !operational,
            Self::Prefix(prefix) => catalogue::is_under(&fact.r#ref, prefix),
            Self::Group(names) => fact
                .event_group
                .as_deref()
                .is_some_and(|g| names.iter().any(|name| **name == *g)),
            Self::Delivered => fact
                .event_group
                .as_deref()
                .is_some_and(|g| g.starts_with(groups::DELIVERED)),
        }
    }
}

fn group(dialect: Dialect, written: &str) -> Result<Entry, String> {
    let Some(name) = groups::known_group(written) else {
        return Err(unknown(dialect, &format!("group:{written}")));
    };
    if !groups::expressed(dialect, &name) {
        return Err(format!(
            "events of `group:{name}` have no name in the {dialect} dialect, so nothing would ever be sent"
        ));
    }
    if name == groups::ALL_DELIVERED {
        return Ok(Entry::Delivered);
    }
    Ok(Entry::Group([name.into(), written.into()]))
}

fn unknown(dialect: Dialect, text: &str) -> String {
    let written = text.escape_debug();
    if let Some(prefix) = text
        .strip_suffix("/*")
        .filter(|prefix| catalogue::is_ref_prefix(prefix))
    {
        return format!(
            "`{written}` is not an event: write `{prefix}`, which stands for everything below it"
        );
    }
    match nearest(dialect, text) {
        Some(near) => {
            format!("`{written}` is not an event in the {dialect} dialect: did you mean `{near}`?")
        }
        None => format!(
            "`{written}` is not an event in the {dialect} dialect: use `*`, a ref or its first segments \
             (`claims`, `shipments/delivered`), or `group:NAME`; GET /v1/event-types lists them"
        ),
    }
}
