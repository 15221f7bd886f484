//! Numbers as people read them.

/// Two or three significant digits, or whole with commas between thousands.
pub(crate) fn short(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 {
        return "0".to_owned();
    }
    if size >= 99.95 {
        return grouped(value);
    }
    let decimals = match size {
        s if s < 0.1 => 4,
        s if s < 9.995 => 2,
        _ => 1,
    };
    format!("{value:.decimals$}")
}

/// A whole number with commas between thousands; others as [`short`] has them.
pub(crate) fn whole(value: impl Into<f64>) -> String {
    let value = value.into();
    if value.fract() == 0.0 {
        grouped(value)
    } else {
        short(value)
    }
}

fn grouped(value: f64) -> String {
    let digits = format!("{:.0}", value.abs());
    let mut text = String::from(if value < 0.0 { "-" } else { "" });
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        for (value, text) in [
            (0.0, "0"),
            (0.0321, "0.0321"),
            (0.45, "0.45"),
            (-0.45, "-0.45"),
            (9.999, "10.0"),
            (52.04, "52.0"),
            (99.97, "100"),
            (999.6, "1,000"),
            (-12_345.0, "-12,345"),
            (1e6, "1,000,000"),
        ] {
            assert_eq!(short(value), text);
        }
        assert_eq!((whole(4), whole(20_000)), ("4".into(), "20,000".into()));
        assert_eq!(whole(0.5), "0.50");
    }
}
