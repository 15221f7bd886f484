//! A run: the steps that the target's driver asks for, one after another, until it says that it has ended.
//!
//! What a driver saved is on record, with the request that got it, before anything else leaves this
//! process: each such commit renews the lease, and one that the store refuses, because the delivery is no
//! longer this process's, breaks the run off. The last request goes on record with the end of the run. A
//! run of one request, as a webhook's, calls the store no more than that.

mod batch;
mod broken;
mod calls;
mod kept;

pub(crate) use batch::{Batched, Member, run as batch};
pub(crate) use broken::Broken;

use std::sync::Arc;

use claimwire_model::delivery::{Attempt, STATE_BYTES, SavedState};
use claimwire_model::verdict::Ending;
use claimwire_store::queue::Ticket;
use claimwire_wire::driver::{
    Call, Driver, End, Input, Last, PHOTO_TIMEOUT, Photo, PhotoError, Step,
};
use claimwire_wire::send::SendError;

use crate::breaker::Reach;
use crate::job::Start;
use crate::report::{self, Sent};
use crate::shared::Shared;
use crate::spans;

use calls::{Calls, within_ownership};

/// Steps of one run. More are a driver's mistake.
const STEPS_AT_MOST: usize = 200;

/// What a run came to.
pub(crate) struct Ended {
    /// The last request, with what became of the run.
    pub(crate) attempt: Attempt,
    pub(crate) ending: Ending,
    pub(crate) reach: Reach,
}

/// Takes the steps. `span`: the run's, if it is followed.
pub(crate) async fn run(
    shared: &Arc<Shared>,
    start: &mut Start,
    span: Option<&spans::Run>,
) -> Result<Ended, Broken> {
    if start
        .target
        .is_echo(&start.job.handed.event.fact.performed_by)
    {
        let number = start.job.handed.attempts.saturating_add(1);
        let End { ending, failure } = passed_over();
        return Ok(Ended {
            attempt: report::not_sent(number, shared.clock.now(), failure),
            ending,
            reach: Reach::Untried,
        });
    }
    if let Some(error) = SendError::gone(start.target.dialect()) {
        shared.trouble.failed(&error, shared.clock.elapsed());
        return Err(Broken::Ours);
    }
    let driver = shared.drivers.of(&start.target);
    let mut run = Run {
        shared,
        number: start.job.handed.attempts.saturating_add(1),
        sent: None,
        state: start.job.handed.state.clone(),
        ticket: kept::ticket(shared, start).await?,
        calls: Calls::of(shared, start, span),
        unsaved: Unsaved::default(),
        photo: None,
        begins: true,
    };
    for _ in 0..STEPS_AT_MOST {
        let step = driver.step(&run.input(start));
        run.begins = false;
        match step {
            Step::End(end) => return run.end(start, end).await,
            Step::Save(state) | Step::Ticket(state) if state.0.len() > STATE_BYTES => {
                let detail = format!("more than {STATE_BYTES} bytes are to be saved");
                return run
                    .end(start, End::not(Ending::FAILED, "state", detail))
                    .await;
            }
            Step::Ticket(_) if start.job.handed.event.fact.claim().is_none() => {
                let detail = "the event belongs to no claim, so there is none to keep a ticket of";
                return run
                    .end(start, End::not(Ending::FAILED, "state", detail.to_owned()))
                    .await;
            }
            Step::Save(state) => {
                run.state = Some(state);
                run.unsaved.state = true;
            }
            Step::Ticket(state) => {
                run.ticket = Some(state);
                run.unsaved.ticket = true;
            }
            Step::Photo(url) => {
                run.settle(start).await?;
                run.fetch(start, &url).await?;
            }
            Step::Send(call) => {
                run.settle(start).await?;
                run.send(start, driver, call).await?;
            }
        }
    }
    let detail = format!("more than {STEPS_AT_MOST} steps were asked for");
    run.end(start, End::not(Ending::FAILED, "steps", detail))
        .await
}

/// What a connector brought back from its vendor is not sent there again.
fn passed_over() -> End {
    let detail = "the change came from this connector, so it is not sent back".to_owned();
    End::not(Ending::Delivered, "own_change", detail)
}

/// What of it is not on record yet.
#[derive(Default)]
struct Unsaved {
    state: bool,
    ticket: bool,
}

impl Unsaved {
    fn any(&self) -> bool {
        self.state || self.ticket
    }
}

