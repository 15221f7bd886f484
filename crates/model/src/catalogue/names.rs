//! What each dialect calls an event.

use std::borrow::Cow;

use super::{find, subjects};
use crate::dialect::Dialect;
use crate::event::Fact;

const CLOUDEVENTS_PREFIX: &str = "io.claimwire.";

/// The dialect's name for a ref; `None`: it has none. Karla names every shipment event here, but
/// sends only those with a group: ask [`expresses`] about a fact.
#[must_use]
pub fn name_in(dialect: Dialect, r#ref: &str) -> Option<Cow<'_, str>> {
    if let Some(rest) = r#ref.strip_prefix("shipments/") {
        let (phase, name) = rest.split_once('/')?;
        return match dialect {
            Dialect::Karla => Some(Cow::Borrowed(r#ref)),
            Dialect::Claimport | Dialect::Claimable => None,
            Dialect::Standard => Some(Cow::Owned(format!("shipment.{phase}.{name}"))),
            Dialect::Cloudevents => Some(Cow::Owned(format!(
                "{CLOUDEVENTS_PREFIX}shipment.{phase}.{name}"
            ))),
        };
    }
    let row = find(r#ref)?;
    match dialect {
        Dialect::Karla => row.event_group.map(|_| row.r#ref),
        Dialect::Claimport => row.claimport,
        Dialect::Claimable => row.claimable,
        Dialect::Standard => row.cloudevents.strip_prefix(CLOUDEVENTS_PREFIX),
        Dialect::Cloudevents => Some(row.cloudevents),
    }
    .map(Cow::Borrowed)
}

/// Whether the dialect has a name for this fact (contract section 4). Allocates nothing.
#[must_use]
pub fn expresses(dialect: Dialect, fact: &Fact) -> bool {
    let shipment = fact.r#ref.starts_with("shipments/");
    match dialect {
        Dialect::Standard | Dialect::Cloudevents => true,
        Dialect::Karla if shipment => fact.event_group.is_some(),
        _ if shipment => false,
        _ => name_in(dialect, &fact.r#ref).is_some(),
    }
}

/// The ref that a dialect's own name, or an older spelling of it, stands for.
#[must_use]
pub fn ref_of(dialect: Dialect, name: &str) -> Option<Cow<'static, str>> {
    let name = match (dialect, name) {
        (Dialect::Claimable, "claim.label.added") => "claim.label_added",
        (Dialect::Claimable, "claim.label.removed") => "claim.label_removed",
        (Dialect::Cloudevents, _) => name.strip_prefix(CLOUDEVENTS_PREFIX)?,
        _ => name,
    };
    if let (Dialect::Standard | Dialect::Cloudevents, Some(rest)) =
        (dialect, name.strip_prefix("shipment."))
    {
        let (phase, event_name) = rest.split_once('.')?;
        let r#ref = format!("shipments/{phase}/{event_name}");
        return super::parse_ref(&r#ref)
            .is_ok()
            .then_some(Cow::Owned(r#ref));
    }
    let row = subjects::EVENTS.iter().find(|row| match dialect {
        Dialect::Karla => false,
        Dialect::Claimport => row.claimport == Some(name),
        Dialect::Claimable => row.claimable == Some(name),
        Dialect::Standard | Dialect::Cloudevents => {
            row.cloudevents.strip_prefix(CLOUDEVENTS_PREFIX) == Some(name)
        }
    })?;
    Some(Cow::Borrowed(row.r#ref))
}
