//! How an event gets to a target: in steps, decided by the driver of the target's kind.
//!
//! A driver is asked what to do next until the run ends. It holds nothing between two questions: all that
//! it knows is in the [`Input`]. What a later step needs, and must not be done twice, it asks to have
//! saved. A saved state is on record before the next step begins, so a run that a crash or a failure broke
//! off goes on from there. The engine relies on that: it may ask again at any step, by another process.
//!
//! A webhook's driver has one step ([`webhook`]); a connector's makes several calls.

mod batch;
mod photo;
pub mod webhook;

pub use batch::{Batch, BatchInput, BatchStep, Part};
pub use photo::{NoPhotos, PHOTO_BYTES, PHOTO_TIMEOUT, Photo, PhotoError, Photos};

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use claimwire_model::delivery::SavedState;
use claimwire_model::target::TargetKind;
use claimwire_model::verdict::Ending;
use claimwire_model::{DeliveryId, Event, Headers, Shop, Target, Timestamp};

use crate::bodies::Bodies;
use crate::secrets::Secrets;
use crate::send::{Answer, Request, SendError};

/// What a driver decides by.
pub struct Input<'a> {
    /// What happened.
    pub event: &'a Event,
    /// The event's bodies in the dialects, made when they are asked for.
    pub bodies: &'a Bodies,
    /// Where.
    pub shop: &'a Shop,
    /// For whom.
    pub target: &'a Target,
    /// Which delivery.
    pub delivery: DeliveryId,
    /// The number that the next request has among the delivery's: 1, 2, …
    pub attempt: u32,
    /// When it is asked.
    pub now: Timestamp,
    /// What was saved last, in this run or an earlier one.
    pub state: Option<&'a SavedState>,
    /// What is on record of the event's claim at this target, whichever delivery found it out: the ticket
    /// that the claim has there ([`Step::Ticket`]).
    pub ticket: Option<&'a SavedState>,
    /// What came of the step before.
    pub last: Last<'a>,
    /// The name of the request that [`Input::last`] answers, as its [`Call`] bore it.
    pub called: Option<&'a str>,
    /// Whether the run begins here: what was saved is from an earlier run, which may have got further than
    /// that.
    pub begins: bool,
}

