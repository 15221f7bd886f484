//! Whether the vendor lets a connector in: its vendor's own test, now.

use claimwire_connectors::Vendor;
use claimwire_model::delivery::SavedState;
use claimwire_model::{DeliveryId, Event, EventNo, Target, catalogue};
use claimwire_store::directory::Once;
use claimwire_wire::Bodies;
use claimwire_wire::driver::{Call as VendorCall, End, Input, Last, Step};
use claimwire_wire::send::{Answer, RESPONSE_BODY_KEPT, SendError};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

use super::view::{find, vendor};
use crate::access::{As, Editor};
use crate::call::{Call, conflicting, valued};
use crate::idempotency::{Keyed, OK};
use crate::limits::Limit;
use crate::refusal::Refusal;
use crate::webhooks::MASK;

/// Steps of one test.
const STEPS_AT_MOST: usize = 10;
/// What is tested with: every vendor hears of it, or could.
const SAMPLE: &str = "claims/created";

/// What a test came to.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConnectorTestResult {
    /// Whether the connector can work.
    pub ok: bool,
    /// Why not: a name.
    pub error: Option<String>,
    /// What came of it and what to do, in a sentence.
    pub detail: String,
    /// The calls that were made, in order.
    pub calls: Vec<CallView>,
}

/// One call of a test.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConnectorCall)]
pub struct CallView {
    /// Which step it was.
    pub step: Option<String>,
    /// As sent, secrets masked.
    #[schema(value_type = std::collections::HashMap<String, String>)]
    pub request_headers: BTreeMap<String, String>,
    /// The answer's status; null when there was none.
    pub status_code: Option<u16>,
    /// Why there was no answer: a name and a sentence.
    pub error: Option<String>,
    /// The first 16 KiB of the answer.
    pub response_body: Option<String>,
    /// Until the answer was read or given up.
    pub duration_ms: u64,
}

/// Runs the vendor's test: calls that change nothing there.
///
/// # Errors
/// When the connector is not there, or as many tests run as may.
pub async fn test(
    editor: &As<'_, Editor>,
    id: Uuid,
    keyed: Option<Keyed<ConnectorTestResult>>,
) -> Result<Once<ConnectorTestResult>, Refusal> {
    let call = editor.call();
    let (target, connector) = find(call, id).await?;
    let vendor = vendor(call, &connector)?;
    if let Some(answered) = call.earlier(keyed.as_ref()).await? {
        return Ok(Once::Before(answered));
    }
    let _running = call.running(Limit::RunningTests)?;
    let sample = catalogue::sample(SAMPLE, call.now);
    let fact = sample.ok_or_else(|| Refusal::Failed(format!("there is no sample of {SAMPLE}")))?;
    let event = Event {
        no: EventNo(0),
        fact,
    };
    let mut run = Run {
        call,
        vendor,
        target: &target,
        event: &event,
        bodies: &Bodies::default(),
        state: None,
        ticket: None,
        last: None,
        calls: Vec::new(),
    };
    let end = run.run().await;
    let result = ConnectorTestResult {
        ok: end.failure.is_none(),
        error: end.failure.as_ref().map(|why| why.error.to_string()),
        detail: match end.failure {
            Some(why) => why.detail,
            None => format!("{} lets the connector in.", vendor.about().name),
        },
        calls: run.calls,
    };
    let Some(record) = keyed.map(|keyed| keyed.record(OK, &result)) else {
        return Ok(Once::Now(result));
    };
    let now = call.ports.now();
    let once = call.store.remember(Some(call.shop.no), record, now).await;
    Ok(valued(once.map_err(conflicting)?, result))
}

/// A test under way. What it saves is forgotten with it.
struct Run<'a> {
    call: &'a Call<'a>,
    vendor: &'static dyn Vendor,
    target: &'a Target,
    event: &'a Event,
    bodies: &'a Bodies,
    state: Option<SavedState>,
    ticket: Option<SavedState>,
    /// The last call's name, and what came of it.
    last: Option<(Option<String>, Result<Answer, SendError>)>,
    calls: Vec<CallView>,
}

impl Run<'_> {
    async fn run(&mut self) -> End {
        let mut no_photo = false;
        for _ in 0..STEPS_AT_MOST {
            let step = self.vendor.test(&self.input(no_photo));
            no_photo = false;
            match step {
                Step::End(end) => return end,
                Step::Save(state) => (self.state, self.last) = (Some(state), None),
                Step::Ticket(state) => (self.ticket, self.last) = (Some(state), None),
                Step::Photo(_) => (no_photo, self.last) = (true, None),
                Step::Send(call) => self.send(call).await,
            }
        }
        let detail = format!("the test asked for more than {STEPS_AT_MOST} steps");
        End::not(claimwire_model::verdict::Ending::FAILED, "steps", detail)
    }

    fn input(&self, no_photo: bool) -> Input<'_> {
        let last = match &self.last {
            _ if no_photo => Last::NoPhoto("a test fetches none"),
            None => Last::Nothing,
            Some((_, Ok(answer))) => Last::Answer(answer),
            Some((_, Err(error))) => Last::NoAnswer(error),
        };
        Input {
            event: self.event,
            bodies: self.bodies,
            shop: self.call.shop,
            target: self.target,
            delivery: DeliveryId {
                event: self.event.no,
                target: self.target.no,
            },
            attempt: u32::try_from(self.calls.len()).unwrap_or(u32::MAX) + 1,
            now: self.call.ports.now(),
            state: self.state.as_ref(),
            ticket: self.ticket.as_ref(),
            last,
            called: self.last.as_ref().and_then(|(name, _)| name.as_deref()),
            begins: self.calls.is_empty() && self.state.is_none() && self.ticket.is_none(),
        }
    }

    async fn send(&mut self, VendorCall { name, request }: VendorCall) {
        let hides = |name: &str| self.vendor.hides(self.target, name);
        let request_headers = request.headers.masked(MASK, hides);
        let secrets = self.vendor.secrets(self.target, &request.headers);
        let owned = request_headers.iter();
        let owned = owned.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let request_headers = owned.collect();
        let mut request = request;
        if request.egress.is_none() {
            request.egress.clone_from(&self.target.egress);
        }
        let ports = self.call.ports;
        let began = ports.now();
        let came = ports.sender.send(request.pinned(self.call.shop)).await;
        let took = ports.now().since(began);
        let name = name.map(|name| name.into_owned());
        let answer = came.as_ref().ok();
        let hides = name
            .as_deref()
            .is_some_and(|name| self.vendor.hides_answer(name));
        self.calls.push(CallView {
            step: name.clone(),
            request_headers,
            status_code: answer.map(|answer| answer.status),
            error: came
                .as_ref()
                .err()
                .map(|e| format!("{}: {}", e.kind, e.sentence())),
            response_body: answer.map(|answer| match hides {
                true if answer.is_success() => MASK.to_owned(),
                _ => excerpt(&secrets.masked_bytes(&answer.body)),
            }),
            duration_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        });
        self.last = Some((name, came));
    }
}

fn excerpt(body: &[u8]) -> String {
    String::from_utf8_lossy(body.get(..RESPONSE_BODY_KEPT).unwrap_or(body)).into_owned()
}
