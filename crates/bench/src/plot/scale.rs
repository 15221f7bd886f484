//! From values to places on a drawing, and the values worth a tick.

use crate::report::Axis;

/// More ticks than this crowd an axis.
const TICKS: usize = 11;

/// One axis: values from `low` to `high`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scale {
    logarithmic: bool,
    low: f64,
    high: f64,
    /// Rising, from `low` to `high`.
    pub(super) ticks: Vec<f64>,
}

impl Scale {
    /// An axis on which all these values have a place, with ticks at round numbers. A logarithmic one leaves
    /// out what is not positive; a linear one begins at zero.
    pub(super) fn over(values: impl Iterator<Item = f64>, axis: &Axis) -> Self {
        let drawn = |value: &f64| value.is_finite() && (*value > 0.0 || !axis.logarithmic);
        let mut range = (f64::INFINITY, f64::NEG_INFINITY);
        for value in values.filter(drawn) {
            range = (range.0.min(value), range.1.max(value));
        }
        if axis.logarithmic {
            Self::logarithmic(range.0, range.1)
        } else {
            Self::linear(range.1)
        }
    }

    fn linear(most: f64) -> Self {
        let most = if most > 0.0 { most } else { 1.0 };
        let step = round(most / 5.0, Way::Up);
        let steps = (most / step).ceil();
        let mut ticks = vec![0.0];
        while ticks.len() <= TICKS && (ticks.len() as f64) <= steps {
            ticks.push(ticks.len() as f64 * step);
        }
        Self {
            logarithmic: false,
            low: 0.0,
            high: steps * step,
            ticks,
        }
    }

    fn logarithmic(least: f64, most: f64) -> Self {
        let (least, most) = if least <= most {
            (least, most)
        } else {
            (1.0, 10.0)
        };
        let low = round(least, Way::Down);
        let high = round(most, Way::Up).max(low * 2.0);
        let mut ticks = vec![low];
        let mut next = round(low * 1.5, Way::Up);
        while next <= high * 1.001 {
            ticks.push(next);
            next = round(next * 1.5, Way::Up);
        }
        if ticks.len() > TICKS {
            ticks.retain(|tick| is_power_of_ten(*tick));
        }
        Self {
            logarithmic: true,
            low,
            high,
            ticks,
        }
    }

    /// Where a value is: 0 at the low end, 1 at the high end; none if it cannot be shown.
    pub(super) fn place(&self, value: f64) -> Option<f64> {
        let place = if self.logarithmic {
            (value / self.low).ln() / (self.high / self.low).ln()
        } else {
            (value - self.low) / (self.high - self.low)
        };
        place.is_finite().then_some(place)
    }
}

enum Way {
    Up,
    Down,
}

/// The nearest 1, 2 or 5 times a power of ten that is not below, or not above, `value` (which is positive).
fn round(value: f64, way: Way) -> f64 {
    let decade = 10_f64.powf(value.log10().floor());
    // A hair of tolerance, so that a round number stays what it is.
    let leading = value / decade;
    let steps = [1.0, 2.0, 5.0, 10.0];
    let step = match way {
        Way::Up => steps.into_iter().find(|step| leading <= step * 1.000_001),
        Way::Down => steps
            .into_iter()
            .rev()
            .find(|step| leading >= step * 0.999_999),
    };
    step.unwrap_or(1.0) * decade
}

fn is_power_of_ten(value: f64) -> bool {
    (value.log10() - value.log10().round()).abs() < 1e-6
}

/// A tick's text: 0.05, 20, 5k, 10M.
pub(super) fn label(value: f64) -> String {
    let (scaled, unit) = match value {
        v if v >= 999_999.0 => (v / 1e6, "M"),
        v if v >= 999.0 => (v / 1e3, "k"),
        v => (v, ""),
    };
    let text = format!("{scaled:.4}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    format!("{text}{unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(values: &[f64], axis: &Axis) -> Vec<String> {
        let scale = Scale::over(values.iter().copied(), axis);
        scale.ticks.iter().map(|tick| label(*tick)).collect()
    }

    #[test]
    fn a_linear_axis_begins_at_zero_and_ends_above_the_most() {
        let axis = Axis::linear("");
        for (values, want) in [
            (&[3.0, 87.0][..], &["0", "20", "40", "60", "80", "100"][..]),
            (&[100.0], &["0", "20", "40", "60", "80", "100"]),
            (&[0.04, 0.07], &["0", "0.02", "0.04", "0.06", "0.08"]),
            (&[0.0], &["0", "0.2", "0.4", "0.6", "0.8", "1"]),
            (&[], &["0", "0.2", "0.4", "0.6", "0.8", "1"]),
            (&[2_300_000.0], &["0", "500k", "1M", "1.5M", "2M", "2.5M"]),
        ] {
            assert_eq!(labels(values, &axis), want, "{values:?}");
        }
    }

    #[test]
    fn a_logarithmic_axis_ends_at_round_numbers_around_the_values() {
        let axis = Axis::logarithmic("");
        for (values, want) in [
            (&[50.0, 900.0][..], &["50", "100", "200", "500", "1k"][..]),
            (
                &[0.3, 7.0, 0.0, f64::NAN],
                &["0.2", "0.5", "1", "2", "5", "10"],
            ),
            (
                &[1_000.0, 10_000_000.0],
                &["1k", "10k", "100k", "1M", "10M"],
            ),
            (&[5.0], &["5", "10"]),
            (&[], &["1", "2", "5", "10"]),
        ] {
            assert_eq!(labels(values, &axis), want, "{values:?}");
        }
    }

    #[test]
    fn values_are_placed_between_the_ends() {
        let near = |scale: &Scale, value, want: f64| {
            let place = scale.place(value).unwrap();
            assert!((place - want).abs() < 1e-6, "{value}: {place}");
        };
        let linear = Scale::over([80.0].into_iter(), &Axis::linear(""));
        near(&linear, 0.0, 0.0);
        near(&linear, 40.0, 0.5);
        near(&linear, 80.0, 1.0);
        let logarithmic = Scale::over([1.0, 10_000.0].into_iter(), &Axis::logarithmic(""));
        near(&logarithmic, 1.0, 0.0);
        near(&logarithmic, 100.0, 0.5);
        assert_eq!(logarithmic.place(0.0), None, "zero has no place there");
        assert_eq!(logarithmic.place(-1.0), None);
    }
}
