//! A claim → the ticket that a helpdesk gets (contract section 7).

use claimwire_model::Shop;
use serde_json::{Map, Value, json};

use super::clean::{is_email, is_link, line, tag};
use super::templates;
use super::text::Text;

/// Photos of one claim that are attached (contract section 7).
pub(crate) const PHOTOS: usize = 20;
/// Items, damages and photos that are listed.
const LISTED: usize = 200;
/// Shipments that are listed where the claim names none.
const SHIPMENTS: usize = 3;
/// Characters of a value in a line.
const VALUE: usize = 500;
/// Characters of a tag, where the helpdesk does not take fewer.
const TAG: usize = 100;

/// A ticket, as it is for every helpdesk.
#[derive(Debug, Clone)]
pub(crate) struct Ticket {
    /// One line.
    pub(crate) subject: String,
    pub(crate) text: Text,
    /// The customer; none where no address of theirs is known.
    pub(crate) requester: Option<Requester>,
    pub(crate) tags: Vec<String>,
    /// URLs of the photos to be attached, at most [`PHOTOS`]; the signature is the last.
    pub(crate) photos: Vec<String>,
    /// `claimwire:{claim_id}`: what the ticket is found by.
    pub(crate) external_id: String,
}

/// Whose ticket it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Requester {
    /// Never empty.
    pub(crate) name: String,
    pub(crate) email: String,
}

/// What the helpdesk's settings make of a ticket.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape<'a> {
    /// The connector's settings, with the templates.
    pub(crate) settings: &'a Map<String, Value>,
    /// Characters of a subject.
    pub(crate) subject: usize,
    /// Characters of a tag; none: tags are named in the text.
    pub(crate) tag: Option<usize>,
}

/// The ticket of a claim.
///
/// # Errors
/// A template fails on it: where and why.
pub(crate) fn compose(
    shop: &Shop,
    id: &str,
    claim: &Value,
    context: &Value,
    shape: Shape<'_>,
) -> Result<Ticket, String> {
    let facts = Facts { claim, context };
    let values = json!({
        "claim": claim,
        "order": context.get("order"),
        "customer": facts.customer(),
        "shipments": context.get("shipments"),
        "shop": {"slug": shop.slug, "name": shop.name},
    });
    let subject = templates::fill(shape.settings, "subject_template", &values)?;
    let subject = subject.map_or_else(|| facts.subject(), |text| line(&text, shape.subject));
    let subject = match line(&subject, shape.subject) {
        empty if empty.is_empty() => line(&facts.subject(), shape.subject),
        subject => subject,
    };
    let (photos, more) = photos(claim);
    let external_id = format!("claimwire:{id}");
    let mut text = Text::default();
    match templates::fill(shape.settings, "body_template", &values)? {
        Some(body) => text.paragraph(&body),
        None => facts.body(&mut text),
    }
    let more = more.into_iter().take(LISTED).collect();
    text.list(
        &format!("Photos beyond the {PHOTOS} that are attached"),
        more,
    );
    let tags = facts.tags(shape.tag.unwrap_or(TAG).min(TAG));
    let tags_named = shape
        .tag
        .is_none()
        .then(|| ("Tags".to_owned(), tags.join(", ")));
    let shop = ("Shop".to_owned(), line(&shop.name, VALUE));
    let reference = ("Reference".to_owned(), external_id.clone());
    text.fields(tags_named.into_iter().chain([shop, reference]).collect());
    Ok(Ticket {
        subject,
        text,
        requester: facts.requester(),
        tags,
        photos,
        external_id,
    })
}

/// All photos of a claim, each once: those to be attached, the signature last, and the others.
fn photos(claim: &Value) -> (Vec<String>, Vec<String>) {
    let of = |from: &Value, field: &str| -> Vec<String> { texts(from.get(field)) };
    let mut all = of(claim, "image_urls");
    for item in array(claim.get("selected_items")) {
        all.extend(of(item, "image_urls"));
    }
    all.extend(of(claim, "optional_image_urls"));
    let signature = claim.get("customer_signature_image_url");
    let signature = signature.and_then(Value::as_str).map(str::to_owned);
    let mut urls: Vec<String> = Vec::new();
    for url in all {
        if is_link(&url) && !urls.contains(&url) && signature.as_ref() != Some(&url) {
            urls.push(url);
        }
        if urls.len() > LISTED {
            break;
        }
    }
    let signature = signature.filter(|url| is_link(url));
    let more = urls.split_off(urls.len().min(PHOTOS - usize::from(signature.is_some())));
    urls.extend(signature);
    (urls, more)
}

/// What is known of a claim.
struct Facts<'a> {
    claim: &'a Value,
    context: &'a Value,
}

