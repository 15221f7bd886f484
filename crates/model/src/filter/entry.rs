//! One entry of `enabled_events`.

use super::nearest::nearest;
use crate::catalogue::{self, groups};
use crate::dialect::{Dialect, Own};
use crate::event::Traits;

/// No entry is longer, even one with an event name of 64 characters of four bytes.
const ENTRY_BYTES: usize = 384;

/// An entry, ready to match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Entry {
    /// `*`: everything but operational events.
    All,
    /// A ref, or the first segments of one.
    Prefix(Box<str>),
    /// A shipment event by its dotted name: a ref that has it.
    Dotted(Box<str>),
    /// A group, as the platform writes it and as the caller did.
    Group([Box<str>; 2]),
    /// Every way of being delivered.
    Delivered,
    /// What a dialect of the operator's own calls so.
    Called(&'static Own, Box<str>),
    /// A name of a dialect whose file is gone: nobody knows what it stands for, so nothing is left out.
    Forgotten,
}

impl Entry {
    /// What is wrong with the text, and what would be right, is the error; `suggest`: look for the
    /// name that may have been meant.
    pub(super) fn compile(dialect: Dialect, text: &str, suggest: bool) -> Result<Self, String> {
        if text == "*" {
            return Ok(Self::All);
        }
        if text.len() > ENTRY_BYTES {
            return Err(format!(
                "an entry of {} bytes is no event; the longest has {ENTRY_BYTES}",
                text.len()
            ));
        }
        if let Some(group) = text.strip_prefix("group:") {
            return Self::group(dialect, group)
                .unwrap_or_else(|| Err(unknown(dialect, text, suggest)));
        }
        if let Dialect::Own(own) = dialect {
            if own.calls_some(text) {
                return Ok(Self::Called(own, text.into()));
            }
            if own.described().is_none() && !catalogue::is_ref_prefix(text) {
                return Ok(Self::Forgotten);
            }
        }
        if let Some(r#ref) = catalogue::ref_of(dialect, text) {
            return Ok(if r#ref.starts_with("shipments/") {
                Self::Dotted(r#ref.into())
            } else {
                Self::Prefix(r#ref.into())
            });
        }
        if !catalogue::is_ref_prefix(text) {
            // With `group:` before it a group may be written without its subject, which a ref may be too.
            let subject = text.split_once('_').map(|(subject, _)| subject);
            if matches!(subject, Some("claim" | "shipment" | "return"))
                && let Some(group) = Self::group(dialect, text)
            {
                return group;
            }
            return Err(unknown(dialect, text, suggest));
        }
        if !catalogue::expresses_some(dialect, text) {
            return Err(format!(
                "`{text}` has no name in the {dialect} dialect, so nothing would ever be sent"
            ));
        }
        Ok(Self::Prefix(text.into()))
    }

    /// `None`: there is no such group.
    fn group(dialect: Dialect, written: &str) -> Option<Result<Self, String>> {
        let name = groups::known_group(written)?;
        Some(if !groups::expressed(dialect, &name) {
            Err(format!(
                "`group:{name}` has no name in the {dialect} dialect, so nothing would ever be sent"
            ))
        } else if name == groups::ALL_DELIVERED {
            Ok(Self::Delivered)
        } else {
            Ok(Self::Group([name.into(), written.into()]))
        })
    }

    pub(super) fn matches(&self, event: Traits<'_>, operational: bool) -> bool {
        match self {
            Self::All | Self::Forgotten => !operational,
            Self::Called(own, name) => own.name_of(event.r#ref) == Some(name),
            Self::Prefix(prefix) => catalogue::is_under(event.r#ref, prefix),
            Self::Dotted(one) => catalogue::same_dotted(event.r#ref, one),
            Self::Group(names) => event
                .event_group
                .is_some_and(|g| names.iter().any(|name| **name == *g)),
            Self::Delivered => event
                .event_group
                .is_some_and(|g| g.starts_with(groups::DELIVERED)),
        }
    }
}

fn unknown(dialect: Dialect, text: &str, suggest: bool) -> String {
    let written = text.escape_debug();
    if let Some(prefix) = text
        .strip_suffix("/*")
        .filter(|prefix| catalogue::is_ref_prefix(prefix))
    {
        return format!(
            "`{written}` is not an event: write `{prefix}`, which stands for everything below it"
        );
    }
    match suggest.then(|| nearest(dialect, text)).flatten() {
        Some(near) => {
            format!("`{written}` is not an event in the {dialect} dialect: did you mean `{near}`?")
        }
        None => format!(
            "`{written}` is not an event in the {dialect} dialect: use `*`, a ref or its first segments \
             (`claims`, `shipments/delivered`), or an event group; GET /v1/event-types lists them"
        ),
    }
}
