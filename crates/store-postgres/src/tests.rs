//! What only this store promises.

mod forward;
mod housekeeping;
mod locks;
mod partitions;
mod plans;
