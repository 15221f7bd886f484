//! What happens in the shop: orders, their parcels, and the claims that follow from some.

use serde_json::{Value, json};

use super::chance::Chance;
use super::{DAY_MS, DAYS};
use crate::client::{Client, text};

const HOUR_MS: i64 = 3_600_000;
/// Orders of a day; at weekends half as many.
const ORDERS: u64 = 8;

const FIRST: [&str; 12] = [
    "Mia", "Jonas", "Aylin", "Paul", "Chloé", "Matteo", "Zofia", "Ines", "Noah", "Freja", "Emre",
    "Lotte",
];
const LAST: [&str; 12] = [
    "Berg", "Weiß", "Kaya", "Novak", "Dubois", "Ricci", "Nowak", "Vidal", "Schäfer", "Holm",
    "Demir", "Jansen",
];
/// SKU, title, price in cents.
const PRODUCTS: [(&str, &str, u32); 8] = [
    ("MUG-2", "Stoneware mug", 1_150),
    ("POT-1", "Tea pot, 1.2 l", 8_300),
    ("TEA-7", "Assam, 250 g", 1_600),
    ("LAMP-4", "Desk lamp, brass", 12_900),
    ("RUG-3", "Wool rug, 140 × 200", 24_900),
    ("VASE-9", "Vase, hand-blown", 4_500),
    ("KET-5", "Gooseneck kettle", 7_900),
    ("TRAY-6", "Oak tray", 3_900),
];
const CARRIERS: [&str; 4] = ["dhl", "hermes", "ups", "dpd"];
/// Type, reason, title, what the customer says.
const CLAIMS: [(&str, &str, &str, &str); 8] = [
    (
        "defective",
        "damage",
        "Arrived broken",
        "It was in pieces when I opened the box; the box itself looks fine.",
    ),
    (
        "defective",
        "partial_damage",
        "Cracked on one side",
        "One of them has a crack from the rim to the base.",
    ),
    (
        "defective",
        "damage",
        "Does not switch on",
        "I tried two sockets. The light stays off.",
    ),
    (
        "not_received",
        "investigation",
        "Parcel never arrived",
        "The tracking says delivered, but nobody here has it.",
    ),
    (
        "missing_product",
        "missing_product",
        "One item is missing",
        "The delivery note lists two, there was one in the parcel.",
    ),
    (
        "wrong_product",
        "wrong_product",
        "Wrong colour",
        "I ordered the blue one and got the green one.",
    ),
    (
        "return",
        "return",
        "I want to send it back",
        "It does not fit where I wanted to put it.",
    ),
    (
        "dissatisfied",
        "dissatisfied",
        "Smaller than expected",
        "The pictures made it look a lot larger.",
    ),
];
const AGENTS: [(&str, &str, u32); 3] = [
    ("Ana Ruiz", "ana.ruiz@example.net", 2642),
    ("Tom Becker", "tom.becker@example.net", 2643),
    ("Sofie Lund", "sofie.lund@example.net", 2644),
];

/// One thing, and when.
pub struct Happening {
    pub at: i64,
    what: What,
}

