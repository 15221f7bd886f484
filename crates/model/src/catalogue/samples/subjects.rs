//! One order, its parcel, a claim about it and what else there is: always the same but for the times.

use std::time::Duration;

use uuid::Uuid;

use crate::claim::{Assignee, Claim, ClaimStatus, Customer, Damage, SelectedItem};
use crate::contact::Contact;
use crate::json::{Number, OpenObject};
use crate::message::{Author, Message, MessageDirection};
use crate::order::{Order, Product, ProductImage};
use crate::shipment::{Direction, Shipment, ShipmentEvent, ShipmentState};
use crate::time::Timestamp;

const ORDER_NUMBER: &str = "10077";
const SHIPMENT_ID: &str = "b6b6a3c0-parcel-1";
const CLAIM_ID: Uuid = Uuid::from_u128(0x0f0a_6a3e_77b8_4f1b_8c5d_5d9d_8f0f_2a10);
const CONTACT_ID: Uuid = Uuid::from_u128(0x6d0c_2b1e_3a4f_4c5d_9e6f_7a8b_9c0d_1e2f);
const MESSAGE_ID: Uuid = Uuid::from_u128(0x2c9e_4d7a_1b3c_4e5f_8a9b_0c1d_2e3f_4a5b);

const HOUR: Duration = Duration::from_secs(3600);

/// The customer.
#[must_use]
pub fn customer() -> Customer {
    Customer {
        external_id: Some("c-77".to_owned()),
        email: Some("mia.berg@example.com".to_owned()),
        first_name: Some("Mia".to_owned()),
        last_name: Some("Berg".to_owned()),
    }
}

/// The order, placed three days ago.
#[must_use]
pub fn order(now: Timestamp) -> Order {
    let placed = now.minus(72 * HOUR);
    Order {
        order_number: ORDER_NUMBER.to_owned(),
        external_id: Some("5544".to_owned()),
        order_name: Some("#10077".to_owned()),
        order_placed_at: Some(placed),
        total_order_price: amount("43.90"),
        sub_total_price: amount("39.00"),
        shipping_price: amount("4.90"),
        discount_price: amount("0"),
        currency: Some("EUR".to_owned()),
        customer: Some(customer()),
        address: open(
            r#"{"name":"Mia Berg","street":"Lindenweg 4","zip_code":"10115","city":"Berlin","country_code":"DE"}"#,
        ),
        products: vec![
            product("900", "MUG-2", "Stoneware mug", 2, "11.50"),
            product("910", "TEA-7", "Assam, 250 g", 1, "16.00"),
        ],
        discounts: Vec::new(),
        segments: vec!["newsletter".to_owned()],
        custom: OpenObject::default(),
        created_at: placed,
        updated_at: placed,
    }
}

fn product(id: &str, sku: &str, title: &str, quantity: u32, price: &str) -> Product {
    Product {
        product_id: Some(id.to_owned()),
        variant_id: None,
        sku: Some(sku.to_owned()),
        title: Some(title.to_owned()),
        quantity: Some(quantity),
        price: amount(price),
        images: vec![ProductImage {
            src: format!("https://shop.example.com/images/{sku}.jpg"),
            alt: Some(title.to_owned()),
        }],
    }
}

/// The parcel, handed to its carrier two days ago.
#[must_use]
pub fn shipment(now: Timestamp) -> Shipment {
    let handed_over = now.minus(48 * HOUR);
    Shipment {
        id: SHIPMENT_ID.to_owned(),
        order_number: Some(ORDER_NUMBER.to_owned()),
        direction: Direction::MerchantCustomer,
        carrier_reference: Some("dhl".to_owned()),
        tracking_number: Some("00340434161094022115".to_owned()),
        tracking_url: Some("https://track.example.com/00340434161094022115".to_owned()),
        estimated_arrival: Some(now.plus(4 * HOUR)),
        custom: OpenObject::default(),
        phase: Some("in_transit".to_owned()),
        state: ShipmentState::Fulfilled,
        events: vec![shipment_event(
            "in_transit",
            "HANDED_OVER_TO_CARRIER",
            Some("shipment_in_transit"),
            handed_over,
        )],
        created_at: now.minus(60 * HOUR),
        updated_at: handed_over,
    }
}

