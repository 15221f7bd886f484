//! What only this store promises.

mod plans;