impl Facts<'_> {
    fn text(&self, field: &str) -> Option<String> {
        one_line(self.claim.get(field)?)
    }

    fn number(&self) -> String {
        match self.text("number") {
            Some(number) => format!("#{number}"),
            None => String::new(),
        }
    }

    fn order_number(&self) -> Option<String> {
        let of_order = || one_line(self.context.pointer("/order/order_number")?);
        self.text("order_number").or_else(of_order)
    }

    fn subject(&self) -> String {
        let reason = self.text("reason").unwrap_or_else(|| "claim".to_owned());
        match self.order_number() {
            Some(number) => format!("{reason} – order {number}"),
            None => format!("{reason} – claim {}", self.number()),
        }
    }

    /// The claim's customer, else the order's.
    fn customer(&self) -> Option<&Value> {
        let places = [
            self.claim.get("customer"),
            self.context.get("customer"),
            self.context.pointer("/order/customer"),
        ];
        places.into_iter().flatten().find(|value| value.is_object())
    }

    fn email_as_given(&self) -> Option<String> {
        one_line(self.customer()?.get("email")?)
    }

    fn name(&self) -> Option<String> {
        let customer = self.customer()?;
        let part = |field: &str| one_line(customer.get(field)?);
        let name: Vec<String> = ["first_name", "last_name"]
            .into_iter()
            .filter_map(part)
            .collect();
        let name = line(&name.join(" "), 200);
        (!name.is_empty()).then_some(name)
    }

    fn requester(&self) -> Option<Requester> {
        let email = self.email_as_given().filter(|email| is_email(email))?;
        let name = self.name().unwrap_or_else(|| email.clone());
        Some(Requester { name, email })
    }

    fn tags(&self, chars: usize) -> Vec<String> {
        let mut tags = vec!["claimwire".to_owned()];
        for (name, field) in [
            ("reason", "reason"),
            ("preference", "resolution_preference"),
        ] {
            if let Some(value) = self.text(field) {
                tags.push(tag(&format!("{name}:{value}"), chars));
            }
        }
        tags
    }

    fn body(&self, text: &mut Text) {
        self.head(text);
        text.list("Items", self.items());
        if let Some(description) = self.claim.get("description").and_then(Value::as_str)
            && !description.trim().is_empty()
        {
            text.heading("Description");
            text.quote(description);
        }
        text.list("Damages", self.damages());
        for shipment in self.shipments() {
            text.heading("Shipment");
            text.fields(self::shipment(shipment));
        }
    }

    fn head(&self, text: &mut Text) {
        let customer = match (self.name(), self.email_as_given()) {
            (Some(name), Some(email)) => Some(format!("{name} ({email})")),
            (name, email) => name.or(email),
        };
        let number = Some(self.number()).filter(|number| !number.is_empty());
        let fields = [
            ("Claim", number),
            ("Title", self.text("title")),
            ("Order", self.order_number()),
            ("Customer", customer),
            ("Reason", self.text("reason")),
            ("Preference", self.text("resolution_preference")),
            ("Type", self.text("type")),
            ("Status", self.text("status")),
            ("Labels", joined(self.claim.get("labels"))),
        ];
        let there = |(name, value): (&str, Option<String>)| Some((name.to_owned(), value?));
        text.fields(fields.into_iter().filter_map(there).collect());
    }

    fn items(&self) -> Vec<String> {
        let currency = self.context.pointer("/order/currency");
        let currency = currency.and_then(one_line).unwrap_or_default();
        let items = array(self.claim.get("selected_items"));
        items
            .take(LISTED)
            .map(|item| self::item(item, &currency))
            .collect()
    }

    fn damages(&self) -> Vec<String> {
        array(self.claim.get("damages"))
            .take(LISTED)
            .map(damage)
            .collect()
    }

    /// The claim's, or the newest of the order.
    fn shipments(&self) -> Vec<&Value> {
        let all = || array(self.context.get("shipments"));
        match self.claim.get("shipment_id").and_then(Value::as_str) {
            Some(id) => all()
                .filter(|one| one.get("id").and_then(Value::as_str) == Some(id))
                .take(1)
                .collect(),
            None => all().take(SHIPMENTS).collect(),
        }
    }
}

/// `2 × Mug (MUG-1), 19.90 EUR`.
pub(super) fn item(item: &Value, currency: &str) -> String {
    let text = |field: &str| one_line(item.get(field)?);
    let quantity = text("quantity").unwrap_or_else(|| "1".to_owned());
    let (title, sku) = (text("title"), text("sku"));
    let what = match (title, sku) {
        (Some(title), Some(sku)) => format!("{title} ({sku})"),
        (title, sku) => title.or(sku).unwrap_or_else(|| "item".to_owned()),
    };
    match text("net_price") {
        Some(price) => format!("{quantity} × {what}, {price} {currency}")
            .trim_end()
            .to_owned(),
        None => format!("{quantity} × {what}"),
    }
}

/// `scratch: on the lid`.
pub(super) fn damage(damage: &Value) -> String {
    let text = |field: &str| one_line(damage.get(field)?);
    let kind = text("damage_type").unwrap_or_else(|| "damage".to_owned());
    match text("description") {
        Some(description) => format!("{kind}: {description}"),
        None => kind,
    }
}

fn shipment(shipment: &Value) -> Vec<(String, String)> {
    [
        ("Carrier", "carrier_reference"),
        ("Tracking number", "tracking_number"),
        ("Tracking", "tracking_url"),
        ("Phase", "phase"),
        ("State", "state"),
        ("Expected", "estimated_arrival"),
    ]
    .into_iter()
    .filter_map(|(name, field)| Some((name.to_owned(), one_line(shipment.get(field)?)?)))
    .collect()
}

/// A text or number as one line; none where it is empty or neither.
pub(super) fn one_line(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => line(text, VALUE),
        Value::Number(number) => line(&number.to_string(), VALUE),
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Value::Null | Value::Array(_) | Value::Object(_) => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// Texts of a list, with commas.
pub(super) fn joined(value: Option<&Value>) -> Option<String> {
    let lines: Vec<String> = array(value).take(LISTED).filter_map(one_line).collect();
    (!lines.is_empty()).then(|| lines.join(", "))
}

pub(super) fn array(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    value.and_then(Value::as_array).into_iter().flatten()
}

pub(super) fn texts(value: Option<&Value>) -> Vec<String> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    array(value).filter_map(text).collect()
}
