//! A line for each value column over time. NULL is a gap, and so is an hour or day that is missing from a series of such:
//! a line across it would show values that nobody counted. A value between two gaps is a dot.

use super::canvas::{Canvas, Rect, description, shown, width_of};
use super::moment::Places;
use super::number::{grouped, px, read, ticks};
use super::{Form, Points};

/// Up to so many values each has a mark, and up to so many it has its number.
const MARKS_MAX: usize = 150;
const NUMBERS_MAX: usize = 16;

/// The dash of each line, so that they differ without their colours.
const DASHES: [&str; 8] = ["", "8 4", "2 4", "10 4 2 4", "5 3", "12 3 2 3 2 3", "1 3", "14 5"];

/// The part of a drawing between its axes.
pub(super) struct Plot {
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) top: f64,
    pub(super) bottom: f64,
    low: f64,
    high: f64,
    first: f64,
    last: f64,
}

impl Plot {
    /// Draws the axes for values from `low` to `high` below `top`; `margin` is the room before the first and after the
    /// last place, in their unit.
    pub(super) fn new(
        canvas: &mut Canvas,
        (points, places): (&Points, &Places),
        (low, high): (f64, f64),
        top: f64,
        margin: f64,
        form: Form,
    ) -> Self {
        let integers = points.numbers().all(|value| value.fract() == 0.0);
        let lines = ticks(low, high, 4, integers);
        let left = lines.iter().map(|(_, text)| width_of(text)).fold(0.0, f64::max).min(form.width() * 0.3) + 8.0;
        let (height, right) = match form {
            Form::Wide => (230.0, form.width() - 14.0),
            Form::Narrow => (190.0, form.width() - 10.0),
        };
        let (first, last) = places.span();
        let (first, last) = (first - margin, last + margin);
        let (first, last) = if last > first { (first, last) } else { (first - 1.0, last + 1.0) };
        let low = lines.first().map_or(low, |line| line.0);
        let high = lines.last().map_or(high, |line| line.0);
        let plot = Self { left, right, top, bottom: top + height, low, high, first, last };

        for (value, text) in &lines {
            let y = plot.y(*value);
            let class = if *value == 0.0 { "axis" } else { "grid" };
            canvas.path(&format!("M{} {}H{}", px(left), px(y.round()), px(right)), class, "", "");
            canvas.text(left - 8.0, y + 4.0, "tick end", text);
        }
        let apart = if form == Form::Wide { 84.0 } else { 72.0 };
        let mut free = 0.0;
        for (at, text) in places.ticks(points, ((right - left) / apart) as usize) {
            let (x, half) = (plot.x(at), width_of(&text) / 2.0);
            // Within the drawing, and not over its neighbour.
            let middle = x.min(form.width() - half).max(half);
            canvas.path(&format!("M{} {}v5", px(x), px(plot.bottom)), "axis", "", "");
            if middle - half >= free {
                canvas.text(middle, plot.bottom + 19.0, "tick middle", &text);
                free = middle + half + 4.0;
            }
        }
        plot
    }

    pub(super) fn x(&self, at: f64) -> f64 {
        self.left + (at - self.first) / (self.last - self.first) * (self.right - self.left)
    }

    pub(super) fn y(&self, value: f64) -> f64 {
        self.bottom - (value - self.low) / (self.high - self.low) * (self.bottom - self.top)
    }
}

