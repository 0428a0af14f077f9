//! A list of texts as a table whose last column is wrapped: descriptions are there whole, however narrow the terminal.

use arrow::array::{Array, AsArray, RecordBatch};
use unicode_width::UnicodeWidthStr;

use super::wrap::{WIDTH_MIN, wrap};
use crate::output::sanitize::sanitize;

/// Without a terminal, lines are this long.
const WIDTH_DEFAULT: usize = 120;
const GAP: &str = " │ ";

/// The rows of a list that this module made, for a terminal of this width, with the number of rows below.
pub fn wrapped(batch: &RecordBatch, width: Option<usize>) -> String {
    let schema = batch.schema();
    let names: Vec<String> = schema.fields().iter().map(|field| sanitize(field.name()).into_owned()).collect();
    let rows: Vec<Vec<String>> = (0..batch.num_rows()).map(|row| cells(batch, row)).collect();
    let Some((last, front)) = names.split_last() else { return String::new() };
    let mut widths: Vec<usize> = front.iter().map(|name| name.width()).collect();
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.width().max(*width);
        }
    }
    let line = width.unwrap_or(WIDTH_DEFAULT);
    let taken: usize = widths.iter().map(|width| width + GAP.width()).sum::<usize>() + 2;
    let rest = line.saturating_sub(taken);
    // Where the other columns leave no room, the last one goes below them.
    let is_below = rest < WIDTH_MIN.max(last.width()) && !front.is_empty();
    let mut text = String::new();
    if is_below {
        put(&mut text, front, &widths[..widths.len() - 1], None);
        rule(&mut text, &widths, None);
        for row in &rows {
            put(&mut text, &row[..front.len()], &widths[..widths.len() - 1], None);
            for line in wrap(&row[front.len()], line.saturating_sub(6)) {
                text.extend(["     ", &line, "\n"]);
            }
        }
    } else {
        let longest = rows.iter().filter_map(|row| row.last()).map(|cell| cell.width()).max();
        put(&mut text, front, &widths, Some(last));
        rule(&mut text, &widths, Some(longest.unwrap_or(0).max(last.width()).min(rest)));
        for row in &rows {
            let lines = wrap(&row[front.len()], rest);
            for (at, line) in lines.iter().enumerate() {
                let empty = vec![String::new(); front.len()];
                put(&mut text, if at == 0 { &row[..front.len()] } else { &empty }, &widths, Some(line));
            }
        }
    }
    let count = rows.len();
    text + &format!("({count} row{})\n", if count == 1 { "" } else { "s" })
}

fn cells(batch: &RecordBatch, row: usize) -> Vec<String> {
    let cell = |column: &arrow::array::ArrayRef| match column.as_string_opt::<i32>() {
        Some(texts) if texts.is_valid(row) => sanitize(texts.value(row)).into_owned(),
        _ => String::new(),
    };
    batch.columns().iter().map(cell).collect()
}

/// A line: each cell as wide as its column, if that has a width, and the last one as it is.
fn put(text: &mut String, cells: &[String], widths: &[usize], last: Option<&str>) {
    let start = text.len();
    text.push(' ');
    for (at, cell) in cells.iter().enumerate() {
        if at > 0 {
            text.push_str(GAP);
        }
        text.push_str(cell);
        let width = widths.get(at).copied().unwrap_or(0);
        text.extend(std::iter::repeat_n(' ', width.saturating_sub(cell.width())));
    }
    if let Some(last) = last {
        text.push_str(if cells.is_empty() { "" } else { GAP });
        text.push_str(last);
    }
    text.truncate(start + text[start..].trim_end_matches(' ').len());
    text.push('\n');
}

fn rule(text: &mut String, widths: &[usize], last: Option<usize>) {
    for (at, width) in widths.iter().copied().chain(last).enumerate() {
        text.push_str(if at == 0 { "─" } else { "─┼─" });
        text.extend(std::iter::repeat_n('─', width));
    }
    text.push_str("─\n");
}