/// What came of the step before.
#[derive(Debug, Clone, Copy)]
pub enum Last<'a> {
    /// There was none: the run begins, anew or with what was saved.
    Nothing,
    /// The target answered the request.
    Answer(&'a Answer),
    /// It did not.
    NoAnswer(&'a SendError),
    /// The photo that was asked for.
    Photo(&'a Photo),
    /// It cannot be had, for this reason.
    NoPhoto(&'a str),
}

/// What a driver wants done.
#[derive(Debug)]
pub enum Step {
    /// Make this request, then ask again with what came of it.
    Send(Call),
    /// Put this on record together with the request before, then ask again as if the run began. Takes the
    /// place of what was saved before.
    Save(SavedState),
    /// Put this on record for the event's claim at this target, together with the request before, then ask
    /// again as if the run began: every later delivery of the claim gets it as [`Input::ticket`].
    Ticket(SavedState),
    /// Fetch the photo at this URL, then ask again with it.
    Photo(String),
    /// The run has ended.
    End(End),
}

/// A request of a run.
#[derive(Debug)]
pub struct Call {
    /// Which step it is, as the attempt on record shows it; none where there is only one.
    pub name: Option<Cow<'static, str>>,
    /// What to send.
    pub request: Request,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    /// What it means for the delivery and the target.
    pub ending: Ending,
    /// What the attempt shows of it, unless it was delivered.
    pub failure: Option<Failure>,
}

/// Why a run did not deliver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// A name: `dns`, `status_500`, …
    pub error: Cow<'static, str>,
    /// The same as a sentence, without secrets.
    pub detail: String,
}

impl End {
    /// The event is delivered.
    pub const DELIVERED: Self = Self {
        ending: Ending::Delivered,
        failure: None,
    };

    /// It is not, for this reason.
    pub fn not(ending: Ending, error: impl Into<Cow<'static, str>>, detail: String) -> Self {
        let error = error.into();
        Self {
            ending,
            failure: Some(Failure { error, detail }),
        }
    }

    /// There was no answer: the retry table says what follows.
    #[must_use]
    pub fn unanswered(error: &SendError) -> Self {
        Self::not(Ending::FAILED, error.kind.as_str(), error.sentence())
    }
}

/// How events get to the targets of one kind. Pure: the same input gives the same step.
pub trait Driver: Send + Sync {
    /// What to do next.
    fn step(&self, input: &Input<'_>) -> Step;

    /// What it takes of several deliveries in one call, if it does.
    fn batch(&self) -> Option<Batch> {
        None
    }

    /// What this delivery is in a batch. It has no saved state and no ticket, and nothing came before.
    fn part(&self, input: &Input<'_>) -> Part {
        let _ = input;
        Part::Alone
    }

    /// What to do next with a batch.
    fn step_batch(&self, input: &BatchInput<'_>) -> BatchStep {
        let _ = input;
        let detail = "these deliveries are not made together".to_owned();
        BatchStep::Apart(Failure {
            error: "no_batch".into(),
            detail,
        })
    }

    /// Whether the value of this header of a request is a secret, or may be: the record shows a mask.
    fn hides(&self, target: &Target, header: &str) -> bool;

    /// What of this request's headers, and of what its target's owner set, lets us in: where the answer repeats it, the
    /// record shows a mask.
    fn secrets(&self, target: &Target, headers: &Headers) -> Secrets {
        let _ = (target, headers);
        Secrets::default()
    }

    /// Whether the body of a good answer to the request of this name is a secret: the record shows a mask.
    fn hides_answer(&self, call: &str) -> bool {
        let _ = call;
        false
    }
}

impl<D: Driver + ?Sized> Driver for &D {
    fn step(&self, input: &Input<'_>) -> Step {
        (**self).step(input)
    }

    fn batch(&self) -> Option<Batch> {
        (**self).batch()
    }

    fn part(&self, input: &Input<'_>) -> Part {
        (**self).part(input)
    }

    fn step_batch(&self, input: &BatchInput<'_>) -> BatchStep {
        (**self).step_batch(input)
    }

    fn hides(&self, target: &Target, header: &str) -> bool {
        (**self).hides(target, header)
    }

    fn secrets(&self, target: &Target, headers: &Headers) -> Secrets {
        (**self).secrets(target, headers)
    }

    fn hides_answer(&self, call: &str) -> bool {
        (**self).hides_answer(call)
    }
}

/// A driver for each kind of target.
#[derive(Clone, Default)]
pub struct Drivers {
    vendors: HashMap<&'static str, Arc<dyn Driver>>,
}

impl Drivers {
    /// With one more vendor's driver.
    #[must_use]
    pub fn with(mut self, vendor: &'static str, driver: Arc<dyn Driver>) -> Self {
        self.vendors.insert(vendor, driver);
        self
    }

    /// What the target's vendor takes of several deliveries in one call, if it does. A webhook takes one.
    #[must_use]
    pub fn batch(&self, target: &Target) -> Option<Batch> {
        match &target.kind {
            TargetKind::Webhook(_) => None,
            TargetKind::Connector(_) => self.of(target).batch(),
        }
    }

    /// The target's driver.
    #[must_use]
    pub fn of(&self, target: &Target) -> &dyn Driver {
        match &target.kind {
            TargetKind::Webhook(_) => &webhook::WebhookDriver,
            TargetKind::Connector(connector) => self
                .vendors
                .get(&*connector.vendor)
                .map_or(&Unknown as &dyn Driver, |driver| &**driver),
        }
    }
}

/// Stands in for the driver of a vendor that this program does not know: a later version may.
struct Unknown;

impl Driver for Unknown {
    fn step(&self, input: &Input<'_>) -> Step {
        let detail = format!("this version cannot deliver to `{}`", input.target.label());
        Step::End(End::not(Ending::FAILED, "no_driver", detail))
    }

    fn hides(&self, _: &Target, _: &str) -> bool {
        true
    }
}
