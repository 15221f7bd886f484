//! One measurement of a server: what is posted where, and what must arrive.

use std::pin::pin;
use std::time::{Duration, Instant};

use indicatif::ProgressBar;
use tokio::time::timeout;

use crate::load::{self, Accepted, Target};
use crate::receiver::Receiver;
use crate::tally::Tally;

/// What is measured.
#[derive(Debug, Clone)]
pub(crate) struct Scenario {
    pub(crate) name: String,
    pub(crate) shops: usize,
    /// Of each shop.
    pub(crate) webhooks: usize,
    /// Shops whose deliveries are counted: the first ones.
    pub(crate) counted: usize,
    /// Webhooks of shops that are not counted never get an answer.
    pub(crate) hang: bool,
    pub(crate) events: u32,
    pub(crate) load: Load,
}

/// How events are posted.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Load {
    /// This many requests in flight, with this many events each.
    Closed { in_flight: usize, batch: u32 },
    /// This many events a second.
    Open { rate: u32 },
}

/// Without a delivery for so long, the rest is given up as lost.
const STALLED_AFTER: Duration = Duration::from_secs(30);
const LOOK_EVERY: Duration = Duration::from_millis(100);

impl Scenario {
    /// One shop with one webhook, closed loop.
    pub(crate) fn closed(name: &str, events: u32, in_flight: usize, batch: u32) -> Self {
        let load = Load::Closed { in_flight, batch };
        Self {
            name: name.to_owned(),
            shops: 1,
            webhooks: 1,
            counted: 1,
            hang: false,
            events,
            load,
        }
    }

    /// One shop with one webhook, open loop for so long.
    pub(crate) fn open(name: &str, rate: u32, length: Duration) -> Self {
        let seconds = u32::try_from(length.as_secs()).unwrap_or(u32::MAX);
        Self {
            load: Load::Open { rate },
            ..Self::closed(name, rate.saturating_mul(seconds), 1, 1)
        }
    }

    /// Where a webhook of a shop delivers to.
    pub(crate) fn url(&self, receiver: &Receiver, shop: usize, webhook: usize) -> String {
        if self.hang && shop >= self.counted {
            return receiver.hanging_url();
        }
        receiver.url(shop * self.webhooks + webhook)
    }

    /// Distinct deliveries that are counted when all arrive.
    pub(crate) fn expected(&self) -> u64 {
        let (all, counted) = (self.shops.max(1), self.counted);
        let of_counted = (0..self.events)
            .filter(|seq| usize::try_from(*seq).is_ok_and(|seq| seq % all < counted));
        u64::try_from(of_counted.count() * self.webhooks).unwrap_or(u64::MAX)
    }

    /// Posts everything and waits until all has arrived, or nothing has for too long.
    pub(crate) async fn run(
        &self,
        target: &Target,
        receiver: &Receiver,
        bar: &ProgressBar,
    ) -> anyhow::Result<Accepted> {
        let tally = Tally::new(target.run, self.counted * self.webhooks, self.events);
        receiver.expect(tally, self.expected());
        let post = async {
            match self.load {
                Load::Closed { in_flight, batch } => {
                    load::closed(target, 0..self.events, in_flight, batch).await
                }
                Load::Open { rate } => load::open(target, rate, self.events).await,
            }
        };
        let mut post = pin!(post);
        let accepted = loop {
            match timeout(LOOK_EVERY, post.as_mut()).await {
                Ok(accepted) => break accepted?,
                Err(_) => bar.set_position(receiver.unique()),
            }
        };
        let mut last = (receiver.unique(), Instant::now());
        while last.1.elapsed() < STALLED_AFTER
            && timeout(LOOK_EVERY, receiver.reached()).await.is_err()
        {
            if receiver.unique() > last.0 {
                last = (receiver.unique(), Instant::now());
            }
            bar.set_position(last.0);
        }
        bar.set_position(receiver.unique());
        Ok(accepted)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use http::HeaderMap;

    use super::*;
    use crate::clock;

    /// The generator against the receiver itself, with nothing in between.
    fn direct(receiver: &Receiver, shops: usize) -> Target {
        let place = |shop: usize| (format!("/w/{shop}").parse().unwrap(), HeaderMap::new());
        let shops = Arc::new((0..shops).map(place).collect());
        Target {
            addresses: vec![receiver.address()],
            shops,
            payload: crate::payload::event,
            seed: 1,
            run: 5,
        }
    }

    fn scenario(events: u32, load: Load) -> Scenario {
        Scenario {
            load,
            ..Scenario::closed("test", events, 1, 1)
        }
    }

    #[tokio::test]
    async fn a_closed_loop_posts_every_event_once() {
        let receiver = Receiver::start().unwrap();
        let scenario = scenario(
            500,
            Load::Closed {
                in_flight: 8,
                batch: 1,
            },
        );
        let accepted = scenario
            .run(&direct(&receiver, 1), &receiver, &ProgressBar::hidden())
            .await
            .unwrap();
        let tally = receiver.take();
        assert_eq!(
            (tally.unique, tally.duplicates, accepted.latencies.len()),
            (500, 0, 500)
        );
        let slowest_delivery = tally.latencies.iter().max();
        assert!(
            slowest_delivery <= accepted.latencies.iter().max(),
            "arrival precedes the answer"
        );
        assert!(accepted.first > 0 && accepted.first <= clock::now());
    }

    #[tokio::test]
    async fn arrays_hold_as_many_events_as_told_and_the_last_one_the_rest() {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let receiver = Receiver::start().unwrap();
        receiver.expect(Tally::new(5, 1, 250), 3);
        let target = Target {
            payload: |seed, mark| {
                MADE.fetch_add(1, Ordering::Relaxed);
                crate::payload::event(seed, mark)
            },
            ..direct(&receiver, 1)
        };
        let accepted = load::closed(&target, 0..250, 2, 100).await.unwrap();
        // The receiver reads the first mark of each body: events 0, 100 and 200.
        assert_eq!((receiver.take().unique, accepted.latencies.len()), (3, 3));
        assert_eq!(MADE.load(Ordering::Relaxed), 250);
    }

    #[tokio::test]
    async fn an_open_loop_keeps_its_rate_and_stamps_the_time_due() {
        let receiver = Receiver::start().unwrap();
        let scenario = scenario(100, Load::Open { rate: 1000 });
        let started = clock::now();
        scenario
            .run(&direct(&receiver, 1), &receiver, &ProgressBar::hidden())
            .await
            .unwrap();
        let tally = receiver.take();
        assert_eq!(tally.unique, 100);
        assert!(
            tally.last - started >= 99_000_000,
            "the last was due 99 ms after the first"
        );
    }

    #[tokio::test]
    async fn shops_that_are_not_counted_are_not_waited_for() {
        let receiver = Receiver::start().unwrap();
        let scenario = Scenario {
            shops: 10,
            counted: 9,
            ..scenario(
                100,
                Load::Closed {
                    in_flight: 4,
                    batch: 1,
                },
            )
        };
        scenario
            .run(&direct(&receiver, 10), &receiver, &ProgressBar::hidden())
            .await
            .unwrap();
        assert_eq!((scenario.expected(), receiver.take().unique), (90, 90));
    }
}
