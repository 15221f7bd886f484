//! That an order is the customer's: its number and the ZIP of its address or the e-mail address of its customer.
//!
//! A number that is unknown and a proof that is wrong come to the same answer by the same steps: as many look-ups, and
//! as many comparisons, with an order that stands in for the one that is not there.

use claimwire_model::SubjectKind;
use claimwire_model::order::Order;
use serde_json::{Map, Value};

use super::ClaimDesk;
use crate::checks::CALLERS_ID;
use crate::refusal::Refusal;

/// What the ZIP is called in addresses of different shop systems.
const ZIP_NAMES: [&str; 8] = [
    "zip",
    "zip_code",
    "zipCode",
    "zipcode",
    "postal_code",
    "postalCode",
    "postcode",
    "plz",
];
/// Characters of what is typed.
const TYPED: usize = 254;

const NOBODYS: &str = r#"{"order_number": "-", "customer": {"email": "nobody@invalid"}, "address": {"street": "-", "zip": "-----"},
    "products": [{"title": "-", "quantity": 1}], "discounts": [], "segments": [], "custom": {}, "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z"}"#;

impl ClaimDesk<'_> {
    /// The number of the order that was meant by `number`, when `proof` is its ZIP or its e-mail address.
    ///
    /// # Errors
    /// Only the store's.
    pub async fn identify(&self, number: &str, proof: &str) -> Result<Option<String>, Refusal> {
        let (number, proof) = (number.trim(), proof.trim());
        if number.chars().count() > CALLERS_ID || proof.chars().count() > TYPED {
            return Ok(None);
        }
        let customer = self.customer(super::CUSTOMER).await?;
        let asked = customer.on(self.ports);
        let mut found = None;
        for number in spellings(number) {
            let order = asked.call().find::<Order>(SubjectKind::Order, &number);
            let order = order.await?.map(|order| order.value);
            let there = order.is_some();
            let order = match order {
                Some(order) => order,
                None => serde_json::from_str(NOBODYS)
                    .map_err(|error| Refusal::Failed(error.to_string()))?,
            };
            if proves(&order, proof) && there {
                found.get_or_insert(order.order_number);
            }
        }
        Ok(found)
    }
}

/// As it was typed, and with and without the `#` that shops put before a number; always three.
fn spellings(number: &str) -> [String; 3] {
    let bare = number.trim_start_matches('#').trim();
    [number.to_owned(), bare.to_owned(), format!("#{bare}")]
}

/// Whether it is the order's ZIP or e-mail address. Both are looked at in any case.
fn proves(order: &Order, proof: &str) -> bool {
    let email = order.customer.as_ref().and_then(|c| c.email.as_deref());
    let by_email = same(&folded(email.unwrap_or_default()), &folded(proof));
    let address = order
        .address
        .as_ref()
        .map_or("{}", |address| address.as_str());
    let address: Map<String, Value> = serde_json::from_str(address).unwrap_or_default();
    let zip = ZIP_NAMES.iter().find_map(|name| address.get(*name));
    let zip = match zip {
        Some(Value::String(zip)) => zip.clone(),
        Some(Value::Number(zip)) => zip.to_string(),
        _ => String::new(),
    };
    let by_zip = same(&squeezed(&zip), &squeezed(proof));
    by_email | by_zip
}

fn folded(email: &str) -> String {
    email.trim().to_lowercase()
}

/// Letters and digits alone: `SW1A 1AA` is `sw1a1aa`.
fn squeezed(zip: &str) -> String {
    let plain = zip.chars().filter(|c| c.is_alphanumeric());
    plain.flat_map(char::to_lowercase).collect()
}

/// Whether both are the same and something, in a time that does not tell how much of them is.
fn same(ours: &str, given: &str) -> bool {
    let differs = ours
        .bytes()
        .zip(given.bytes())
        .fold(0, |differs, (a, b)| differs | (a ^ b));
    (std::hint::black_box(differs) == 0) & (ours.len() == given.len()) & !ours.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(json: &str) -> Order {
        let mut order: Map<String, Value> = serde_json::from_str(NOBODYS).unwrap();
        order.extend(serde_json::from_str::<Map<String, Value>>(json).unwrap());
        serde_json::from_value(Value::Object(order)).unwrap()
    }

    #[test]
    fn a_zip_or_an_address_proves_an_order() {
        let berlin =
            order(r#"{"address": {"plz": 10115}, "customer": {"email": "Mia@Example.net"}}"#);
        for proof in ["10115", " 1 0115", "mia@example.net", "MIA@EXAMPLE.NET "] {
            assert!(proves(&berlin, proof), "{proof}");
        }
        let london = order(r#"{"address": {"postcode": "SW1A 1AA"}}"#);
        assert!(proves(&london, "sw1a1aa"));
        for proof in ["", "-", "1011", "101155", "mia@example.ne", "10115\0"] {
            assert!(!proves(&london, proof), "{proof}");
        }
        assert!(!proves(&berlin, "1011"));
    }

    #[test]
    fn what_an_order_does_not_say_proves_nothing() {
        let bare = order(r#"{"address": {"zip": " "}, "customer": {"email": ""}}"#);
        for proof in ["", " ", "-", "null"] {
            assert!(!proves(&bare, proof), "{proof:?}");
        }
    }

    #[test]
    fn a_number_is_looked_for_in_three_spellings() {
        assert_eq!(spellings("#1001"), ["#1001", "1001", "#1001"]);
        assert_eq!(spellings("1001"), ["1001", "1001", "#1001"]);
    }
}
