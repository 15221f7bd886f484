//! Orders, shipments and contacts, to look at.

mod parts;

use askama::Template;
use axum::extract::{Path, RawQuery};
use claimwire_actions::{As, Kept, Refusal, Viewer, contacts, orders, shipments};
use claimwire_model::Timestamp;
use claimwire_store::{Page, PageRequest};
use serde_json::{Map, Value};

use parts::{Content, Part, Shown, parts};

use crate::access::{Scope, Seen};
use crate::failure::{Failure, Reply, page};
use crate::form::{Errors, Form};
use crate::frame::{Frame, Section};
use crate::pages::query::{after, older, parsed};
use crate::state::Portal;

const SHOWN: usize = 50;

type Fields = Map<String, Value>;

/// One line of a list.
struct Row {
    id: String,
    title: String,
    /// What stands in the columns beside it.
    beside: Vec<String>,
    made: Option<Timestamp>,
}

#[derive(Template)]
#[template(path = "pages/subjects/list.html")]
struct ListPage {
    frame: Frame,
    title: &'static str,
    one: &'static str,
    columns: &'static [&'static str],
    path: &'static str,
    form: Form,
    errors: Errors,
    rows: Vec<Row>,
    next: Option<String>,
    first: bool,
}

#[derive(Template)]
#[template(path = "pages/subjects/show.html")]
struct SubjectPage {
    frame: Frame,
    kind: &'static str,
    path: &'static str,
    id: String,
    parts: Vec<Part>,
    /// A claim can be filed about it.
    of_order: bool,
    /// Pages about the same: path up to what it is looked for by, that, and words.
    links: Vec<(&'static str, String, &'static str)>,
}

fn text(fields: &Fields, name: &str) -> String {
    match fields.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    }
}

fn within(fields: &Fields, outer: &str, name: &str) -> String {
    let inner = fields.get(outer).and_then(Value::as_object);
    inner.map(|inner| text(inner, name)).unwrap_or_default()
}

/// How many things an order is of.
fn items(order: &Fields) -> String {
    let products = order.get("products").and_then(Value::as_array);
    let count = |product: &Value| product.get("quantity").and_then(Value::as_u64).unwrap_or(1);
    let products = products.into_iter().flatten();
    products.map(count).sum::<u64>().to_string()
}

/// What a page needs to know of a kind.
struct Kind {
    section: Section,
    title: &'static str,
    one: &'static str,
    path: &'static str,
    /// The columns of a list, beside what one is called and when it was made.
    columns: &'static [&'static str],
    row: fn(&Fields) -> Row,
    /// Where else one finds what it has to do with: path up to what it is looked for by, and words.
    links: &'static [(&'static str, &'static str)],
}

fn made(fields: &Fields) -> Option<Timestamp> {
    let made = fields.get("created_at").cloned();
    serde_json::from_value(made?).ok()
}

const ORDERS: Kind = Kind {
    section: Section::Orders,
    title: "Orders",
    one: "Order",
    path: "/orders",
    columns: &["Customer", "Items"],
    row: |order| Row {
        id: text(order, "order_number"),
        title: text(order, "order_number"),
        beside: vec![within(order, "customer", "email"), items(order)],
        made: made(order),
    },
    links: &[
        ("/claims?order_number=", "Its claims"),
        ("/shipments?q=", "Its parcels"),
        ("/deliveries?order_number=", "Deliveries about it"),
    ],
};

const SHIPMENTS: Kind = Kind {
    section: Section::Shipments,
    title: "Shipments",
    one: "Shipment",
    path: "/shipments",
    columns: &["Order", "Carrier", "Phase"],
    row: |shipment| Row {
        id: text(shipment, "id"),
        title: text(shipment, "id"),
        beside: ["order_number", "carrier_reference", "phase"]
            .map(|name| text(shipment, name))
            .to_vec(),
        made: made(shipment),
    },
    links: &[
        ("/orders/", "Its order"),
        ("/claims?order_number=", "Claims about the order"),
        ("/deliveries?order_number=", "Deliveries about the order"),
    ],
};

const CONTACTS: Kind = Kind {
    section: Section::Contacts,
    title: "Contacts",
    one: "Contact",
    path: "/contacts",
    columns: &["E-mail"],
    row: |contact| {
        let name = ["first_name", "last_name", "business_name"].map(|name| text(contact, name));
        let name = name.join(" ").trim().to_owned();
        let id = text(contact, "id");
        Row {
            title: if name.is_empty() { id.clone() } else { name },
            id,
            beside: vec![text(contact, "email")],
            made: made(contact),
        }
    },
    links: &[
        ("/claims?customer_email=", "Their claims"),
        ("/deliveries?customer_email=", "Deliveries about them"),
    ],
};

