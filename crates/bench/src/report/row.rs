//! One kind of work, and what was seen of it.

use serde::Serialize;

use super::bar::Bar;
use super::figure::Figure;

/// One kind of work.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// What was done.
    pub work: String,
    /// What was seen.
    pub figures: Vec<Figure>,
}

impl Row {
    pub(crate) fn new(work: &str) -> Self {
        Self {
            work: work.to_owned(),
            figures: Vec::new(),
        }
    }

    pub(crate) fn add(&mut self, name: &str, value: f64) {
        self.put(name, value, None);
    }

    /// Adds a figure of which something was promised.
    pub(crate) fn promise(&mut self, name: &str, value: f64, bar: Bar) {
        self.put(name, value, Some(bar));
    }

    /// Adds another run of the same work.
    pub(super) fn join(&mut self, other: Self) {
        for figure in other.figures {
            for value in figure.values {
                self.put(&figure.name, value, figure.bar);
            }
        }
    }

    fn put(&mut self, name: &str, value: f64, bar: Option<Bar>) {
        match self.figures.iter_mut().find(|figure| figure.name == name) {
            Some(figure) => figure.values.push(value),
            None => self.figures.push(Figure {
                name: name.to_owned(),
                values: vec![value],
                bar,
            }),
        }
    }
}
