//! Charts as SVG, from a section's own rows: no script, no colour of their own (the page's style sheet has the palette),
//! the same bytes for the same rows. Each is drawn twice, for a wide and a narrow page.

mod bars;
mod canvas;
mod funnel;
pub(in crate::output) mod moment;
pub(in crate::output) mod number;
mod shares;
mod stacked;
mod timeline;

use arrow::datatypes::DataType;
use chrono_tz::Tz;

use super::{Chart, ChartKind};
use crate::limits::CHART_BARS_MAX;

pub(super) use number::{grouped_count, is_plain, px, read};

/// The colours there are; each comes with a pattern or a dash of its own.
pub(in crate::output) const SERIES_MAX: usize = 8;

/// The rows of a chart, as text.
#[derive(Debug)]
pub(in crate::output) struct Points {
    /// The label of each row.
    pub(in crate::output) labels: Vec<Option<String>>,
    /// The value columns: name, and a value for each row.
    pub(in crate::output) series: Vec<(String, Vec<Option<String>>)>,
    /// Whether the labels are times; those without an offset are taken as UTC.
    pub(in crate::output) times: bool,
    /// Whether the section has more rows than these.
    pub(in crate::output) cut: bool,
}

impl Points {
    /// No rows yet, for value columns of these names.
    pub(in crate::output) fn new(label_type: &DataType, names: &[String]) -> Self {
        let times = matches!(label_type, DataType::Timestamp(..) | DataType::Date32 | DataType::Date64);
        let series = names.iter().map(|name| (name.clone(), Vec::new())).collect();
        Self { labels: Vec::new(), series, times, cut: false }
    }

    /// All finite values.
    pub(in crate::output) fn numbers(&self) -> impl Iterator<Item = f64> {
        self.series.iter().flat_map(|(_, values)| values.iter().filter_map(|v| number::read(v.as_deref())))
    }

    /// Keeps the first rows.
    pub(in crate::output) fn truncate(&mut self, rows: usize) {
        self.cut |= self.labels.len() > rows;
        self.labels.truncate(rows);
        self.series.iter_mut().for_each(|(_, values)| values.truncate(rows));
    }
}

/// What stands in the place of a chart.
#[derive(Debug, Default)]
pub(super) struct Drawing {
    /// The SVG for a wide page; none where there is nothing to draw.
    pub(super) wide: Option<String>,
    /// The same for a narrow one.
    pub(super) narrow: Option<String>,
    /// What a reader must know about it: what is left out, or why there is none. May be empty.
    pub(super) note: String,
}

/// The width a chart is drawn for, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Wide,
    Narrow,
}

impl Form {
    fn width(self) -> f64 {
        match self {
            Self::Wide => 920.0,
            Self::Narrow => 360.0,
        }
    }
}

/// Draws the rows as the chart says; `title` names it to who cannot see it.
pub(super) fn draw(chart: &Chart, mut points: Points, title: &str, zone: Tz) -> Drawing {
    let over_time = matches!(chart.kind, ChartKind::Timeline | ChartKind::Stacked);
    if let Some(reason) = undrawable(chart.kind, &points) {
        return Drawing { note: reason.to_owned(), ..Drawing::default() };
    }
    let mut notes = Vec::new();
    if !over_time && chart.kind != ChartKind::Shares {
        points.truncate(CHART_BARS_MAX);
    }
    if points.cut {
        notes.push(format!(
            "Drawn from the first {} rows; the table has all.",
            number::grouped_count(points.labels.len())
        ));
    }
    if points.series.len() > SERIES_MAX {
        notes.push(format!("Drawn are the first {SERIES_MAX} of {} columns.", points.series.len()));
        points.series.truncate(SERIES_MAX);
    }
    let place = moment::Places::new(&points, zone);
    if over_time {
        notes.extend(place.notes(&points));
    } else if chart.kind == ChartKind::Funnel {
        notes.push("Percentages are of the first stage.".to_owned());
    }
    let form = |form| match chart.kind {
        ChartKind::Bars => bars::draw(&points, title, form),
        ChartKind::Funnel => funnel::draw(&points, title, form),
        ChartKind::Shares => shares::draw(&points, title, form),
        ChartKind::Timeline => timeline::draw(&points, &place, title, form),
        ChartKind::Stacked => stacked::draw(&points, &place, title, form),
    };
    Drawing { wide: Some(form(Form::Wide)), narrow: Some(form(Form::Narrow)), note: notes.join(" ") }
}

/// Why these rows make no chart, if they make none.
fn undrawable(kind: ChartKind, points: &Points) -> Option<&'static str> {
    if points.labels.is_empty() {
        return Some("No chart: there are no rows.");
    }
    let (mut any, mut positive, mut negative) = (false, false, false);
    for value in points.numbers() {
        any = true;
        positive |= value > 0.0;
        negative |= value < 0.0;
    }
    if !any {
        return Some("No chart: no row has a value.");
    }
    if !positive && !negative {
        return Some("No chart: every value is zero.");
    }
    if negative && matches!(kind, ChartKind::Funnel | ChartKind::Shares | ChartKind::Stacked) {
        return Some("No chart: some values are below zero, and parts of a whole cannot be.");
    }
    None
}
