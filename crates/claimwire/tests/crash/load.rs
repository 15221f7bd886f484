//! The callers: threads that write until the server is gone, and know of each write what they were told.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::{Value, json};

use crate::common::ADMIN_KEY;
use crate::rng::Rng;

const THREADS: usize = 4;
/// Events of one array.
pub const ARRAY: u64 = 10;

/// One write, known again by its number.
#[derive(Debug, Clone)]
pub enum Write {
    /// A posted event.
    Event(u64),
    /// An array of posted events.
    Events(u64),
    /// A new claim, under an idempotency key.
    Claim(u64),
    /// An order.
    Order(u64),
    /// Another description of the claim of this id.
    Patch(u64, String),
}

impl Write {
    fn new(number: u64, claim: Option<&String>) -> Self {
        match (number % 5, claim) {
            (0, _) => Self::Event(number),
            (1, _) => Self::Events(number),
            (2, _) => Self::Order(number),
            (3, Some(claim)) => Self::Patch(number, claim.clone()),
            _ => Self::Claim(number),
        }
    }

    /// Method, path under the shop, body.
    fn request(&self) -> (&'static str, String, Value) {
        let event = |id: String, n: u64| {
            let data = json!({"claim_id": format!("about-{}", n % 7), "number": n});
            json!({"id": id, "ref": "claims/updated", "event_data": data})
        };
        match self {
            Self::Event(n) => ("POST", "/events".to_owned(), event(format!("one-{n}"), *n)),
            Self::Events(n) => {
                let events = (0..ARRAY).map(|k| event(format!("many-{n}-{k}"), *n));
                ("POST", "/events".to_owned(), events.collect())
            }
            Self::Claim(n) => (
                "POST",
                "/claims".to_owned(),
                json!({"title": format!("claim-{n}")}),
            ),
            Self::Order(n) => (
                "PUT",
                format!("/orders/order-{n}"),
                json!({"order_name": format!("#{n}")}),
            ),
            Self::Patch(n, id) => (
                "PATCH",
                format!("/claims/{id}"),
                json!({"description": format!("patch-{n}")}),
            ),
        }
    }
}

/// What the callers were told.
#[derive(Default)]
pub struct Load {
    next: Arc<AtomicU64>,
    /// Answered 2xx.
    pub accepted: Vec<Write>,
    /// Never answered, and not asked again.
    pub in_doubt: Vec<Write>,
    again: Vec<Write>,
    threads: Vec<JoinHandle<(Vec<Write>, Vec<Write>)>>,
}

impl Load {
    /// Begins to write, what was in doubt first; returns when `writes` of it were accepted.
    pub fn run(&mut self, url: &str, writes: u64) {
        let accepted = Arc::new(AtomicU64::new(0));
        let mut again = std::mem::take(&mut self.again);
        for left in (1..=THREADS).rev() {
            let mine = again.split_off(again.len() - again.len() / left);
            let caller = Caller::new(url);
            let (next, accepted) = (self.next.clone(), accepted.clone());
            self.threads.push(std::thread::spawn(move || {
                caller.write(mine, &next, &accepted)
            }));
        }
        while accepted.load(Ordering::SeqCst) < writes {
            assert!(
                !self.threads.iter().all(JoinHandle::is_finished),
                "the server went away by itself"
            );
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// The server is gone. Every other write that it did not answer is asked again in the next round.
    pub fn end(&mut self, rng: &mut Rng) {
        for thread in self.threads.drain(..) {
            let (accepted, in_doubt) = thread.join().unwrap();
            self.accepted.extend(accepted);
            for write in in_doubt {
                match rng.below(2) {
                    0 => self.again.push(write),
                    _ => self.in_doubt.push(write),
                }
            }
        }
    }

    /// Asks again what is still to be asked again.
    pub fn settle(&mut self, url: &str) {
        let mut caller = Caller::new(url);
        for write in std::mem::take(&mut self.again) {
            assert!(caller.call(&write), "{write:?} was refused");
            self.accepted.push(write);
        }
    }
}

struct Caller {
    agent: ureq::Agent,
    shop: String,
    /// The last claim that was made.
    claim: Option<String>,
}

impl Caller {
    fn new(url: &str) -> Self {
        let config = ureq::Agent::config_builder().http_status_as_error(false);
        Self {
            agent: config.build().into(),
            shop: format!("{url}/v1/shops/acme"),
            claim: None,
        }
    }

    /// Writes until one is not answered: what was accepted, and what is in doubt.
    fn write(
        mut self,
        again: Vec<Write>,
        next: &AtomicU64,
        accepted: &AtomicU64,
    ) -> (Vec<Write>, Vec<Write>) {
        let (mut done, mut in_doubt) = (Vec::new(), Vec::new());
        let mut again = again.into_iter();
        loop {
            let write = again.next().unwrap_or_else(|| {
                Write::new(next.fetch_add(1, Ordering::SeqCst), self.claim.as_ref())
            });
            if !self.call(&write) {
                in_doubt.push(write);
                in_doubt.extend(again);
                return (done, in_doubt);
            }
            done.push(write);
            accepted.fetch_add(1, Ordering::SeqCst);
        }
    }

    /// Whether it was acknowledged; false: there was no answer.
    fn call(&mut self, write: &Write) -> bool {
        let (method, path, body) = write.request();
        let mut request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.shop))
            .header("X-API-Key", ADMIN_KEY)
            .header("Content-Type", "application/json");
        if let Write::Claim(number) = write {
            request = request.header("Idempotency-Key", format!("claim-{number}"));
        }
        let Ok(mut answer) = self.agent.run(request.body(body.to_string()).unwrap()) else {
            return false;
        };
        let Ok(text) = answer.body_mut().read_to_string() else {
            return false;
        };
        assert!(answer.status().is_success(), "{write:?}: {text}");
        if let Write::Claim(_) = write {
            let claim: Value = serde_json::from_str(&text).unwrap();
            self.claim = Some(claim["id"].as_str().unwrap().to_owned());
        }
        true
    }
}
