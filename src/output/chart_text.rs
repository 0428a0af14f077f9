//! Charts in the terminal: horizontal bars, and lines over times or numbers.
//!
//! They are made of characters, and every series has its name or a mark of its own beside its colour, so that they can be
//! read without any. Numbers keep all their digits where they stand as text; floats only say where something is drawn.

mod bars;
mod ink;
mod lines;
mod pick;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use unicode_width::UnicodeWidthStr;

use super::document::svg::{Points, SERIES_MAX, number};
use super::sanitize::sanitize;
use super::value::{self, Escape};
use super::{RenderOptions, value::is_percent};
use crate::limits::{CHART_BARS_MAX, CHART_POINTS_MAX};
use crate::{Error, Result};
pub use pick::{Kind, TextChart};

/// The width of a chart where no terminal says, in columns.
const WIDTH: usize = 80;
/// The least a chart can be drawn in: columns and lines.
const SIZE_MIN: (usize, usize) = (30, 8);
/// The most: lines that are further apart say nothing more.
const SIZE_MAX: (usize, usize) = (400, 100);

/// Draws the result into `options.width` columns and, for lines, `height` lines. It reads no more batches than it draws.
///
/// # Errors
/// [`Error::Usage`] where there is nothing to draw; what reading a batch says.
pub fn draw(
    chart: &TextChart,
    schema: &SchemaRef,
    batches: impl IntoIterator<Item = Result<RecordBatch>>,
    options: &RenderOptions,
    height: usize,
) -> Result<String> {
    let mut points = read(chart, schema, batches, options)?;
    if points.labels.is_empty() {
        return Err(Error::Usage("there is nothing to draw: the result has no rows".to_owned()));
    }
    let mut notes = Vec::new();
    if chart.kind == Kind::Bars {
        let rows = points.labels.len();
        points.truncate(CHART_BARS_MAX);
        if points.labels.len() < rows {
            let of = if points.cut && rows == CHART_POINTS_MAX { "more than " } else { "" };
            notes.push(format!("the first {CHART_BARS_MAX} of {of}{} rows", number::grouped_count(rows)));
        }
    } else if points.cut {
        notes.push(format!("the first {} rows", number::grouped_count(points.labels.len())));
    }
    if points.series.len() > SERIES_MAX {
        notes.push(format!("the first {SERIES_MAX} of {} columns", points.series.len()));
        points.series.truncate(SERIES_MAX);
    }
    if points.numbers().next().is_none() {
        let names: Vec<String> = points.series.iter().map(|(name, _)| format!("`{}`", sanitize(name))).collect();
        return Err(Error::Usage(format!("there is nothing to draw: every value of {} is NULL", names.join(", "))));
    }
    let width = options.width.unwrap_or(WIDTH).clamp(SIZE_MIN.0, SIZE_MAX.0);
    let height = height.clamp(SIZE_MIN.1, SIZE_MAX.1);
    let mut text = match chart.kind {
        Kind::Bars => bars::draw(chart, &points, width, options.styled, &mut notes),
        Kind::Lines => lines::draw(chart, &points, (width, height), options, &mut notes),
    };
    if !notes.is_empty() {
        text.push_str(&format!("({})\n", notes.join("; ")));
    }
    Ok(text)
}

/// The label and the values of every row, as text.
fn read(
    chart: &TextChart,
    schema: &SchemaRef,
    batches: impl IntoIterator<Item = Result<RecordBatch>>,
    options: &RenderOptions,
) -> Result<Points> {
    let names: Vec<String> = chart.values.iter().map(|column| schema.field(*column).name().clone()).collect();
    let label_type = chart.label.map(|column| schema.field(column).data_type().clone());
    let mut points = Points::new(&label_type.unwrap_or(arrow::datatypes::DataType::Null), &names);
    for batch in batches {
        let batch = batch?;
        let values = value::columns(&batch, options, Escape::Hazards)?;
        let text = |column: usize, row: usize| {
            if values[column].is_null(row) {
                return Ok(None);
            }
            let mut text = String::new();
            values[column].text(row, &mut text)?;
            Ok::<_, Error>(Some(text))
        };
        for row in 0..batch.num_rows() {
            if points.labels.len() == CHART_POINTS_MAX {
                points.cut = true;
                return Ok(points);
            }
            let label = match chart.label {
                Some(column) => text(column, row)?,
                None => Some((points.labels.len() + 1).to_string()),
            };
            points.labels.push(label);
            for (column, (_, series)) in chart.values.iter().zip(&mut points.series) {
                series.push(text(*column, row)?);
            }
        }
    }
    Ok(points)
}

/// The text as it may stand in a chart, at most `width` columns, and whether that is not all of it.
fn fitted(text: &str, width: usize) -> (String, bool) {
    let text = sanitize(text);
    if text.width() <= width {
        return (text.into_owned(), false);
    }
    let mut fitting = String::new();
    for c in text.chars() {
        fitting.push(c);
        if fitting.width() >= width {
            fitting.pop();
            break;
        }
    }
    (fitting + "…", true)
}

/// Whether all series are percentages, which have a scale of their own.
fn all_percent(points: &Points) -> bool {
    points.series.iter().all(|(name, _)| is_percent(name))
}
