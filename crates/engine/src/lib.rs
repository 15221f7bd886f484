//! Takes what is to be delivered, attempts it, judges and records what came of it, until it is delivered
//! or given up (contract section 6).
//!
//! The engine meets the API only in the store: fresh deliveries come in memory through the store's
//! [`claimwire_store::Intake`], all others are taken from the store when they are due. Nothing depends on
//! the hand-over in memory: what a crash loses there is found at the next start, or by another node.
//!
//! The parts: `target_queue` decides for one webhook, `dispatch` for all of them under one lock,
//! `shared` carries out what was decided, and each task has a file: `attempt`, `batch`, `record`, `take`, `offers`,
//! `give_back`, `wake`, `verify`, `background`. On a store that several nodes share, `ownership` knows what
//! this one may work for, `heartbeat` keeps it and `scan` looks through it. Time and randomness are passed in ([`Clock`],
//! [`Rng`]), so that a simulator can control them.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod admission;
mod alarms;
mod attempt;
mod background;
mod backlog;
mod batch;
mod breaker;
mod clock;
mod content;
mod dispatch;
mod effects;
mod end;
mod engine;
mod fetch_queue;
mod give_back;
mod heartbeat;
mod intake;
mod job;
mod limits;
mod measures;
mod offers;
mod ownership;
mod pace;
mod ports;
mod record;
mod report;
mod rng;
mod run;
mod scan;
mod shared;
mod slot;
mod spans;
mod take;
mod target_queue;
mod trouble;
mod verify;
mod wake;

pub use clock::{Clock, Sleep, SystemClock};
pub use engine::Engine;
pub use limits::{Duties, Limits};
pub use ports::Ports;
pub use rng::{Rng, SystemRng};
