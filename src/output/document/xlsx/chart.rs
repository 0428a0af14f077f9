//! Native charts, from the cells of the section's own sheet.

use arrow::datatypes::{DataType, SchemaRef};
use rust_xlsxwriter::{Chart as NativeChart, ChartAxisLabelPosition, ChartLegendPosition, ChartSeries, ChartType};

use super::super::{Chart, ChartKind, DocumentSection};
use super::cell::{Cell, Shown};
use crate::limits::XLSX_CHART_SERIES_MAX;
use crate::output::sanitize::sanitize;
use crate::{Error, Result};

/// Sizes in pixels.
const WIDTH: u32 = 720;
const HEIGHT: u32 = 360;
/// A horizontal bar and the gap below it.
const BAR_HEIGHT: u32 = 22;
const HEIGHT_MAX: u32 = 2_000;

/// What came of a section's chart.
pub(super) enum Drawn {
    Chart(Box<NativeChart>),
    /// None, and why.
    Not(String),
    /// There is nothing to draw.
    Nothing,
}

/// The chart of a section whose rows these are, below the header of the sheet of this name.
pub(super) fn chart(section: &DocumentSection, schema: &SchemaRef, rows: &[Vec<Cell>], sheet: &str) -> Result<Drawn> {
    let Some(chart) = &section.chart else { return Ok(Drawn::Nothing) };
    let place = |column: &str| {
        let place = schema.fields().iter().position(|field| field.name() == column);
        place.and_then(|place| u16::try_from(place).ok()).ok_or_else(|| {
            Error::invalid(format_args!("section `{}`", section.name), format!("its chart names no column `{column}`"))
        })
    };
    let label = place(&chart.label)?;
    let values = chart.values.iter().map(|column| place(column)).collect::<Result<Vec<_>>>()?;
    let Some(last_row) = u32::try_from(rows.len()).ok().filter(|last| *last > 0) else { return Ok(Drawn::Nothing) };
    let range = Range { sheet, last_row, label };

    let series = if chart.kind == ChartKind::Shares { rows.len() } else { values.len() };
    if series > XLSX_CHART_SERIES_MAX {
        return Ok(Drawn::Not(format!(
            "Its chart is not drawn: it would have {series} series, XLSX_CHART_SERIES_MAX = {XLSX_CHART_SERIES_MAX}."
        )));
    }
    let mut native = NativeChart::new(match chart.kind {
        ChartKind::Bars | ChartKind::Funnel => ChartType::Bar,
        ChartKind::Shares => ChartType::BarPercentStacked,
        ChartKind::Timeline => ChartType::Line,
        ChartKind::Stacked => ChartType::ColumnStacked,
    });
    native.title().set_name(&words(&section.title));
    native.set_alt_text(words(&section.title)).set_width(WIDTH).set_height(height(chart, last_row));
    match chart.kind {
        ChartKind::Shares => range.shares(&mut native, &values),
        _ => values.iter().for_each(|&column| range.column(&mut native, column, chart.kind)),
    }
    match chart.kind {
        ChartKind::Bars | ChartKind::Funnel => {
            // The first row at the top, as in the table; the numbers stay at the bottom. The library calls the upright
            // axis of a bar chart y, and that is the one of the categories.
            native.y_axis().set_reverse();
            native.x_axis().set_label_position(ChartAxisLabelPosition::High);
        }
        ChartKind::Shares => {}
        ChartKind::Timeline | ChartKind::Stacked => time_axis(&mut native, schema, rows, label),
    }
    native.legend().set_position(ChartLegendPosition::Bottom);
    if series == 1 {
        native.legend().set_hidden();
    }
    Ok(Drawn::Chart(Box::new(native)))
}

/// Where the cells are.
struct Range<'a> {
    sheet: &'a str,
    /// Counted from the header, which is row 0.
    last_row: u32,
    label: u16,
}

impl Range<'_> {
    /// A series of a value column, with a point for each row.
    fn column(&self, native: &mut NativeChart, column: u16, kind: ChartKind) {
        let mut series = ChartSeries::new();
        series
            .set_name((self.sheet, 0, column))
            .set_categories((self.sheet, 1, self.label, self.last_row, self.label))
            .set_values((self.sheet, 1, column, self.last_row, column));
        match kind {
            ChartKind::Funnel => series.set_gap(20),
            ChartKind::Bars => series.set_gap(60),
            _ => &mut series,
        };
        native.push_series(&series);
    }

    /// A series for each row; a bar for each value column, if they stand side by side, else for the first.
    fn shares(&self, native: &mut NativeChart, values: &[u16]) {
        let Some(&first) = values.first() else { return };
        let is_side_by_side = values.windows(2).all(|pair| matches!(pair, [a, b] if a + 1 == *b));
        let last = values.last().copied().filter(|_| is_side_by_side).unwrap_or(first);
        for row in 1..=self.last_row {
            let mut series = ChartSeries::new();
            series
                .set_name((self.sheet, row, self.label))
                .set_categories((self.sheet, 0, first, 0, last))
                .set_values((self.sheet, row, first, row, last))
                .set_gap(60);
            native.push_series(&series);
        }
    }
}

/// An axis of days where every label is one. Excel's axis of dates knows nothing finer than a day, so other times stand
/// side by side in their order.
fn time_axis(native: &mut NativeChart, schema: &SchemaRef, rows: &[Vec<Cell>], label: u16) {
    let labels = || rows.iter().map(|row| row.get(usize::from(label)));
    let is_time = schema.fields().get(usize::from(label)).is_some_and(|field| {
        matches!(field.data_type(), DataType::Timestamp(..) | DataType::Date32 | DataType::Date64)
    });
    let is_days = labels().all(|cell| match cell {
        Some(Cell::Number(days, Shown::Date | Shown::Seconds)) => days.fract() == 0.0,
        _ => false,
    });
    if is_time && is_days {
        native.x_axis().set_date_axis(true).set_num_format("yyyy-mm-dd");
    } else if is_time {
        native.x_axis().set_text_axis(true).set_num_format("yyyy-mm-dd hh:mm");
    }
}

fn height(chart: &Chart, rows: u32) -> u32 {
    let bars = match chart.kind {
        ChartKind::Bars | ChartKind::Funnel => {
            rows.saturating_mul(u32::try_from(chart.values.len()).unwrap_or(u32::MAX))
        }
        _ => 0,
    };
    bars.saturating_mul(BAR_HEIGHT).saturating_add(100).clamp(HEIGHT, HEIGHT_MAX)
}

/// The title as words, at most the 255 characters that Excel allows: the library would take some for the name of a range
/// of cells.
fn words(title: &str) -> String {
    // U+FFFE and U+FFFF are no characters of XML.
    let title = sanitize(title).replace('!', "! ").replace(['\u{FFFE}', '\u{FFFF}'], "\u{FFFD}");
    title.trim_start_matches(['=', ' ']).chars().take(120).collect()
}
