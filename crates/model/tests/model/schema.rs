//! Each example against its schema. The check knows as much of JSON Schema as our schemas use, and
//! fails on a word that it does not know.

use claimwire_model::SubjectKind;
use claimwire_model::catalogue::{all, sample};
use claimwire_model::change::{ShipmentEventData, WebhookNotice};
use claimwire_model::claim::Claim;
use claimwire_model::contact::Contact;
use claimwire_model::message::Message;
use claimwire_model::order::Order;
use serde_json::Value;

use crate::now;

#[test]
fn every_example_is_valid_under_its_schema() {
    for row in all() {
        let told = row.describe().unwrap();
        assert_eq!(
            told.schema["$schema"],
            "https://json-schema.org/draft/2020-12/schema"
        );
        check(&told.schema, &told.schema, &told.example)
            .unwrap_or_else(|why| panic!("{}: {why}", row.r#ref));
    }
}

#[test]
fn an_example_with_a_member_missing_or_wrong_is_not_valid() {
    let told = all()
        .find(|row| row.r#ref == "claims/damage_created")
        .unwrap()
        .describe()
        .unwrap();
    for pointer in [
        "/id",
        "/event_data/damage",
        "/event_data/status",
        "/context/order/order_number",
    ] {
        let mut broken = told.example.clone();
        let (parent, member) = pointer.rsplit_once('/').unwrap();
        broken
            .pointer_mut(parent)
            .unwrap()
            .as_object_mut()
            .unwrap()
            .remove(member)
            .unwrap();
        assert!(
            check(&told.schema, &told.schema, &broken).is_err(),
            "{pointer}"
        );
    }
    for (pointer, wrong) in [
        ("/ref", "x"),
        ("/event_data/status", "open"),
        ("/event_data/number", "1"),
    ] {
        let mut broken = told.example.clone();
        *broken.pointer_mut(pointer).unwrap() = wrong.into();
        assert!(
            check(&told.schema, &told.schema, &broken).is_err(),
            "{pointer}"
        );
    }
}

#[test]
fn every_sample_reads_back_as_its_type() {
    fn reads<'a, T: serde::Deserialize<'a>>(text: &'a str) -> Result<(), serde_json::Error> {
        serde_json::from_str::<T>(text).map(drop)
    }
    for row in all() {
        let fact = sample(row.r#ref, now()).unwrap();
        let text = fact.event_data.get();
        match row.subject {
            SubjectKind::Claim => reads::<Claim>(text),
            SubjectKind::Order => reads::<Order>(text),
            SubjectKind::Shipment => reads::<ShipmentEventData<'_>>(text),
            SubjectKind::Contact => reads::<Contact>(text),
            SubjectKind::Message => reads::<Message>(text),
            SubjectKind::Webhook => reads::<WebhookNotice>(text),
        }
        .unwrap_or_else(|error| panic!("{}: {error}", row.r#ref));
        let context: Value =
            serde_json::from_str(fact.context.as_deref().map_or("null", |c| c.get())).unwrap();
        if let Some(context) = context.as_object() {
            let expected = ["order", "customer", "shipments", "claims"];
            assert!(context.keys().eq(expected), "{}", row.r#ref);
        }
    }
}

fn check(root: &Value, schema: &Value, value: &Value) -> Result<(), String> {
    let Some(words) = schema.as_object() else {
        return Err(format!("{schema} is no schema"));
    };
    for (word, argument) in words {
        let fits = match word.as_str() {
            "$schema" | "$defs" | "title" | "description" | "format" | "propertyNames"
            | "minimum" => true,
            "$ref" => {
                let target = argument.as_str().unwrap().strip_prefix('#').unwrap();
                check(
                    root,
                    root.pointer(target).ok_or(format!("nothing at {target}"))?,
                    value,
                )?;
                true
            }
            "type" => match argument {
                Value::Array(types) => types.iter().any(|of| is_of(of, value)),
                of => is_of(of, value),
            },
            "const" => argument == value,
            "enum" => argument.as_array().unwrap().contains(value),
            "allOf" => {
                argument
                    .as_array()
                    .unwrap()
                    .iter()
                    .try_for_each(|schema| check(root, schema, value))?;
                true
            }
            "oneOf" => {
                argument
                    .as_array()
                    .unwrap()
                    .iter()
                    .filter(|s| check(root, s, value).is_ok())
                    .count()
                    == 1
            }
            "required" => argument
                .as_array()
                .unwrap()
                .iter()
                .all(|name| value.get(name.as_str().unwrap()).is_some()),
            "maxLength" => value
                .as_str()
                .is_none_or(|text| text.chars().count() as u64 <= argument.as_u64().unwrap()),
            // The one pattern that there is: a currency.
            "pattern" => {
                assert_eq!(argument, "^[A-Z]{3}$");
                value.as_str().is_none_or(|text| {
                    text.len() == 3 && text.bytes().all(|b| b.is_ascii_uppercase())
                })
            }
            "items" => {
                value
                    .as_array()
                    .into_iter()
                    .flatten()
                    .try_for_each(|item| check(root, argument, item))?;
                true
            }
            "properties" => {
                for (name, schema) in argument.as_object().unwrap() {
                    if let Some(member) = value.get(name) {
                        check(root, schema, member).map_err(|why| format!("{name}: {why}"))?;
                    }
                }
                true
            }
            "additionalProperties" => {
                assert_eq!(argument, false);
                let known = words["properties"].as_object().unwrap();
                value
                    .as_object()
                    .into_iter()
                    .flatten()
                    .all(|(name, _)| known.contains_key(name))
            }
            unknown => panic!("the check does not know `{unknown}`"),
        };
        if !fits {
            return Err(format!("{value} does not fit {word}: {argument}"));
        }
    }
    Ok(())
}

fn is_of(kind: &Value, value: &Value) -> bool {
    match kind.as_str().unwrap() {
        "null" => value.is_null(),
        "string" => value.is_string(),
        "object" => value.is_object(),
        "array" => value.is_array(),
        "boolean" => value.is_boolean(),
        "number" => value.is_number(),
        "integer" => value.as_i64().is_some(),
        other => panic!("the check does not know the type `{other}`"),
    }
}
