//! The claim page, as a customer's browser without JavaScript sees it.

mod customer;
mod filing;
mod guards;
mod identity;
mod photos;
mod settings;
mod status;
mod texts;

use claimwire_actions::claim_page::{self, ClaimLinkRequest};
use claimwire_actions::{
    Admin, As, Caller, InShop, Patch, api_keys, claims, messages, shipments, shops,
};
use claimwire_store::PageRequest;
use serde_json::{Value, json};

use crate::common::{ADMIN_KEY, World};
pub use customer::Customer;

/// A world in which both shops have a claim page with these settings, and the first an order.
pub async fn world(settings: Value) -> World {
    set_up(World::new().await, settings).await
}

pub async fn set_up(world: World, settings: Value) -> World {
    for slug in ["acme", "other"] {
        let mut settings = settings.clone();
        settings["enabled"] = json!(true);
        set(&world, slug, settings).await;
    }
    world.order("acme", "1001", order()).await;
    world
}

pub fn order() -> Value {
    json!({
        "order_name": "#1001", "order_placed_at": "2026-01-20T10:00:00Z", "total_order_price": 120.5, "currency": "EUR",
        "customer": {"email": "mia@berg.test", "first_name": "Mia", "last_name": "Berg"},
        "address": {"street": "Secret Street 1", "zip_code": "10115"},
        "products": [
            {"sku": "MUG", "title": "Blue mug", "quantity": 3, "price": 12.5},
            {"sku": "POT", "title": "Tea pot", "quantity": 1, "price": 83},
        ],
    })
}

async fn admin(slug: &str, world: &World) -> InShop<Admin> {
    let store = &*world.ports.store;
    Caller::Operator.enter(store, slug).await.unwrap()
}

pub async fn set(world: &World, slug: &str, settings: Value) {
    let shop = admin(slug, world).await;
    let patch = serde_json::from_value(json!({"claim_page": settings})).unwrap();
    shops::update(&shop.on(&world.ports), patch).await.unwrap();
}

pub async fn shipment(world: &World, id: &str, fields: Value) {
    let shop = admin("acme", world).await;
    let patch = Patch::of(&fields).unwrap();
    let editor: As<'_, Admin> = shop.on(&world.ports);
    shipments::put(&editor.editor(), id, &patch).await.unwrap();
}

/// A signed link for an order, as the API makes it: its path.
pub async fn link(world: &World, slug: &str, order: &str, expires_in: u32) -> String {
    let shop = admin(slug, world).await;
    let request: ClaimLinkRequest =
        serde_json::from_value(json!({"order_number": order, "expires_in": expires_in})).unwrap();
    let hash = api_keys::hash(ADMIN_KEY);
    let link = claim_page::create_link(&shop.on(&world.ports).editor(), &hash, request);
    let url = link.unwrap().url;
    url.strip_prefix("http://portal.test").unwrap().to_owned()
}

/// The shop's claims, newest first.
pub async fn claims_of(world: &World, slug: &str) -> Vec<Value> {
    let shop = admin(slug, world).await;
    let viewer = shop.on(&world.ports).viewer();
    let all = claims::Filter::default();
    let page = claims::list(&viewer, &all, PageRequest::first(100))
        .await
        .unwrap();
    let read = |json: &str| serde_json::from_str(json).unwrap();
    page.items.iter().map(|claim| read(claim.json())).collect()
}

/// A claim's messages, newest first.
pub async fn messages_of(world: &World, claim: &Value) -> Vec<Value> {
    let shop = admin("acme", world).await;
    let id = claim["id"].as_str().unwrap().parse().unwrap();
    let viewer = shop.on(&world.ports).viewer();
    let page = messages::list(&viewer, &id, PageRequest::first(100))
        .await
        .unwrap();
    let read = |json: &str| serde_json::from_str(json).unwrap();
    page.items
        .iter()
        .map(|message| read(message.json()))
        .collect()
}
