//! An event as marketing tools tell it: a name, whom it concerns, and its data.

use std::time::Duration;

use claimwire_model::event::Fact;
use claimwire_model::json::SharedJson;
use claimwire_model::{Dialect, Event, EventNo, PerformedBy, Shop, Timestamp, catalogue};
use claimwire_wire::{Bodies, encode};
use serde_json::{Map, Value};

use crate::ticket::is_email;

/// The name that stands for every way of being delivered to the customer.
pub(crate) const ALL_DELIVERED: &str = "shipment_delivered_all_events";
/// What the names of those begin with.
const DELIVERED: &str = "shipment_delivered";

/// What is told.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct News {
    /// The event's id: the same on every attempt.
    pub(crate) id: String,
    /// Its group, else its ref in a group's form: `claim_status_changed`. None: there is nothing to tell.
    pub(crate) name: Option<String>,
    /// The customer's address.
    pub(crate) email: Option<String>,
    /// When it happened: of a shipment, when the carrier says so.
    pub(crate) time: Timestamp,
    /// In the form that templates of these tools know: karla's `event_data`.
    pub(crate) data: Map<String, Value>,
    /// A parcel's, which grows stale.
    pub(crate) is_shipment: bool,
}

impl News {
    /// Of an event under way; `bodies` are its.
    pub(crate) fn of(event: &Event, bodies: &Bodies, shop: &Shop) -> Self {
        let karla = bodies.of(Dialect::Karla, false, event, shop).ok();
        Self::made(event, karla.map(|encoded| &*encoded.body))
    }

    /// Of a claim that was made, for a preview.
    pub(crate) fn of_claim(claim: &Value, context: &Value, shop: &Shop) -> Result<Self, String> {
        let json = |value: &Value| -> Result<SharedJson, String> {
            let raw = serde_json::value::to_raw_value(value);
            Ok(raw.map_err(|error| error.to_string())?.into())
        };
        let at = |name: &str| serde_json::from_value(claim.get(name)?.clone()).ok();
        let fact = Fact {
            given_id: None,
            r#ref: "claims/created".to_owned(),
            event_group: Some("claim_created".to_owned()),
            triggered_at: at("created_at").unwrap_or_else(|| Timestamp::from_millis(0)),
            subject: None,
            event_data: json(claim)?,
            context: Some(json(context)?),
            changes: None,
            performed_by: PerformedBy::default(),
            posted: false,
        };
        let event = Event {
            no: EventNo(0),
            fact,
        };
        let karla = encode(Dialect::Karla, &event, shop);
        Ok(Self::made(
            &event,
            karla.as_ref().map(|encoded| &*encoded.body),
        ))
    }

    fn made(event: &Event, karla: Option<&[u8]>) -> Self {
        let fact = &event.fact;
        let own: Value = serde_json::from_str(fact.event_data.get()).unwrap_or_default();
        let body: Option<Value> = karla.and_then(|body| serde_json::from_slice(body).ok());
        let data = body.and_then(|mut body| match body.get_mut("event_data")?.take() {
            Value::Object(data) => Some(data),
            _ => None,
        });
        let context = fact.context.as_ref();
        let context = context.and_then(|context| serde_json::from_str(context.get()).ok());
        let email = email(&own, &context.unwrap_or_default());
        let time = own
            .get("event_time")
            .and_then(|time| serde_json::from_value(time.clone()).ok());
        Self {
            id: event.id(),
            name: name(fact),
            email,
            time: time.map_or(fact.triggered_at, |time: Timestamp| {
                time.min(fact.triggered_at)
            }),
            data: data.unwrap_or_else(|| match own {
                Value::Object(data) => data,
                _ => Map::new(),
            }),
            is_shipment: fact.r#ref.starts_with("shipments/"),
        }
    }

    /// How much older it is than it may be; none: it is not.
    pub(crate) fn is_stale(&self, hours: u64, now: Timestamp) -> bool {
        let limit = Duration::from_secs(hours.saturating_mul(3600));
        self.is_shipment && hours > 0 && now.since(self.time) > limit
    }

    /// The names that it is told by, in order.
    pub(crate) fn names(&self, all_delivered: bool) -> Vec<&str> {
        let Some(name) = self.name.as_deref() else {
            return Vec::new();
        };
        let rolls_up = all_delivered && name.starts_with(DELIVERED) && name != ALL_DELIVERED;
        if rolls_up {
            vec![name, ALL_DELIVERED]
        } else {
            vec![name]
        }
    }

    /// The id of what is told by this name: another for the name that stands for many.
    pub(crate) fn id_as(&self, name: &str) -> String {
        if name == ALL_DELIVERED && self.name.as_deref() != Some(ALL_DELIVERED) {
            return format!("{}-all", self.id);
        }
        self.id.clone()
    }
}

/// A shipment's event without a group is nothing that anybody is told of.
fn name(fact: &Fact) -> Option<String> {
    let listed = || catalogue::find(&fact.r#ref)?.event_group;
    if let Some(group) = fact.event_group.as_deref().or_else(listed) {
        return Some(group.to_owned());
    }
    let (source, action) = fact.r#ref.split_once('/')?;
    let source = source.strip_suffix('s').unwrap_or(source);
    (source != "shipment").then(|| format!("{source}_{action}"))
}

/// The claim's or contact's own, else the context's.
fn email(data: &Value, context: &Value) -> Option<String> {
    let places = [
        data.pointer("/customer/email"),
        context
            .pointer("/claims/0/customer/email")
            .filter(|_| data.get("claim_id").is_some()),
        context.pointer("/customer/email"),
        context.pointer("/order/customer/email"),
        data.get("email"),
    ];
    let given = places.into_iter().flatten().filter_map(Value::as_str);
    given
        .map(str::trim)
        .find(|text| is_email(text))
        .map(str::to_owned)
}
