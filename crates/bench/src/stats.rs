//! Percentiles and medians.

/// The smallest value that `share` (0 to 1) of all values do not exceed; 0 of none. Sorts.
pub(crate) fn percentile(values: &mut [u64], share: f64) -> u64 {
    values.sort_unstable();
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss
    )]
    let rank = (share * values.len() as f64).ceil() as usize;
    values.get(rank.saturating_sub(1)).copied().unwrap_or(0)
}

/// The middle one, or the lower of the two; 0 of none.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
        .get(sorted.len().saturating_sub(1) / 2)
        .copied()
        .unwrap_or(0.0)
}

/// How many times `whole` goes into `part`; 0 when there is no whole.
pub(crate) fn ratio(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

/// Nanoseconds in milliseconds.
pub(crate) fn ms(nanoseconds: u64) -> f64 {
    #[allow(clippy::cast_precision_loss)]
    let exact = nanoseconds as f64;
    exact / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_occurred() {
        let mut values: Vec<u64> = (1..=1000).rev().collect();
        for (share, want) in [
            (0.5, 500),
            (0.95, 950),
            (0.99, 990),
            (0.999, 999),
            (1.0, 1000),
            (0.0, 1),
        ] {
            assert_eq!(percentile(&mut values, share), want);
        }
        let mut ten: Vec<u64> = (1..=10).collect();
        assert_eq!(percentile(&mut ten, 0.91), 10, "nine do not reach 91 %");
        assert_eq!(percentile(&mut [], 0.5), 0);
        assert_eq!(percentile(&mut [7], 0.99), 7);
    }

    #[test]
    fn a_ratio_without_a_whole_is_none() {
        assert!((ratio(3.0, 4.0) - 0.75).abs() < 1e-9);
        assert!(ratio(3.0, 0.0).abs() < 1e-9);
    }

    #[test]
    fn the_median_is_the_middle_one() {
        assert!((median(&[3.0, 1.0, 2.0]) - 2.0).abs() < 1e-9);
        assert!((median(&[4.0, 1.0, 2.0, 3.0]) - 2.0).abs() < 1e-9);
        assert!(median(&[]).abs() < 1e-9);
    }
}
