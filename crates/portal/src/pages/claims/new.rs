//! A claim filed for a customer, from the order that it is about.

use askama::Template;
use axum::extract::RawQuery;
use claimwire_actions::{Editor, Once, Refusal, claims, orders};
use claimwire_model::claim::ClaimFields;
use claimwire_model::order::Order;
use serde_json::{Value, json};

use crate::access::{Posted, Scope, Seen};
use crate::claim_page::has_form;
use crate::failure::{Failure, Reply, page, refused, to};
use crate::form::{Errors, Form};
use crate::frame::{Frame, Section};
use crate::pages::query::parsed;
use crate::state::Portal;

const FIELDS: [&str; 9] = [
    "order_number",
    "reason",
    "title",
    "description",
    "resolution_preference",
    "email",
    "first_name",
    "last_name",
    "shipment_id",
];
/// Reasons and wishes that are common; any others may be typed.
const REASONS: [&str; 6] = [
    "damage",
    "partial_damage",
    "wrong_item",
    "missing_item",
    "not_delivered",
    "investigation",
];
const WISHES: [&str; 3] = ["refund", "reorder", "repair"];

/// One line of the order.
struct Item {
    /// Name of its box.
    tick: String,
    /// Name of the field for how many.
    count: String,
    sku: Option<String>,
    title: Option<String>,
    bought: u32,
}

#[derive(Template)]
#[template(path = "pages/claims/new.html")]
struct NewPage {
    frame: Frame,
    /// Whether the order is known.
    known: bool,
    /// Whether the form that customers have can be filled in for it.
    has_form: bool,
    items: Vec<Item>,
    form: Form,
    errors: Errors,
}

fn items(order: Option<&Order>) -> Vec<Item> {
    let products = order.map(|order| order.products.as_slice());
    let products = products.unwrap_or_default().iter().enumerate();
    products
        .map(|(i, product)| Item {
            tick: format!("item-{i}"),
            count: format!("count-{i}"),
            sku: product.sku.clone(),
            title: product.title.clone(),
            bought: product.quantity.unwrap_or(1).max(1),
        })
        .collect()
}

/// The order that the form names, if the shop knows it.
async fn order_of(
    portal: &Portal,
    scope: &Scope<Editor>,
    form: &Form,
) -> Result<Option<Order>, Refusal> {
    let Some(number) = form.given("order_number") else {
        return Ok(None);
    };
    let number = number.to_owned();
    match orders::get(&scope.on(portal).viewer(), &number).await {
        Ok(order) => Ok(Some(order.value()?)),
        Err(Refusal::NotFound { .. }) => Ok(None),
        Err(refusal) => Err(refusal),
    }
}

async fn new_page(
    portal: &Portal,
    scope: &Scope<Editor>,
    form: Form,
    errors: Errors,
) -> Result<NewPage, Failure> {
    let order = order_of(portal, scope, &form).await?;
    Ok(NewPage {
        frame: scope.frame(portal, Section::Claims),
        known: order.is_some(),
        has_form: match &order {
            Some(order) => has_form(portal, scope, &order.order_number).await?,
            None => false,
        },
        items: items(order.as_ref()),
        form,
        errors,
    })
}

/// The form, with what the order says filled in.
pub(crate) async fn ask(
    portal: Portal,
    Seen(scope): Seen<Editor>,
    RawQuery(query): RawQuery,
) -> Reply {
    let mut form = parsed(query);
    let order = order_of(&portal, &scope, &form).await?;
    let customer = order.as_ref().and_then(|order| order.customer.as_ref());
    if let Some(customer) = customer {
        for (name, value) in [
            ("email", &customer.email),
            ("first_name", &customer.first_name),
            ("last_name", &customer.last_name),
        ] {
            if !form.ticked(name) {
                form.put(name, value.clone().unwrap_or_default());
            }
        }
    }
    page(&new_page(&portal, &scope, form, Errors::default()).await?)
}

/// Files it.
pub(crate) async fn create(portal: Portal, posted: Posted<Editor>) -> Reply {
    let Posted { scope, form } = posted;
    let order = order_of(&portal, &scope, &form).await?;
    let mut errors = Errors::default();
    if form.given("reason").is_none() {
        errors.add("reason", "Enter what went wrong.");
    }
    form.email("email", &mut errors);
    let claim = claim(&form, order.as_ref(), &mut errors);
    if errors.is_empty() {
        let fields: ClaimFields = serde_json::from_value(claim)
            .map_err(|error| Refusal::Failed(format!("a claim's form: {error}")))?;
        match claims::create(&scope.on(&portal), fields, None).await {
            Ok(Once::Now(made)) => {
                let path = format!("/claims/{}?done=claim-made", made.value()?.id);
                return Ok(to(&scope.path(&path)));
            }
            Ok(Once::Before(_)) => return Ok(to(&scope.path("/claims"))),
            Err(refusal) => errors = Errors::of(at_fields(refusal), &FIELDS, |_| None)?,
        }
    }
    refused(&new_page(&portal, &scope, form, errors).await?)
}

fn claim(form: &Form, order: Option<&Order>, errors: &mut Errors) -> Value {
    let mut chosen = Vec::new();
    for item in items(order) {
        if !form.ticked(&item.tick) {
            continue;
        }
        let expected = "Enter how many of it as a whole number from 1.";
        let count: Option<u32> = form.read(&item.count, expected, errors);
        match count {
            Some(0) => errors.add(&item.count, expected),
            count => chosen.push(json!({
                "sku": item.sku,
                "title": item.title,
                "quantity": count.unwrap_or(1),
            })),
        }
    }
    let given = |name: &str| form.given(name);
    let customer = ["email", "first_name", "last_name"].map(given);
    let customer = customer.iter().any(Option::is_some).then(|| {
        json!({
            "email": customer[0],
            "first_name": customer[1],
            "last_name": customer[2],
        })
    });
    let description = given("description").map(|text| text.replace("\r\n", "\n"));
    json!({
        "order_number": given("order_number"),
        "reason": given("reason"),
        "title": given("title"),
        "description": description,
        "resolution_preference": given("resolution_preference"),
        "shipment_id": given("shipment_id"),
        "customer": customer,
        "selected_items": chosen,
    })
}

/// What is wrong with the customer stands at the form's own fields.
fn at_fields(mut refusal: Refusal) -> Refusal {
    if let Refusal::Invalid { errors, .. } = &mut refusal {
        for error in errors {
            if let Some(rest) = error.field.strip_prefix("/customer") {
                error.field = rest.to_owned();
            }
        }
    }
    refusal
}
