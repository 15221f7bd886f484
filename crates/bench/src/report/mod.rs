//! What was measured: rows of figures, and curves; as Markdown for people and for `docs/performance.md`, or as
//! JSON.

mod bar;
mod curve;
mod figure;
mod number;
mod row;
mod table;

use serde::Serialize;

pub(crate) use number::{short, whole};

pub use bar::Bar;
pub use curve::{Axis, Curve, Line};
pub use figure::Figure;
pub use row::Row;

use crate::machine::Machine;

/// Everything that was measured.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// On what.
    pub machine: Machine,
    /// One per kind of work.
    pub rows: Vec<Row>,
    /// What the plots show.
    pub curves: Vec<Curve>,
    /// What was left out because this machine lacks a tool for it.
    pub skipped: Vec<String>,
    /// Works that could not be measured, and why.
    pub failed: Vec<String>,
}

impl Report {
    pub(crate) fn new(machine: Machine) -> Self {
        Self {
            machine,
            rows: Vec::new(),
            curves: Vec::new(),
            skipped: Vec::new(),
            failed: Vec::new(),
        }
    }

    /// Adds a run's row to the row of the same work.
    pub(crate) fn add(&mut self, row: Row) {
        match self.rows.iter_mut().find(|known| known.work == row.work) {
            Some(known) => known.join(row),
            None => self.rows.push(row),
        }
    }
}
