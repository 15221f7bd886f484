//! A run: the steps that the target's driver asks for, one after another, until it says that it has ended.
//!
//! What a driver saved is on record, with the request that got it, before anything else leaves this
//! process: each such commit renews the lease, and one that the store refuses, because the delivery is no
//! longer this process's, breaks the run off. The last request goes on record with the end of the run. A
//! run of one request, as a webhook's, calls the store no more than that.

use std::sync::Arc;
use std::time::Duration;

use claimwire_model::Timestamp;
use claimwire_model::delivery::{Attempt, STATE_BYTES, SavedState};
use claimwire_model::verdict::Ending;
use claimwire_store::queue::Saved;
use claimwire_store::{Handed, StoreError};
use claimwire_wire::driver::{Call, Driver, End, Input, Last, Step};

use crate::breaker::Reach;
use crate::dispatch::rounded_up;
use crate::job::Start;
use crate::report::{self, Sent};
use crate::shared::Shared;

/// Steps of one run. More are a driver's mistake.
const STEPS_AT_MOST: usize = 200;
/// Why a photo is not there.
const NO_PHOTO: &str = "photos cannot be fetched by this version";

/// What a run came to.
pub(crate) struct Ended {
    /// The last request, with what became of the run.
    pub(crate) attempt: Attempt,
    pub(crate) ending: Ending,
    pub(crate) reach: Reach,
}

/// Why a run did not come to an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Broken {
    /// The delivery is no longer this process's.
    Lost,
    /// A request failed by trouble on our own side, which goes on no record: the run is to be made again,
    /// from what was saved.
    Ours,
}

/// Takes the steps.
pub(crate) async fn run(shared: &Arc<Shared>, start: &mut Start) -> Result<Ended, Broken> {
    let driver = shared.drivers.of(&start.target);
    let mut run = Run {
        shared,
        number: start.job.handed.attempts.saturating_add(1),
        sent: None,
        state: start.job.handed.state.clone(),
        unsaved: false,
        photo_asked: false,
        begins: true,
    };
    for _ in 0..STEPS_AT_MOST {
        let step = driver.step(&run.input(start));
        run.begins = false;
        match step {
            Step::End(end) => return run.end(start, end).await,
            Step::Save(state) if state.0.len() > STATE_BYTES => {
                let detail = format!("more than {STATE_BYTES} bytes are to be saved");
                return run
                    .end(start, End::not(Ending::FAILED, "state", detail))
                    .await;
            }
            Step::Save(state) => {
                run.state = Some(state);
                run.unsaved = true;
            }
            Step::Ticket(_) => {
                let detail = "tickets are not kept yet".to_owned();
                return run
                    .end(start, End::not(Ending::FAILED, "state", detail))
                    .await;
            }
            Step::Photo(_) => {
                run.settle(start).await?;
                run.photo_asked = true;
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

/// Goes on as long as this node owns the attempt's target; otherwise it is cut off.
async fn within_ownership<T>(
    shared: &Arc<Shared>,
    start: &Start,
    sends: impl Future<Output = T>,
) -> Result<T, Broken> {
    let Some(fence) = start.fence.clone() else {
        return Ok(sends.await);
    };
    // The machine may have stood still since the attempt was decided on.
    shared.with(|_, _| ());
    tokio::select! {
        biased;
        () = fence.over() => Err(Broken::Lost),
        came = sends => Ok(came),
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
    /// It is not on record yet.
    unsaved: bool,
    photo_asked: bool,
    /// No step has been asked for yet.
    begins: bool,
}

impl Run<'_> {
    fn input<'a>(&'a self, start: &'a Start) -> Input<'a> {
        let last = match &self.sent {
            // After a save as after a crash: what came before it is no more than what was saved.
            _ if self.unsaved => Last::Nothing,
            _ if self.photo_asked => Last::NoPhoto(NO_PHOTO),
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
            bodies: &start.job.bodies,
            shop: &handed.shop,
            target: &start.target,
            delivery: handed.id,
            attempt: self.number + u32::from(self.sent.is_some()),
            now: match self.sent {
                Some(_) => rounded_up(self.shared.clock.now()),
                None => start.at,
            },
            state: self.state.as_ref(),
            ticket: None,
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
        let request_headers = report::masked(&call.request.headers, driver, &start.target);
        let clock = &self.shared.clock;
        let first = self.number == start.job.handed.attempts.saturating_add(1);
        let started_at = if first { start.at } else { clock.now() };
        if !first && !self.is_covered(start, started_at, call.request.timeout) {
            return Err(Broken::Lost);
        }
        let began = clock.elapsed();
        let sends = self.shared.sender.send(call.request);
        let came = within_ownership(self.shared, start, sends).await?;
        if let Err(error) = &came
            && error.kind.is_ours()
        {
            self.shared.trouble.failed(error, clock.elapsed());
            return Err(Broken::Ours);
        }
        self.photo_asked = false;
        self.sent = Some(Sent {
            number: self.number,
            step: call.name,
            started_at,
            duration: clock.elapsed().saturating_sub(began),
            request_headers,
            came,
        });
        Ok(())
    }

    /// Whether the lease outlasts a request that begins now: the machine may have stood still since a save
    /// renewed it.
    fn is_covered(&self, start: &Start, now: Timestamp, timeout: Duration) -> bool {
        let margin = self.shared.limits.lease_margin;
        now.plus(timeout + margin) <= start.job.handed.expires
    }

    /// Before anything leaves this process: what is not on record goes there, if there is something.
    async fn settle(&mut self, start: &mut Start) -> Result<(), Broken> {
        if self.sent.is_none() && !self.unsaved {
            return Ok(());
        }
        let attempt = self.sent.take().map(|sent| {
            self.number = self.number.saturating_add(1);
            Arc::new(report::attempt(sent, None))
        });
        let state = self.state.clone().filter(|_| self.unsaved);
        self.unsaved = false;
        let saved = save(self.shared, &mut start.job.handed, attempt, state).await;
        saved.ok_or(Broken::Lost)
    }

    async fn end(mut self, start: &mut Start, end: End) -> Result<Ended, Broken> {
        if self.unsaved && end.ending != Ending::Delivered {
            // The next run goes on from here.
            let sent = self.sent.take();
            self.settle(start).await?;
            self.sent = sent;
        }
        Ok(match self.sent {
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

/// Saves, with the lease renewed. While the store cannot, it is tried again for as long as the lease lasts.
/// `None`: the delivery is no longer this process's.
async fn save(
    shared: &Arc<Shared>,
    handed: &mut Handed,
    attempt: Option<Arc<Attempt>>,
    state: Option<SavedState>,
) -> Option<()> {
    let saved = Saved {
        id: handed.id,
        lease: handed.lease,
        lease_for: shared.limits.lease,
        attempt,
        state,
    };
    let mut now = shared.clock.now();
    // Asked again, it may have been done the first time: the lease is sure to last until then.
    let expires = now.plus(shared.limits.lease);
    while now < handed.expires {
        match shared.store.save(saved.clone(), now).await {
            Ok(Some(lease)) => {
                handed.lease = lease;
                handed.expires = expires;
                return Some(());
            }
            Ok(None) => return None,
            Err(error @ (StoreError::Unavailable(_) | StoreError::Unknown(_))) => {
                shared.store_failed("save a step", &error).await
            }
            Err(error) => {
                tracing::error!(delivery = %handed.id, %error, "the store refuses to save a step");
                return None;
            }
        }
        now = shared.clock.now();
    }
    None
}
