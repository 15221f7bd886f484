//! What belongs to a change, and how much of it its events carry.

use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::claim::{Claim, Customer};
use crate::json::{RawJson, SharedJson};
use crate::order::Order;
use crate::shipment::Shipment;

/// Bytes of a context. Receivers and proxies between refuse bodies that are much larger.
pub const CONTEXT_BYTES: usize = 256 * 1024;

/// The whole order, customer, shipments and claims that a subject belongs to, as they are with the
/// change applied: as they are kept, not read and written again.
#[derive(Debug, Clone, Default)]
pub struct Context {
    /// The order.
    pub order: Option<SharedJson>,
    /// The claim's customer, else the order's.
    pub customer: Option<SharedJson>,
    /// The order's shipments, the newest of them.
    pub shipments: Vec<Part>,
    /// The order's claims, the newest of them, or the one claim that has no order.
    pub claims: Vec<Part>,
    /// How many there are beside these.
    pub more: Counts,
}

/// A shipment or claim of a context.
#[derive(Debug, Clone)]
pub struct Part {
    /// Its id.
    pub id: String,
    /// All of it.
    pub json: SharedJson,
}

impl Part {
    /// A claim.
    pub fn claim(claim: &Claim) -> Result<Self, serde_json::Error> {
        let id = claim.id.to_string();
        let json = text(claim)?;
        Ok(Self { id, json })
    }

    /// A shipment.
    pub fn shipment(shipment: &Shipment) -> Result<Self, serde_json::Error> {
        let id = shipment.id.clone();
        let json = text(shipment)?;
        Ok(Self { id, json })
    }

    /// The shipment that a claim names.
    fn names_shipment(&self) -> Option<String> {
        #[derive(Deserialize)]
        struct Named {
            shipment_id: Option<String>,
        }
        let named: Named = serde_json::from_str(self.json.get()).ok()?;
        named.shipment_id
    }
}

/// What a context holds of a value.
pub fn text<T: Serialize>(value: &T) -> Result<SharedJson, serde_json::Error> {
    to_raw_value(value).map(Into::into)
}

/// How many shipments and claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, ToSchema)]
#[schema(as = ContextCounts)]
pub struct Counts {
    /// The order's shipments.
    pub shipments: u64,
    /// The order's claims.
    pub claims: u64,
}

/// Order, customer, shipments and claims that an event belongs to, as they were at the change. `null`
/// and `[]` where there is none.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Context)]
pub struct ContextView<'a> {
    /// The order.
    #[schema(value_type = Option<Order>)]
    order: Option<&'a RawValue>,
    /// The claim's customer, else the order's.
    #[schema(value_type = Option<Customer>)]
    customer: Option<&'a RawValue>,
    /// The order's shipments.
    #[schema(value_type = Vec<Shipment>)]
    shipments: Vec<&'a RawValue>,
    /// The order's claims, or the one claim that has no order.
    #[schema(value_type = Vec<Claim>)]
    claims: Vec<&'a RawValue>,
    /// There, and true, when not all of it is here: of more than 100 shipments or claims the newest are,
    /// of more than 256 KiB in all what the event is about.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    truncated: bool,
    /// There when `truncated` is: how many there are, counted up to 10,000.
    #[serde(skip_serializing_if = "Option::is_none")]
    counts: Option<Counts>,
}

/// What an event is about, which its context carries whatever its size.
#[derive(Debug, Clone, Copy)]
pub(super) enum About<'a> {
    Claim(Uuid),
    Order,
    Shipment(&'a str),
    Contact,
}

impl Context {
    /// What an event about this carries.
    pub(super) fn to_json(&self, about: About<'_>) -> Result<RawJson, serde_json::Error> {
        let (shipments, claims): (Vec<_>, Vec<_>) = (
            self.shipments.iter().collect(),
            self.claims.iter().collect(),
        );
        let whole = to_raw_value(&self.view(true, &shipments, &claims))?;
        if whole.get().len() <= CONTEXT_BYTES {
            return Ok(whole);
        }
        drop(whole);
        let claim = |id: &str| self.claims.iter().find(|claim| claim.id == id);
        let shipment = |id: &str| self.shipments.iter().find(|shipment| shipment.id == id);
        let (shipment, claim) = match about {
            About::Claim(id) => {
                let claim = claim(&id.to_string());
                let id = claim.and_then(Part::names_shipment);
                (id.as_deref().and_then(shipment), claim)
            }
            About::Shipment(id) => (shipment(id), None),
            About::Order | About::Contact => (None, None),
        };
        let (shipment, claim) = (shipment.as_slice(), claim.as_slice());
        let barest = match about {
            About::Claim(_) => self.view(false, &[], claim),
            About::Shipment(_) => self.view(false, shipment, &[]),
            About::Order | About::Contact => self.view(true, &[], &[]),
        };
        // With as much beside it as there is room for.
        for fuller in [
            self.view(true, shipment, claim),
            self.view(true, &[], claim),
        ] {
            let holds_it = fuller.shipments.len() >= barest.shipments.len();
            let json = to_raw_value(&fuller)?;
            if holds_it && json.get().len() <= CONTEXT_BYTES {
                return Ok(json);
            }
        }
        to_raw_value(&barest)
    }

    fn view<'a>(
        &'a self,
        with_order: bool,
        shipments: &[&'a Part],
        claims: &[&'a Part],
    ) -> ContextView<'a> {
        let texts = |parts: &[&'a Part]| parts.iter().map(|part| &*part.json).collect();
        let count =
            |list: usize, more: u64| u64::try_from(list).unwrap_or(u64::MAX).saturating_add(more);
        let counts = Counts {
            shipments: count(self.shipments.len(), self.more.shipments),
            claims: count(self.claims.len(), self.more.claims),
        };
        let order = self.order.as_deref().filter(|_| with_order);
        let here = Counts {
            shipments: count(shipments.len(), 0),
            claims: count(claims.len(), 0),
        };
        let truncated = here != counts || order.is_some() != self.order.is_some();
        ContextView {
            order,
            customer: self.customer.as_deref(),
            shipments: texts(shipments),
            claims: texts(claims),
            truncated,
            counts: truncated.then_some(counts),
        }
    }
}
