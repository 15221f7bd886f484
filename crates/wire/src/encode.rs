//! Event → body.

use claimwire_model::{Dialect, Event, EventNo, Shop, Timestamp, catalogue};

use crate::encoded::{Encoded, Unencodable};
use crate::{claimable, claimport, cloudevents, karla, own, standard};

/// What is sampled when nobody says what: every built-in dialect has a name for it.
const SAMPLE: &str = "claims/created";

/// The event as this dialect sends it, or `None` when it has no form in it.
#[must_use]
pub fn encode(dialect: Dialect, event: &Event, shop: &Shop) -> Option<Encoded> {
    try_encode(dialect, event, shop).ok()
}

/// The event as this dialect sends it.
///
/// # Errors
/// It has no form in it.
pub fn try_encode(dialect: Dialect, event: &Event, shop: &Shop) -> Result<Encoded, Unencodable> {
    let encoded = match dialect {
        Dialect::Own(dialect) => return own::encode(dialect, event, shop),
        Dialect::Karla => karla::encode(event, shop),
        Dialect::Claimport => claimport::encode(event),
        Dialect::Claimable => claimable::encode(event),
        Dialect::Standard => standard::encode(event),
        Dialect::Cloudevents => cloudevents::encode(event, shop),
    };
    encoded.ok_or(Unencodable::NoName)
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
    let sampled = r#ref.unwrap_or_else(|| sampled(dialect));
    let mut fact = catalogue::sample(sampled, now)?;
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

/// What is sampled of a dialect when nobody says what.
#[must_use]
pub fn sampled(dialect: Dialect) -> &'static str {
    let named = |r#ref: &str| catalogue::name_in(dialect, r#ref).is_some();
    if named(SAMPLE) {
        return SAMPLE;
    }
    let mut rows = catalogue::all().map(|row| row.r#ref);
    rows.find(|r#ref| named(r#ref)).unwrap_or(SAMPLE)
}
