//! The engine on a memory store, with time, chance and the network in the tests' hands.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod batches;
mod breaker;
mod deliveries;
mod end;
mod late;
mod neighbours;
mod nodes;
mod order;
mod ours;
mod rates;
mod replays;
mod steps;
mod tickets;
mod traced;
mod trouble;
mod verification;
mod world;
