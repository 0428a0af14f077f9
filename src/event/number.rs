//! Numbers as feeds write them: counts, flags and exact decimals.

/// A count of things in a message: 0 to 100,000.
pub fn count(text: &str) -> Result<i32, String> {
    match text.trim().parse::<i32>() {
        Ok(value @ 0..=100_000) => Ok(value),
        _ => Err(format!("`{text}` is not a count")),
    }
}

/// `true`, `false`, `1` or `0`.
pub fn flag(text: &str) -> Result<bool, String> {
    match text.trim() {
        "true" | "True" | "TRUE" | "1" => Ok(true),
        "false" | "False" | "FALSE" | "0" => Ok(false),
        other => Err(format!("`{other}` is neither true nor false")),
    }
}

/// An exact decimal >= 0 of `scale` digits after the point, as a count of its smallest unit. Digits that do not fit
/// are refused, not rounded: money must add up.
pub fn amount(text: &str, scale: i8) -> Result<i128, String> {
    let not_a_number = || format!("`{text}` is not a number");
    let trimmed = text.trim();
    if trimmed.starts_with('-') {
        return Err(format!("`{text}` is negative"));
    }
    let (mantissa, exponent) = match trimmed.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().map_err(|_| not_a_number())?),
        None => (trimmed, 0),
    };
    let (whole, fraction) = mantissa.strip_prefix('+').unwrap_or(mantissa).split_once('.').unwrap_or((mantissa, ""));
    let whole = whole.strip_prefix('+').unwrap_or(whole);
    let digits: String = [whole, fraction].concat();
    if digits.is_empty() || digits.len() > 30 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(not_a_number());
    }
    let value: i128 = digits.parse().map_err(|_| not_a_number())?;
    let shift = i32::from(scale) + exponent - i32::try_from(fraction.len()).map_err(|_| not_a_number())?;
    let power = |n: u32| 10_i128.checked_pow(n).ok_or_else(not_a_number);
    let units = if shift >= 0 {
        value.checked_mul(power(shift.unsigned_abs())?).ok_or_else(not_a_number)?
    } else {
        let divisor = power(shift.unsigned_abs())?;
        if value % divisor != 0 {
            return Err(format!("`{text}` has more than {scale} digits after the point"));
        }
        value / divisor
    };
    if units >= 10_i128.pow(18) {
        return Err(format!("`{text}` is too large"));
    }
    Ok(units)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_exact() {
        assert_eq!(amount("0.00581", 8), Ok(581_000));
        assert_eq!(amount("12", 6), Ok(12_000_000));
        assert_eq!(amount("+1.50", 2), Ok(150));
        assert_eq!(amount("7.5e-3", 6), Ok(7_500));
        assert_eq!(amount("0.10000000000", 8), Ok(10_000_000));
        assert_eq!(amount(".5", 1), Ok(5));
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for text in ["", "-0.1", "free", "0.123456789", "1.2.3", "9999999999999999999", "1e99", "NaN"] {
            assert!(amount(text, 8).is_err(), "{text}");
        }
    }

    #[test]
    fn counts_and_flags() {
        assert_eq!(count(" 3 "), Ok(3));
        assert!(count("-1").is_err() && count("1.5").is_err() && count("").is_err());
        assert_eq!((flag("true"), flag("0")), (Ok(true), Ok(false)));
        assert!(flag("yes").is_err());
    }
}