/// The shop's orders.
pub(crate) async fn orders(
    portal: Portal,
    Seen(scope): Seen<Viewer>,
    RawQuery(query): RawQuery,
) -> Reply {
    let (form, viewer) = (parsed(query), scope.on(&portal));
    let found = orders::list(&viewer, form.given("q"), request(&form)).await;
    list(&portal, &scope, &ORDERS, form, found)
}

/// The shop's shipments.
pub(crate) async fn shipments(
    portal: Portal,
    Seen(scope): Seen<Viewer>,
    RawQuery(query): RawQuery,
) -> Reply {
    let (form, viewer) = (parsed(query), scope.on(&portal));
    let found = shipments::list(&viewer, form.given("q"), request(&form)).await;
    list(&portal, &scope, &SHIPMENTS, form, found)
}

/// The shop's contacts.
pub(crate) async fn contacts(
    portal: Portal,
    Seen(scope): Seen<Viewer>,
    RawQuery(query): RawQuery,
) -> Reply {
    let (form, viewer) = (parsed(query), scope.on(&portal));
    let found = contacts::list(&viewer, form.given("q"), request(&form)).await;
    list(&portal, &scope, &CONTACTS, form, found)
}

fn request(form: &Form) -> PageRequest {
    PageRequest::after(SHOWN, after(form))
}

fn list<T>(
    portal: &Portal,
    scope: &Scope<Viewer>,
    kind: &Kind,
    form: Form,
    found: Result<Page<Kept<T>>, Refusal>,
) -> Reply {
    let (mut rows, mut next, mut errors) = (Vec::new(), None, Errors::default());
    match found {
        Ok(page) => {
            next = page.next;
            for kept in page.items {
                rows.push((kind.row)(&fields(kept.json())?));
            }
        }
        Err(refusal) => errors = Errors::of(refusal, &["q"], |_| None)?,
    }
    page(&ListPage {
        frame: scope.frame(portal, kind.section),
        title: kind.title,
        one: kind.one,
        columns: kind.columns,
        path: kind.path,
        first: after(&form).is_none(),
        next: older(&form, next),
        form,
        errors,
        rows,
    })
}

fn fields(json: &str) -> Result<Fields, Failure> {
    let damaged = |error: serde_json::Error| Refusal::Failed(error.to_string());
    Ok(serde_json::from_str(json).map_err(damaged)?)
}

/// One order.
pub(crate) async fn order(
    portal: Portal,
    Seen(scope): Seen<Viewer>,
    Path((_, number)): Path<(String, String)>,
) -> Reply {
    let viewer: As<'_, Viewer> = scope.on(&portal);
    let order = orders::get(&viewer, &number).await?;
    show(&portal, &scope, &ORDERS, number, order.json())
}

/// One shipment.
pub(crate) async fn shipment(
    portal: Portal,
    Seen(scope): Seen<Viewer>,
    Path((_, id)): Path<(String, String)>,
) -> Reply {
    let shipment = shipments::get(&scope.on(&portal), &id).await?;
    show(&portal, &scope, &SHIPMENTS, id, shipment.json())
}

/// One contact.
pub(crate) async fn contact(
    portal: Portal,
    Seen(scope): Seen<Viewer>,
    Path((_, id)): Path<(String, String)>,
) -> Reply {
    let uuid = id.parse().map_err(|_| Failure::NoSuchPage)?;
    let contact = contacts::get(&scope.on(&portal), &uuid).await?;
    show(&portal, &scope, &CONTACTS, id, contact.json())
}

fn show(portal: &Portal, scope: &Scope<Viewer>, kind: &Kind, id: String, json: &str) -> Reply {
    let fields = fields(json)?;
    let by = match kind.section {
        Section::Shipments => text(&fields, "order_number"),
        Section::Contacts => text(&fields, "email"),
        _ => id.clone(),
    };
    let links = kind.links.iter().filter(|_| !by.is_empty());
    page(&SubjectPage {
        frame: scope.frame(portal, kind.section),
        kind: kind.one,
        path: kind.path,
        of_order: kind.section == Section::Orders,
        links: links
            .map(|(path, words)| (*path, by.clone(), *words))
            .collect(),
        parts: parts(fields),
        id,
    })
}
