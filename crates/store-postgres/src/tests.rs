//! What only this store promises.

mod partitions;
mod plans;
