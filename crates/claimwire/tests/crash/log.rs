//! What the server says that happened, against what its callers were told and what the receiver got.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use claimwire_testkit::Received;
use serde_json::Value;

use crate::WEBHOOKS;
use crate::common::Serve;
use crate::load::{ARRAY, Load, Write};

/// The whole log, oldest first, and the subjects.
pub struct Log {
    events: Vec<Value>,
    deliveries: Vec<Value>,
    claims: Vec<Value>,
    orders: Vec<Value>,
}

impl Log {
    /// Everything, once nothing waits any more.
    pub fn when_quiet(serve: &Serve) -> Self {
        for status in ["pending", "delivering"] {
            serve.until(
                &format!("/v1/shops/acme/deliveries?limit=1&status={status}"),
                |list| list["data"].as_array().is_some_and(Vec::is_empty),
            );
        }
        let all = |list: &str| {
            let mut items = Vec::new();
            let mut cursor = String::new();
            loop {
                let path = format!("/v1/shops/acme/{list}?limit=100{cursor}");
                let (status, page) = serve.call("GET", &path, None);
                assert_eq!(status, 200, "{page}");
                items.extend(page["data"].as_array().unwrap().iter().cloned());
                match page["next_cursor"].as_str() {
                    Some(next) => cursor = format!("&cursor={next}"),
                    None => break,
                }
            }
            items.reverse();
            items
        };
        Self {
            events: all("events"),
            deliveries: all("deliveries"),
            claims: all("claims"),
            orders: all("orders"),
        }
    }

    /// Holds everything that was promised; says what was counted.
    pub fn check(&self, load: &Load, requests: &[Received], kills: u64) -> String {
        self.nothing_twice();
        self.accepted_is_there(&load.accepted);
        self.in_doubt_is_whole(&load.in_doubt);
        self.everything_arrived(requests);
        let (seen, recorded) = self.attempts(requests, kills);
        self.in_order(requests);
        format!(
            "{} writes accepted, {} in doubt; {} events, {} deliveries, 0 lost; {seen} requests seen, {} of them \
             more than one each, {recorded} on record, {} taken by the kills",
            load.accepted.len(),
            load.in_doubt.len(),
            self.events.len(),
            self.deliveries.len(),
            seen - self.deliveries.len(),
            seen - recorded,
        )
    }

    /// Each subject once, and with each exactly the events of its changes.
    fn nothing_twice(&self) {
        let unique = |values: &[Value], name: &str| {
            let names: BTreeSet<_> = values.iter().map(|value| text(value, name)).collect();
            assert_eq!(names.len(), values.len(), "some {name} is there twice");
        };
        unique(&self.claims, "title");
        unique(&self.orders, "order_number");
        unique(&self.events, "id");
        let made = |name: &str| {
            let of = |event: &&Value| event["ref"] == *name;
            let ids = self.events.iter().filter(of);
            let mut ids: Vec<_> = ids.map(|event| text(&event["subject"], "id")).collect();
            ids.sort_unstable();
            ids
        };
        let mut claims: Vec<_> = self.claims.iter().map(|claim| text(claim, "id")).collect();
        claims.sort_unstable();
        assert_eq!(
            made("claims/created"),
            claims,
            "a claim without its event, or twice"
        );
        let mut orders: Vec<_> = self
            .orders
            .iter()
            .map(|order| text(order, "order_number"))
            .collect();
        orders.sort_unstable();
        assert_eq!(
            made("orders/synced"),
            orders,
            "an order without its event, or twice"
        );
    }

    /// How many of the write's events there are.
    fn there(&self) -> impl Fn(&Write) -> usize {
        let mut marks: HashMap<String, usize> = HashMap::new();
        for event in &self.events {
            let data = &event["event_data"];
            let mark = match event["ref"].as_str().unwrap() {
                "claims/created" => text(data, "title").to_owned(),
                "orders/synced" => text(data, "order_number").to_owned(),
                _ if data["description"].is_string() => text(data, "description").to_owned(),
                _ => match text(event, "id") {
                    one if one.starts_with("one-") => one.to_owned(),
                    many => many.rsplit_once('-').unwrap().0.to_owned(),
                },
            };
            *marks.entry(mark).or_default() += 1;
        }
        move |write| {
            let mark = match write {
                Write::Event(n) => format!("one-{n}"),
                Write::Events(n) => format!("many-{n}"),
                Write::Claim(n) => format!("claim-{n}"),
                Write::Order(n) => format!("order-{n}"),
                Write::Patch(n, _) => format!("patch-{n}"),
            };
            marks.get(&mark).copied().unwrap_or_default()
        }
    }

