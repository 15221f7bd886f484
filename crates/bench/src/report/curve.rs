//! Figures over a quantity that was varied: what a plot shows.

use serde::Serialize;

/// Lines over one axis.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Curve {
    /// Its heading; also names the file of its plot.
    pub name: String,
    /// What was varied.
    pub x: Axis,
    /// What was seen.
    pub y: Axis,
    /// In the order of the legend.
    pub lines: Vec<Line>,
}

/// What an axis shows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Axis {
    /// The quantity with its unit.
    pub label: String,
    /// Logarithmic, else linear from zero.
    pub logarithmic: bool,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Line {
    /// What it is, in the legend.
    pub name: String,
    /// By rising x.
    pub points: Vec<(f64, f64)>,
}

impl Axis {
    pub(crate) fn linear(label: &str) -> Self {
        Self {
            label: label.to_owned(),
            logarithmic: false,
        }
    }

    pub(crate) fn logarithmic(label: &str) -> Self {
        Self {
            label: label.to_owned(),
            logarithmic: true,
        }
    }
}

impl Curve {
    pub(crate) fn new(name: &str, x: Axis, y: Axis) -> Self {
        Self {
            name: name.to_owned(),
            x,
            y,
            lines: Vec::new(),
        }
    }

    /// Adds a point at the end of the line of this name.
    pub(crate) fn add(&mut self, line: &str, x: f64, y: f64) {
        match self.lines.iter_mut().find(|known| known.name == line) {
            Some(known) => known.points.push((x, y)),
            None => self.lines.push(Line {
                name: line.to_owned(),
                points: vec![(x, y)],
            }),
        }
    }

    /// The name as a part of a file name: `latency-over-rate`.
    #[must_use]
    pub fn slug(&self) -> String {
        self.name
            .to_lowercase()
            .split(|c: char| !c.is_ascii_alphanumeric())
            .filter(|word| !word.is_empty())
            .collect::<Vec<_>>()
            .join("-")
    }
}
