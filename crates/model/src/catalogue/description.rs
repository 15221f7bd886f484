//! A row of the catalogue as `GET /v1/event-types` shows it.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{EventType, Origin, samples, schema};
use crate::dialect::{Dialect, Own};
use crate::event::{Event, EventView};
use crate::id::{EventNo, first_number_at};
use crate::time::Timestamp;

/// When every example happens: 2026-01-29T14:48:47Z.
const EXAMPLE_AT: i64 = 1_769_698_127;

/// One kind of event, told in full.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = EventType)]
pub struct Description {
    /// `claims/created`.
    pub r#ref: &'static str,
    /// When it fires.
    pub description: &'static str,
    /// The notification bucket; of a shipment event, on the way to the customer.
    pub event_group: Option<&'static str>,
    /// The notification bucket of a shipment event on the way back.
    pub return_event_group: Option<&'static str>,
    /// `platform`, or `ours` for a carrier event's name that we chose.
    pub origin: Origin,
    /// Its name in each dialect; null where a dialect does not send it.
    pub names: Names,
    /// JSON Schema (2020-12) of the event in the API's shape.
    #[schema(value_type = Object)]
    pub schema: Value,
    /// Such an event.
    #[schema(value_type = Object)]
    pub example: Value,
}

/// An event's name in each dialect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Names {
    /// The `ref`.
    pub karla: Option<&'static str>,
    /// The `type`.
    pub claimport: Option<&'static str>,
    /// The `event_name`.
    pub claimable: Option<&'static str>,
    /// The `type`.
    pub standard: Option<&'static str>,
    /// The `type`.
    pub cloudevents: Option<&'static str>,
    /// Its name in the dialects of this server's own.
    #[serde(flatten)]
    pub own: BTreeMap<&'static str, Option<&'static str>>,
}

impl EventType {
    /// The row in full. Schema and example are made anew on each call: keep them when you show them
    /// often.
    pub fn describe(&self) -> Result<Description, serde_json::Error> {
        Ok(Description {
            r#ref: self.r#ref,
            description: self.description,
            event_group: self.event_group,
            return_event_group: self.return_event_group,
            origin: self.origin,
            names: Names {
                karla: self.name_in(Dialect::Karla),
                claimport: self.name_in(Dialect::Claimport),
                claimable: self.name_in(Dialect::Claimable),
                standard: self.name_in(Dialect::Standard),
                cloudevents: self.name_in(Dialect::Cloudevents),
                own: Own::all()
                    .iter()
                    .map(|own| (own.name(), own.name_of(self.r#ref)))
                    .collect(),
            },
            schema: schema::schema(self)?,
            example: self.example()?,
        })
    }

    fn example(&self) -> Result<Value, serde_json::Error> {
        let now = Timestamp::from_secs(EXAMPLE_AT);
        let Some(fact) = samples::sample(self.r#ref, now) else {
            return Ok(Value::Null);
        };
        let event = Event {
            no: EventNo(first_number_at(now)),
            fact,
        };
        // By way of text: a number goes into a `Value` as it is written.
        serde_json::from_str(&serde_json::to_string(&EventView::from(&event))?)
    }
}
