//! What each dialect calls an event.

use std::borrow::Cow;

use super::{EventType, find, is_under, parse_ref, subjects};
use crate::dialect::Dialect;
use crate::event::{Fact, Traits};

const CLOUDEVENTS_PREFIX: &str = "io.claimwire.";

/// The dialect's name for a ref; `None`: it has none. Karla has one for every shipment event, but
/// sends only those with a group: ask [`expresses`] about a fact. The segments of a dotted name have
/// only `[A-Za-z0-9_]`, as receivers of Standard Webhooks and CloudEvents expect; any other character of
/// a carrier's name is `_` in it.
#[must_use]
pub fn name_in(dialect: Dialect, r#ref: &str) -> Option<Cow<'_, str>> {
    if let Dialect::Own(own) = dialect {
        return own.name_of(r#ref).map(Cow::Borrowed);
    }
    if let Some(rest) = r#ref.strip_prefix("shipments/") {
        let (phase, name) = rest.split_once('/')?;
        return match dialect {
            Dialect::Karla => Some(Cow::Borrowed(r#ref)),
            Dialect::Claimport | Dialect::Claimable | Dialect::Own(_) => None,
            Dialect::Standard => Some(Cow::Owned(dotted("", phase, name))),
            Dialect::Cloudevents => Some(Cow::Owned(dotted(CLOUDEVENTS_PREFIX, phase, name))),
        };
    }
    find(r#ref)?.name_in(dialect).map(Cow::Borrowed)
}

fn dotted(prefix: &str, phase: &str, name: &str) -> String {
    let mut dotted = format!("{prefix}shipment.{phase}.");
    dotted.extend(name.chars().map(plain));
    dotted
}

/// A character of a name as a dotted name has it.
fn plain(c: char) -> char {
    if c.is_ascii_alphanumeric() { c } else { '_' }
}

fn phase_and_name(r#ref: &str) -> Option<(&str, &str)> {
    r#ref.strip_prefix("shipments/")?.split_once('/')
}

/// Whether two refs of shipment events have the same dotted name. Allocates nothing.
pub(crate) fn same_dotted(a: &str, b: &str) -> bool {
    a == b
        || match (phase_and_name(a), phase_and_name(b)) {
            (Some((phase, a)), Some((other, b))) => {
                phase == other && a.chars().map(plain).eq(b.chars().map(plain))
            }
            _ => false,
        }
}

impl EventType {
    /// The dialect's name for these events; `None`: it has none. Karla names those with a group.
    #[must_use]
    pub fn name_in(&self, dialect: Dialect) -> Option<&'static str> {
        match dialect {
            Dialect::Karla => self
                .event_group
                .or(self.return_event_group)
                .map(|_| self.r#ref),
            Dialect::Claimport => self.claimport,
            Dialect::Claimable => self.claimable,
            Dialect::Standard => self.cloudevents.strip_prefix(CLOUDEVENTS_PREFIX),
            Dialect::Cloudevents => Some(self.cloudevents),
            Dialect::Own(own) => own.name_of(self.r#ref),
        }
    }
}

/// Whether the dialect has a name for this fact (contract section 4). Allocates nothing.
#[must_use]
pub fn expresses(dialect: Dialect, fact: &Fact) -> bool {
    expresses_traits(dialect, fact.traits())
}

/// The same of what is known of an event.
pub(crate) fn expresses_traits(dialect: Dialect, traits: Traits<'_>) -> bool {
    let shipment = traits.r#ref.starts_with("shipments/");
    match dialect {
        Dialect::Standard | Dialect::Cloudevents => true,
        // What a file that is gone would say is not known, so its events are kept.
        Dialect::Own(own) => own.described().is_none() || own.name_of(traits.r#ref).is_some(),
        Dialect::Karla if shipment => traits.event_group.is_some(),
        _ if shipment => false,
        _ => name_in(dialect, traits.r#ref).is_some(),
    }
}

/// Whether the dialect has a name for some event under a ref prefix.
pub(crate) fn expresses_some(dialect: Dialect, prefix: &str) -> bool {
    if let Dialect::Own(own) = dialect {
        return own.expresses_some(prefix);
    }
    if is_under(prefix, "shipments") {
        return matches!(
            dialect,
            Dialect::Karla | Dialect::Standard | Dialect::Cloudevents
        );
    }
    subjects::EVENTS
        .iter()
        .any(|row| is_under(row.r#ref, prefix) && name_in(dialect, row.r#ref).is_some())
}

/// The ref that a dialect's own name, or another spelling of it that was once in use, stands for. Of a dotted
/// name of a shipment event, one of those that have it: see [`same_dotted`].
#[must_use]
pub fn ref_of(dialect: Dialect, name: &str) -> Option<Cow<'static, str>> {
    let name = match (dialect, name) {
        (Dialect::Claimable, "claim.label.added") => "claim.label_added",
        (Dialect::Claimable, "claim.label.removed") => "claim.label_removed",
        _ => name,
    };
    if let Some(row) = subjects::EVENTS
        .iter()
        .find(|row| row.name_in(dialect) == Some(name))
    {
        return Some(Cow::Borrowed(row.r#ref));
    }
    let shipment = match dialect {
        Dialect::Standard => name.strip_prefix("shipment.")?,
        Dialect::Cloudevents => name
            .strip_prefix(CLOUDEVENTS_PREFIX)?
            .strip_prefix("shipment.")?,
        Dialect::Karla | Dialect::Claimport | Dialect::Claimable | Dialect::Own(_) => {
            return None;
        }
    };
    let r#ref = format!("shipments/{}", shipment.replacen('.', "/", 1));
    parse_ref(&r#ref).is_ok().then_some(Cow::Owned(r#ref))
}
