//! What only this store promises.

mod forward;
mod housekeeping;
mod partitions;
mod plans;