/// A run under way.
struct Run<'a> {
    shared: &'a Arc<Shared>,
    /// Of the next request, or of the one that is not on record yet.
    number: u32,
    /// The last request, until it is on record.
    sent: Option<Sent>,
    /// What was saved last.
    state: Option<SavedState>,
    /// What is kept of the event's claim.
    ticket: Option<SavedState>,
    unsaved: Unsaved,
    /// What came of the photo that was asked for last, until the next request is made.
    photo: Option<Result<Photo, String>>,
    /// No step has been asked for yet.
    begins: bool,
    calls: Calls<'a>,
}

impl Run<'_> {
    fn input<'a>(&'a self, start: &'a Start) -> Input<'a> {
        let last = match &self.sent {
            // After a save as after a crash: what came before it is no more than what was saved.
            _ if self.unsaved.any() => Last::Nothing,
            _ if let Some(came) = &self.photo => match came {
                Ok(photo) => Last::Photo(photo),
                Err(reason) => Last::NoPhoto(reason),
            },
            Some(Sent {
                came: Ok(answer), ..
            }) => Last::Answer(answer),
            Some(Sent {
                came: Err(error), ..
            }) => Last::NoAnswer(error),
            None => Last::Nothing,
        };
        let handed = &start.job.handed;
        Input {
            event: &handed.event,
            bodies: &start.job.content.bodies,
            shop: &handed.shop,
            target: &start.target,
            delivery: handed.id,
            attempt: self.number + u32::from(self.sent.is_some()),
            now: self.calls.now(start),
            state: self.state.as_ref(),
            ticket: self.ticket.as_ref(),
            last,
            called: match last {
                Last::Answer(_) | Last::NoAnswer(_) => {
                    self.sent.as_ref().and_then(|sent| sent.step.as_deref())
                }
                Last::Nothing | Last::Photo(_) | Last::NoPhoto(_) => None,
            },
            begins: self.begins,
        }
    }

    async fn send(&mut self, start: &Start, driver: &dyn Driver, call: Call) -> Result<(), Broken> {
        let sent = self.calls.send(start, driver, call, self.number).await?;
        self.photo = None;
        self.sent = Some(sent);
        Ok(())
    }

    /// Fetches a photo. That is no attempt: nothing is sent to the target.
    async fn fetch(&mut self, start: &Start, url: &str) -> Result<(), Broken> {
        if !self.calls.is_covered(start, PHOTO_TIMEOUT) {
            return Err(Broken::Lost);
        }
        // One at a time: the last one's room may be what this one waits for.
        self.photo = None;
        self.calls.time_passes();
        let egress = start.target.egress.as_deref();
        let shop = &start.job.handed.shop;
        let fetches = self.shared.photos.photo(url, shop, egress);
        self.photo = match within_ownership(self.shared, start.fence.as_ref(), fetches).await? {
            Ok(photo) => Some(Ok(photo)),
            Err(PhotoError::Gone(reason)) => Some(Err(reason)),
            Err(PhotoError::Ours(error)) => {
                let elapsed = self.shared.clock.elapsed();
                self.shared.trouble.failed(&error, elapsed);
                return Err(Broken::Ours);
            }
        };
        Ok(())
    }

    /// Before anything leaves this process: what is not on record goes there, if there is something.
    async fn settle(&mut self, start: &mut Start) -> Result<(), Broken> {
        if self.sent.is_none() && !self.unsaved.any() {
            return Ok(());
        }
        let attempt = self.sent.take().map(|sent| {
            self.number = self.number.saturating_add(1);
            Arc::new(report::attempt(sent, None))
        });
        let unsaved = std::mem::take(&mut self.unsaved);
        // The store may take its time.
        self.calls.time_passes();
        let state = self.state.clone().filter(|_| unsaved.state);
        let handed = &mut start.job.handed;
        let ticket = self.ticket.clone().filter(|_| unsaved.ticket);
        let ticket = ticket.zip(handed.event.fact.claim());
        let ticket = ticket.map(|(state, claim)| Ticket {
            claim: claim.into_owned(),
            state,
        });
        let saved = kept::save(self.shared, handed, attempt, state, ticket).await;
        saved.ok_or(Broken::Lost)
    }

    async fn end(&mut self, start: &mut Start, end: End) -> Result<Ended, Broken> {
        let goes_on = self.unsaved.state && end.ending != Ending::Delivered;
        if self.unsaved.ticket || goes_on {
            // The next run, or the claim's next event, goes on from here.
            let sent = self.sent.take();
            self.settle(start).await?;
            self.sent = sent;
        }
        Ok(match self.sent.take() {
            Some(sent) => Ended {
                reach: Reach::of(&sent.came),
                attempt: report::attempt(sent, end.failure),
                ending: end.ending,
            },
            None => Ended {
                attempt: report::not_sent(self.number, self.shared.clock.now(), end.failure),
                ending: end.ending,
                reach: Reach::Untried,
            },
        })
    }
}
