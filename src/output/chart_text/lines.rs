//! A line for each column of numbers, drawn in Braille dots, with axes whose ticks stand where their texts say.

use ratatui_core::buffer::Buffer;
use ratatui_core::layout::Rect;
use ratatui_core::style::Style;
use ratatui_core::symbols::Marker;
use ratatui_core::widgets::Widget;
use ratatui_widgets::canvas::{Canvas, Line, Points as Dots};
use unicode_width::UnicodeWidthStr;

use super::super::RenderOptions;
use super::super::document::svg::moment::Places;
use super::super::document::svg::{Points, number};
use super::super::value::is_percent;
use super::{TextChart, all_percent, fitted, ink};
use crate::output::sanitize::sanitize;

/// The mark of each series, on its points and in the legend.
const MARKS: [&str; 8] = ["●", "▲", "■", "◆", "○", "△", "□", "◇"];
/// The columns between two marks of a series, so that they do not hide the line.
const MARK_DISTANCE: u16 = 7;
/// The columns a tick of the horizontal axis may take, and the lines one of the vertical axis may.
const TICK_COLUMNS: usize = 12;
const TICK_LINES: usize = 4;

/// An axis: from and to, and its ticks.
struct Axis {
    low: f64,
    high: f64,
    ticks: Vec<(f64, String)>,
}

impl Axis {
    /// The place of a value, from 0 to 1. What is drawn is placed so: the canvas multiplies before it divides, and the
    /// product of great values is no number.
    fn share(&self, value: f64) -> f64 {
        // Halves first: the span of two floats may be no float.
        let span = self.high / 2.0 - self.low / 2.0;
        if span > 0.0 { ((value / 2.0 - self.low / 2.0) / span).clamp(0.0, 1.0) } else { 0.0 }
    }

    /// The position among `dots`, as the canvas rounds it.
    fn dot(&self, value: f64, dots: u16) -> u16 {
        (self.share(value) * f64::from(dots - 1)).round() as u16
    }
}

pub(super) fn draw(
    chart: &TextChart,
    points: &Points,
    (width, height): (usize, usize),
    options: &RenderOptions,
    notes: &mut Vec<String>,
) -> String {
    let (places, order) = places(chart, points, options);
    match points.labels.len() - order.len() {
        0 => {}
        1 => notes.push("1 row without a place on the axis is not drawn".to_owned()),
        n => notes.push(format!("{n} rows without a place on the axis are not drawn")),
    }
    let vertical = vertical(points, height);
    let left = vertical.ticks.iter().map(|(_, text)| text.width()).max().unwrap_or(0) + 2;
    let mut legend = legend(chart, points, &order, width, options.styled);
    // The axis and the texts below it.
    let plot = Rect {
        x: left as u16 + 1,
        y: 0,
        width: width.saturating_sub(left + 2).max(10) as u16,
        height: height.saturating_sub(legend.lines().count() + 2).max(4) as u16,
    };
    let horizontal = horizontal(chart, points, &places, &order, plot.width, options);
    let mut buffer = Buffer::empty(Rect { x: 0, y: 0, width: plot.right() + 1, height: plot.height + 2 });
    axes(&vertical, &horizontal, plot, &mut buffer, notes);
    let lines = lines(points, &places, &order);
    Canvas::default()
        .marker(Marker::Braille)
        .x_bounds([0.0, 1.0])
        .y_bounds([0.0, 1.0])
        .paint(|context| {
            for (series, line) in lines.iter().enumerate() {
                let color = ink::colour(series);
                let place = |(x, y): &(f64, f64)| (horizontal.share(*x), vertical.share(*y));
                let line: Vec<Vec<(f64, f64)>> = line.iter().map(|run| run.iter().map(place).collect()).collect();
                context.draw(&Dots { coords: &line.concat(), color });
                for pair in line.iter().flat_map(|run| run.windows(2)) {
                    context.draw(&Line::new(pair[0].0, pair[0].1, pair[1].0, pair[1].1, color));
                }
            }
        })
        .render(plot, &mut buffer);
    if lines.len() > 1 {
        marks(&lines, &horizontal, &vertical, plot, &mut buffer);
    }
    legend.push_str(&ink::text(&buffer, options.styled));
    legend
}

/// Where each row stands, and the rows that stand somewhere, from left to right.
fn places(chart: &TextChart, points: &Points, options: &RenderOptions) -> (Vec<Option<f64>>, Vec<usize>) {
    if !chart.label_is_number {
        let places = Places::new(points, options.time_zone);
        return (places.at, places.order);
    }
    let at: Vec<Option<f64>> = points.labels.iter().map(|label| number::read(label.as_deref())).collect();
    let mut order: Vec<usize> = (0..at.len()).filter(|row| at[*row].is_some()).collect();
    order.sort_by(|a, b| at[*a].unwrap_or(0.0).total_cmp(&at[*b].unwrap_or(0.0)));
    (at, order)
}

/// The runs of points of each series: a NULL is a gap.
fn lines(points: &Points, places: &[Option<f64>], order: &[usize]) -> Vec<Vec<Vec<(f64, f64)>>> {
    let of = |values: &Vec<Option<String>>| {
        let mut runs: Vec<Vec<(f64, f64)>> = vec![Vec::new()];
        for row in order {
            match (places[*row], number::read(values[*row].as_deref())) {
                (Some(x), Some(y)) => {
                    if let Some(run) = runs.last_mut() {
                        run.push((x, y));
                    }
                }
                _ => runs.push(Vec::new()),
            }
        }
        runs.retain(|run| !run.is_empty());
        runs
    };
    points.series.iter().map(|(_, values)| of(values)).collect()
}

