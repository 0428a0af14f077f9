//! Figures as people read them.

use std::time::Duration;

/// How many characters a bar takes.
pub(super) const BAR_WIDTH: usize = 8;
/// The parts of a character, by eighths.
const PARTS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/// A whole number with separators: `12,345`.
pub(super) fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A length of time in the unit that fits, with three digits at most: `12.3 ms`.
pub(super) fn duration(time: Duration) -> String {
    let nanos = time.as_nanos();
    match nanos {
        0..1_000 => format!("{nanos} ns"),
        1_000..1_000_000 => scaled(nanos, 1_000, "µs"),
        1_000_000..1_000_000_000 => scaled(nanos, 1_000_000, "ms"),
        1_000_000_000..60_000_000_000 => scaled(nanos, 1_000_000_000, "s"),
        _ => {
            let seconds = time.as_secs();
            match seconds / 3600 {
                0 => format!("{}m {:02}s", seconds / 60, seconds % 60),
                hours => format!("{hours}h {:02}m", seconds / 60 % 60),
            }
        }
    }
}

/// An amount of bytes in decimal units, as the rest of smsql counts them: `1.2 MB`.
pub(super) fn bytes(n: u64) -> String {
    let n = u128::from(n);
    match n {
        0..1_000 => format!("{n} B"),
        1_000..1_000_000 => scaled(n, 1_000, "kB"),
        1_000_000..1_000_000_000 => scaled(n, 1_000_000, "MB"),
        1_000_000_000..1_000_000_000_000 => scaled(n, 1_000_000_000, "GB"),
        _ => scaled(n, 1_000_000_000_000, "TB"),
    }
}

/// A multiple of a unit: one digit after the point below 100, none above. What is cut off is cut, not rounded: nothing
/// becomes 1000 of a unit.
fn scaled(n: u128, unit: u128, name: &str) -> String {
    match n / unit {
        whole @ 0..100 => format!("{whole}.{} {name}", n % unit * 10 / unit),
        whole => format!("{whole} {name}"),
    }
}

/// A share given in thousandths as a percentage, three characters wide before its sign.
pub(super) fn percent(per_mille: u64) -> String {
    format!("{:>3} %", (per_mille + 5) / 10)
}

/// A bar for a share given in thousandths, always [`BAR_WIDTH`] wide.
pub(super) fn bar(per_mille: u64) -> String {
    let eighths = usize::try_from(per_mille.min(1000)).unwrap_or(0) * BAR_WIDTH * 8 / 1000;
    let (full, part) = (eighths / 8, eighths % 8);
    let drawn = full + usize::from(part > 0);
    format!("{}{}{}", "█".repeat(full), PARTS[part], " ".repeat(BAR_WIDTH - drawn))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_short_and_never_more_than_there_is() {
        for (n, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (12_345, "12,345"), (1_234_567, "1,234,567")] {
            assert_eq!(count(n), text);
        }
        for (nanos, text) in [
            (0, "0 ns"),
            (999, "999 ns"),
            (1_250, "1.2 µs"),
            (999_999, "999 µs"),
            (12_340_000, "12.3 ms"),
            (1_999_000_000, "1.9 s"),
            (59_990_000_000, "59.9 s"),
            (61_000_000_000, "1m 01s"),
            (7_380_000_000_000, "2h 03m"),
        ] {
            assert_eq!(duration(Duration::from_nanos(nanos)), text);
        }
        for (n, text) in [(0, "0 B"), (999, "999 B"), (1_500, "1.5 kB"), (999_999, "999 kB"), (2_000_000_000, "2.0 GB")]
        {
            assert_eq!(bytes(n), text);
        }
    }

    #[test]
    fn bars_are_as_long_as_the_share() {
        for (share, number, drawn) in [
            (0, "  0 %", "        "),
            (4, "  0 %", "        "),
            (16, "  2 %", "▏       "),
            (125, " 13 %", "█       "),
            (500, " 50 %", "████    "),
            (1000, "100 %", "████████"),
        ] {
            assert_eq!((percent(share).as_str(), bar(share).as_str()), (number, drawn));
        }
    }
}
