//! `claimwire trigger`: a realistic change, so that its events flow.

use std::time::SystemTime;

use claimwire_model::Timestamp;
use claimwire_model::catalogue::samples::{agent, damage};
use clap::Args;
use serde_json::{Value, json};

use crate::client::{Client, segment, text};
use crate::failure::Failure;
use crate::output;
use crate::samples::{self, Sample};
use crate::server_args::ServerArgs;

/// What is to happen.
#[derive(Debug, Args)]
pub struct TriggerArgs {
    /// An event's ref, such as claims/approved or shipments/in_delivery/OUT_FOR_DELIVERY;
    /// `claimwire events types` lists them. What must exist first (order, shipment, claim) is written
    /// too and makes its own events.
    #[arg(value_name = "REF")]
    reference: String,
    /// For a shipment event: the way that the parcel goes.
    #[arg(long, default_value = "merchant_customer", value_parser = ["merchant_customer", "customer_merchant"])]
    direction: String,
}

/// Runs it.
pub fn run(server: &ServerArgs, args: TriggerArgs) -> anyhow::Result<()> {
    let seed = Timestamp::from(SystemTime::now()).as_millis();
    let story = Story {
        client: Client::new(server)?,
        sample: Sample::new(&seed.to_string()),
    };
    let written = story.tell(&args.reference, &args.direction)?;
    if output::for_programs(server, &written)? {
        return Ok(());
    }
    output::line(&format!("made {} happen", args.reference))
}

/// One sample and the server that it is written to.
struct Story {
    client: Client,
    sample: Sample,
}

impl Story {
    fn tell(&self, reference: &str, direction: &str) -> anyhow::Result<Value> {
        let parts: Vec<&str> = reference.split('/').collect();
        match parts.as_slice() {
            ["orders", "synced"] => self.order(),
            ["shipments", phase, name] => {
                self.order()?;
                self.shipment(direction)?;
                self.carrier_says(phase, name)
            }
            ["contacts", "created"] => self
                .client
                .post(&self.client.in_shop("/contacts")?, &samples::contact()),
            ["messages", "received"] => self.message("inbound"),
            ["messages", "sent"] => self.message("outbound"),
            ["claims", action] => self.claim_action(action),
            _ => Err(unknown(reference)),
        }
    }

    fn claim_action(&self, action: &str) -> anyhow::Result<Value> {
        let claim = self.claim()?;
        let id = text(&claim, "id")?;
        let steps: &[Value] = &match action {
            "created" => vec![],
            "updated" | "details_changed" => {
                vec![json!({"description": "Both mugs are cracked, now that I look closely."})]
            }
            "status_changed" | "approved" => vec![json!({"status": "accepted"})],
            "denied" => vec![json!({"status": "rejected"})],
            "closed" => vec![json!({"status": "closed"})],
            "reopened" => vec![json!({"status": "closed"}), json!({"status": "pending"})],
            "assigned" => vec![json!({"assignee": agent()})],
            "unassigned" => vec![json!({"assignee": agent()}), json!({"assignee": null})],
            "label_added" => vec![json!({"labels": ["urgent"]})],
            "label_removed" => vec![json!({"labels": ["urgent"]}), json!({"labels": []})],
            "switched_type" => vec![json!({"type": "return"})],
            "damage_created" => vec![json!({"damages": [damage()]})],
            "damage_deleted" => vec![json!({"damages": [damage()]}), json!({"damages": []})],
            "deleted" => return self.client.delete(&self.claim_path(id)?),
            _ => return Err(unknown(&format!("claims/{action}"))),
        };
        steps.iter().try_fold(claim.clone(), |_, patch| {
            let mut patch = patch.clone();
            if let Value::Object(map) = &mut patch {
                map.insert(
                    "performed_by".into(),
                    json!({"source": "ui", "user_id": 2642, "name": "Ana Ruiz"}),
                );
            }
            self.client.patch(&self.claim_path(id)?, &patch)
        })
    }

    fn claim_path(&self, id: &str) -> anyhow::Result<String> {
        self.client.in_shop(&format!("/claims/{}", segment(id)))
    }

    fn order(&self) -> anyhow::Result<Value> {
        let path = self
            .client
            .in_shop(&format!("/orders/{}", segment(&self.sample.order_number)))?;
        self.client.put(&path, &self.sample.order())
    }

    fn shipment(&self, direction: &str) -> anyhow::Result<Value> {
        let path = self
            .client
            .in_shop(&format!("/shipments/{}", segment(&self.sample.shipment_id)))?;
        self.client.put(&path, &self.sample.shipment(direction))
    }

    fn carrier_says(&self, phase: &str, name: &str) -> anyhow::Result<Value> {
        let path = self.client.in_shop(&format!(
            "/shipments/{}/events",
            segment(&self.sample.shipment_id)
        ))?;
        let external_id = format!("{}-{name}", self.sample.shipment_id);
        let event_time = Timestamp::from(SystemTime::now());
        self.client.post(&path, &json!({"event_name": name, "phase": phase, "event_time": event_time, "external_id": external_id}))
    }

    fn claim(&self) -> anyhow::Result<Value> {
        self.order()?;
        self.shipment("merchant_customer")?;
        let image = self.client.post_image(
            &self.client.in_shop("/images")?,
            "image/png",
            samples::PHOTO,
        )?;
        let photo = text(&image, "url")?.to_owned();
        self.client.post(
            &self.client.in_shop("/claims")?,
            &self.sample.claim(&[photo]),
        )
    }

    fn message(&self, direction: &str) -> anyhow::Result<Value> {
        let claim = self.claim()?;
        let path = format!("{}/messages", self.claim_path(text(&claim, "id")?)?);
        self.client.post(&path, &samples::message(direction))
    }
}

fn unknown(reference: &str) -> anyhow::Error {
    let what = format!("`{reference}` is not an event that a change makes");
    Failure::usage(what, "`claimwire events types` lists those that there are").into()
}
