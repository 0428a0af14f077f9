//! A horizontal bar for each value: label, name of the series where there are several, the value as it is, the bar.

use unicode_width::UnicodeWidthStr;

use super::super::document::svg::{Points, number};
use super::super::value::is_percent;
use super::{TextChart, all_percent, fitted, ink};

/// Parts of a full block, from none to seven eighths.
const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
/// What is not zero is seen, however small.
const LEAST: usize = 1;
/// Where the texts leave less room than this, in columns, lines are longer than the terminal is wide.
const BAR_WIDTH_MIN: usize = 4;

/// Where the bars stand.
struct Scale {
    /// The columns left and right of zero.
    left: usize,
    right: usize,
    /// The least and the greatest value; zero is between them.
    low: f64,
    high: f64,
}

pub(super) fn draw(chart: &TextChart, points: &Points, width: usize, styled: bool, notes: &mut Vec<String>) -> String {
    let mut cut = 0;
    let mut names = |texts: &mut dyn Iterator<Item = &str>, share: usize| -> (Vec<String>, usize) {
        let texts: Vec<String> = texts
            .map(|text| {
                let (text, is_cut) = fitted(text, (width / share).max(8));
                cut += usize::from(is_cut);
                text
            })
            .collect();
        let widest = texts.iter().map(|text| text.width()).max().unwrap_or(0);
        (texts, widest)
    };
    let (labels, label_width) = names(&mut points.labels.iter().map(|label| label.as_deref().unwrap_or("NULL")), 3);
    let (series, series_width) = names(&mut points.series.iter().map(|(name, _)| name.as_str()), 4);
    if cut > 0 {
        notes.push(format!("{cut} name{} shortened", if cut == 1 { "" } else { "s" }));
    }
    let value = |at: usize, row: usize| {
        let (name, values) = &points.series[at];
        match values[row].as_deref() {
            Some(value) if is_percent(name) => format!("{value} %"),
            Some(value) => value.to_owned(),
            None => "NULL".to_owned(),
        }
    };
    let every = (0..series.len()).flat_map(|at| (0..labels.len()).map(move |row| (at, row)));
    let value_width = every.map(|(at, row)| value(at, row).width()).max().unwrap_or(0);
    let several = series.len() > 1;
    let used = 1 + label_width + 1 + if several { series_width + 2 } else { 0 } + 1 + value_width + 1;
    let scale = Scale::new(points, width.saturating_sub(used).max(BAR_WIDTH_MIN));

    let mut out = String::new();
    let title = series.first().filter(|_| !several).map(|name| ink::painted(name, 0, styled) + " ").unwrap_or_default();
    out.push_str(&format!(" {title}by {}\n", fitted(&chart.label_name, width / 2).0));
    for (row, label) in labels.iter().enumerate() {
        for (at, (_, values)) in points.series.iter().enumerate() {
            let label = if at == 0 { label } else { "" };
            let mut line = format!(" {label}{} ", " ".repeat(label_width - label.width()));
            if several {
                let name = &series[at];
                line.push_str(&format!(
                    " {}{} ",
                    ink::painted(name, at, styled),
                    " ".repeat(series_width - name.width())
                ));
            }
            let value = value(at, row);
            line.push_str(&format!(" {}{value} ", " ".repeat(value_width - value.width())));
            if let Some(number) = number::read(values[row].as_deref()) {
                let (blank, bar) = scale.bar(number);
                line.push_str(&" ".repeat(blank));
                line.push_str(&ink::painted(&bar, at, styled));
            }
            out.push_str(line.trim_end());
            out.push('\n');
        }
    }
    out
}

impl Scale {
    fn new(points: &Points, columns: usize) -> Self {
        let low = points.numbers().fold(0.0, f64::min);
        let high = points.numbers().fold(if all_percent(points) { 100.0 } else { 0.0 }, f64::max);
        // Halves first: the span of two floats may be no float.
        let share = if low == 0.0 { 0.0 } else { (-low / 2.0) / (high / 2.0 - low / 2.0) };
        let least = |value: f64| usize::from(value != 0.0);
        let left = ((columns as f64 * share).round() as usize).clamp(least(low), columns - least(high));
        Self { left, right: columns - left, low, high }
    }

    /// The blanks before a bar, and the bar.
    fn bar(&self, value: f64) -> (usize, String) {
        let units = |share: f64, columns: usize, parts: usize| {
            let least = if value == 0.0 { 0 } else { LEAST };
            ((share * (columns * parts) as f64).round() as usize).max(least).min(columns * parts)
        };
        if value < 0.0 {
            // There are no blocks that fill a character from the right by eighths, but by halves.
            let halves = units(value / self.low, self.left, 2);
            let bar = "▐".repeat(halves % 2) + &"█".repeat(halves / 2);
            return (self.left - halves.div_ceil(2), bar);
        }
        let eighths = if self.high > 0.0 { units(value / self.high, self.right, 8) } else { 0 };
        (self.left, "█".repeat(eighths / 8) + EIGHTHS[eighths % 8])
    }
}
