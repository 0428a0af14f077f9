//! A horizontal bar for each row: its label left, its exact value right.

use super::canvas::{Canvas, Rect, description, fit, shown, width_of};
use super::number::{grouped, px, read};
use super::{Form, Points};
use crate::output::value::is_percent;

pub(super) fn draw(points: &Points, title: &str, form: Form) -> String {
    let mut canvas = Canvas::new(form);
    let width = form.width();
    let texts = |name: &str, value: Option<&str>| match value {
        Some(value) if is_percent(name) => grouped(value) + " %",
        Some(value) => grouped(value),
        None => shown(None).to_owned(),
    };
    let cells = || points.series.iter().flat_map(|(name, values)| values.iter().map(move |v| (name, v.as_deref())));
    let values = cells().map(|(name, value)| width_of(&texts(name, value))).fold(0.0, f64::max) + 10.0;
    // On a narrow page the labels stand above their bars.
    let labels = match form {
        Form::Wide => {
            points.labels.iter().map(|l| width_of(shown(l.as_deref()))).fold(0.0, f64::max).min(width * 0.34) + 14.0
        }
        Form::Narrow => 0.0,
    };
    let (left, right) = (labels, width - values);

    let percent = points.series.iter().all(|(name, _)| is_percent(name));
    let low = points.numbers().fold(0.0, f64::min);
    let high = points.numbers().fold(if percent { 100.0 } else { 0.0 }, f64::max);
    let x = |value: f64| left + (value - low) / (high - low) * (right - left);

    let (bar, gap) = if points.series.len() == 1 { (16.0, 11.0) } else { (13.0, 12.0) };
    let mut y = legend(&mut canvas, points);
    for (row, label) in points.labels.iter().enumerate() {
        let label = shown(label.as_deref());
        if form == Form::Narrow {
            canvas.text(0.0, y + 13.0, "label", &fit(label, width));
            y += 19.0;
        }
        let top = y;
        for (series, (name, values)) in points.series.iter().enumerate() {
            let value = values[row].as_deref();
            let text = texts(name, value);
            let round = Rect { round: 2.0, ..Rect::default() };
            if low == 0.0 {
                canvas.rect((left, y), (right - left, bar), "track", round);
            }
            if let Some(number) = read(value) {
                let (from, to) = (x(number.min(0.0)), x(number.max(0.0)));
                // What is not zero is seen, however small.
                let size = if number == 0.0 { 0.0 } else { (to - from).max(1.5) };
                let said = format!("{label}: {text}");
                canvas.rect((from, y), (size, bar), &format!("f{series}"), Rect { title: &said, ..round });
                if series > 0 {
                    canvas.rect((from, y), (size, bar), "hatch", Rect { pattern: Some(series), ..round });
                }
            }
            canvas.text(width, y + bar - 3.5, "end", &text);
            y += bar + 3.0;
        }
        if form == Form::Wide {
            let middle = (top + y - 3.0) / 2.0;
            canvas.text(left - 12.0, middle + 4.5, "label end", &fit(label, left - 12.0));
        }
        y += gap - 3.0;
    }
    let bottom = y - gap;
    if low < 0.0 {
        let zero = px(x(0.0));
        canvas.path(&format!("M{zero} 0V{}", px(bottom)), "axis", "", "");
    }
    canvas.finish(bottom + 2.0, title, &description(points))
}

/// The names of several series; gives where it ends.
pub(super) fn legend(canvas: &mut Canvas, points: &Points) -> f64 {
    let names: Vec<&str> = points.series.iter().map(|(name, _)| name.as_str()).collect();
    if names.len() < 2 {
        return 2.0;
    }
    canvas.legend(&names, 13.0, |canvas, x, y, series| canvas.swatch(x, y, series))
}
