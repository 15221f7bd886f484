//! What only this store promises.

mod deferred;
mod forward;
mod housekeeping;
mod locks;
mod partitions;
mod plans;
