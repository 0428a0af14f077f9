//! A bar for a percentage, in eighths of a character.

/// How many characters a bar takes.
pub(super) const BAR_WIDTH: usize = 10;

/// The parts of a character, by eighths.
const PARTS: [char; 8] = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/// Appends the bar of a percentage as its digits say it, always [`BAR_WIDTH`] wide: full from 100 on; nothing for zero,
/// for less, and for what is no number, as NULL.
pub(super) fn bar(percentage: &str, out: &mut String) {
    let eighths = eighths(percentage).unwrap_or(0);
    let (full, part) = (eighths / 8, eighths % 8);
    out.extend(std::iter::repeat_n('█', full));
    if full < BAR_WIDTH {
        out.push(PARTS[part]);
        out.extend(std::iter::repeat_n(' ', BAR_WIDTH - full - 1));
    }
}

/// How many eighths of a character are filled, to the nearest.
fn eighths(percentage: &str) -> Option<usize> {
    let (whole, fraction) = percentage.split_once('.').unwrap_or((percentage, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(fraction) {
        return None;
    }
    // More digits than a usize holds are more than 100 %.
    let whole = whole.parse::<usize>().unwrap_or(usize::MAX).min(100);
    let fraction: String = fraction.chars().chain("0000".chars()).take(4).collect();
    let parts = whole * 10_000 + fraction.parse::<usize>().ok()?;
    // 100 % are 80 eighths: ten characters.
    let eighths = BAR_WIDTH * 8;
    Some(((parts * eighths + 500_000) / 1_000_000).min(eighths))
}

#[cfg(test)]
mod tests {
    use super::bar;

    #[test]
    fn bars_are_as_long_as_the_percentage() {
        for (percentage, drawn) in [
            ("0", "          "),
            ("0.00", "          "),
            ("0.62", "          "),
            ("0.63", "▏         "),
            ("1.25", "▏         "),
            ("10", "█         "),
            ("12.50", "█▎        "),
            ("47.12", "████▊     "),
            ("50.000000", "█████     "),
            ("99.37", "█████████▉"),
            ("99.38", "██████████"),
            ("100.00", "██████████"),
            ("340", "██████████"),
            ("99999999999999999999999999999999999999", "██████████"),
            ("-5.00", "          "),
            ("NULL", "          "),
            ("NaN", "          "),
            ("", "          "),
        ] {
            let mut text = String::new();
            bar(percentage, &mut text);
            assert_eq!(text, drawn, "{percentage}");
        }
    }
}
