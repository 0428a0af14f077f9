//! Which columns a table shows, how wide they are, and how its lines look.

use arrow::datatypes::{DataType, Field};
use unicode_width::UnicodeWidthStr;

use super::super::sanitize::sanitize;
use super::super::value;
use super::super::value::is_percent;
use super::bar::{BAR_WIDTH, bar};

/// Between two columns.
const GAP: &str = " │ ";
/// Text is not shortened below this.
const TEXT_WIDTH_MIN: usize = 12;
/// Lines are not padded beyond this: one long message body would make every line of a file as long.
const PADDING_MAX: usize = 200;

/// Where rows can become records instead, text is not shortened below this: the start of a longer text says what it is
/// about, and columns that all are cut to little more than their names say nothing.
const READABLE_WIDTH_MIN: usize = 24;

/// A value as it is shown, in one line.
pub(super) struct Cell {
    pub(super) text: String,
    /// Where the value has line breaks, behind what is shown for them.
    pub(super) breaks: Vec<usize>,
}

impl Cell {
    /// The value as a terminal may have it.
    pub(super) fn new(value: &str) -> Self {
        let mut breaks = Vec::new();
        let text = sanitize(value);
        if value.contains('\n') {
            let mut at = 0;
            for line in value.split_inclusive('\n') {
                at += sanitize(line).len();
                if line.ends_with('\n') {
                    breaks.push(at);
                }
            }
        }
        Self { text: text.into_owned(), breaks }
    }
}

/// What is known of a column before its values.
pub(super) struct Heading {
    pub(super) name: String,
    is_number: bool,
    pub(super) is_percent: bool,
    /// Its values are shown as JSON.
    pub(super) is_nested: bool,
    /// Part of it still says something.
    may_shorten: bool,
}

impl Heading {
    pub(super) fn new(field: &Field) -> Self {
        let is_number = value::is_number(field.data_type());
        let is_whole = |data_type: &DataType| is_number || data_type.is_temporal() || *data_type == DataType::Boolean;
        Self {
            name: sanitize(field.name()).into_owned(),
            is_number,
            is_percent: is_number && is_percent(field.name()),
            is_nested: field.data_type().is_nested() && !value::is_text(field.data_type()),
            may_shorten: !is_whole(field.data_type()),
        }
    }

    /// The least width it can be shown in, where a text has at least `text_min`.
    fn least(&self, width: usize, text_min: usize) -> usize {
        if self.may_shorten { width.min(text_min) } else { width }
    }
}

struct Column {
    width: usize,
    is_number: bool,
    /// Whether a bar stands behind the number, within the width.
    has_bar: bool,
    /// Whether longer values end in `…`; otherwise they run over.
    shorten: bool,
}

/// The columns that are shown.
pub(super) struct Layout {
    columns: Vec<Column>,
}

impl Layout {
    /// Chooses the widths that hold these rows, at most `width` with the gaps if there is such a bound. Bars are drawn
    /// if they are asked for and do not cost a column its place.
    pub(super) fn new(headings: &[Heading], rows: &[Vec<Cell>], width: Option<usize>, bars: bool) -> Self {
        let layout = Self::with_bars(headings, rows, width, bars);
        if bars && layout.columns.len() < headings.len() {
            return Self::with_bars(headings, rows, width, false);
        }
        layout
    }

    /// Whether all columns fit the width with texts that still can be read.
    pub(super) fn is_readable(headings: &[Heading], rows: &[Vec<Cell>], width: usize) -> bool {
        let widths = widths(headings, rows, false);
        let least = widths.iter().zip(headings).map(|(width, heading)| heading.least(*width, READABLE_WIDTH_MIN));
        2 + least.sum::<usize>() + GAP.width() * headings.len().saturating_sub(1) <= width
    }

    fn with_bars(headings: &[Heading], rows: &[Vec<Cell>], width: Option<usize>, bars: bool) -> Self {
        let mut widths = widths(headings, rows, bars);
        // Where not even one column has room, a number is cut as well.
        let fits = width.is_none_or(|line| fit(&mut widths, headings, line));
        let columns = widths.into_iter().zip(headings).map(|(column, heading)| Column {
            width: if width.is_some() { column } else { column.min(PADDING_MAX) },
            is_number: heading.is_number,
            has_bar: bars && heading.is_percent,
            shorten: width.is_some() && (heading.may_shorten || !fits),
        });
        Self { columns: columns.collect() }
    }

    /// How many of the columns are shown, from the first.
    pub(super) fn columns_shown(&self) -> usize {
        self.columns.len()
    }

