//! Random sequences of calls, checked against a model of what must be true.
//!
//! Every step is checked against the model as it is made; at the end every webhook is switched on and
//! drained, and every event that was acknowledged must have come to its end.

use std::collections::BTreeMap;

use claimwire_model::DeliveryId;
use claimwire_model::replay::{Replay, ReplayState, ReplayStatus};
use claimwire_model::subject::Subject;

use super::spy::Spy;
use super::world::*;
use super::*;
use crate::handed::Handed;

/// Rng that fall the same way for the same seed (splitmix64).
struct Rng(u64);

impl Rng {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % bound as u64).unwrap()
    }
}

/// What must be true of one delivery.
struct Expected {
    subject: Subject,
    ended: Option<Next>,
    lease: Option<Timestamp>,
    attempts: u32,
    manual: u32,
}

struct Day {
    w: World,
    rng: Rng,
    now: Timestamp,
    hooks: Vec<Arc<Target>>,
    expected: BTreeMap<DeliveryId, Expected>,
    /// What was taken and neither recorded nor given back; some of it late by now.
    in_hand: Vec<Handed>,
    attempts: u64,
}

impl Day {
    async fn new(store: Arc<dyn Store>, seed: u64) -> Self {
        let w = World::new(store).await;
        let claims = subscription(&["claims/created"], SourceFilter::All);
        let hooks = vec![
            w.webhook(|_| {}).await,
            w.webhook(|h| h.ordering = Ordering::Subject).await,
            w.webhook(|h| h.ordering = Ordering::Webhook).await,
            w.webhook(|h| h.subscription = claims).await,
        ];
        Self {
            w,
            rng: Rng(seed),
            now: at(0),
            hooks,
            expected: BTreeMap::new(),
            in_hand: Vec::new(),
            attempts: 0,
        }
    }

    async fn step(&mut self) {
        match self.rng.below(20) {
            0..=4 => self.commit().await,
            5..=9 => self.take().await,
            10..=14 => self.record().await,
            15 => self.release().await,
            16 => self.retry().await,
            17 => self.switch().await,
            18 => self.replay().await,
            _ if self.rng.below(8) == 0 => self.crash().await,
            _ => {}
        }
        self.now = self.now.plus(Duration::from_secs(self.rng.below(9) as u64));
    }

    fn any_hook(&mut self) -> Arc<Target> {
        let n = self.rng.below(self.hooks.len());
        self.hooks[n].clone()
    }

    async fn commit(&mut self) {
        let refs = ["claims/created", "claims/closed"];
        let facts: Vec<_> = (0..=self.rng.below(3))
            .map(|_| {
                let mut fact = fact(&format!("c{}", self.rng.below(4)));
                fact.r#ref = refs[self.rng.below(2)].into();
                fact
            })
            .collect();
        let room = self.rng.below(6);
        let spy = Spy::with_room(room);
        self.w.store.attach(spy.clone());
        for event in self.w.commit(facts, self.now).await.unwrap() {
            for hook in &self.hooks {
                if hook.subscription.matches(&event.fact) {
                    let new = Expected {
                        subject: event.fact.subject.clone().unwrap(),
                        ended: None,
                        lease: None,
                        attempts: 0,
                        manual: 0,
                    };
                    let old = self.expected.insert(id(&event, hook), new);
                    assert!(old.is_none(), "numbers are new");
                }
            }
        }
        for handed in spy.handed(room.min(spy.asked())).await {
            let expected = self.expected.get_mut(&handed.id).unwrap();
            assert_eq!(handed.target.status, TargetStatus::Active);
            assert_eq!(handed.target.ordering, Ordering::None);
            expected.lease = Some(handed.lease.until);
            self.in_hand.push(handed);
        }
    }

    async fn take(&mut self) {
        let hook = self.any_hook();
        let limit = 1 + self.rng.below(4);
        let taken = self.w.take_some(&hook, limit, self.now).await.deliveries;
        assert!(taken.len() <= limit);
        let active = self.w.target(&hook).await.status == TargetStatus::Active;
        assert!(active || taken.is_empty());
        let mut run = Vec::new();
        for handed in taken {
            self.check_order(&hook, &handed, &mut run);
            let expected = self.expected.get_mut(&handed.id).unwrap();
            let leased = expected.lease.is_some_and(|until| until > self.now);
            assert!(!leased, "nothing is in two hands at once");
            assert_eq!(handed.manual, expected.manual > 0);
            assert!(
                handed.manual || expected.ended.is_none(),
                "what ended stays so"
            );
            assert_eq!(handed.attempts, expected.attempts);
            expected.lease = Some(handed.lease.until);
            self.in_hand.push(handed);
        }
    }

