//! What only this store promises.

mod forward;
mod partitions;
mod plans;