    fn accepted_is_there(&self, accepted: &[Write]) {
        let there = self.there();
        for write in accepted {
            assert_eq!(there(write), events_of(write), "{write:?} was acknowledged");
        }
    }

    fn in_doubt_is_whole(&self, in_doubt: &[Write]) {
        let there = self.there();
        for write in in_doubt {
            let events = there(write);
            assert!(
                events == 0 || events == events_of(write),
                "{events} events of {write:?}, which nobody acknowledged"
            );
        }
    }

    /// A delivery of every event for every webhook, each delivered, each seen by the receiver.
    fn everything_arrived(&self, requests: &[Received]) {
        let got: BTreeSet<_> = requests
            .iter()
            .map(|request| {
                (
                    request.path.as_str(),
                    request.header("claimwire-event-id").unwrap(),
                )
            })
            .collect();
        for event in &self.events {
            for (path, _) in WEBHOOKS {
                let id = text(event, "id");
                assert!(got.contains(&(path, id)), "{id} never came to {path}");
            }
        }
        assert_eq!(
            got.len(),
            self.events.len() * WEBHOOKS.len(),
            "something came that never happened"
        );
        assert_eq!(self.deliveries.len(), self.events.len() * WEBHOOKS.len());
        for delivery in &self.deliveries {
            assert_eq!(delivery["status"], "delivered", "{delivery}");
            assert!(
                delivery["delivered_at"].is_string() && delivery["last_status_code"] == 200,
                "{delivery}"
            );
        }
    }

    /// Attempts on record are the requests seen, less those whose outcome a kill took: of one delivery at
    /// most one for each. Gives the sums.
    fn attempts(&self, requests: &[Received], kills: u64) -> (usize, usize) {
        let mut seen: BTreeMap<&str, u64> = BTreeMap::new();
        for request in requests {
            *seen
                .entry(request.header("claimwire-delivery-id").unwrap())
                .or_default() += 1;
        }
        let mut sum = 0;
        for delivery in &self.deliveries {
            let recorded = delivery["attempt_count"].as_u64().unwrap();
            let seen = seen[text(delivery, "id")];
            assert!(
                (1..=seen).contains(&recorded) && seen - recorded <= kills,
                "{seen} requests of {delivery}"
            );
            sum += recorded;
        }
        (requests.len(), usize::try_from(sum).unwrap())
    }

    /// First arrivals come in the log's order where that was asked for: of all, or of each subject.
    fn in_order(&self, requests: &[Received]) {
        let places: HashMap<&str, (usize, String)> = self
            .events
            .iter()
            .enumerate()
            .map(|(place, event)| (text(event, "id"), (place, event["subject"].to_string())))
            .collect();
        for (path, ordering) in WEBHOOKS {
            let mut last: HashMap<&str, usize> = HashMap::new();
            let mut came = BTreeSet::new();
            for request in requests.iter().filter(|request| request.path == path) {
                let id = request.header("claimwire-event-id").unwrap();
                if !came.insert(id) {
                    continue;
                }
                let (place, subject) = &places[id];
                let lane = match ordering {
                    "none" => continue,
                    "webhook" => "",
                    _ => subject.as_str(),
                };
                let before = last.insert(lane, *place);
                assert!(
                    before.is_none_or(|before| before < *place),
                    "{path}: {id} came too late"
                );
            }
        }
    }
}

fn events_of(write: &Write) -> usize {
    match write {
        Write::Event(_) | Write::Claim(_) | Write::Order(_) => 1,
        Write::Events(_) => usize::try_from(ARRAY).unwrap(),
        // claims/updated and claims/details_changed.
        Write::Patch(..) => 2,
    }
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    match &value[name] {
        Value::String(text) => text,
        other => panic!("{name} is {other} in {value}"),
    }
}