    /// What stands before it in its order has ended or goes before it in this run.
    fn check_order(&self, hook: &Target, handed: &Handed, run: &mut Vec<DeliveryId>) {
        let ended = self.expected[&handed.id].ended.is_some();
        if ended || hook.ordering == Ordering::None {
            return;
        }
        let subject = &self.expected[&handed.id].subject;
        for (id, other) in self.expected.range(..handed.id) {
            let same_lane = id.target == hook.no
                && (hook.ordering == Ordering::Webhook || other.subject == *subject);
            let goes_before = other.ended.is_some() || run.contains(id);
            assert!(!same_lane || goes_before, "{id} was overtaken");
        }
        run.push(handed.id);
    }

    async fn record(&mut self) {
        if self.in_hand.is_empty() {
            return;
        }
        let handed = self.in_hand.remove(self.rng.below(self.in_hand.len()));
        let later = self
            .now
            .plus(Duration::from_secs(self.rng.below(40) as u64));
        let next = match self.rng.below(6) {
            0 if handed.manual => Next::Unchanged,
            1 if handed.manual => Next::Unchanged,
            0 => Next::GiveUp,
            1 | 2 if !handed.manual => Next::RetryAt(later),
            _ => Next::Delivered,
        };
        // Each attempt is told from every other by how long it took.
        self.attempts += 1;
        let mut outcome = outcome(&handed, verdict(next), self.now);
        Arc::make_mut(&mut outcome.attempt).duration = Duration::from_millis(self.attempts);
        let again = outcome.clone();
        self.w
            .store
            .record([outcome].into(), self.now)
            .await
            .unwrap();

        let expected = self.expected.get_mut(&handed.id).unwrap();
        let ours = expected.lease == Some(handed.lease.until);
        expected.attempts += 1;
        if ours {
            expected.lease = None;
            expected.manual -= u32::from(handed.manual);
        }
        match next {
            Next::Delivered => expected.ended = Some(next),
            Next::GiveUp if ours && expected.ended.is_none() => expected.ended = Some(next),
            _ => {}
        }
        // The answer may get lost and the call be made again, after the lease has ended.
        if self.rng.below(5) == 0 {
            self.w.store.record([again].into(), self.now).await.unwrap();
        }
    }

    async fn release(&mut self) {
        if self.in_hand.is_empty() {
            return;
        }
        let handed = self.in_hand.remove(self.rng.below(self.in_hand.len()));
        self.w.release(std::slice::from_ref(&handed)).await;
        let expected = self.expected.get_mut(&handed.id).unwrap();
        expected.lease = expected.lease.filter(|until| *until != handed.lease.until);
    }

    async fn retry(&mut self) {
        if self.expected.is_empty() {
            return;
        }
        let n = self.rng.below(self.expected.len());
        let (id, expected) = self.expected.iter_mut().nth(n).unwrap();
        let retry = self.w.store.retry(self.w.shop.no, *id, self.now, None);
        now(retry.await.unwrap());
        expected.manual += 1;
    }

    async fn switch(&mut self) {
        let hook = self.any_hook();
        let status = [TargetStatus::Active, TargetStatus::Inactive][self.rng.below(2)];
        self.w.set_status(&hook, status, self.now).await;
    }

