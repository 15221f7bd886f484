//! Where deliveries go to, in words.

use std::collections::HashMap;

use serde_json::Value;

use crate::client::{Client, segment};

/// What webhooks and connectors are called; each is asked for once.
pub struct Endpoints<'a> {
    client: &'a Client,
    known: HashMap<String, String>,
}

impl<'a> Endpoints<'a> {
    /// None known yet.
    pub fn new(client: &'a Client) -> Self {
        Self {
            client,
            known: HashMap::new(),
        }
    }

    /// Puts what a delivery's endpoint is called into its `to`.
    pub fn name(&mut self, delivery: &mut Value) -> anyhow::Result<()> {
        let id = |name: &str| delivery.get(name).and_then(Value::as_str);
        let (kind, id) = match (id("webhook_uuid"), id("connector_id")) {
            (Some(id), _) => ("webhooks", id.to_owned()),
            (None, Some(id)) => ("connectors", id.to_owned()),
            (None, None) => return Ok(()),
        };
        let name = match self.known.get(&id) {
            Some(name) => name.clone(),
            None => {
                let path = self.client.in_shop(&format!("/{kind}/{}", segment(&id)))?;
                let name = self
                    .client
                    .find(&path)?
                    .map_or_else(|| format!("{id} (deleted)"), |endpoint| called(&endpoint));
                self.known.insert(id, name.clone());
                name
            }
        };
        if let Some(delivery) = delivery.as_object_mut() {
            delivery.insert("to".to_owned(), name.into());
        }
        Ok(())
    }
}

/// A webhook's URL or a connector's kind, and what its owner calls it.
fn called(endpoint: &Value) -> String {
    let text = |name: &str| {
        let text = endpoint.get(name).and_then(Value::as_str);
        text.filter(|text| !text.is_empty())
    };
    let what = text("url").or_else(|| text("kind")).unwrap_or_default();
    match text("description") {
        Some(description) => format!("{what} ({description})"),
        None => what.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_endpoint_is_called_by_its_address_and_its_owners_words() {
        let of = |endpoint: Value| called(&endpoint);
        assert_eq!(
            of(json!({"url": "https://a.example", "description": null})),
            "https://a.example"
        );
        assert_eq!(
            of(json!({"kind": "zendesk", "description": "EU desk"})),
            "zendesk (EU desk)"
        );
        assert_eq!(
            of(json!({"url": "https://a.example", "description": ""})),
            "https://a.example"
        );
    }
}