enum What {
    Order(Order),
    Event(String, &'static str),
    Claim(
        Order,
        (&'static str, &'static str, &'static str, &'static str),
    ),
    Change(u64, Value),
    Message(u64, &'static str, String, String),
}

#[derive(Clone)]
struct Order {
    number: u64,
    first: &'static str,
    last: &'static str,
    carrier: &'static str,
    product: (&'static str, &'static str, u32),
    quantity: u64,
}

/// The claim's id: from its order's number, so that its changes can name it.
fn claim_id(order: u64) -> String {
    format!("1132a0f5-2443-4f7e-8786-{order:012}")
}

/// All of it, in order.
pub fn month(chance: &mut Chance, begin: i64, end: i64) -> Vec<Happening> {
    let mut all = Vec::new();
    let mut number = 20_000;
    for day in 0..DAYS {
        let weekend = matches!(day % 7, 5 | 6);
        for _ in 0..ORDERS / if weekend { 2 } else { 1 } {
            number += 1;
            let minutes = i64::try_from(chance.below(15 * 60)).unwrap_or_default();
            let at = begin + day * DAY_MS + 7 * HOUR_MS + minutes * 60_000;
            order(chance, number, at, &mut all);
        }
    }
    all.retain(|happening| happening.at < end);
    all.sort_by_key(|happening| happening.at);
    all
}

fn order(chance: &mut Chance, number: u64, at: i64, all: &mut Vec<Happening>) {
    let order = Order {
        number,
        first: chance.one(&FIRST),
        last: chance.one(&LAST),
        carrier: chance.one(&CARRIERS),
        product: chance.one(&PRODUCTS),
        quantity: 1 + chance.below(3),
    };
    let mut push = |at: i64, what: What| all.push(Happening { at, what });
    push(at, What::Order(order.clone()));
    let parcel = format!("parcel-{number}");
    let sent = at + 20 * HOUR_MS;
    push(sent, What::Event(parcel.clone(), "HANDED_OVER_TO_CARRIER"));
    let arrived = sent + HOUR_MS * (18 + i64::try_from(chance.below(40)).unwrap_or_default());
    push(
        arrived - 3 * HOUR_MS,
        What::Event(parcel.clone(), "OUT_FOR_DELIVERY"),
    );
    let kind = chance.one(&CLAIMS);
    if kind.0 == "not_received" && chance.is(50) {
        push(arrived, What::Event(parcel, "DELIVERY_FAILED"));
    } else {
        push(arrived, What::Event(parcel, "SUCCESSFULLY_DELIVERED"));
    }
    if !chance.is(45) {
        return;
    }
    let filed = arrived + HOUR_MS * (1 + i64::try_from(chance.below(30)).unwrap_or_default());
    push(filed, What::Claim(order.clone(), kind));
    let agent = chance.one(&AGENTS);
    let by = json!({"source": "ui", "user_id": agent.2, "name": agent.0});
    let taken = filed + HOUR_MS / 2 + i64::try_from(chance.below(10)).unwrap_or_default() * HOUR_MS;
    let assignee = json!({"user_id": agent.2, "name": agent.0, "email": agent.1});
    push(
        taken,
        What::Change(number, json!({"assignee": assignee, "performed_by": by})),
    );
    if chance.is(25) {
        push(
            taken + 60_000,
            What::Change(number, json!({"labels": ["urgent"], "performed_by": by})),
        );
    }
    if chance.is(40) {
        let ask = "Could you send us one more photo of it, please?".to_owned();
        push(
            taken + 120_000,
            What::Message(number, "outbound", agent.0.to_owned(), ask),
        );
        let name = format!("{} {}", order.first, order.last);
        push(
            taken + 5 * HOUR_MS,
            What::Message(number, "inbound", name, "Of course, here it is.".to_owned()),
        );
    }
    if chance.is(80) {
        let status = if chance.is(80) {
            "accepted"
        } else {
            "rejected"
        };
        let decided = taken + 8 * HOUR_MS;
        push(
            decided,
            What::Change(number, json!({"status": status, "performed_by": by})),
        );
    }
}

impl Happening {
    /// Writes it through the API.
    pub fn happen(&self, client: &Client) -> anyhow::Result<()> {
        let path = |rest: String| client.in_shop(&rest);
        match &self.what {
            What::Order(order) => {
                let number = format!("D-{}", order.number);
                client.put(&path(format!("/orders/{number}"))?, &order.json())?;
                let parcel = path(format!("/shipments/parcel-{}", order.number))?;
                client.put(&parcel, &json!({"order_number": number, "direction": "merchant_customer",
                    "carrier_reference": order.carrier, "tracking_number": format!("00340434161094{:06}", order.number)}))?;
            }
            What::Event(parcel, name) => {
                let time = claimwire_model::Timestamp::from_millis(self.at).to_string();
                let event = json!({"event_name": name, "event_time": time, "external_id": format!("carrier-{name}")});
                client.post(&path(format!("/shipments/{parcel}/events"))?, &event)?;
            }
            What::Claim(order, kind) => {
                client.put(
                    &path(format!("/claims/{}", claim_id(order.number)))?,
                    &order.claim(*kind),
                )?;
            }
            What::Change(order, patch) => {
                client.patch(&path(format!("/claims/{}", claim_id(*order)))?, patch)?;
            }
            What::Message(order, direction, name, body) => {
                let message =
                    json!({"direction": direction, "body": body, "author": {"name": name}});
                text(
                    &client.post(
                        &path(format!("/claims/{}/messages", claim_id(*order)))?,
                        &message,
                    )?,
                    "id",
                )?;
            }
        }
        Ok(())
    }
}

impl Order {
    fn customer(&self) -> Value {
        let email = format!("{}.{}@example.net", self.first, self.last).to_lowercase();
        let email = email
            .replace('ß', "ss")
            .replace('é', "e")
            .replace('ä', "ae");
        json!({"email": email, "first_name": self.first, "last_name": self.last})
    }

    fn json(&self) -> Value {
        let (sku, title, cents) = self.product;
        let price = f64::from(cents) / 100.0;
        let quantity = u32::try_from(self.quantity).unwrap_or(1);
        json!({
            "order_name": format!("#D-{}", self.number), "currency": "EUR",
            "total_order_price": price * f64::from(quantity),
            "customer": self.customer(),
            "address": {"name": format!("{} {}", self.first, self.last), "street": "Lindenstraße 4", "zip_code": "10969", "city": "Berlin", "country_code": "DE"},
            "products": [{"sku": sku, "title": title, "quantity": self.quantity, "price": price}],
        })
    }

    fn claim(&self, (kind, reason, title, description): (&str, &str, &str, &str)) -> Value {
        let (sku, product, _) = self.product;
        json!({
            "title": title, "type": kind, "reason": reason, "description": description,
            "resolution_preference": if self.number.is_multiple_of(3) { "reorder" } else { "refund" },
            "selected_items": [{"sku": sku, "title": product, "quantity": 1}],
            "customer": self.customer(),
            "order_number": format!("D-{}", self.number), "shipment_id": format!("parcel-{}", self.number),
        })
    }
}
