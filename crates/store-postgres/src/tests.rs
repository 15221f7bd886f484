//! What only this store promises.

mod partitions;
mod forward;
mod plans;
