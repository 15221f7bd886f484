//! The town of receivers: who lives at which URL, and how they answer.

mod answer;
mod temper;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use claimwire_wire::send::{Answer, Request, SendError, SendErrorKind, Sender};

use crate::chance::Chance;
use crate::clock::WallClock;
use crate::history::{Deed, ShotNo};
use crate::life::Life;
use crate::scene::Scene;

pub use answer::Reply;
pub use temper::Temper;

/// All receivers.
pub struct Town {
    chance: Chance,
    longest_quiet_s: u64,
    homes: Mutex<Homes>,
}

#[derive(Default)]
struct Homes {
    tempers: BTreeMap<String, Temper>,
    shots: ShotNo,
}

impl Town {
    /// Nobody lives there yet. None of them will ask for more quiet than that.
    #[must_use]
    pub fn new(chance: Chance, longest_quiet_s: u64) -> Arc<Self> {
        Arc::new(Self {
            chance,
            longest_quiet_s,
            homes: Mutex::default(),
        })
    }

    fn homes(&self) -> std::sync::MutexGuard<'_, Homes> {
        self.homes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Someone moves in.
    pub fn settle(&self, url: &str, temper: Temper) {
        self.homes().tempers.insert(url.to_owned(), temper);
    }

    fn shot(&self) -> ShotNo {
        let mut homes = self.homes();
        homes.shots += 1;
        homes.shots - 1
    }

    /// How a request is answered, and after how long.
    fn reply(&self, request: &Request, calm: bool) -> (Reply, u64) {
        if calm {
            return (Reply::Status(200), self.chance.between(1, 300));
        }
        let temper = self.homes().tempers.get(&request.url).copied();
        let temper = temper.unwrap_or(Temper::Kind);
        let timeout_ms = u64::try_from(request.timeout.as_millis()).unwrap_or(u64::MAX);
        temper.reply(&self.chance, timeout_ms, self.longest_quiet_s)
    }
}

/// The way to the town from one life of a node.
pub struct Street {
    /// Where to.
    pub town: Arc<Town>,
    /// Whose requests.
    pub life: Arc<Life>,
    /// What it takes for the time.
    pub wall: Arc<WallClock>,
    /// Where.
    pub scene: Arc<Scene>,
}

/// A request arrives at the latest after this.
const ARRIVES_WITHIN_MS: u64 = 240;

#[async_trait]
impl Sender for Street {
    async fn send(&self, request: Request) -> Result<Answer, SendError> {
        if self.life.is_dead() {
            self.life.pass().await;
        }
        let time = &self.scene.time;
        let shot = self.town.shot();
        let (reply, after) = self.town.reply(&request, self.scene.weather.is_calm());
        let arrives = time.now() + self.town.chance.below(after.min(ARRIVES_WITHIN_MS) + 1);
        self.scene.history.note(Deed::Started {
            shot,
            life: self.life.no,
            told: self.wall.shows(),
            arrives,
            ends: time.now() + after,
            request: Arc::new(request),
        });
        time.nap(after).await;
        self.life.pass().await;

        let came = reply.answer(time.now());
        self.scene.history.note(Deed::Ended {
            shot,
            status: came.as_ref().ok().map(|answer| answer.status),
            quiet_until: reply.quiet_until(time.now()),
        });
        came
    }

    fn check_url(&self, url: &str) -> Result<(), SendError> {
        url.starts_with("https://").then_some(()).ok_or(SendError {
            kind: SendErrorKind::Url,
            detail: "not https".to_owned(),
        })
    }
}
