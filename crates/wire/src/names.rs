//! An event's name in each dialect.

use std::borrow::Cow;

use claimwire_model::Dialect;
use claimwire_model::event::Fact;

/// The name that `dialect` gives the event, `None` when it has none.
pub(crate) fn name(dialect: Dialect, fact: &Fact) -> Option<Cow<'_, str>> {
    let r = fact.r#ref.as_str();
    match dialect {
        Dialect::Karla => match r {
            "claims/created" | "claims/updated" => Some(r.into()),
            _ if r.starts_with("shipments/") && fact.event_group.is_some() => Some(r.into()),
            _ => None,
        },
        Dialect::Claimport => Some(
            match r {
                "claims/created" => "claim.created",
                "claims/details_changed" => "claim.updated",
                "claims/status_changed" => "claim.status_changed",
                "claims/approved" => "claim.approved",
                "claims/denied" => "claim.denied",
                "claims/closed" => "claim.closed",
                "claims/assigned" => "claim.assigned",
                "messages/received" => "message.received",
                "messages/sent" => "message.sent",
                "orders/synced" => "order.synced",
                _ => return None,
            }
            .into(),
        ),
        Dialect::Claimable => Some(
            match r {
                "claims/created" => "claim.created",
                "claims/closed" => "claim.closed",
                "claims/reopened" => "claim.reopened",
                "claims/assigned" => "claim.assigned",
                "claims/unassigned" => "claim.unassigned",
                "claims/label_added" => "claim.label_added",
                "claims/label_removed" => "claim.label_removed",
                "claims/switched_type" => "claim.switched_type",
                "claims/damage_created" => "claim.damage.created",
                "claims/damage_deleted" => "claim.damage.deleted",
                "claims/deleted" => "claim.deleted",
                "contacts/created" => "contact.created",
                _ => return None,
            }
            .into(),
        ),
        Dialect::Standard | Dialect::Cloudevents => {
            let (source, rest) = r.split_once('/')?;
            let prefix = if dialect == Dialect::Cloudevents {
                "io.claimwire."
            } else {
                ""
            };
            Some(
                format!(
                    "{prefix}{}.{}",
                    source.strip_suffix('s')?,
                    rest.replace('/', ".")
                )
                .into(),
            )
        }
    }
}

/// What the event is about, in the singular: `claim`, `shipment`, …
pub(crate) fn kind(fact: &Fact) -> &str {
    let source = fact.r#ref.split('/').next().unwrap_or_default();
    source.strip_suffix('s').unwrap_or(source)
}