pub(super) fn draw(points: &Points, places: &Places, title: &str, form: Form) -> String {
    let mut canvas = Canvas::new(form);
    let names: Vec<&str> = points.series.iter().map(|(name, _)| name.as_str()).collect();
    let top = canvas.legend(&names, 23.0, |canvas, x, y, series| {
        canvas.path(&format!("M{} {}h22", px(x), px(y + 6.0)), &format!("line s{series}"), DASHES[series], "");
        mark(canvas, x + 11.0, y + 6.0, series, "");
    }) + 4.0;
    let low = points.numbers().fold(0.0, f64::min);
    let high = points.numbers().fold(0.0, f64::max);
    let plot = Plot::new(&mut canvas, (points, places), (low, high), top, 0.0, form);

    let holes = holes(places);
    let values: usize = points.series.iter().map(|(_, values)| values.iter().flatten().count()).sum();
    for (series, (name, values)) in points.series.iter().enumerate() {
        let mut path = String::new();
        let mut marks = Vec::new();
        // Whether the value before and the one after are there.
        let at = |place: Option<&usize>| {
            let row = *place?;
            Some((row, plot.x(places.at[row]?), read(values[row].as_deref())?))
        };
        for (place, row) in places.order.iter().enumerate() {
            let Some((_, x, value)) = at(Some(row)) else { continue };
            let joined = place > 0 && !holes[place] && at(places.order.get(place - 1)).is_some();
            let ends = holes.get(place + 1).is_none_or(|hole| *hole) || at(places.order.get(place + 1)).is_none();
            let alone = !joined && ends;
            path.push_str(&format!("{}{} {}", if joined { 'L' } else { 'M' }, px(x), px(plot.y(value))));
            if alone || values.len() * points.series.len() <= MARKS_MAX {
                marks.push((*row, x, value));
            }
        }
        canvas.path(&path, &format!("line s{series}"), DASHES[series], "");
        for (row, x, value) in marks {
            let (label, text) = (shown(points.labels[row].as_deref()), grouped(shown(values[row].as_deref())));
            mark(&mut canvas, x, plot.y(value), series, &format!("{label}, {name}: {text}"));
        }
    }
    if let [(_, series)] = points.series.as_slice()
        && values <= if form == Form::Wide { NUMBERS_MAX } else { NUMBERS_MAX / 2 }
    {
        numbers(&mut canvas, &plot, places, series, form);
    }
    canvas.finish(plot.bottom + 26.0, title, &description(points))
}

/// Whether something is missing before each place, in order: a step that is a multiple of the smallest one, where all
/// are. An hour more or less in a day, or a day in a month, is none.
fn holes(places: &Places) -> Vec<bool> {
    let at: Vec<Option<f64>> = places.order.iter().map(|row| places.at[*row]).collect();
    let steps = at.windows(2).map(|pair| Some(pair[1]? - pair[0]?));
    let steps: Vec<f64> = std::iter::once(None).chain(steps).map(Option::unwrap_or_default).collect();
    let smallest = steps.iter().copied().filter(|step| *step > 0.0).fold(f64::INFINITY, f64::min);
    let regular = steps.iter().all(|step| {
        let times = step / smallest;
        (times - times.round()).abs() <= 0.15
    });
    steps.iter().map(|step| regular && step / smallest > 1.5).collect()
}

/// The numbers above their dots, those that have room.
fn numbers(canvas: &mut Canvas, plot: &Plot, places: &Places, values: &[Option<String>], form: Form) {
    let mut free = 0.0;
    for row in &places.order {
        let (Some(at), Some(value)) = (places.at[*row], values[*row].as_deref()) else { continue };
        let Some(number) = read(Some(value)) else { continue };
        let text = grouped(value);
        let half = width_of(&text) / 2.0;
        let middle = plot.x(at).min(form.width() - half).max(half);
        if middle - half >= free {
            canvas.text(middle, plot.y(number) - 9.0, "tick middle", &text);
            free = middle + half + 4.0;
        }
    }
}

/// A dot in the shape of its series.
fn mark(canvas: &mut Canvas, x: f64, y: f64, series: usize, title: &str) {
    let class = format!("f{series}");
    let (l, r, t, b) = (px(x - 4.0), px(x + 4.0), px(y - 4.0), px(y + 4.0));
    let (cx, cy) = (px(x), px(y));
    match series % 4 {
        0 => canvas.rect((x - 3.5, y - 3.5), (7.0, 7.0), &class, Rect { round: 3.5, title, ..Rect::default() }),
        1 => canvas.rect((x - 3.5, y - 3.5), (7.0, 7.0), &class, Rect { title, ..Rect::default() }),
        2 => canvas.path(&format!("M{cx} {t}L{r} {b}L{l} {b}Z"), &class, "", title),
        _ => canvas.path(&format!("M{cx} {t}L{r} {cy}L{cx} {b}L{l} {cy}Z"), &class, "", title),
    }
}
