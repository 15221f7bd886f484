//! Orders as Karla's clients write them: `{id, id_type, order, trackings}` (contract section 8). What an order of ours has no
//! field for is kept in `custom`.

use std::collections::BTreeMap;

use claimwire_actions::orders::{self, Imported};
use claimwire_actions::{Patch, Refusal};
use claimwire_model::json::RawJson;
use claimwire_model::order::Order;
use claimwire_store::Page;
use serde::{Deserialize, Serialize};
use serde_json::value::to_raw_value;
use utoipa::ToSchema;

use claimwire_http::access::{Editor, InShop};
use claimwire_http::answer::{self, Reply};
use claimwire_http::body::JsonBody;
use claimwire_http::page::List;
use claimwire_http::state::Api;

/// Orders of one request.
const ORDERS_MOST: usize = 500;

/// What `id` is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OrderIdType {
    /// Its key in the shop.
    #[default]
    OrderNumber,
    /// Its id in the shop system.
    ExternalId,
    /// Its name.
    OrderName,
    /// Its id at Karla.
    Uuid,
}

/// An order with its parcels, as clients of Karla's REST API write it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderUpsert {
    /// Names the order.
    #[schema(max_length = 512)]
    pub id: String,
    /// What `id` is; `order_number` where it is absent. With another one `order.order_number` is needed, since
    /// orders are kept by their number.
    #[schema(value_type = Option<OrderIdType>)]
    pub id_type: Option<OrderIdType>,
    /// Karla's order: any fields. Those that ours has not are kept in `custom`.
    #[schema(value_type = Option<Object>)]
    pub order: Option<Members>,
    /// Its parcels, each a shipment by its `id` or `tracking_number`: `carrier_reference`, `tracking_url`, and any
    /// other fields.
    #[schema(value_type = Option<Vec<Object>>)]
    pub trackings: Option<Vec<Members>>,
}

/// An object's members, their values as text.
pub type Members = BTreeMap<String, RawJson>;

/// Import or update an order with its parcels, as clients of Karla's REST API write it. What is not named stays.
#[utoipa::path(put, path = "/v1/shops/{slug}/orders", tag = "orders", request_body = OrderUpsert,
    responses((status = 200, body = Order), (status = 201, body = Order)))]
pub async fn upsert(api: Api, scope: InShop<Editor>, body: JsonBody) -> Reply {
    let order = read(body.parse()?)?;
    let mut saved = orders::import(&scope.on(&api), vec![order]).await?;
    let one = saved.pop().ok_or(Refusal::Failed(
        "an order that was written is not there".to_owned(),
    ))?;
    Ok(answer::saved(one))
}

/// The same for up to 500 orders. All are checked before the first is written.
#[utoipa::path(put, path = "/v1/shops/{slug}/orders/bulk", tag = "orders", request_body = Vec<OrderUpsert>,
    responses((status = 200, body = List<Order>)))]
pub async fn upsert_many(api: Api, scope: InShop<Editor>, body: JsonBody) -> Reply {
    let given = body.parse_list::<OrderUpsert>()?;
    if given.is_empty() || given.len() > ORDERS_MOST {
        let message = format!("holds {} orders; send 1 to {ORDERS_MOST}", given.len());
        return Err(Refusal::field("", message).into());
    }
    let read = given.into_iter().enumerate();
    let read = read.map(|(at, order)| read_at(order, &format!("/{at}")));
    let saved = orders::import(&scope.on(&api), read.collect::<Result<_, _>>()?).await?;
    let items = saved.into_iter().map(|saved| saved.value).collect();
    answer::page(Page { items, next: None })
}

fn read(given: OrderUpsert) -> Result<Imported, Refusal> {
    read_at(given, "")
}

/// What is to be written. `at`: where in the body it stands.
fn read_at(given: OrderUpsert, at: &str) -> Result<Imported, Refusal> {
    let OrderUpsert {
        id,
        id_type,
        order,
        trackings,
    } = given;
    let mut order = order.unwrap_or_default();
    let number = text(&order, "order_number");
    let within = order.remove("trackings");
    let trackings = match (trackings, within) {
        (Some(trackings), _) => trackings,
        (None, Some(within)) => of_text(&within, &format!("{at}/order/trackings"))?,
        (None, None) => Vec::new(),
    };
    let id_type = id_type.unwrap_or_default();
    let number = match (id_type, number) {
        (OrderIdType::OrderNumber, Some(number)) if number != id => {
            let field = format!("{at}/order/order_number");
            return Err(Refusal::field(
                field,
                "is another order's than the one that `id` names",
            ));
        }
        (OrderIdType::OrderNumber, _) => id,
        (_, None) => {
            let field = format!("{at}/order/order_number");
            let message =
                "is needed where `id_type` is not `order_number`: orders are kept by their number";
            return Err(Refusal::field(field, message));
        }
        (other, Some(number)) => {
            let name = match other {
                OrderIdType::ExternalId => "external_id",
                OrderIdType::OrderName => "order_name",
                _ => "karla_uuid",
            };
            let id = raw(&id)?;
            order.entry(name.to_owned()).or_insert(id);
            number
        }
    };
    let shipments = trackings.into_iter().enumerate();
    let shipments =
        shipments.map(|(i, one)| shipment(one, &number, &format!("{at}/trackings/{i}")));
    Ok(Imported {
        shipments: shipments.collect::<Result<_, _>>()?,
        order: ours(order)
            .and_then(|order| patch(&order))
            .map_err(|refusal| refusal.below(&format!("{at}/order")))?,
        order_number: number,
        at: at.to_owned(),
    })
}

