//! Figures, as a table for people and for `docs/performance.md`, or as JSON.

use std::fmt;

use serde::Serialize;

use crate::stats::median;

/// Everything that was measured.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Report {
    /// One per kind of work.
    pub rows: Vec<Row>,
}

/// One kind of work.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// What was done.
    pub work: String,
    /// What was seen.
    pub figures: Vec<Figure>,
}

/// One figure of all runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figure {
    /// What it is, with its unit.
    pub name: String,
    /// In the order of the runs.
    pub values: Vec<f64>,
}

impl Row {
    pub(crate) fn new(work: &str) -> Self {
        Self {
            work: work.to_owned(),
            figures: Vec::new(),
        }
    }

    pub(crate) fn add(&mut self, name: &str, value: f64) {
        match self.figures.iter_mut().find(|figure| figure.name == name) {
            Some(figure) => figure.values.push(value),
            None => self.figures.push(Figure {
                name: name.to_owned(),
                values: vec![value],
            }),
        }
    }
}

impl Report {
    /// Adds a run's row to the row of the same work.
    pub(crate) fn add(&mut self, row: Row) {
        match self.rows.iter_mut().find(|known| known.work == row.work) {
            Some(known) => {
                for figure in row.figures {
                    for value in figure.values {
                        known.add(&figure.name, value);
                    }
                }
            }
            None => self.rows.push(row),
        }
    }
}

impl fmt::Display for Report {
    /// A Markdown table: medians, with the lowest and the highest when there was more than one run.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| work | figure | value |\n|---|---|---|")?;
        for row in &self.rows {
            for (n, figure) in row.figures.iter().enumerate() {
                let work = if n == 0 { &row.work[..] } else { "…" };
                writeln!(f, "| {work} | {} | {figure} |", figure.name)?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&number(median(&self.values)))?;
        if self.values.len() > 1 {
            let lowest = self.values.iter().copied().fold(f64::INFINITY, f64::min);
            let highest = self
                .values
                .iter()
                .copied()
                .fold(f64::NEG_INFINITY, f64::max);
            write!(f, " [{}–{}]", number(lowest), number(highest))?;
        }
        Ok(())
    }
}

/// Three significant digits or whole, with commas between thousands.
fn number(value: f64) -> String {
    match value {
        0.0 => "0".to_owned(),
        v if v < 0.1 => format!("{v:.4}"),
        v if v < 10.0 => format!("{v:.2}"),
        v if v < 100.0 => format!("{v:.1}"),
        v => {
            let digits = format!("{v:.0}");
            let mut text = String::new();
            for (n, digit) in digits.chars().enumerate() {
                if n > 0 && (digits.len() - n) % 3 == 0 {
                    text.push(',');
                }
                text.push(digit);
            }
            text
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_the_same_work_share_a_row_and_show_their_median_and_range() {
        let mut report = Report::default();
        for (rate, p50) in [(27_000.4, 0.5), (31_400.0, 12.34), (29_000.0, 1.0)] {
            let mut row = Row::new("closed loop");
            row.add("delivered/s", rate);
            row.add("p50, ms", p50);
            report.add(row);
        }
        let mut other = Row::new("open loop");
        other.add("lost", 0.0);
        report.add(other);
        assert_eq!(
            report.to_string(),
            "| work | figure | value |\n\
             |---|---|---|\n\
             | closed loop | delivered/s | 29,000 [27,000–31,400] |\n\
             | … | p50, ms | 1.00 [0.50–12.3] |\n\
             | open loop | lost | 0 |\n"
        );
    }

    #[test]
    fn numbers_are_short() {
        for (value, text) in [
            (0.0321, "0.0321"),
            (0.45, "0.45"),
            (52.04, "52.0"),
            (999.6, "1,000"),
            (1e6, "1,000,000"),
        ] {
            assert_eq!(number(value), text);
        }
    }
}
