//! What a figure must reach.

use std::fmt;

use serde::Serialize;

use super::number::short;

/// A bound that was set before anything was measured.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Bar {
    /// This or more.
    AtLeast(f64),
    /// This or less.
    AtMost(f64),
}

impl Bar {
    /// Whether `value` reaches it.
    #[must_use]
    pub fn is_met_by(self, value: f64) -> bool {
        match self {
            Self::AtLeast(bound) => value >= bound,
            Self::AtMost(bound) => value <= bound,
        }
    }

    /// "yes", or by how much `value` misses it.
    pub(super) fn verdict(self, value: f64) -> String {
        if self.is_met_by(value) {
            return "yes".to_owned();
        }
        match self {
            Self::AtMost(0.0) => "no".to_owned(),
            Self::AtLeast(bound) | Self::AtMost(bound) if bound != 0.0 && value / bound < 10.0 => {
                let off = (value / bound - 1.0) * 100.0;
                format!("no, {off:+.0} %")
            }
            Self::AtLeast(bound) | Self::AtMost(bound) => {
                format!("no, {} times it", short(value / bound))
            }
        }
    }
}

impl fmt::Display for Bar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtLeast(bound) => write!(f, "≥ {}", short(*bound)),
            Self::AtMost(bound) => write!(f, "≤ {}", short(*bound)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missed_bar_says_by_how_much() {
        for (bar, value, verdict) in [
            (Bar::AtLeast(0.3), 0.3, "yes"),
            (Bar::AtLeast(0.3), 0.15, "no, -50 %"),
            (Bar::AtMost(1.2), 1.2, "yes"),
            (Bar::AtMost(1.2), 1.5, "no, +25 %"),
            (Bar::AtMost(1.2), 120.0, "no, 100 times it"),
            (Bar::AtMost(0.0), 0.0, "yes"),
            (Bar::AtMost(0.0), 3.0, "no"),
        ] {
            assert_eq!(bar.verdict(value), verdict, "{bar}, {value}");
        }
    }
}
