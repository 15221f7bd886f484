//! Decimal text → whole cents, exactly: no number ever becomes a float.

/// The amount in hundredths, halves rounded away from zero. `None` when it is no JSON number or has
/// more than about 36 digits.
pub(super) fn cents(amount: &str) -> Option<i128> {
    let (sign, magnitude) = amount
        .strip_prefix('-')
        .map_or((1, amount), |rest| (-1, rest));
    let (mantissa, exponent) = match magnitude.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (magnitude, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let fraction = fraction.trim_end_matches('0');
    let mut digits: i128 = 0;
    for byte in whole.bytes().chain(fraction.bytes()) {
        let digit = byte.is_ascii_digit().then(|| i128::from(byte - b'0'))?;
        digits = digits.checked_mul(10)?.checked_add(digit)?;
    }
    if whole.is_empty() || digits == 0 {
        return (!whole.is_empty()).then_some(0);
    }
    let shift = exponent
        .checked_add(2)?
        .checked_sub(i32::try_from(fraction.len()).ok()?)?;
    let power = 10_i128.checked_pow(shift.unsigned_abs());
    let magnitude = match (shift >= 0, power) {
        (true, power) => digits.checked_mul(power?)?,
        (false, Some(power)) => digits / power + i128::from(digits % power >= power / 2),
        (false, None) => 0,
    };
    Some(sign * magnitude)
}

#[cfg(test)]
mod tests {
    use super::cents;

    #[test]
    fn amounts_keep_every_cent() {
        for (amount, expected) in [
            ("0", 0),
            ("-0.0", 0),
            ("1.10", 110),
            ("11.5", 1150),
            ("1e3", 100_000),
            ("1.5E-1", 15),
            ("1.005", 101),
            ("1.0049999999999999999999999", 100),
            ("2.675", 268),
            ("-2.675", -268),
            ("0.004", 0),
            ("0.1000000000000000000000000000000000000000000", 10),
            ("9223372036854775808", 922_337_203_685_477_580_800),
            (
                "123456789012345678901234567890",
                12_345_678_901_234_567_890_123_456_789_000,
            ),
            ("1e-400", 0),
            ("0e400", 0),
        ] {
            assert_eq!(cents(amount), Some(expected), "{amount}");
        }
    }

    #[test]
    fn what_is_no_amount_or_too_large_is_none() {
        for amount in ["", "null", "\"1\"", "-", "1e400", ".5", "1e99999999999"] {
            assert_eq!(cents(amount), None, "{amount}");
        }
    }
}
