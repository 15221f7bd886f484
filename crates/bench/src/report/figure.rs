//! One figure of all runs.

use std::fmt;

use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

use super::bar::Bar;
use super::number::short;
use crate::stats::median;

/// One figure of all runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// What it is, with its unit.
    pub name: String,
    /// In the order of the runs.
    pub values: Vec<f64>,
    /// What its median must reach, where something was promised.
    pub bar: Option<Bar>,
}

impl Figure {
    /// The middle of all runs.
    #[must_use]
    pub fn median(&self) -> f64 {
        median(&self.values)
    }

    /// Whether the median reaches the bar; none without a bar.
    #[must_use]
    pub fn met(&self) -> Option<bool> {
        self.bar.map(|bar| bar.is_met_by(self.median()))
    }
}

impl Serialize for Figure {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut figure = serializer.serialize_struct("Figure", 5)?;
        figure.serialize_field("name", &self.name)?;
        figure.serialize_field("median", &self.median())?;
        figure.serialize_field("values", &self.values)?;
        figure.serialize_field("bar", &self.bar)?;
        figure.serialize_field("met", &self.met())?;
        figure.end()
    }
}

impl fmt::Display for Figure {
    /// The median, with the lowest and the highest when there was more than one run.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&short(self.median()))?;
        if self.values.len() > 1 {
            let lowest = self.values.iter().copied().fold(f64::INFINITY, f64::min);
            let highest = self
                .values
                .iter()
                .copied()
                .fold(f64::NEG_INFINITY, f64::max);
            write!(f, " [{}–{}]", short(lowest), short(highest))?;
        }
        Ok(())
    }
}