    /// Appends the names and the line below them; gives how many names were shortened.
    pub(super) fn header(&self, headings: &[Heading], out: &mut String) -> usize {
        let shortened = self.line(headings.iter().map(|heading| heading.name.as_str()), false, out);
        for (i, column) in self.columns.iter().enumerate() {
            out.push_str(if i == 0 { "─" } else { "─┼─" });
            out.extend(std::iter::repeat_n('─', column.width));
        }
        out.push_str("─\n");
        shortened
    }

    /// Appends a row; gives how many of its values were shortened.
    pub(super) fn row(&self, cells: &[Cell], out: &mut String) -> usize {
        self.line(cells.iter().map(|cell| cell.text.as_str()), true, out)
    }

    fn line<'a>(&self, cells: impl Iterator<Item = &'a str>, bars: bool, out: &mut String) -> usize {
        let mut shortened = 0;
        out.push(' ');
        for (i, (column, cell)) in self.columns.iter().zip(cells).enumerate() {
            if i > 0 {
                out.push_str(GAP);
            }
            let bar_width = if bars && column.has_bar { 1 + BAR_WIDTH } else { 0 };
            let width = column.width.saturating_sub(bar_width);
            let (cell, end) = if column.shorten { shorten(cell, width) } else { (cell, "") };
            shortened += usize::from(!end.is_empty());
            let padding = std::iter::repeat_n(' ', width.saturating_sub(cell.width() + end.width()));
            if column.is_number {
                out.extend(padding);
                out.extend([cell, end]);
                if bar_width > 0 {
                    out.push(' ');
                    bar(cell, out);
                }
            } else {
                out.extend([cell, end]);
                // Nothing stands behind the last column.
                if i + 1 < self.columns.len() {
                    out.extend(padding);
                }
            }
        }
        // A bar that is not full, or none, leaves blanks behind the last column.
        if bars && self.columns.last().is_some_and(|column| column.has_bar) {
            out.truncate(out.trim_end_matches(' ').len());
        }
        out.push('\n');
        shortened
    }
}

/// The width of every column that holds its name and all values, with its bar if it has one.
fn widths(headings: &[Heading], rows: &[Vec<Cell>], bars: bool) -> Vec<usize> {
    let mut widths: Vec<usize> = headings.iter().map(|heading| heading.name.width()).collect();
    let bar_widths: Vec<usize> =
        headings.iter().map(|heading| if bars && heading.is_percent { 1 + BAR_WIDTH } else { 0 }).collect();
    for row in rows {
        for ((width, bar), cell) in widths.iter_mut().zip(&bar_widths).zip(row) {
            *width = (cell.text.width() + bar).max(*width);
        }
    }
    widths
}

/// Makes the widths fit a line: drops columns from the end that have no room even at their least, then shortens the
/// longest ones until the rest has. False where not even one column has room.
fn fit(widths: &mut Vec<usize>, headings: &[Heading], line: usize) -> bool {
    let gap = GAP.width();
    let mut used = 2; // the blanks at both ends
    let mut fitting = 0;
    for (i, (width, heading)) in widths.iter().zip(headings).enumerate() {
        used += heading.least(*width, TEXT_WIDTH_MIN) + if i > 0 { gap } else { 0 };
        if used > line {
            break;
        }
        fitting += 1;
    }
    widths.truncate(fitting.max(1));
    let room = line.saturating_sub(2 + gap * widths.len().saturating_sub(1));
    if fitting == 0 {
        // Not even one column has room: better the start of it than nothing.
        widths.iter_mut().for_each(|width| *width = (*width).min(room.max(1)));
        return false;
    }
    while widths.iter().sum::<usize>() > room {
        let excess = widths.iter().sum::<usize>() - room;
        let long: Vec<usize> =
            (0..widths.len()).filter(|&i| headings[i].may_shorten && widths[i] > TEXT_WIDTH_MIN).collect();
        let Some(longest) = long.iter().map(|&i| widths[i]).max() else { return true };
        let longest_ones: Vec<usize> = long.iter().copied().filter(|&i| widths[i] == longest).collect();
        // Down to the next shorter one, or by what is too much.
        let next = long.iter().map(|&i| widths[i]).filter(|&w| w < longest).max().unwrap_or(TEXT_WIDTH_MIN);
        let each = excess.div_ceil(longest_ones.len()).min(longest - next);
        longest_ones.into_iter().for_each(|i| widths[i] -= each);
    }
    true
}

/// As much of the text as fits the width, and the `…` that stands for the rest.
fn shorten(text: &str, width: usize) -> (&str, &'static str) {
    if text.width() <= width {
        return (text, "");
    }
    let mut fitting = 0;
    // Marks that combine with the character before have no width and come along, but not thousands of them.
    for (start, c) in text.char_indices().take(width.saturating_mul(8)) {
        let end = start + c.len_utf8();
        if text[..end].width() > width.saturating_sub(1) {
            break;
        }
        fitting = end;
    }
    (&text[..fitting], "…")
}
