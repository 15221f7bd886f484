//! JSON Schema (2020-12) of an event, from the types that it is made of.

use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

use super::EventType;
use crate::change::{ShipmentEventData, WebhookNotice};
use crate::claim::{Claim, Damage};
use crate::contact::Contact;
use crate::event::EventView;
use crate::message::Message;
use crate::order::Order;
use crate::subject::SubjectKind;

const COMPONENTS: &str = "#/components/schemas/";
const DEFINITIONS: &str = "#/$defs/";

/// The schema of a row's events in the API's shape, with everything that it refers to in `$defs`.
pub(super) fn schema(row: &EventType) -> Result<Value, serde_json::Error> {
    let mut parts = Parts::default();
    parts.add::<EventView<'_>>();
    let data = parts.data(row);
    let Some(mut root) = parts.remove::<EventView<'_>>()? else {
        return Ok(Value::Null);
    };
    if let Some(properties) = root.get_mut("properties") {
        properties["ref"] = json!({"const": row.r#ref});
        properties["event_data"] = data;
    }
    root["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    root["title"] = row.r#ref.into();
    root["description"] = row.description.into();
    root["$defs"] = parts.definitions()?;
    serde_json::from_str(&root.to_string().replace(COMPONENTS, DEFINITIONS))
}

/// Named schemas, as utoipa gives them.
#[derive(Default)]
struct Parts(Vec<(String, RefOr<Schema>)>);

impl Parts {
    /// Adds a type with all that it refers to, and answers a reference to it.
    fn add<T: ToSchema>(&mut self) -> Value {
        let name = T::name().into_owned();
        let reference = json!({"$ref": format!("{COMPONENTS}{name}")});
        self.0.push((name, T::schema()));
        T::schemas(&mut self.0);
        reference
    }

    fn data(&mut self, row: &EventType) -> Value {
        match (row.subject, row.r#ref) {
            (SubjectKind::Claim, "claims/label_added" | "claims/label_removed") => {
                let label = json!({"type": "string", "description": "The label's slug."});
                extended(self.add::<Claim>(), "label", label)
            }
            (SubjectKind::Claim, "claims/damage_created" | "claims/damage_deleted") => {
                let damage = self.add::<Damage>();
                extended(self.add::<Claim>(), "damage", damage)
            }
            (SubjectKind::Claim, _) => self.add::<Claim>(),
            (SubjectKind::Order, _) => self.add::<Order>(),
            (SubjectKind::Shipment, _) => self.add::<ShipmentEventData<'_>>(),
            (SubjectKind::Contact, _) => self.add::<Contact>(),
            (SubjectKind::Message, _) => self.add::<Message>(),
            (SubjectKind::Webhook, _) => self.add::<WebhookNotice>(),
        }
    }

    fn remove<T: ToSchema>(&mut self) -> Result<Option<Value>, serde_json::Error> {
        let name = T::name();
        let place = self.0.iter().position(|(other, _)| *other == name);
        place
            .map(|place| serde_json::to_value(self.0.remove(place).1))
            .transpose()
    }

    fn definitions(self) -> Result<Value, serde_json::Error> {
        let mut definitions = Map::new();
        for (name, schema) in self.0 {
            definitions.insert(name, serde_json::to_value(schema)?);
        }
        definitions.sort_keys();
        Ok(Value::Object(definitions))
    }
}

/// The type with one more member.
fn extended(of: Value, name: &str, member: Value) -> Value {
    json!({"allOf": [of, {"type": "object", "required": [name], "properties": {name: member}}]})
}
