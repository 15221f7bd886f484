//! Takes what is to be delivered, attempts it, judges and records what came of it, until it is delivered
//! or given up (contract section 6).
//!
//! The engine meets the API only in the store: fresh deliveries come in memory through the store's
//! [`claimwire_store::Intake`], all others are taken from the store when they are due. Nothing depends on
//! the hand-over in memory: what a crash loses there is found at the next start, or by another node.
//!
//! How it hangs together: `keeper` decides for one webhook, `dispatch` for all of them under one lock,
//! `shared` does what was decided, and each task has a file: `attempt`, `record`, `take`,
//! `give_back`, `wake`, `look`, `verify`, `chores`. Time and chance come in by the door ([`Clock`],
//! [`Dice`]), so that a simulator can hold them.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod alarms;
mod attempt;
mod bodies;
mod breaker;
mod by_number;
mod chores;
mod clock;
mod dice;
mod dispatch;
mod engine;
mod give_back;
mod house;
mod intake;
mod job;
mod keeper;
mod lane;
mod limits;
mod line;
mod look;
mod measures;
mod pace;
mod record;
mod report;
mod shared;
mod take;
mod verify;
mod waits;
mod wake;

pub use clock::{Clock, Sleep, SystemClock};
pub use dice::{Dice, SystemDice};
pub use engine::Engine;
pub use limits::Limits;
