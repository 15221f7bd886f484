//! What only this store promises: durability, shared syncs, recovery from faults, secrets at rest.

mod backlog;
mod crash;
mod delivered;
mod event_subjects;
mod faults;
mod groups;
mod growth;
mod million;
mod parts;
mod plans;
mod search;
mod secrets;
mod wide;
mod world;
