//! An intake that records its calls and delivers nothing.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use claimwire_model::{DeliveryId, Target, TargetNo};
use tokio::sync::Notify;

use crate::handed::Handed;
use crate::intake::Intake;

/// Its calls, in order.
#[derive(Debug, Clone)]
pub(super) enum Heard {
    Handed(Vec<Handed>),
    Wake(Vec<TargetNo>),
    Changed(TargetNo, Option<Arc<Target>>),
}

#[derive(Default)]
struct Ears {
    /// How many more deliveries there is room for.
    room: usize,
    asked: usize,
    withdrawn: usize,
    heard: Vec<Heard>,
}

#[derive(Default)]
pub(super) struct Spy {
    ears: Mutex<Ears>,
    news: Notify,
}

impl Spy {
    /// With room for so many deliveries.
    pub fn with_room(room: usize) -> Arc<Self> {
        let spy = Self::default();
        spy.ears.lock().unwrap().room = room;
        Arc::new(spy)
    }

    /// How often it was asked for room.
    pub fn asked(&self) -> usize {
        self.ears.lock().unwrap().asked
    }

    /// How many promises were called off.
    pub fn withdrawn(&self) -> usize {
        self.ears.lock().unwrap().withdrawn
    }

    pub fn heard(&self) -> Vec<Heard> {
        self.ears.lock().unwrap().heard.clone()
    }

    /// Waits until `wanted` finds something in the calls.
    pub async fn until<T>(&self, wanted: impl Fn(&[Heard]) -> Option<T>) -> T {
        let found = async {
            loop {
                let news = self.news.notified();
                if let Some(found) = wanted(&self.heard()) {
                    return found;
                }
                news.await;
            }
        };
        let found = tokio::time::timeout(Duration::from_secs(10), found).await;
        found.unwrap_or_else(|_| panic!("never heard; heard was: {:?}", self.heard()))
    }

    /// Waits until this target was woken, in the calls after the first `after`.
    pub async fn woken(&self, target: TargetNo, after: usize) {
        let woken =
            |heard: &Heard| matches!(heard, Heard::Wake(targets) if targets.contains(&target));
        self.until(|heard| heard[after..].iter().any(woken).then_some(()))
            .await;
    }

    /// Waits for all deliveries that were handed over, `count` of them.
    pub async fn handed(&self, count: usize) -> Vec<Handed> {
        self.until(|heard| {
            let handed = heard.iter().filter_map(|heard| match heard {
                Heard::Handed(handed) => Some(handed.clone()),
                _ => None,
            });
            let handed: Vec<_> = handed.flatten().collect();
            (handed.len() >= count).then_some(handed)
        })
        .await
    }

    fn hear(&self, heard: Heard) {
        self.ears.lock().unwrap().heard.push(heard);
        self.news.notify_waiters();
    }
}

impl Intake for Spy {
    fn admit(&self, _webhook: &Target) -> bool {
        let mut ears = self.ears.lock().unwrap();
        ears.asked += 1;
        let admitted = ears.room > 0;
        ears.room -= usize::from(admitted);
        admitted
    }

    fn withdraw(&self, _target: TargetNo, promises: usize) {
        let mut ears = self.ears.lock().unwrap();
        ears.withdrawn += promises;
        ears.room += promises;
    }

    fn hand(&self, deliveries: Vec<Handed>) {
        self.hear(Heard::Handed(deliveries));
    }

    fn wake(&self, targets: &[TargetNo]) {
        self.hear(Heard::Wake(targets.to_vec()));
    }

    fn offer(&self, _: &[DeliveryId]) {}

    fn changed(&self, target: TargetNo, webhook: Option<Arc<Target>>) {
        self.hear(Heard::Changed(target, webhook));
    }
}
