//! The demo's helpdesk: a stand-in for Zendesk on loopback, a connector to it, and what must be on its desk.

use std::sync::Arc;
use std::time::Duration;

use claimwire_testkit::Receiver;
use claimwire_testkit::helpdesk::{Fake, Ticket, Zendesk};
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tokio::time::{Instant, sleep};

use super::story::PHOTOS;
use crate::client::Client;

/// Changes of the story's claim that become notes, at least.
const NOTES: usize = 1;
/// How often it is looked at.
const POLL: Duration = Duration::from_millis(50);

/// A helpdesk that the demo's shop is connected to.
pub struct Helpdesk {
    fake: Arc<Fake>,
    /// Answers as long as this is there.
    receiver: Receiver,
}

/// What was on its desk.
pub struct Filed(Vec<Ticket>);

impl Helpdesk {
    /// Starts it and connects the shop.
    pub fn connect(runtime: &Runtime, client: &Client) -> anyhow::Result<Self> {
        let fake = Arc::new(Fake::new(Zendesk::default()));
        let answering = Arc::clone(&fake);
        let answer = move |received: &_| answering.answer(received);
        let receiver = runtime.block_on(Receiver::start_with(answer))?;
        client.post(
            &client.in_shop("/connectors")?,
            &json!({
                "kind": "zendesk",
                "settings": {"endpoint": receiver.url(""), "email": "agent@shop.example"},
                "credentials": {"api_token": "zendesk-secret"},
                "rate_limit": {"per_second": 100},
                "description": "The demo’s helpdesk",
            }),
        )?;
        Ok(Self { fake, receiver })
    }

    /// What is on its desk once all is there that must be, else at the deadline.
    pub async fn filed(&self, deadline: Instant) -> Filed {
        loop {
            let filed = Filed(self.fake.with(|desk| desk.tickets.clone()));
            if filed.is_good() || Instant::now() >= deadline {
                return filed;
            }
            sleep(POLL).await;
        }
    }

    /// Where it listens.
    pub fn address(&self) -> std::net::SocketAddr {
        self.receiver.address()
    }
}

impl Filed {
    /// One claim, one ticket, with its photos and its changes.
    pub fn is_good(&self) -> bool {
        matches!(&self.0[..], [ticket] if ticket.photos.len() == PHOTOS && ticket.notes.len() >= NOTES)
    }

    pub fn json(&self) -> Value {
        let tickets = self.0.iter().map(|ticket| {
            json!({"subject": ticket.subject, "requester": ticket.requester, "tags": ticket.tags,
                "photos": ticket.photos.len(), "notes": ticket.notes.len()})
        });
        json!({"helpdesk": "zendesk", "ok": self.is_good(), "tickets": tickets.collect::<Vec<_>>()})
    }

    pub fn words(&self) -> String {
        let tickets = self.0.iter().map(|ticket| {
            let photos = counted(ticket.photos.len(), "photo");
            let notes = counted(ticket.notes.len(), "internal note");
            let Ticket {
                subject, requester, ..
            } = ticket;
            format!("“{subject}” of {requester} with {photos} and {notes}")
        });
        let tickets = tickets.collect::<Vec<_>>().join(", ");
        match self.is_good() {
            true => format!("one ticket: {tickets}"),
            false => format!(
                "MISSING: one ticket with the claim's photos and a note; there is: {tickets}"
            ),
        }
    }
}

fn counted(count: usize, one: &str) -> String {
    match count {
        1 => format!("1 {one}"),
        _ => format!("{count} {one}s"),
    }
}
