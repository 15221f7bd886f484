//! The drivers of the simulated vendors.

use std::sync::Arc;

use claimwire_wire::driver::Drivers;

use crate::bulk::{self, Bulk};
use crate::vendor::{self, ThreeSteps};

/// The drivers, by their vendor.
#[must_use]
pub fn drivers() -> Drivers {
    Drivers::default()
        .with(vendor::VENDOR, Arc::new(ThreeSteps))
        .with(bulk::VENDOR, Arc::new(Bulk { again: true }))
        .with(bulk::ONCE, Arc::new(Bulk { again: false }))
}
