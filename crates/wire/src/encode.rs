//! Event → body.

use claimwire_model::{Dialect, Event, EventNo, Shop, Timestamp, catalogue};

use crate::encoded::Encoded;
use crate::{claimable, claimport, cloudevents, karla, standard};

/// What is sampled when nobody says what: every dialect has a name for it.
const SAMPLE: &str = "claims/created";

/// The event as this dialect sends it, or `None` when the dialect has no name for it.
#[must_use]
pub fn encode(dialect: Dialect, event: &Event, shop: &Shop) -> Option<Encoded> {
    match dialect {
        Dialect::Karla => karla::encode(event, shop),
        Dialect::Claimport => claimport::encode(event),
        Dialect::Claimable => claimable::encode(event),
        Dialect::Standard => standard::encode(event),
        Dialect::Cloudevents => cloudevents::encode(event, shop),
    }
}

/// The event that checks an endpoint: `webhook.test` in claimport's form; in the other dialects, and
/// when a `ref` is asked for, a sample from the catalogue. `None` when the dialect has no name for it.
/// Its id, `evt_test_…`, is none that a real event ever has.
#[must_use]
pub fn test_event(
    dialect: Dialect,
    r#ref: Option<&str>,
    shop: &Shop,
    now: Timestamp,
) -> Option<Encoded> {
    let id = format!("evt_test_{}", now.as_millis());
    if let (Dialect::Claimport, None) = (dialect, r#ref) {
        return Some(claimport::test_event(id, now));
    }
    let mut fact = catalogue::sample(r#ref.unwrap_or(SAMPLE), now)?;
    fact.given_id = Some(id);
    encode(
        dialect,
        &Event {
            no: EventNo(0),
            fact,
        },
        shop,
    )
}