/// What a carrier says a few minutes before `now`.
#[must_use]
pub fn shipment_event(
    phase: &str,
    event_name: &str,
    event_group: Option<&str>,
    now: Timestamp,
) -> ShipmentEvent {
    ShipmentEvent {
        external_id: format!("{SHIPMENT_ID}-{event_name}"),
        event_name: event_name.to_owned(),
        event_time: now.minus(HOUR / 12),
        phase: phase.to_owned(),
        event_group: event_group.map(str::to_owned),
        location: Some("Berlin, DE".to_owned()),
        created_at: now,
    }
}

/// A claim with photos, made two hours ago and not decided yet.
#[must_use]
pub fn claim(now: Timestamp) -> Claim {
    let photo = |name: &str| format!("https://images.example.com/claims/{name}.jpg");
    Claim {
        id: CLAIM_ID,
        number: 123,
        title: Some("Broken mug".to_owned()),
        r#type: Some("damage".to_owned()),
        reason: Some("partial_damage".to_owned()),
        resolution_preference: Some("refund".to_owned()),
        status: ClaimStatus::Pending,
        description: Some("One of the two mugs arrived with its handle broken off.".to_owned()),
        selected_items: vec![SelectedItem {
            sku: Some("MUG-2".to_owned()),
            title: Some("Stoneware mug".to_owned()),
            quantity: 1,
            net_price: amount("11.50"),
            image_urls: vec![photo("mug")],
        }],
        image_urls: vec![photo("parcel"), photo("label")],
        optional_image_urls: Vec::new(),
        customer_signature_image_url: Some(
            "https://images.example.com/claims/signature.png".to_owned(),
        ),
        labels: vec!["fragile".to_owned()],
        assignee: None,
        damages: Vec::new(),
        customer: Some(customer()),
        order_number: Some(ORDER_NUMBER.to_owned()),
        shipment_id: Some(SHIPMENT_ID.to_owned()),
        custom: OpenObject::default(),
        created_at: now.minus(2 * HOUR),
        updated_at: now.minus(HOUR),
        closed_at: None,
    }
}

/// Who may be given the claim.
#[must_use]
pub fn agent() -> Assignee {
    Assignee {
        user_id: Some(2642.into()),
        name: Some("Ana Ruiz".to_owned()),
        email: Some("ana.ruiz@example.com".to_owned()),
    }
}

/// What may be added to the claim.
#[must_use]
pub fn damage() -> Damage {
    Damage {
        id: "dmg-1".to_owned(),
        damage_type: "breakage".to_owned(),
        description: Some("The handle is off.".to_owned()),
    }
}

/// A contact, made at `now`.
#[must_use]
pub fn contact(now: Timestamp) -> Contact {
    Contact {
        id: CONTACT_ID,
        number: 124,
        is_business: false,
        first_name: Some("Jonas".to_owned()),
        last_name: Some("Weiß".to_owned()),
        business_name: None,
        title: Some("Dr".to_owned()),
        email: Some("jonas.weiss@example.com".to_owned()),
        mobile_phone: Some("+49 151 23456789".to_owned()),
        home_phone: None,
        work_phone: None,
        preferred_contact_method: Some("email".to_owned()),
        address: open(r#"{"city":"Hamburg","country_code":"DE"}"#),
        custom: OpenObject::default(),
        created_at: now,
        updated_at: now,
    }
}

/// A message on the claim, written at `now`.
#[must_use]
pub fn message(direction: MessageDirection, now: Timestamp) -> Message {
    let (body, name, email) = match direction {
        MessageDirection::Inbound => (
            "Do you need another photo?",
            "Mia Berg",
            "mia.berg@example.com",
        ),
        MessageDirection::Outbound => (
            "Thank you, the photos are enough. The refund is on its way.",
            "Ana Ruiz",
            "ana.ruiz@example.com",
        ),
    };
    let author = Author {
        name: Some(name.to_owned()),
        email: Some(email.to_owned()),
    };
    Message {
        id: MESSAGE_ID,
        direction,
        body: body.to_owned(),
        author: Some(author),
        created_at: now,
    }
}

fn amount(text: &str) -> Option<Number> {
    text.parse().ok()
}

fn open(text: &str) -> Option<OpenObject> {
    serde_json::from_str(text).ok()
}