/// Fields of an order that ours has too.
const ORDER: [&str; 11] = [
    "external_id",
    "order_name",
    "order_placed_at",
    "total_order_price",
    "sub_total_price",
    "shipping_price",
    "discount_price",
    "currency",
    "address",
    "discounts",
    "segments",
];
const CUSTOMER: [&str; 4] = ["external_id", "email", "first_name", "last_name"];
const PRODUCT: [&str; 7] = [
    "product_id",
    "variant_id",
    "sku",
    "title",
    "quantity",
    "price",
    "images",
];
const SHIPMENT: [&str; 5] = [
    "direction",
    "carrier_reference",
    "tracking_number",
    "tracking_url",
    "estimated_arrival",
];
/// What answers hold; ignored.
const READ_ONLY: [&str; 4] = ["order_number", "created_at", "updated_at", "shop_slug"];

/// An order of ours.
fn ours(order: Members) -> Result<Members, Refusal> {
    let (mut ours, mut customer, mut custom) = (Members::new(), Members::new(), Members::new());
    for (name, value) in order.into_iter().filter(|(_, value)| !is_null(value)) {
        match name.as_str() {
            known if ORDER.contains(&known) => drop(ours.insert(name, value)),
            ignored if READ_ONLY.contains(&ignored) => {}
            "external_customer_id" => drop(customer.insert("external_id".to_owned(), value)),
            "email_id" => drop(customer.insert("email".to_owned(), value)),
            "customer" => {
                let (known, rest) = split(of_text(&value, "/customer")?, &CUSTOMER);
                customer.extend(known);
                if !rest.is_empty() {
                    custom.insert(name, raw(&rest)?);
                }
            }
            "products" => {
                let lines: Vec<Members> = of_text(&value, "/products")?;
                let split = lines.into_iter().map(|line| split(line, &PRODUCT));
                let (known, rest): (Vec<_>, Vec<_>) = split.unzip();
                ours.insert(name.clone(), raw(&known)?);
                if rest.iter().any(|line| !line.is_empty()) {
                    custom.insert(name, value);
                }
            }
            "custom" => custom.extend(of_text::<Members>(&value, "/custom")?),
            _ => drop(custom.insert(name, value)),
        }
    }
    for (name, part) in [("customer", customer), ("custom", custom)] {
        if !part.is_empty() {
            ours.insert(name.to_owned(), raw(&part)?);
        }
    }
    Ok(ours)
}

/// A parcel's id and the shipment that it is.
fn shipment(
    mut tracking: Members,
    order: &str,
    at: &str,
) -> Result<(String, Patch<orders::ShipmentFields>), Refusal> {
    if let Some(carrier) = tracking.remove("carrier").filter(|text| !is_null(text)) {
        for (name, value) in of_text::<Members>(&carrier, &format!("{at}/carrier"))? {
            tracking.entry(name).or_insert(value);
        }
    }
    let names = ["id", "shipment_id", "external_id", "tracking_number"];
    let id = names.iter().find_map(|name| text(&tracking, name));
    let id = id.ok_or_else(|| {
        let field = format!("{at}/tracking_number");
        Refusal::field(
            field,
            "is needed, or an `id`: a shipment is kept by one of them",
        )
    })?;
    for name in ["id", "shipment_id"].iter().chain(&READ_ONLY) {
        tracking.remove(*name);
    }
    tracking.retain(|_, value| !is_null(value));
    let (mut ours, custom) = split(tracking, &SHIPMENT);
    ours.insert("order_number".to_owned(), raw(&order)?);
    if !custom.is_empty() {
        ours.insert("custom".to_owned(), raw(&custom)?);
    }
    Ok((id, patch(&ours)?))
}

/// The members of these names, and the others.
fn split(members: Members, names: &[&str]) -> (Members, Members) {
    let there = members.into_iter().filter(|(_, value)| !is_null(value));
    there.partition(|(name, _)| names.contains(&name.as_str()))
}

fn is_null(value: &RawJson) -> bool {
    value.get() == "null"
}

/// A member that is a text with something in it.
fn text(members: &Members, name: &str) -> Option<String> {
    let text = serde_json::from_str::<String>(members.get(name)?.get()).ok()?;
    (!text.is_empty()).then_some(text)
}

fn of_text<T: serde::de::DeserializeOwned>(value: &RawJson, at: &str) -> Result<T, Refusal> {
    serde_json::from_str(value.get()).map_err(|error| {
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or_default();
        Refusal::field(at, message)
    })
}

fn raw(value: &(impl Serialize + ?Sized)) -> Result<RawJson, Refusal> {
    to_raw_value(value).map_err(|error| Refusal::Failed(error.to_string()))
}

fn patch<F>(members: &Members) -> Result<Patch<F>, Refusal> {
    Patch::parse(raw(members)?.get().as_bytes())
}