fn vertical(points: &Points, height: usize) -> Axis {
    let low = points.numbers().fold(0.0, f64::min);
    let high = points.numbers().fold(if all_percent(points) { 100.0 } else { 0.0 }, f64::max);
    let values = points.series.iter().flat_map(|(_, values)| values.iter().flatten());
    let integers = values.into_iter().all(|value| !value.contains(['.', 'e', 'E']));
    let mut ticks = number::ticks(low, high, (height / TICK_LINES).max(2), integers);
    if all_percent(points) {
        ticks.iter_mut().for_each(|(_, text)| text.push_str(" %"));
    }
    let at = |tick: Option<&(f64, String)>| tick.map_or(0.0, |tick| tick.0);
    let (low, high) = (at(ticks.first()).min(low), at(ticks.last()).max(high));
    Axis { low, high, ticks }
}

fn horizontal(
    chart: &TextChart,
    points: &Points,
    places: &[Option<f64>],
    order: &[usize],
    columns: u16,
    options: &RenderOptions,
) -> Axis {
    let at = |row: Option<&usize>| row.and_then(|row| places[*row]).unwrap_or(0.0);
    let (low, high) = (at(order.first()), at(order.last()));
    let count = (usize::from(columns) / TICK_COLUMNS).max(2);
    let ticks = if chart.label_is_number {
        let integers = points.labels.iter().flatten().all(|label| !label.contains(['.', 'e', 'E']));
        number::ticks(low, high, count, integers).into_iter().filter(|(at, _)| (low..=high).contains(at)).collect()
    } else {
        Places::new(points, options.time_zone).ticks(points, count)
    };
    // One place alone stands in the middle.
    if low < high { Axis { low, high, ticks } } else { Axis { low: low - 1.0, high: high + 1.0, ticks } }
}

/// Draws the axes around the plot, and the text of every tick that has room.
fn axes(vertical: &Axis, horizontal: &Axis, plot: Rect, buffer: &mut Buffer, notes: &mut Vec<String>) {
    let axis = plot.x - 1;
    let plain = Style::default();
    for y in plot.top()..plot.bottom() {
        buffer.set_string(axis, y, "│", plain);
    }
    buffer.set_string(axis, plot.bottom(), "└".to_owned() + &"─".repeat(usize::from(plot.width)), plain);
    for (value, text) in &vertical.ticks {
        let y = plot.bottom() - 1 - vertical.dot(*value, plot.height * 4) / 4;
        buffer.set_string(axis - 1 - text.width() as u16, y, text, plain);
        buffer.set_string(axis, y, "┤", plain);
    }
    let mut free = 0;
    let mut shortened = 0;
    for (value, text) in &horizontal.ticks {
        let x = plot.x + horizontal.dot(*value, plot.width * 2) / 2;
        let (text, is_cut) = fitted(text, TICK_COLUMNS * 2);
        let width = text.width() as u16;
        let start = x.saturating_sub(width / 2).min((plot.right() + 1).saturating_sub(width));
        if start < free {
            continue;
        }
        shortened += usize::from(is_cut);
        buffer.set_string(x, plot.bottom(), "┬", plain);
        buffer.set_string(start, plot.bottom() + 1, &text, plain);
        free = start + width + 1;
    }
    if shortened > 0 {
        notes.push(format!("{shortened} name{} shortened", if shortened == 1 { "" } else { "s" }));
    }
}

/// Puts the mark of each series on some of its points: lines that cross are told apart by them.
fn marks(lines: &[Vec<Vec<(f64, f64)>>], horizontal: &Axis, vertical: &Axis, plot: Rect, buffer: &mut Buffer) {
    let mut taken = std::collections::HashSet::new();
    for (series, runs) in lines.iter().enumerate() {
        // Those of different series stand beside each other where there are many points.
        let mut free = 0;
        for &(x, y) in runs.iter().flatten() {
            let column = plot.x + horizontal.dot(x, plot.width * 2) / 2;
            let line = plot.bottom() - 1 - vertical.dot(y, plot.height * 4) / 4;
            if column >= free && taken.insert((column, line)) {
                let style = Style::default().fg(ink::colour(series));
                buffer.set_string(column, line, MARKS[series % MARKS.len()], style);
                free = column + MARK_DISTANCE;
            }
        }
    }
}

/// The names of the series with their marks, and what they are drawn over.
fn legend(chart: &TextChart, points: &Points, order: &[usize], width: usize, styled: bool) -> String {
    let mut over = vec![format!("by {}", sanitize(&chart.label_name))];
    // The ticks leave out what all of them share, such as the year.
    let label = |row: Option<&usize>| row.and_then(|row| points.labels[*row].as_deref());
    if let (true, Some(first), Some(last)) = (points.times, label(order.first()), label(order.last())) {
        over.push(format!("({} to {})", sanitize(first), sanitize(last)));
    }
    let several = points.series.len() > 1;
    let mut entries: Vec<(String, usize)> = Vec::new();
    for (series, (name, _)) in points.series.iter().enumerate() {
        let mark = if several { format!("{} ", MARKS[series % MARKS.len()]) } else { String::new() };
        let unit = if is_percent(name) { " (%)" } else { "" };
        let entry = format!("{mark}{}{unit}", sanitize(name));
        entries.push((ink::painted(&entry, series, styled), entry.width()));
    }
    entries.extend(over.into_iter().map(|text| (text.clone(), text.width())));
    let (mut out, mut used) = (String::new(), 0);
    for (at, (entry, entry_width)) in entries.iter().enumerate() {
        let gap = if several && at <= points.series.len() { 3 } else { 1 };
        if at > 0 && used + gap + entry_width > width {
            out.push('\n');
            used = 0;
        }
        let gap = if used == 0 { 1 } else { gap };
        out.push_str(&" ".repeat(gap));
        out.push_str(entry);
        used += gap + entry_width;
    }
    out + "\n"
}
