//! What an event made elsewhere is about, as far as its data says so in the usual places.

use claimwire_model::SubjectKind;
use claimwire_model::json::JsonText;
use claimwire_model::shipment::Direction;
use claimwire_model::subject::Subject;
use serde::Deserialize;

use crate::checks::CALLERS_ID;

/// Fields of `event_data` that name its subject. They are looked at, never demanded.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct Hints<'a> {
    #[serde(borrow)]
    id: Option<JsonText<'a>>,
    #[serde(borrow)]
    claim_id: Option<JsonText<'a>>,
    #[serde(borrow)]
    shipment_id: Option<JsonText<'a>>,
    #[serde(borrow)]
    order_number: Option<JsonText<'a>>,
    #[serde(borrow)]
    contact_id: Option<JsonText<'a>>,
    #[serde(borrow)]
    direction: Option<JsonText<'a>>,
}

impl<'a> Hints<'a> {
    /// Data that says nothing of the kind, or the same thing twice, gives no hint.
    pub(super) fn of(event_data: JsonText<'a>) -> Self {
        serde_json::from_str(event_data.get()).unwrap_or_default()
    }

    /// The place of the hint that has this key, in an order of its own.
    pub(super) fn place(&mut self, key: &str) -> Option<(u8, &mut Option<JsonText<'a>>)> {
        let place = match key {
            "id" => (0, &mut self.id),
            "claim_id" => (1, &mut self.claim_id),
            "shipment_id" => (2, &mut self.shipment_id),
            "order_number" => (3, &mut self.order_number),
            "contact_id" => (4, &mut self.contact_id),
            "direction" => (5, &mut self.direction),
            _ => return None,
        };
        Some(place)
    }

    /// Which way the parcel goes.
    pub(super) fn direction(&self) -> Direction {
        match self.direction.map(JsonText::get) {
            Some(r#""customer_merchant""#) => Direction::CustomerMerchant,
            _ => Direction::MerchantCustomer,
        }
    }

    /// The subject of an event that is about this kind of thing. A message's is its claim, as with
    /// messages written here.
    pub(super) fn subject(&self, kind: SubjectKind) -> Option<Subject> {
        let (kind, id) = match kind {
            SubjectKind::Claim => (kind, self.claim_id.or(self.id)),
            SubjectKind::Message => (SubjectKind::Claim, self.claim_id),
            SubjectKind::Shipment => (kind, self.shipment_id),
            SubjectKind::Order => (kind, self.order_number),
            SubjectKind::Contact => (kind, self.contact_id.or(self.id)),
            SubjectKind::Webhook => return None,
        };
        Some(Subject {
            kind,
            id: text(id?)?,
        })
    }
}

/// An id as text: a string's content, a number's digits.
fn text(raw: JsonText<'_>) -> Option<String> {
    let raw = raw.get();
    let id = match raw.as_bytes().first()? {
        b'"' if raw.contains('\\') => serde_json::from_str(raw).ok()?,
        b'"' => raw.get(1..raw.len() - 1)?.to_owned(),
        b'0'..=b'9' => raw.to_owned(),
        _ => return None,
    };
    (!id.is_empty() && id.len() <= CALLERS_ID).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(json: &str) -> Option<String> {
        let data = serde_json::from_str(json).unwrap();
        let subject = Hints::of(data).subject(SubjectKind::Claim)?;
        Some(subject.id)
    }

    #[test]
    fn the_id_is_found_wherever_and_however_it_is_written() {
        for json in [
            r#"{"claim_id":"a","id":"b"}"#,
            r#"{"id":"b","x":{"claim_id":"c"},"claim_id":"a"}"#,
            r#"{"claim_id":null,"id":"a"}"#,
            r#"{"x":"\"claim_id\":\"b\"","y":"\\","claim_id":"\u0061"}"#,
            r#"{"claim\u005fid":"a","id":"b"}"#,
            "{ \"x\" : [ 1 , {} , \"]}\" ] ,\n\t\"claim_id\" : \"a\" }",
            r#"{"y":-1.5e3,"z":true,"ü":"ü","claim_id":"a","w":[]}"#,
        ] {
            assert_eq!(claim(json).as_deref(), Some("a"), "{json}");
        }
        assert_eq!(claim(r#"{"claim_id": 123 }"#).as_deref(), Some("123"));
    }

    #[test]
    fn what_says_nothing_or_the_same_twice_gives_no_hint() {
        for json in [
            "{}",
            r#"{"x":{"claim_id":"a"}}"#,
            r#"{"claim_id":"a","claim_id":"a"}"#,
            r#"{"claim_id":"a","claim\u005fid":"a"}"#,
            r#"{"claim_id":"a","direction":1,"direction":null}"#,
            r#"{"claim_id":["a"]}"#,
            r#"{"claim_id":""}"#,
            r#"{"claim_id":-1}"#,
        ] {
            assert_eq!(claim(json), None, "{json}");
        }
    }
}
