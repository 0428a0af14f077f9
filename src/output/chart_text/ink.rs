//! Colours of a terminal, and none where it has none.

use ratatui_core::buffer::Buffer;
use ratatui_core::style::Color;

/// A colour for each series, readable on a dark and on a light ground.
const COLOURS: [(Color, &str); 8] = [
    (Color::Cyan, "\x1b[36m"),
    (Color::Magenta, "\x1b[35m"),
    (Color::Green, "\x1b[32m"),
    (Color::Red, "\x1b[31m"),
    (Color::Blue, "\x1b[34m"),
    (Color::Yellow, "\x1b[33m"),
    (Color::LightCyan, "\x1b[96m"),
    (Color::LightMagenta, "\x1b[95m"),
];
const RESET: &str = "\x1b[0m";

pub(super) fn colour(series: usize) -> Color {
    COLOURS[series % COLOURS.len()].0
}

/// The text in the colour of the series.
pub(super) fn painted(text: &str, series: usize, styled: bool) -> String {
    if styled && !text.is_empty() { format!("{}{text}{RESET}", COLOURS[series % COLOURS.len()].1) } else { text.into() }
}

/// The lines of a buffer, without the blanks at their ends.
pub(super) fn text(buffer: &Buffer, styled: bool) -> String {
    let area = buffer.area;
    let mut out = String::new();
    for y in 0..area.height {
        let mut line = String::new();
        let mut inked = Color::Reset;
        // A wide character stands in one cell and leaves the next one out.
        let mut covered = 0;
        let end = (0..area.width).rev().find(|x| buffer[(*x, y)].symbol() != " ").map_or(0, |x| x + 1);
        for x in 0..end {
            if covered > 0 {
                covered -= 1;
                continue;
            }
            let cell = &buffer[(x, y)];
            if styled && cell.fg != inked && cell.symbol() != " " {
                inked = cell.fg;
                let code = COLOURS.iter().find(|(colour, _)| *colour == inked).map_or(RESET, |(_, code)| code);
                line.push_str(code);
            }
            line.push_str(cell.symbol());
            covered = unicode_width::UnicodeWidthStr::width(cell.symbol()).saturating_sub(1);
        }
        if inked != Color::Reset {
            line.push_str(RESET);
        }
        out.push_str(&line);
        out.push('\n');
    }
    out
}
