//! The calls of a run: each when the target's rate allows it, under a lease that outlasts it, and only as long as this
//! node owns the target.

use std::sync::Arc;
use std::time::Duration;

use claimwire_model::target::Kind;
use claimwire_model::{Timestamp, TraceContext};
use claimwire_wire::driver::{Call, Driver};
use claimwire_wire::secrets::MASK;
use claimwire_wire::send::Timed;

use super::broken::Broken;
use crate::dispatch::rounded_up;
use crate::job::Start;
use crate::ownership::Fence;
use crate::report::Sent;
use crate::shared::Shared;
use crate::spans;

/// Makes the calls of one run.
pub(super) struct Calls<'a> {
    shared: &'a Arc<Shared>,
    /// The run's span, if it is followed.
    run: Option<&'a spans::Run>,
    /// The last call's, if it is followed.
    span: Option<TraceContext>,
    /// No time has passed since it was decided that the run may begin.
    fresh: bool,
    /// A call was made.
    called: bool,
}

impl<'a> Calls<'a> {
    /// Of a run that begins.
    pub(super) fn of(shared: &'a Arc<Shared>, start: &Start, run: Option<&'a spans::Run>) -> Self {
        let fresh = start.target.kind() == Kind::Webhook || shared.with(|_, now| now == start.at);
        Self {
            shared,
            run,
            span: None,
            fresh,
            called: false,
        }
    }

    /// The next call may not be made at the time that was decided on.
    pub(super) fn time_passes(&mut self) {
        self.fresh = false;
    }

    /// The span of the last call, if it is followed.
    pub(super) fn span(&self) -> Option<TraceContext> {
        self.span
    }

    /// What a driver is told for the time.
    pub(super) fn now(&self, start: &Start) -> Timestamp {
        match self.fresh {
            true => start.at,
            false => rounded_up(self.shared.clock.now()),
        }
    }

    /// Makes a call: the attempt of this number.
    pub(super) async fn send(
        &mut self,
        start: &Start,
        driver: &dyn Driver,
        call: Call,
        number: u32,
    ) -> Result<Sent, Broken> {
        let fresh = std::mem::replace(&mut self.fresh, false);
        let first = !std::mem::replace(&mut self.called, true);
        if !fresh {
            self.wait_for_rate(start, first).await?;
        }
        let mut request = call.request;
        let span = self.run.map(|run| spans::Call::begin(run, &mut request));
        let hides = |name: &str| driver.hides(&start.target, name);
        let request_headers = request.headers.masked(MASK, hides);
        let secrets = driver.secrets(&start.target, &request.headers);
        let clock = &self.shared.clock;
        let started_at = if fresh { start.at } else { clock.now() };
        if !fresh && !self.is_covered_at(start, started_at, request.timeout) {
            return Err(Broken::Lost);
        }
        let began = clock.elapsed();
        if request.egress.is_none() {
            request.egress.clone_from(&start.target.egress);
        }
        let request = request.pinned(&start.job.handed.shop);
        let sends = self.shared.sender.timed(request);
        let sends = within_ownership(self.shared, start.fence.as_ref(), sends);
        let Timed { came, stages } = sends.await?;
        self.span = span.map(|span| span.end(call.name.as_deref(), &came));
        if let Err(error) = &came
            && error.kind.is_ours()
        {
            self.shared.trouble.failed(error, clock.elapsed());
            return Err(Broken::Ours);
        }
        Ok(Sent {
            number,
            hides_answer: call
                .name
                .as_deref()
                .is_some_and(|name| driver.hides_answer(name)),
            step: call.name,
            started_at,
            duration: clock.elapsed().saturating_sub(began),
            stages,
            request_headers,
            secrets,
            came,
        })
    }

    /// A run's first call had to wait before the run began. One that is not made at that time, because its ticket was
    /// read or something saved meanwhile, waits anew, as those after it do; where the target is to be left alone by
    /// then, the delivery goes back. A target that was deleted gets no more calls: its rate is not known any more.
    async fn wait_for_rate(&self, start: &Start, first: bool) -> Result<(), Broken> {
        if first {
            self.shared.with(|dispatch, _| dispatch.is_late(start));
        }
        loop {
            let at = self.shared.with(|dispatch, now| match first {
                _ if !dispatch.has_target_of(start) => Err(Broken::Lost),
                true if !dispatch.may_begin_late(start, now) => Err(Broken::Ours),
                _ => Ok(dispatch.next_call(start, now)),
            })?;
            let Some(at) = at else { return Ok(()) };
            let waits = self.shared.clock.sleep_until(at);
            within_ownership(self.shared, start.fence.as_ref(), waits).await?;
        }
    }

    /// Whether the lease outlasts a request that begins now: the machine may have stood still since a save
    /// renewed it.
    pub(super) fn is_covered(&self, start: &Start, timeout: Duration) -> bool {
        self.is_covered_at(start, self.shared.clock.now(), timeout)
    }

    fn is_covered_at(&self, start: &Start, now: Timestamp, timeout: Duration) -> bool {
        let margin = self.shared.limits.lease_margin;
        now.plus(timeout + margin) <= start.expires()
    }
}

/// Goes on as long as this node owns the attempt's target; otherwise it is cut off.
pub(super) async fn within_ownership<T>(
    shared: &Arc<Shared>,
    fence: Option<&Fence>,
    sends: impl Future<Output = T>,
) -> Result<T, Broken> {
    let Some(fence) = fence.cloned() else {
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
