//! Numbers of a chart: exact as labels, floats only where they become pixels.

/// The value of a number's text, to draw it; none for NULL and what is not finite.
pub(in crate::output) fn read(text: Option<&str>) -> Option<f64> {
    text?.parse().ok().filter(|value: &f64| value.is_finite())
}

/// Whether it is digits with at most a sign and a point: no exponent, no `NaN`.
pub(in crate::output) fn is_plain(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    [whole, fraction].iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
}

/// The number with commas between its thousands.
pub(in crate::output) fn grouped(text: &str) -> String {
    if !is_plain(text) {
        return text.to_owned();
    }
    let start = usize::from(text.starts_with('-'));
    let end = text.find('.').unwrap_or(text.len());
    let mut out = String::with_capacity(text.len() + 4);
    for (at, c) in text.char_indices() {
        if at > start && at < end && (end - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// A count with commas.
pub(in crate::output) fn grouped_count(count: impl std::fmt::Display) -> String {
    grouped(&count.to_string())
}

/// A decimal number without loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Exact {
    units: i128,
    scale: usize,
}

impl Exact {
    fn read(text: &str) -> Option<Self> {
        if !is_plain(text) {
            return None;
        }
        let scale = text.split_once('.').map_or(0, |(_, fraction)| fraction.len());
        Some(Self { units: text.replace('.', "").parse().ok()?, scale })
    }

    fn at(self, scale: usize) -> Option<i128> {
        self.units.checked_mul(10_i128.checked_pow(u32::try_from(scale.checked_sub(self.scale)?).ok()?)?)
    }
}

/// The numbers in units of one scale; none where one is no plain number or too long.
fn same_scale(texts: &[&str]) -> Option<(Vec<i128>, usize)> {
    let numbers = texts.iter().map(|text| Exact::read(text)).collect::<Option<Vec<_>>>()?;
    let scale = numbers.iter().map(|number| number.scale).max().unwrap_or(0);
    Some((numbers.into_iter().map(|number| number.at(scale)).collect::<Option<_>>()?, scale))
}

/// The sum with all its digits; of floats, what floats make of it.
pub(in crate::output) fn sum(texts: &[&str]) -> String {
    let exact = || {
        let (units, scale) = same_scale(texts)?;
        let sum = units.into_iter().try_fold(0_i128, i128::checked_add)?;
        let digits = format!("{:0width$}", sum.unsigned_abs(), width = scale + 1);
        let (whole, fraction) = digits.split_at(digits.len() - scale);
        let (sign, point) = (if sum < 0 { "-" } else { "" }, if scale > 0 { "." } else { "" });
        Some(format!("{sign}{whole}{point}{fraction}"))
    };
    exact().unwrap_or_else(|| texts.iter().filter_map(|text| read(Some(text))).sum::<f64>().to_string())
}

/// `part` as a percentage of `whole` with two digits, half rounded up; none of a whole that is not positive.
pub(in crate::output) fn percent(part: &str, whole: &str) -> Option<String> {
    let exact = || {
        let (units, _) = same_scale(&[part, whole])?;
        let (part, whole) = (units[0].checked_mul(20_000)?, units[1]);
        let hundredths = part.checked_add(whole)?.checked_div_euclid(whole.checked_mul(2)?)?;
        Some(format!("{}.{:02}", hundredths / 100, hundredths % 100))
    };
    let (p, w) = (read(Some(part))?, read(Some(whole))?);
    if w <= 0.0 || p < 0.0 {
        return None;
    }
    exact().or_else(|| Some(format!("{:.2}", p / w * 100.0)))
}

/// A coordinate with one decimal at most.
pub(in crate::output) fn px(value: f64) -> String {
    let text = format!("{value:.1}");
    match text.strip_suffix(".0").unwrap_or(&text) {
        "-0" => "0".to_owned(),
        short => short.to_owned(),
    }
}

/// Round numbers from at or below `low` to at or above `high`, about `count` of them, with their text.
pub(in crate::output) fn ticks(low: f64, high: f64, count: usize, integers: bool) -> Vec<(f64, String)> {
    let count = count.max(1) as f64;
    // Shares first: the span of two floats may be no float.
    let raw = if high > low { (high / count - low / count).min(f64::MAX) } else { 1.0 / count };
    let mut exponent = raw.log10().floor() as i32;
    let power = 10_f64.powi(exponent);
    let mut factor = [1_i64, 2, 5, 10].into_iter().find(|f| *f as f64 * power >= raw * 0.999).unwrap_or(10);
    if integers && exponent < 0 {
        (exponent, factor) = (0, 1);
    }
    let step = factor as f64 * 10_f64.powi(exponent);
    let (first, last) = ((low / step + 1e-9).floor() as i64, (high / step - 1e-9).ceil() as i64);
    // However far values are apart, there are few lines; the bound is for what floats cannot divide.
    let lines = first..=last.max(first.saturating_add(1));
    lines.take(20).map(|k| (k as f64 * step, tick_text(k.saturating_mul(factor), exponent))).collect()
}

/// `digits` times ten to the power of `exponent`.
fn tick_text(digits: i64, exponent: i32) -> String {
    let exact = match usize::try_from(exponent) {
        Ok(_) if digits == 0 => "0".to_owned(),
        Ok(zeros) => format!("{digits}{}", "0".repeat(zeros)),
        Err(_) => {
            let places = exponent.unsigned_abs() as usize;
            let text = format!("{:0width$}", digits.unsigned_abs(), width = places + 1);
            let (whole, fraction) = text.split_at(text.len() - places);
            format!("{}{whole}.{fraction}", if digits < 0 { "-" } else { "" })
        }
    };
    grouped(&exact)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_grouped_and_nothing_else() {
        for (text, shown) in [
            ("0", "0"),
            ("999", "999"),
            ("1000", "1,000"),
            ("-1234567", "-1,234,567"),
            ("-123", "-123"),
            ("1234.56789", "1,234.56789"),
            ("99999999999999999999999999999999999999", "99,999,999,999,999,999,999,999,999,999,999,999,999"),
            ("1e300", "1e300"),
            ("NaN", "NaN"),
        ] {
            assert_eq!(grouped(text), shown);
        }
    }

    #[test]
    fn sums_and_percentages_are_exact() {
        assert_eq!(sum(&["0.1", "0.20", "-0.305"]), "-0.005");
        assert_eq!(sum(&["9007199254740993", "1"]), "9007199254740994");
        for (part, whole, text) in [
            ("1", "3", Some("33.33")),
            ("2", "3", Some("66.67")),
            ("1", "8", Some("12.50")),
            ("1", "20000", Some("0.01")), // 0.005 is rounded up
            ("0", "7", Some("0.00")),
            ("0.75", "1.5", Some("50.00")),
            ("3", "2", Some("150.00")),
            ("1", "0", None),
            ("-1", "2", None),
        ] {
            assert_eq!(percent(part, whole).as_deref(), text, "{part} of {whole}");
        }
    }

    #[test]
    fn ticks_are_round_and_cover_the_values() {
        let texts = |low, high, integers| ticks(low, high, 4, integers).into_iter().map(|t| t.1).collect::<Vec<_>>();
        assert_eq!(texts(0.0, 4321.0, true), ["0", "2,000", "4,000", "6,000"]);
        assert_eq!(texts(0.0, 2.0, true), ["0", "1", "2"]);
        assert_eq!(texts(0.0, 0.1, false), ["0.00", "0.05", "0.10"]);
        assert_eq!(texts(-30.0, 50.0, true), ["-40", "-20", "0", "20", "40", "60"]);
        assert_eq!(texts(0.0, 100.0, false), ["0", "50", "100"]);
    }
}