    async fn replay(&mut self) {
        let hook = self.any_hook();
        let all = self.rng.below(4) == 0;
        let replay = Replay {
            id: self.w.uuid(),
            target: hook.no,
            target_uuid: hook.uuid,
            since: at(0),
            until: self.now.plus(Duration::from_secs(1)),
            status: if all {
                ReplayStatus::All
            } else {
                ReplayStatus::Failed
            },
            enabled_events: None,
            state: ReplayState::Running,
            scanned: 0,
            total: 0,
            done: 0,
            created_at: self.now,
        };
        let kept = self
            .w
            .store
            .create_replay(self.w.shop.no, replay.clone(), None);
        now(kept.await.unwrap());
        // For an active one it would stop while much is due.
        let status = self.w.target(&hook).await.status;
        let idle = TargetStatus::Inactive;
        self.w.set_status(&hook, idle, self.now).await;
        while self.w.store.step_replays(10, self.now).await.unwrap() == Stepped::Worked {}
        self.w.set_status(&hook, status, self.now).await;
        let mut armed = 0;
        for (id, expected) in &mut self.expected {
            let again = match expected.ended {
                Some(Next::Delivered) => all,
                ended => ended.is_some(),
            };
            if id.target == hook.no && again {
                expected.ended = None;
                armed += 1;
            }
        }
        let replay = self
            .w
            .store
            .replay(self.w.shop.no, replay.id)
            .await
            .unwrap();
        assert_eq!(replay.done, armed);
    }

    /// The process ends; the next one knows nothing of what was in hand.
    async fn crash(&mut self) {
        self.in_hand.clear();
        self.w.store.waiting(Targets::All, self.now).await.unwrap();
        for expected in self.expected.values_mut() {
            expected.lease = None;
        }
    }

    /// Everything that was acknowledged comes to its end, and nothing else is there.
    async fn end(mut self) {
        for hook in &self.hooks {
            self.w
                .set_status(hook, TargetStatus::Active, self.now)
                .await;
        }
        self.crash().await;
        for hook in self.hooks.clone() {
            loop {
                let taken = self.w.take_some(&hook, 7, self.now).await;
                if taken.deliveries.is_empty() {
                    match taken.next_due {
                        Some(due) => self.now = self.now.max(due),
                        None => break,
                    }
                }
                let mut run = Vec::new();
                for handed in taken.deliveries {
                    self.check_order(&hook, &handed, &mut run);
                    self.w.record(&handed, Next::Delivered, self.now).await;
                    let expected = self.expected.get_mut(&handed.id).unwrap();
                    expected.attempts += 1;
                    expected.manual -= u32::from(handed.manual);
                    expected.ended = Some(Next::Delivered);
                }
            }
            assert_eq!(self.w.store.pending(hook.no).await.unwrap(), 0);
        }
        let read = |page| {
            let filter = Default::default();
            self.w
                .store
                .deliveries(self.w.shop.no, filter, page, self.now)
        };
        let listed = pages(50, read).await;
        let mut ids: Vec<_> = listed.iter().map(|delivery| delivery.id).collect();
        ids.reverse();
        assert_eq!(ids, self.expected.keys().copied().collect::<Vec<_>>());
        for (id, expected) in &self.expected {
            let (shown, attempts) = self.w.delivery(*id, self.now).await;
            let status = match expected.ended {
                Some(Next::Delivered) => DeliveryStatus::Delivered,
                Some(_) => DeliveryStatus::Failed,
                None => panic!("{id} never ended"),
            };
            assert_eq!((shown.status, expected.manual), (status, 0), "{id}");
            assert_eq!(shown.attempt_count, expected.attempts, "{id}");
            let numbers: Vec<_> = attempts.iter().map(|attempt| attempt.number).collect();
            assert_eq!(numbers, Vec::from_iter(1..=expected.attempts), "{id}");
        }
    }
}

async fn live(store: Arc<dyn Store>, seed: u64, steps: usize) {
    let mut day = Day::new(store, seed).await;
    for _ in 0..steps {
        day.step().await;
    }
    day.end().await;
}

pub async fn a_quiet_day(store: Arc<dyn Store>) {
    live(store, 1, 60).await;
}

pub async fn a_busy_day(store: Arc<dyn Store>) {
    live(store, 2, 600).await;
}

pub async fn another_day(store: Arc<dyn Store>) {
    live(store, 3, 600).await;
}

/// Another seed each time; a failure prints it, to be put into a case above.
pub async fn any_day(store: Arc<dyn Store>) {
    let seed = u64::from_le_bytes(uuid::Uuid::new_v4().into_bytes()[..8].try_into().unwrap());
    eprintln!("seed {seed}");
    live(store, seed, 600).await;
}
